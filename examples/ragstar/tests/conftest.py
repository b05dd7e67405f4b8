import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.ollama_stand_in import serve

# ragstar.config reads them when it is imported.
_server = serve("127.0.0.1", 0)
os.environ["RAGSTAR_OLLAMA_URL"] = f"http://127.0.0.1:{_server.server_address[1]}"
os.environ["RAGSTAR_DB_PATH"] = tempfile.mkdtemp(prefix="ragstar-tests-")
os.environ["RAGSTAR_ADMIN_TOKEN"] = "for tests only"
os.environ["RAGSTAR_GIT_PROTOCOLS"] = "file"

from ragstar import api  # noqa: E402
from ragstar.config import Settings  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def model() -> Iterator[None]:
    threading.Thread(target=_server.serve_forever, daemon=True).start()
    yield
    _server.shutdown()
    _server.server_close()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The service's settings, with a database of this test's own."""
    own = replace(api.settings, db_path=str(tmp_path / "db"))
    monkeypatch.setattr(api, "settings", own)
    return own


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(api.app) as client:
        yield client


@pytest.fixture
def repository(tmp_path: Path) -> str:
    """A small repository, as the URL that is cloned; one of its files is not tracked."""
    folder = tmp_path / "Star.Map"
    folder.mkdir()
    (folder / "README.md").write_text("# Star map\nDraws the night sky for a place and an hour.\n")
    (folder / "src").mkdir()
    (folder / "src" / "sky.py").write_text("def constellation(name):\n    return CATALOGUE[name]\n")
    (folder / "picture.png").write_bytes(b"\x89PNG\xff\xfe\x00")
    git = ["git", "-C", str(folder), "-c", "user.name=Test", "-c", "user.email=test@example.invalid"]
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "All"]):
        subprocess.run([*git, *arguments], check=True)
    (folder / "notes.txt").write_text("not tracked\n")
    return folder.as_uri()
