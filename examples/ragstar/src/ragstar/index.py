"""The database: passages with their vectors, and one summary for each repository."""

from dataclasses import dataclass
from typing import Any

import chromadb

from ragstar.config import Settings
from ragstar.repository import TextFile
from ragstar.search import chunks, embed

_BATCH = 500


@dataclass(frozen=True)
class Hit:
    repository: str
    path: str
    text: str
    distance: float


class Index:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = chromadb.PersistentClient(
            path=settings.db_path, settings=chromadb.Settings(anonymized_telemetry=False)
        )
        self._open()

    def _open(self) -> None:
        # The vectors are our own: without this, chromadb would fetch a model the first time it is asked.
        self._passages = self._client.get_or_create_collection("passages", embedding_function=None)
        self._summaries = self._client.get_or_create_collection("summaries", embedding_function=None)

    def put(self, name: str, url: str, files: list[TextFile], summary: str) -> int:
        """Takes the place of what was there of this repository; returns the number of passages."""
        self._passages.delete(where={"repository": name})
        ids: list[str] = []
        texts: list[str] = []
        notes: list[dict[str, Any]] = []
        for file in files:
            for number, chunk in enumerate(chunks(file.text, self._settings.chunk_lines)):
                ids.append(f"{name}:{file.path}:{number}")
                texts.append(chunk)
                notes.append({"repository": name, "path": file.path})
        for start in range(0, len(ids), _BATCH):
            part = slice(start, start + _BATCH)
            self._passages.upsert(
                ids=ids[part],
                documents=texts[part],
                metadatas=notes[part],
                embeddings=[embed(text) for text in texts[part]],
            )
        self._summaries.upsert(
            ids=[name], documents=[summary], metadatas=[{"url": url}], embeddings=[embed(summary)]
        )
        return len(ids)

    def query(self, question: str, limit: int) -> list[Hit]:
        found = self._passages.query(query_embeddings=[embed(question)], n_results=limit)
        rows = zip(found["documents"][0], found["metadatas"][0], found["distances"][0], strict=True)
        return [Hit(note["repository"], note["path"], text, distance) for text, note, distance in rows]

    def summaries(self) -> list[dict[str, str]]:
        found = self._summaries.get()
        urls = {name: note["url"] for name, note in zip(found["ids"], found["metadatas"], strict=True)}
        return [{"name": name, "url": urls[name]} for name in sorted(urls)]

    def summary(self, name: str) -> str | None:
        texts = self._summaries.get(ids=[name])["documents"]
        return texts[0] if texts else None

    def clear(self) -> None:
        for name in ("passages", "summaries"):
            self._client.delete_collection(name)
        self._open()
