"""The service: `uvicorn app.main:app`, run from the folder that holds `app/`."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from app.database import create_engine, create_sessions
from app.logs import configure_logs
from app.routes import auth, health, reactions
from app.settings import Settings, load_settings
from app.storage import S3Storage, create_client

log = logging.getLogger(__name__)


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_engine(settings.database_url)
        app.state.sessions = create_sessions(engine)
        app.state.storage = S3Storage(create_client(settings), settings.s3_bucket_name)
        log.info("ready, images are kept in the bucket %s", settings.s3_bucket_name)
        yield
        await engine.dispose()
        log.info("stopped")

    app = FastAPI(title="reactbin", version="1.4.0", lifespan=lifespan)
    app.state.settings = settings
    api = APIRouter(prefix="/api/v1")
    for routes in (health, auth, reactions):
        api.include_router(routes.router)
    app.include_router(api)
    return app


_settings = load_settings()
configure_logs(_settings.log_level)
app = create_app(_settings)
