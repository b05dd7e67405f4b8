import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ragstar.config import load_settings
from ragstar.repository import name_of
from ragstar.search import DIMENSIONS, chunks, embed


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Imports the settings in an interpreter of its own, as the server does when it starts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAGSTAR_")}
    code = "from ragstar.config import settings; print(settings.ollama_url)"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, env={**kept, **environment}, capture_output=True, text=True)


def test_does_not_start_without_the_model_s_address(tmp_path: Path) -> None:
    done = start(tmp_path)
    assert done.returncode == 1
    assert "RuntimeError: RAGSTAR_OLLAMA_URL is required" in done.stderr


def test_takes_the_address_from_the_file_that_is_named(tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    file.write_text("ollama_url: http://model.invalid:11434/\n")
    done = start(tmp_path, RAGSTAR_CONFIG_PATH=str(file))
    assert done.stdout == "http://model.invalid:11434\n"


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "ragstar.yaml").write_text("ollama_url: http://from-the-file.invalid\n")
    done = start(tmp_path, RAGSTAR_OLLAMA_URL="http://from-outside.invalid")
    assert done.stdout == "http://from-outside.invalid\n"


def test_the_database_lies_in_the_working_directory_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAGSTAR_DB_PATH")
    assert load_settings().db_path == "./ragstar_db"


def test_a_vector_has_length_one() -> None:
    for text in ("", "one two two"):
        assert len(embed(text)) == DIMENSIONS
        assert math.isclose(sum(value * value for value in embed(text)), 1.0)


def test_passages_overlap_and_lose_nothing() -> None:
    rows = [f"line {number}" for number in range(10)]
    passages = chunks("\n".join(rows), 4)
    assert passages[:2] == ["\n".join(rows[0:4]), "\n".join(rows[3:7])]
    assert set("\n".join(passages).splitlines()) == set(rows)
    assert chunks("\n \n", 4) == []


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://host/o/Some.Repo.git", "some.repo"), ("https://host/o/a b/", "a-b"), ("/", "repository")],
)
def test_names_a_repository_by_its_url(url: str, name: str) -> None:
    assert name_of(url) == name
