"""Health: alive without the database, ready with it."""

import logging

from fastapi import APIRouter, Depends, HTTPException, status
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import get_session

router = APIRouter(tags=["health"])
log = logging.getLogger(__name__)


@router.get("/health")
async def health() -> dict[str, str]:
    """The process is up and answers. Asks nothing of the database: a restart would not mend that."""
    return {"status": "ok"}


@router.get("/ready")
async def ready(session: AsyncSession = Depends(get_session)) -> dict[str, str]:
    """The database answers too: traffic may come."""
    try:
        await session.execute(text("select 1"))
    except (SQLAlchemyError, OSError) as error:
        log.warning("the database does not answer: %s", error)
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "The database does not answer") from None
    return {"status": "ready"}
