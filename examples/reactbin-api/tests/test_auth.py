from datetime import UTC, datetime, timedelta

import jwt
import pytest
from fastapi.testclient import TestClient

from app.security import ALGORITHM, issue_token
from app.settings import Settings

LOGIN = "/api/v1/auth/login"
REACTIONS = "/api/v1/reactions"


def test_the_owner_gets_a_token_that_names_them(client: TestClient, settings: Settings) -> None:
    answer = client.post(LOGIN, json={"username": "owner", "password": "correct horse"})
    claims = jwt.decode(
        answer.json()["access_token"], settings.jwt_secret_key.get_secret_value(), algorithms=[ALGORITHM]
    )
    assert claims["sub"] == "owner"
    assert claims["exp"] - claims["iat"] == 60 * 60


@pytest.mark.parametrize(
    ("username", "password"), [("owner", "wrong"), ("other", "correct horse"), ("", ""), ("öwner", "ß")]
)
def test_others_do_not(client: TestClient, username: str, password: str) -> None:
    assert client.post(LOGIN, json={"username": username, "password": password}).status_code == 401


def test_a_login_without_password_is_refused(client: TestClient) -> None:
    assert client.post(LOGIN, json={"username": "owner"}).status_code == 422


def test_changes_need_a_token(client: TestClient) -> None:
    answer = client.post(REACTIONS, json={"title": "nod"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_an_expired_token_is_refused(client: TestClient, settings: Settings) -> None:
    old = issue_token(settings, now=datetime.now(UTC) - timedelta(days=1))
    answer = client.post(REACTIONS, json={"title": "nod"}, headers={"authorization": f"Bearer {old}"})
    assert answer.status_code == 401


def test_a_token_of_another_key_is_refused(client: TestClient) -> None:
    claims = {"sub": "owner", "exp": datetime.now(UTC) + timedelta(hours=1)}
    forged = jwt.encode(claims, "x" * 32, algorithm=ALGORITHM)
    answer = client.post(REACTIONS, json={"title": "nod"}, headers={"authorization": f"Bearer {forged}"})
    assert answer.status_code == 401
