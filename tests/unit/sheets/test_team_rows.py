"""A list of teams is read, or refused with row, column and rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from callsheet.sheets.team_rows import TeamRow, read_teams

HEAD = "Team,Credits,From,May borrow,May lend\n"


def read(tmp_path: Path, rows: str) -> tuple[tuple[TeamRow, ...], list[str]]:
    file = tmp_path / "teams.csv"
    file.write_text(HEAD + rows)
    reading = read_teams(file, today=date(2027, 1, 4))
    return reading.teams, [str(problem) for problem in reading.problems]


def test_limits_and_later_credits(tmp_path: Path) -> None:
    rows = "North,40,,20,10\nSouth,30,,,\nnorth,50,2027-03-01,,\nNorth,45,2027-04-01,,\n"
    assert read(tmp_path, rows) == (
        (
            TeamRow("North", ((None, 40), (date(2027, 3, 1), 50), (date(2027, 4, 1), 45)), 20, 10),
            TeamRow("South", ((None, 30),), 0, None),
        ),
        [],
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", "no team in this file"),
        ("North,many,,,\n", "row 2, column Credits, “many”"),
        (",40,,,\n", "row 2"),
        ("North,40,2027-03-01,,\n", "row 2, column From, “2027-03-01”: The first row of a team"),
        ("North,40,,,\nNorth,50,,,\n", "row 3, column Team, “North”: The team is there already"),
        ("North,4,,,\nNorth,5,2027-03-01,,\nNorth,6,2027-02-01,,\n", "row 4, column From"),
        ("North,4,,,\nNorth,5,2027-03-01,9,\n", "row 3, column May borrow, “9”: Limits stand"),
        ("North,40,,-5,\n", "row 2, column May borrow"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, rows: str, said: str) -> None:
    assert said in "\n".join(read(tmp_path, rows)[1])


def from_json(tmp_path: Path, data: Any) -> tuple[tuple[TeamRow, ...], list[str]]:
    file = tmp_path / "teams.json"
    file.write_text(json.dumps(data))
    reading = read_teams(file, today=date(2027, 1, 4))
    return reading.teams, [str(problem) for problem in reading.problems]


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"teams": rows, "projects": []}])
def test_json_has_the_words_of_a_problem(tmp_path: Path, wrap: Callable[[Any], Any]) -> None:
    rows = [
        {"name": "North", "own": 40, "may_borrow": 20, "may_lend": 0},
        {"team": "South", "Credits": 30, "from": None, "may_lend": None},
        {"name": "north", "own": 50, "from": "2027-03-01"},
    ]
    assert from_json(tmp_path, wrap(rows)) == (
        (
            TeamRow("North", ((None, 40), (date(2027, 3, 1), 50)), 20, 0),
            TeamRow("South", ((None, 30),), 0, None),
        ),
        [],
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"projects": []}, "neither a list of teams nor {“teams”: [ … ]}"),
        (7, "neither a list of teams"),
        (["North"], "Number 1 of the list is no object like {“team”: …}"),
        ([], "The sheet is empty"),
        ([{"name": "North"}], "The column Credits is missing"),
        ([{"name": "North", "own": 40, "team": "N"}], "Number 1 of the list has two keys"),
        ([{"name": "North", "own": [[0, 40]]}], "row 1, column credits, “[[0, 40]]”"),
        ([{"name": "North", "own": True}], "row 1, column credits"),
        ([{"name": "North", "own": 40.5}], "row 1, column credits, “40.5”"),
        ([{"name": "North", "own": -4}], "row 1, column credits, “-4”"),
        ([{"name": "North", "own": 4}, {"name": "North", "own": 5}], "row 2, column team, “North”"),
        ([{"name": "North", "own": 4, "may_lend": "much"}], "row 1, column may_lend, “much”"),
    ],
)
def test_what_is_wrong_in_json_is_named(tmp_path: Path, data: Any, said: str) -> None:
    assert said in "\n".join(from_json(tmp_path, data)[1])


def test_a_file_that_is_none(tmp_path: Path) -> None:
    reading = read_teams(tmp_path / "none.csv", today=date(2027, 1, 4))
    assert len(reading.problems) == 1
