import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from app.models import Reaction

ROOT = Path(__file__).parent.parent


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "test.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{file}")
    return file


def columns(database: Path) -> set[str]:
    connection = sqlite3.connect(database)
    try:
        return {row[1] for row in connection.execute("pragma table_info(reactions)")}
    finally:
        connection.close()


def test_the_migrations_make_the_table_the_code_expects(database: Path) -> None:
    config = Config(str(ROOT / "alembic.ini"))
    command.upgrade(config, "head")
    assert columns(database) == {column.name for column in Reaction.__table__.columns}
    command.check(config)


def test_the_migrations_can_be_taken_back(database: Path) -> None:
    config = Config(str(ROOT / "alembic.ini"))
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    assert columns(database) == set()
