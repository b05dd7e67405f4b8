from fastapi import FastAPI
from fastapi.testclient import TestClient


class NoDatabase:
    """A session whose database is not there."""

    async def __aenter__(self) -> "NoDatabase":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def execute(self, _: object) -> None:
        raise ConnectionRefusedError


def test_health_asks_nothing_of_the_database(app: FastAPI) -> None:
    with TestClient(app) as client:
        app.state.sessions = None
        assert client.get("/api/v1/health").json() == {"status": "ok"}


def test_ready_with_a_database(client: TestClient) -> None:
    assert client.get("/api/v1/ready").json() == {"status": "ready"}


def test_not_ready_without_one(app: FastAPI) -> None:
    with TestClient(app) as client:
        app.state.sessions = NoDatabase
        assert client.get("/api/v1/ready").status_code == 503
