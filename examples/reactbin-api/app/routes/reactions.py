"""Reactions: anyone may look, the owner may change."""

from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response, status
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import get_session
from app.models import Reaction
from app.schemas import ReactionCreate, ReactionRead, ReactionUpdate
from app.security import require_owner
from app.storage import Storage, get_storage

CONTENT_TYPES = {"image/gif", "image/jpeg", "image/png", "image/webp"}

router = APIRouter(prefix="/reactions", tags=["reactions"])
owner_only = [Depends(require_owner)]


async def find_reaction(reaction_id: UUID, session: AsyncSession = Depends(get_session)) -> Reaction:
    reaction = await session.get(Reaction, reaction_id)
    if reaction is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "No such reaction")
    return reaction


@router.get("", response_model=list[ReactionRead])
async def list_reactions(
    tag: str | None = Query(default=None, max_length=40),
    limit: int = Query(default=50, ge=1, le=200),
    session: AsyncSession = Depends(get_session),
) -> list[Reaction]:
    """The newest first."""
    found = (await session.scalars(select(Reaction).order_by(Reaction.created_at.desc()))).all()
    return [item for item in found if tag is None or tag.lower() in item.tags][:limit]


@router.post("", status_code=status.HTTP_201_CREATED, response_model=ReactionRead, dependencies=owner_only)
async def create_reaction(body: ReactionCreate, session: AsyncSession = Depends(get_session)) -> Reaction:
    reaction = Reaction(title=body.title, tags=body.tags)
    session.add(reaction)
    await session.commit()
    return reaction


@router.get("/{reaction_id}", response_model=ReactionRead)
async def read_reaction(reaction: Reaction = Depends(find_reaction)) -> Reaction:
    return reaction


@router.patch("/{reaction_id}", response_model=ReactionRead, dependencies=owner_only)
async def update_reaction(
    body: ReactionUpdate,
    reaction: Reaction = Depends(find_reaction),
    session: AsyncSession = Depends(get_session),
) -> Reaction:
    for name, value in body.model_dump(exclude_none=True).items():
        setattr(reaction, name, value)
    await session.commit()
    return reaction


@router.delete("/{reaction_id}", status_code=status.HTTP_204_NO_CONTENT, dependencies=owner_only)
async def delete_reaction(
    reaction: Reaction = Depends(find_reaction),
    session: AsyncSession = Depends(get_session),
    storage: Storage = Depends(get_storage),
) -> None:
    """The row goes first: an object without a row is only waste, a row without its object is an error."""
    key, has_image = reaction.object_key, reaction.has_image
    await session.delete(reaction)
    await session.commit()
    if has_image:
        await storage.delete(key)


@router.put("/{reaction_id}/image", response_model=ReactionRead, dependencies=owner_only)
async def put_image(
    request: Request,
    reaction: Reaction = Depends(find_reaction),
    session: AsyncSession = Depends(get_session),
    storage: Storage = Depends(get_storage),
) -> Reaction:
    """Takes the picture as the body of the request, and keeps it in memory only."""
    content_type = request.headers.get("content-type", "")
    if content_type not in CONTENT_TYPES:
        raise HTTPException(
            status.HTTP_415_UNSUPPORTED_MEDIA_TYPE, f"Send one of {', '.join(sorted(CONTENT_TYPES))}"
        )
    content = await read_body(request, request.app.state.settings.max_image_bytes)
    await storage.put(reaction.object_key, content, content_type)
    reaction.content_type, reaction.size = content_type, len(content)
    await session.commit()
    return reaction


@router.get("/{reaction_id}/image")
async def get_image(
    reaction: Reaction = Depends(find_reaction), storage: Storage = Depends(get_storage)
) -> Response:
    content = await storage.get(reaction.object_key) if reaction.has_image else None
    if content is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "This reaction has no image yet")
    return Response(content, media_type=reaction.content_type)


async def read_body(request: Request, limit: int) -> bytes:
    """Stops reading as soon as the body is too long, whatever Content-Length said."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413, f"The image is larger than {limit} bytes")
    if not body:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "The body is empty")
    return bytes(body)
