import os
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

ENVIRONMENT = {
    "JWT_SECRET_KEY": "a-key-for-tests-only-of-thirty-two-bytes",
    "OWNER_USERNAME": "owner",
    "OWNER_PASSWORD": "correct horse",
    "DATABASE_URL": "sqlite+aiosqlite://",
    "S3_ENDPOINT_URL": "http://s3.invalid:9000",
    "S3_BUCKET_NAME": "reactions",
    "S3_ACCESS_KEY_ID": "access",
    "S3_SECRET_ACCESS_KEY": "secret",
    "S3_REGION": "us-east-1",
}
os.environ.update(ENVIRONMENT)  # app.main reads it when it is imported.

from app.database import Base, create_engine, create_sessions  # noqa: E402
from app.main import create_app  # noqa: E402
from app.settings import Settings  # noqa: E402


class MemoryStorage:
    """The S3 bucket of the tests."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        self.objects[key] = content

    async def get(self, key: str) -> bytes | None:
        return self.objects.get(key)

    async def delete(self, key: str) -> None:
        del self.objects[key]


@pytest.fixture
def settings() -> Settings:
    return Settings(max_image_bytes=64)


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI, storage: MemoryStorage) -> Iterator[TestClient]:
    """The whole service on an empty database in memory, with the bucket in memory too."""
    with TestClient(app) as client:
        engine = create_engine("sqlite+aiosqlite://")

        async def create_tables() -> None:
            async with engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)

        client.portal.call(create_tables)
        app.state.sessions = create_sessions(engine)
        app.state.storage = storage
        yield client
        client.portal.call(engine.dispose)


@pytest.fixture
def owner(client: TestClient) -> TestClient:
    """The client, logged in."""
    answer = client.post("/api/v1/auth/login", json={"username": "owner", "password": "correct horse"})
    client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
    return client
