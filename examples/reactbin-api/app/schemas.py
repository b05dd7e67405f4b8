"""What goes in and out over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Tag = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=40)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Credentials(BaseModel):
    username: str
    password: str


class AccessToken(BaseModel):
    access_token: str
    token_type: str = "bearer"  # noqa: S105


class ReactionCreate(BaseModel):
    title: Title
    tags: list[Tag] = Field(default_factory=list, max_length=20)


class ReactionUpdate(BaseModel):
    """Fields that are left out stay as they are."""

    title: Title | None = None
    tags: list[Tag] | None = Field(default=None, max_length=20)


class ReactionRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    tags: list[str]
    content_type: str | None
    size: int | None
    has_image: bool
    created_at: datetime
