"""Log lines tell what happened and nothing that was only in somebody's hands."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from callsheet.config.env import Env
from callsheet.config.logs import django_logging


@pytest.fixture
def logging_kept() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.usefixtures("logging_kept")
def test_a_traceback_shows_no_local_variables(
    form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLSHEET_LOG_FORMAT", form)
    django_logging(Env())

    def log_in(password: str) -> None:
        raise RuntimeError(f"no such login, {len(password)} characters")

    try:
        log_in("correct" + " horse")
    except RuntimeError:
        logging.getLogger("some.library").exception("It did not work")
    said = capsys.readouterr().err
    assert "It did not work" in said
    assert "no such login, 13 characters" in said
    assert "correct horse" not in said
