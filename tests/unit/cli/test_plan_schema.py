"""What ``callsheet plan --json`` answers is what its published schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from callsheet.planner.plan import Status
from tests.unit.cli.test_plan import CALENDAR, run

FILE = Path(__file__).parents[3] / "docs" / "reference" / "plan.schema.json"
SCHEMA: dict[str, Any] = json.loads(FILE.read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())

NEVER = CALENDAR + "Giant,2027-04-01,9 video,,,,\n"
BAD = CALENDAR + ",2027-04-01,1 video,,,,\nOdd,2027-04-01,1 piano,,,,\n"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["status"]["enum"] == [status.value for status in Status]


@pytest.mark.parametrize(
    ("text", "status", "skipped"),
    [(CALENDAR, "optimal", 0), (NEVER, "infeasible", 0), (BAD, "optimal", 2)],
    ids=["all in order", "one never starts", "bad rows left out"],
)
def test_answers_keep_the_schema(tmp_path: Path, text: str, status: str, skipped: int) -> None:
    code, out, said = run(tmp_path, text, "--json", "--skip-bad-rows")
    assert code == 0, said
    answer = json.loads(out)
    assert [error.message for error in VALIDATOR.iter_errors(answer)] == []
    assert (answer["status"], len(answer["skipped_rows"])) == (status, skipped)


def test_an_answer_for_varying_durations_keeps_it(tmp_path: Path) -> None:
    answer = json.loads(run(tmp_path, CALENDAR, "--json", "--robust")[1])
    assert [error.message for error in VALIDATOR.iter_errors(answer)] == []
    assert answer["solver"]["method"] == "stochastic"
    assert answer["objective"]["lower_bound"] == 0


@pytest.mark.parametrize("path", [("status",), ("projects", 0, "finish"), ("usage", 0, "held")])
def test_another_answer_would_not(tmp_path: Path, path: tuple[str | int, ...]) -> None:
    """The negative control: a wrong value anywhere is seen."""
    answer = json.loads(run(tmp_path, CALENDAR, "--json")[1])
    place = answer
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = "soon"
    assert not VALIDATOR.is_valid(answer)
