"""Exports entries in background threads: the webhook is answered first, the archive follows."""

import json
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

import boto3
import structlog

log = structlog.get_logger()


class Exporter:
    """Writes each entry into a zip archive in the temporary directory and uploads it."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket
        self._threads: set[threading.Thread] = set()

    def submit(self, entry_id: str, payload: dict[str, Any]) -> None:
        thread = threading.Thread(target=self._run, args=(entry_id, payload), name=f"export-{entry_id}")
        self._threads.add(thread)
        thread.start()

    def wait(self) -> None:
        """Wait for every export that is under way."""
        for thread in list(self._threads):
            thread.join()

    def _run(self, entry_id: str, payload: dict[str, Any]) -> None:
        try:
            key = self.export(entry_id, payload)
            log.info("exported", entry=entry_id, key=key)
        except Exception:
            log.exception("export failed", entry=entry_id)
        finally:
            self._threads.discard(threading.current_thread())

    def export(self, entry_id: str, payload: dict[str, Any]) -> str:
        """Export one entry now and return its key in the bucket."""
        key = f"benchling/{entry_id}.zip"
        with tempfile.NamedTemporaryFile(suffix=".zip") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("entry.json", json.dumps(payload, indent=2))
            file.flush()
            boto3.client("s3").upload_file(str(Path(file.name)), self.bucket, key)
        return key
