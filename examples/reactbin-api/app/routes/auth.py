"""Login."""

from fastapi import APIRouter, HTTPException, Request, status

from app.schemas import AccessToken, Credentials
from app.security import is_owner, issue_token

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/login")
async def login(credentials: Credentials, request: Request) -> AccessToken:
    settings = request.app.state.settings
    if not is_owner(credentials, settings):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Wrong user name or password")
    return AccessToken(access_token=issue_token(settings))
