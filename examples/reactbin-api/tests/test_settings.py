import pytest

from app.settings import Settings, load_settings
from tests.conftest import ENVIRONMENT


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_each_required_variable_is_named_when_it_is_missing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(SystemExit, match=name) as ended:
        load_settings()
    assert ended.value.code not in (0, None)


def test_there_are_exactly_these_required_variables() -> None:
    required = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert required == set(ENVIRONMENT)


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    shown = repr(load_settings())
    assert ENVIRONMENT["JWT_SECRET_KEY"] not in shown
    assert ENVIRONMENT["OWNER_PASSWORD"] not in shown
