"""Login of the one owner, and the token that proves it."""

import secrets
from datetime import UTC, datetime, timedelta

import jwt
from fastapi import Depends, HTTPException, Request, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.schemas import Credentials
from app.settings import Settings

ALGORITHM = "HS256"
bearer = HTTPBearer(auto_error=False, description="The token of POST /api/v1/auth/login")


def is_owner(credentials: Credentials, settings: Settings) -> bool:
    """Compares both values in constant time, whichever of them is wrong."""
    name = secrets.compare_digest(credentials.username.encode(), settings.owner_username.encode())
    password = secrets.compare_digest(
        credentials.password.encode(), settings.owner_password.get_secret_value().encode()
    )
    return name and password


def issue_token(settings: Settings, now: datetime | None = None) -> str:
    issued = now or datetime.now(UTC)
    claims = {
        "sub": settings.owner_username,
        "iat": issued,
        "exp": issued + timedelta(minutes=settings.access_token_minutes),
    }
    return jwt.encode(claims, settings.jwt_secret_key.get_secret_value(), algorithm=ALGORITHM)


async def require_owner(
    request: Request, credentials: HTTPAuthorizationCredentials | None = Depends(bearer)
) -> str:
    """The owner's name, for routes that only the owner may use."""
    settings: Settings = request.app.state.settings
    refused = HTTPException(
        status.HTTP_401_UNAUTHORIZED, "Log in first", headers={"WWW-Authenticate": "Bearer"}
    )
    if credentials is None:
        raise refused
    try:
        claims = jwt.decode(
            credentials.credentials,
            settings.jwt_secret_key.get_secret_value(),
            algorithms=[ALGORITHM],
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError:
        raise refused from None
    if claims["sub"] != settings.owner_username:
        raise refused
    return claims["sub"]
