"""Every text is translated into every language, and nothing else stands in the catalogues."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.conf import settings

from tools import messages

LANGUAGES = sorted(messages.catalogues())


@cache
def wanted() -> Catalog:
    """Every text there is; read when it is first needed, because that takes a second."""
    return messages.texts()


def test_every_language_that_can_be_chosen_has_a_catalogue() -> None:
    assert [code for code, _ in settings.LANGUAGES if code != "en-gb"] == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_says_just_what_is_said(language: str) -> None:
    catalogue = messages.read(messages.catalogues()[language])
    found = messages.mistakes(catalogue, wanted())
    assert not found, "run `make messages`, then translate:\n" + "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    path = messages.catalogues()[language]
    fresh = BytesIO()
    write_mo(fresh, messages.read(path))
    assert path.with_suffix(".mo").read_bytes() == fresh.getvalue(), "run `make messages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_written_as_the_tool_writes_it(language: str, tmp_path: Path) -> None:
    path = messages.catalogues()[language]
    copy = tmp_path / "django.po"
    copy.write_bytes(path.read_bytes())
    assert messages.update(copy) == []
    assert copy.read_text() == path.read_text(), "run `make messages`"


def test_templates_and_code_are_read() -> None:
    ids = {message.id for message in wanted()}
    assert "Look at all of it" in ids  # in a template
    assert ("{n} credit", "{n} credits") in ids
    assert wanted().get("D j M", context="format of a day") is not None


WANTED_HERE = Catalog()
for text in ("{a} of %(b)s ", ("{n} day", "{n} days")):
    WANTED_HERE.add(text)


@pytest.mark.parametrize(
    ("one", "many", "wrong"),
    [
        ("{a} von %(b)s ", ("{n} Tag", "{n} Tage"), ""),
        ("", ("{n} Tag", "{n} Tage"), "not translated"),
        ("{b} von %(b)s ", ("{n} Tag", "{n} Tage"), "other places"),
        ("{a} von %(c)s ", ("{n} Tag", "{n} Tage"), "other places"),
        ("{a} von %(b)s", ("{n} Tag", "{n} Tage"), "other spaces"),
        ("{a} von %(b)s ", ("{n} Tag", "Tage"), "other places"),
        ("{a} von %(b)s ", ("{n} Tag", ""), "not translated"),
        ("{a} von %(b)s ", ("{n} Tag", "{n} Tage", "{n} Tagen"), "3 forms instead of 2"),
    ],
)
def test_mistakes_are_found(one: str, many: tuple[str, ...], wrong: str) -> None:
    made = Catalog(locale="de")
    made.add("{a} of %(b)s ", one)
    made.add(("{n} day", "{n} days"), many)
    found = messages.mistakes(made, WANTED_HERE)
    assert [line.startswith(wrong) for line in found] == ([True] if wrong else [])


def test_what_is_missing_left_over_or_uncertain_is_found() -> None:
    made = Catalog(locale="de")
    made.add("{a} of %(b)s ", "{a} von %(b)s ", flags=["fuzzy"])
    made.add("Gone", "Weg")
    found = "\n".join(messages.mistakes(made, WANTED_HERE))
    assert "missing: '{n} day'" in found
    assert "in no text any more: 'Gone'" in found
    assert "uncertain (fuzzy): '{a} of %(b)s '" in found
