import json
import logging
import sys

import pytest

from app.logs import JsonFormatter, configure_logs


def test_a_line_is_one_json_object_even_with_an_exception() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.makeLogRecord({"msg": "failed %s", "args": ("here",), "exc_info": sys.exc_info()})
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "failed here"
    assert "ValueError" in json.loads(line)["exception"]


def test_the_logs_of_uvicorn_go_to_stdout_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    logging.getLogger("uvicorn.error").info("started")
    captured = capsys.readouterr()
    assert json.loads(captured.out)["message"] == "started"
    assert captured.err == ""
