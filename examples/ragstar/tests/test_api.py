import json
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from ragstar import api
from ragstar.config import Settings


def test_health(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}


def test_config_shows_no_token(client: TestClient) -> None:
    answer = client.get("/config")
    assert answer.json()["admin_token"] is True
    assert answer.json()["github_token"] is False
    assert "for tests only" not in answer.text


def test_builds_summaries_and_finds_passages(client: TestClient, repository: str) -> None:
    built = client.post("/build", json={"repositories": [repository]}).json()["repositories"]
    assert built == [{"name": "star.map", "files": 2, "passages": 2}]
    assert client.get("/summaries").json() == [{"name": "star.map", "url": repository}]
    assert "star.map" in client.get("/summaries/star.map").json()["summary"]
    hits = client.post("/query", json={"question": "Which constellation is it?", "limit": 1}).json()["hits"]
    assert [hit["path"] for hit in hits] == ["src/sky.py"]


def test_builds_again_in_place(client: TestClient, repository: str) -> None:
    for _ in range(2):
        client.post("/build", json={"repositories": [repository]})
    assert len(client.post("/query", json={"question": "sky", "limit": 50}).json()["hits"]) == 2


def test_streams_one_event_for_each_repository(client: TestClient, repository: str) -> None:
    body = {"repositories": [repository, f"{repository}-that-is-missing"]}
    with client.stream("POST", "/build/stream", json=body) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = [part.split("\n") for part in "".join(answer.iter_text()).strip().split("\n\n")]
    assert [event[0] for event in events] == ["event: built", "event: failed", "event: end"]
    assert json.loads(events[0][1].removeprefix("data: "))["passages"] == 2


def test_answers_with_sources(client: TestClient, repository: str) -> None:
    client.post("/build", json={"repositories": [repository]})
    answer = client.post("/ask", json={"question": "Which constellation?"}).json()
    assert answer["answer"].startswith("About: Answer from these passages only.")
    assert answer["sources"] == ["star.map/README.md", "star.map/src/sky.py"]


def test_nothing_is_found_in_an_empty_database(client: TestClient) -> None:
    assert client.post("/query", json={"question": "anything"}).json() == {"hits": []}
    assert client.get("/summaries/none").status_code == 404


def test_says_that_the_model_does_not_answer(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "settings", replace(settings, ollama_model="missing"))
    assert client.post("/ask", json={"question": "anything"}).status_code == 502


@pytest.mark.parametrize("url", ["https://host.invalid/owner/name", "ext::sh -c id", "--upload-pack=id"])
def test_refuses_what_git_may_not_fetch(client: TestClient, url: str) -> None:
    assert client.post("/build", json={"repositories": [url]}).status_code == 422


def test_says_that_git_is_missing(
    client: TestClient, repository: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    answer = client.post("/build", json={"repositories": [repository]})
    assert answer.status_code == 422
    assert "the program git is not installed" in answer.text


def test_clear_needs_the_token(client: TestClient, repository: str) -> None:
    client.post("/build", json={"repositories": [repository]})
    assert client.post("/clear").status_code == 403
    assert client.post("/clear", headers={"x-admin-token": "wrong"}).status_code == 403
    assert client.post("/clear", headers={"x-admin-token": "for tests only"}).json() == {"status": "cleared"}
    assert client.get("/summaries").json() == []
