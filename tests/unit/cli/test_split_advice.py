"""``callsheet split-advice``: calendars in, projects to brief as several out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from typer.testing import CliRunner

from callsheet.cli.exits import ExitCode
from callsheet.cli.main import build_planner

FILE = Path(__file__).parents[3] / "docs" / "reference" / "split-advice.schema.json"
SCHEMA: dict[str, Any] = json.loads(FILE.read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())

# All take 23 working days. Of 30 credits 20 are held until 12 April, so the film waits, although a
# third of it could begin at once.
HEAD = "title,go_live,credits,concepts,brief_type,status,finish_by\n"
CALENDAR = HEAD + """Old stills,,20,,content creation,in production,2027-04-12
Film,2027-02-10,30,10 + 10 + 10,content creation,,
"""  # fmt: skip


def run(tmp_path: Path, text: str, *more: str) -> tuple[int, str, str]:
    file = tmp_path / "season.csv"
    file.write_text(text)
    options = ["--capacity", "30", "--start", "2027-01-04", "--time-limit", "0.3", *more]
    done = CliRunner().invoke(build_planner(), ["split-advice", str(file), *options])
    return done.exit_code, done.stdout, done.stderr


def advice(tmp_path: Path, text: str, *more: str) -> dict[str, Any]:
    code, out, said = run(tmp_path, text, "--json", *more)
    assert code == 0, said
    answer: dict[str, Any] = json.loads(out)
    assert [error.message for error in VALIDATOR.iter_errors(answer)] == []
    return answer


def test_the_schema_is_one_and_sees_a_wrong_answer(tmp_path: Path) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    answer = advice(tmp_path, CALENDAR)
    answer["proposals"][0]["finishes"][0] = "soon"
    assert not VALIDATOR.is_valid(answer)


def test_concepts_of_the_calendar_are_proposed(tmp_path: Path) -> None:
    answer = advice(tmp_path, CALENDAR, "--uncertainty", "0")
    (film,) = answer["proposals"]
    assert (film["id"], film["parts"], film["hypothetical"]) == ("Film", [10, 10, 10], False)
    assert film["finishes"] == ["2027-02-04", "2027-03-09", "2027-04-09"]
    assert (film["finish_before"], film["days_apart"], film["days_later"]) == ("2027-05-13", 46, 0)
    assert (answer["before"]["days_late"], answer["after"]["days_late"]) == (66, 42)
    assert film["saved_days"] == 24
    assert "costs nothing" in film["sentence"]
    assert answer["replications"] == 1


def test_splits_are_compared_by_what_is_to_be_expected(tmp_path: Path) -> None:
    answer = advice(tmp_path, CALENDAR)
    assert answer["replications"] == 1_000
    (film,) = answer["proposals"]
    saved = answer["before"]["days_late"] - answer["after"]["days_late"]
    assert film["saved_days"] == pytest.approx(saved, abs=0.11)
    assert film["sentence"].startswith(
        "Brief “Film” as 3 projects of 10 + 10 + 10 credits: in four of five cases the first is "
        "finished by "
    )


def test_a_guess_is_called_hypothetical(tmp_path: Path) -> None:
    text = CALENDAR.replace("10 + 10 + 10", "").replace("Old stills,,20", "Old stills,,15")
    (film,) = advice(tmp_path, text)["proposals"]
    assert (film["parts"], film["hypothetical"]) == ([15, 15], True)
    assert "if its concepts allow that" in film["sentence"]
    out = " ".join(run(tmp_path, text, "--uncertainty", "0")[1].split())
    assert "(hypothetical)" in out
    assert "Without splits 1 project is late, by 66 working days in all. With 1 split" in out


def test_nothing_is_proposed_where_nothing_helps(tmp_path: Path) -> None:
    """The negative control: as one, it starts as soon as any of its concepts could."""
    soon = CALENDAR.replace("Film,2027-02-10", "Film,2027-02-01")
    _, out, _ = run(tmp_path, soon, "--capacity", "50")
    assert out == "No split helps; 1 project was tried.\n"
    assert advice(tmp_path, CALENDAR.replace("Film,2027-02-10", "Film,2027-12-10"))["tried"] == 0


@pytest.mark.parametrize(
    ("concepts", "rule"),
    [("10 10 5", "Its concepts have 25 credits together, it costs 30."), ("three", "Write the")],
)
def test_wrong_concepts_are_named(tmp_path: Path, concepts: str, rule: str) -> None:
    code, _, said = run(tmp_path, CALENDAR.replace("10 + 10 + 10", concepts))
    assert code == ExitCode.REFUSED
    assert f"row 3, column concepts, “{concepts}”: {rule}" in said
