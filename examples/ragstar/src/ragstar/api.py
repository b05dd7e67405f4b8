"""The service: `uvicorn ragstar.api:app`."""

import hmac
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from ragstar import ollama
from ragstar.config import settings
from ragstar.index import Index
from ragstar.ollama import OllamaError
from ragstar.repository import RepositoryError, name_of, read_repository
from ragstar.summarizer import summarize

log = logging.getLogger("ragstar")


class BuildRequest(BaseModel):
    repositories: list[str] = Field(min_length=1, max_length=20)


class QueryRequest(BaseModel):
    question: str = Field(min_length=1, max_length=2000)
    limit: int = Field(default=5, ge=1, le=50)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app.state.index = Index(settings)
    log.info("ready, the database is in %s", settings.db_path)
    yield
    log.info("stopped")


app = FastAPI(title="RAGstar API", version="0.2.0", lifespan=lifespan)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/config")
def config() -> dict[str, Any]:
    """Everything but the tokens; of those, whether they are set."""
    shown = asdict(settings)
    for name in ("github_token", "admin_token"):
        shown[name] = bool(shown[name])
    return shown


@app.get("/summaries")
def summaries(request: Request) -> list[dict[str, str]]:
    return request.app.state.index.summaries()


@app.get("/summaries/{name}")
def summary(name: str, request: Request) -> dict[str, str]:
    text = request.app.state.index.summary(name)
    if text is None:
        raise HTTPException(404, f"there is no summary of {name}")
    return {"name": name, "summary": text}


@app.post("/build")
def build(body: BuildRequest, request: Request) -> dict[str, Any]:
    return {"repositories": [_build_one(url, request.app.state.index) for url in body.repositories]}


@app.post("/build/stream")
def build_stream(body: BuildRequest, request: Request) -> StreamingResponse:
    """Server-sent events: one for each repository as soon as it is done, and one at the end."""

    def events() -> Iterator[str]:
        for url in body.repositories:
            try:
                yield _event("built", _build_one(url, request.app.state.index))
            except HTTPException as error:
                yield _event("failed", {"name": name_of(url), "error": error.detail})
        yield _event("end", {"repositories": len(body.repositories)})

    return StreamingResponse(events(), media_type="text/event-stream", headers={"cache-control": "no-store"})


@app.post("/query")
def query(body: QueryRequest, request: Request) -> dict[str, Any]:
    return {"hits": [asdict(hit) for hit in request.app.state.index.query(body.question, body.limit)]}


@app.post("/ask")
def ask(body: QueryRequest, request: Request) -> dict[str, Any]:
    hits = request.app.state.index.query(body.question, body.limit)
    passages = "\n\n".join(f"--- {hit.repository}/{hit.path}\n{hit.text}" for hit in hits)
    prompt = f"Answer from these passages only.\n\n{passages}\n\nQuestion: {body.question}"
    try:
        answer = ollama.generate(prompt, settings)
    except OllamaError as error:
        raise HTTPException(502, str(error)) from error
    return {"answer": answer, "sources": sorted({f"{hit.repository}/{hit.path}" for hit in hits})}


@app.post("/clear")
def clear(request: Request, x_admin_token: Annotated[str, Header()] = "") -> dict[str, str]:
    if not settings.admin_token or not hmac.compare_digest(x_admin_token, settings.admin_token):
        raise HTTPException(403, "x-admin-token is missing or wrong")
    request.app.state.index.clear()
    return {"status": "cleared"}


def _build_one(url: str, index: Index) -> dict[str, Any]:
    name = name_of(url)
    try:
        files = read_repository(url, settings)
        text = summarize(name, files, settings)
    except RepositoryError as error:
        raise HTTPException(422, f"{name}: {error}") from error
    except OllamaError as error:
        raise HTTPException(502, str(error)) from error
    return {"name": name, "files": len(files), "passages": index.put(name, url, files, text)}


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
