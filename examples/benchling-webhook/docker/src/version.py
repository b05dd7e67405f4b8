"""The version, read from pyproject.toml so that it is written in one place only."""

import os
import tomllib
from pathlib import Path


def read_version() -> str:
    """Return BUILD_VERSION when the build set it, else the version in pyproject.toml."""
    if version := os.environ.get("BUILD_VERSION"):
        return version
    pyproject = Path(__file__).parent.parent / "pyproject.toml"
    with pyproject.open("rb") as file:
        return tomllib.load(file)["project"]["version"]
