from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.database import create_engine, create_sessions


def test_health_asks_nothing_of_the_database(app: FastAPI) -> None:
    with TestClient(app) as client:
        app.state.sessions = None
        assert client.get("/api/v1/health").json() == {"status": "ok"}


def test_ready_with_a_database(client: TestClient) -> None:
    assert client.get("/api/v1/ready").json() == {"status": "ready"}


def test_not_ready_without_one(app: FastAPI) -> None:
    with TestClient(app) as client:
        app.state.sessions = create_sessions(create_engine("sqlite+aiosqlite:////nowhere/at.all"))
        assert client.get("/api/v1/ready").status_code == 503
