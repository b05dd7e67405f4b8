from uuid import uuid4

from fastapi.testclient import TestClient

from tests.conftest import MemoryStorage

REACTIONS = "/api/v1/reactions"
PNG = {"content-type": "image/png"}


def create(owner: TestClient, title: str = "slow clap", tags: list[str] | None = None) -> str:
    answer = owner.post(REACTIONS, json={"title": title, "tags": tags or []})
    assert answer.status_code == 201
    return f"{REACTIONS}/{answer.json()['id']}"


def test_a_reaction_is_kept_as_it_was_given(owner: TestClient) -> None:
    url = create(owner, "  slow clap ", ["Applause", " irony "])
    found = owner.get(url).json()
    assert found["title"] == "slow clap"
    assert found["tags"] == ["applause", "irony"]
    assert found["has_image"] is False


def test_the_list_is_newest_first_and_can_be_narrowed_to_a_tag(owner: TestClient) -> None:
    create(owner, "first", ["yes"])
    create(owner, "second", ["no"])
    create(owner, "third", ["yes"])

    def titles(**query: str | int) -> list[str]:
        return [item["title"] for item in owner.get(REACTIONS, params=query).json()]

    assert titles() == ["third", "second", "first"]
    assert titles(tag="YES") == ["third", "first"]
    assert titles(limit=1) == ["third"]


def test_an_update_leaves_alone_what_it_does_not_name(owner: TestClient) -> None:
    url = create(owner, "slow clap", ["irony"])
    assert owner.patch(url, json={"title": "fast clap"}).json()["tags"] == ["irony"]
    assert owner.get(url).json()["title"] == "fast clap"


def test_an_empty_title_is_refused(owner: TestClient) -> None:
    assert owner.post(REACTIONS, json={"title": "  "}).status_code == 422


def test_an_image_comes_back_as_it_went_in(owner: TestClient) -> None:
    url = create(owner)
    assert owner.get(f"{url}/image").status_code == 404
    kept = owner.put(f"{url}/image", content=b"\x89PNG", headers=PNG).json()
    assert (kept["content_type"], kept["size"], kept["has_image"]) == ("image/png", 4, True)
    answer = owner.get(f"{url}/image")
    assert answer.content == b"\x89PNG"
    assert answer.headers["content-type"] == "image/png"


def test_what_is_no_image_is_refused(owner: TestClient, storage: MemoryStorage) -> None:
    url = create(owner)
    html = owner.put(f"{url}/image", content=b"<html>", headers={"content-type": "text/html"})
    assert html.status_code == 415
    assert owner.put(f"{url}/image", content=b"", headers=PNG).status_code == 400
    assert owner.put(f"{url}/image", content=b"x" * 65, headers=PNG).status_code == 413
    assert storage.objects == {}


def test_deleting_a_reaction_deletes_its_image(owner: TestClient, storage: MemoryStorage) -> None:
    url = create(owner)
    owner.put(f"{url}/image", content=b"\x89PNG", headers=PNG)
    assert len(storage.objects) == 1
    assert owner.delete(url).status_code == 204
    assert owner.get(url).status_code == 404
    assert storage.objects == {}


def test_what_is_not_there_is_not_found(owner: TestClient) -> None:
    url = f"{REACTIONS}/{uuid4()}"
    assert owner.get(url).status_code == 404
    assert owner.patch(url, json={"title": "x"}).status_code == 404
    assert owner.delete(url).status_code == 404
