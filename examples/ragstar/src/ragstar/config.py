"""Settings: the environment first, then the YAML file."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Settings:
    ollama_url: str
    ollama_model: str = "llama3.2:1b"
    db_path: str = "./ragstar_db"
    chunk_lines: int = 40
    git_protocols: str = "https"
    github_token: str = ""
    admin_token: str = ""
    log_level: str = "INFO"


def load_settings() -> Settings:
    file = _read_file(Path(os.environ.get("RAGSTAR_CONFIG_PATH", "ragstar.yaml")))
    ollama_url = os.environ.get("RAGSTAR_OLLAMA_URL") or file.get("ollama_url")
    if not ollama_url:
        raise RuntimeError("RAGSTAR_OLLAMA_URL is required: set it, or `ollama_url` in ragstar.yaml")
    return Settings(
        ollama_url=ollama_url.rstrip("/"),
        ollama_model=os.environ.get("RAGSTAR_OLLAMA_MODEL") or file.get("ollama_model") or "llama3.2:1b",
        db_path=os.environ.get("RAGSTAR_DB_PATH", "./ragstar_db"),
        chunk_lines=int(file.get("chunk_lines", 40)),
        git_protocols=os.environ.get("RAGSTAR_GIT_PROTOCOLS", "https"),
        github_token=os.environ.get("RAGSTAR_GITHUB_TOKEN", ""),
        admin_token=os.environ.get("RAGSTAR_ADMIN_TOKEN", ""),
        log_level=os.environ.get("RAGSTAR_LOG_LEVEL", "INFO"),
    )


def _read_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


settings = load_settings()
