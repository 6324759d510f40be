"""The catalogue of refusals: all are found, each says something, and what it names is filled in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from callsheet.credits.post import _SENTENCES
from tools import error_codes

NAMED = re.compile(r"\{([a-z_]\w*)\}")
SAYING = {*error_codes.STATUS, "Problem", "error", "warn", "NotReadable", "Unreadable"} | {
    called for _, called in error_codes.THROUGH
}


def test_the_walk_over_refusals_finds_what_is_known_to_be_there() -> None:
    found = {(refusal.code, refusal.status) for refusal in error_codes.refusals()}
    assert {
        ("not_enough_available", 409),  # the database function
        ("other_organization", 422),  # chosen there first, raised later
        ("borrowing_off", 409),
        ("viewer_may_not_write", 403),  # through `_require`
        ("concept_under_minimum", 422),  # through the checklist
        ("title_missing", 422),  # through `refuse`
        ("stale", 409),
        ("unknown_column", 0),  # of a sheet
    } <= found


def test_no_sentence_is_only_what_is_filled_in() -> None:
    empty = [r for r in error_codes.refusals() if not error_codes.says_something(r.sentence)]
    assert empty == []


def test_a_sentence_that_is_handed_on_is_said_on_the_page() -> None:
    said = {r.sentence for r in error_codes.refusals() if r.code == "wanted_not_understood"}
    assert "{item}: at most {most_quantity}, not {count}." in said
    assert "“{piece}”: a quantity cannot be below 1." in said
    assert len(said) == 6
    assert not any("variation" in sentence for sentence in said)  # not asked of an entry
    assert "| {sentence} |" not in error_codes.page()


def test_a_refusal_without_words_of_its_own_is_an_error_of_the_walk() -> None:
    tree = ast.parse("def f():\n    raise Refused('code', error.sentence)\n")
    with pytest.raises(ValueError, match="the sentence of this refusal"):
        list(error_codes._in_module("services/some.py", tree))


def left_open(tree: ast.AST) -> Iterator[str]:
    """What stands in braces in a refusal's plain text, where nothing will ever fill it in."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and error_codes._called(call) in SAYING:
            # What `format` is called on is filled in by it.
            formatted = {
                id(node.func.value)
                for node in ast.walk(call)
                if isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("format", "format_map")
            }
            filled = {
                id(part)
                for node in ast.walk(call)
                if isinstance(node, ast.JoinedStr)
                for part in node.values
            }
            for node in ast.walk(call):
                if isinstance(node, ast.Constant) and id(node) not in formatted | filled:
                    yield from NAMED.findall(str(node.value))


def test_nothing_is_left_open_in_what_is_raised() -> None:
    files = [file for file in error_codes.SOURCE.rglob("*.py") if "migrations" not in file.parts]
    found = [(file.name, name) for file in files for name in left_open(ast.parse(file.read_text()))]
    assert found == []


@pytest.mark.parametrize(
    ("raised", "open_"),
    [
        ("Refused('code', '{a} is wrong')", ["a"]),
        ("Refused('code', 'It is ' + ('{a}' if b else c))", ["a"]),
        ("Refused('code', f'{a} is wrong')", []),
        ("Refused('code', '{a} is wrong'.format(a=a))", []),
    ],
)
def test_what_is_left_open_would_be_found(raised: str, open_: list[str]) -> None:
    assert list(left_open(ast.parse(raised))) == open_


@pytest.mark.parametrize("code", [code for code, said in _SENTENCES.items() if NAMED.search(said)])
def test_the_database_gives_what_the_ledgers_sentences_name(code: str) -> None:
    """Each statement that raises the code, or chooses it, puts the facts into its details."""
    text = Path(error_codes.SOURCE / "credits/sql/post_v2.sql").read_text()
    statements = [s for s in re.sub(r"--[^\n]*", "", text).split(";") if f"'{code}'" in s]
    assert statements
    for statement in statements:
        given = set(re.findall(r"'(\w+)'", statement.partition("json_build_object(")[2]))
        assert set(NAMED.findall(_SENTENCES[code])) <= given
