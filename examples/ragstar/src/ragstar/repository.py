"""Reads the text files of a repository, by the program git."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ragstar.config import Settings

MAX_FILE_BYTES = 200_000
TIMEOUT_SECONDS = 120


class RepositoryError(Exception):
    """The repository cannot be read; the message says why."""


@dataclass(frozen=True)
class TextFile:
    path: str
    text: str


def name_of(url: str) -> str:
    """`https://host/owner/Some.Repo.git` is `some.repo`."""
    last = url.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git").lower()
    return re.sub(r"[^a-z0-9._-]", "-", last) or "repository"


def read_repository(url: str, settings: Settings) -> list[TextFile]:
    """Clones the newest commit into a temporary folder, and returns what git tracks there."""
    with tempfile.TemporaryDirectory(prefix="ragstar-") as folder:
        _git(["clone", "--quiet", "--depth=1", "--", url, folder], settings)
        names = _git(["-C", folder, "ls-files", "-z"], settings).split("\0")
        return list(_texts(Path(folder), [name for name in names if name]))


def _texts(folder: Path, names: list[str]) -> Iterator[TextFile]:
    for name in names:
        path = folder / name
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
            continue
        try:
            yield TextFile(name, path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue  # Pictures and archives have nothing to say.


def _git(arguments: list[str], settings: Settings) -> str:
    environment = {
        **os.environ,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": settings.git_protocols,
    }
    if settings.github_token:
        # By the environment, not by the command line: every process of the machine can read that one.
        environment |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.https://github.com/.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Bearer {settings.github_token}",
        }
    try:
        done = subprocess.run(  # noqa: S603 -- no shell; what comes from outside stands behind `--`
            ["git", *arguments],  # noqa: S607 -- git lies elsewhere on every system
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise RepositoryError("the program git is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise RepositoryError(f"git took longer than {TIMEOUT_SECONDS} s") from error
    if done.returncode != 0:
        raise RepositoryError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "git failed")
    return done.stdout
