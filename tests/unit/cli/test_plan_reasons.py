"""``callsheet plan`` says why projects are late, and what would help."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.test_plan import run
from tests.unit.cli.test_plan_schema import VALIDATOR

LATE = """title,go_live,credits,brief_type,status,finish_by,not_before,after
Held film,,20,,in production,2027-01-12,,
Teaser,2027-02-05,30,content creation,,,,
Sequel,2027-04-30,30,content creation,,,,Teaser
Rush,2027-06-11,10,content creation,,,2027-06-01,
Giant,2027-06-11,90,content creation,,,,
"""


def answer_of(tmp_path: Path, text: str = LATE, *more: str) -> dict[str, Any]:
    code, out, said = run(tmp_path, text, "--json", *more)
    assert code == 0, said
    answer: dict[str, Any] = json.loads(out)
    assert [error.message for error in VALIDATOR.iter_errors(answer)] == []
    return answer


def test_every_project_has_its_reason(tmp_path: Path) -> None:
    projects = {project["id"]: project for project in answer_of(tmp_path)["projects"]}
    said = {id: (p["reason"]["code"], p["waits_for"]) for id, p in projects.items()}
    assert said == {
        "Teaser": ("credits", ["Held film"]),
        "Sequel": ("predecessor", ["Teaser"]),
        "Rush": ("due_too_soon", []),
        "Giant": ("too_big", []),
    }
    teaser = projects["Teaser"]["reason"]
    assert teaser["missing"] == 10
    assert teaser["sentence"].startswith(
        "It waits for credits: 10 are missing on 2027-01-11, until “Held film” gives back on "
        "2027-01-12."
    )
    assert "needs 50 credits more" in projects["Giant"]["reason"]["sentence"]


def test_shortfalls_and_advice_have_dates(tmp_path: Path) -> None:
    answer = answer_of(tmp_path, LATE, "--uncertainty", "0")
    (span,) = answer["shortfalls"]
    # A start on 4 January would be a day before the last one in time.
    assert (span["from"], span["to"], span["credits"]) == ("2027-01-05", "2027-01-11", 10)
    assert span["projects"] == ["Teaser"]
    way = span["ways_out"][-1]
    assert (way["code"], way["credits"], way["saved_days"]) == ("more_credits", 10, 5)
    advice = {one["id"]: [way["code"] for way in one["ways_out"]] for one in answer["advice"]}
    assert advice == {"Rush": ["brief_earlier", "accept"], "Teaser": ["accept"]}


def test_what_helps_is_what_helps_on_average(tmp_path: Path) -> None:
    """What a way leaves and saves together is what the forecast of the whole expects without."""
    answer = answer_of(tmp_path)
    expected = answer["simulation"]["expected_days_late"]
    ways = [way for one in answer["advice"] for way in one["ways_out"]]
    (sooner,) = [way for way in ways if way["code"] == "brief_earlier"]
    accepted = [way for way in ways if way["code"] == "accept"]
    assert {way["days_late"] for way in accepted} == {expected}
    assert 0 < sooner["saved_days"] < expected
    assert sooner["days_late"] + sooner["saved_days"] == pytest.approx(expected, abs=0.11)
    by_id = {project["id"]: project for project in answer["projects"]}
    finish = {one["id"]: one["ways_out"][-1]["finish"] for one in answer["advice"]}
    assert finish == {id: by_id[id]["forecast"]["finish"]["p80"] for id in finish}
    assert "in four of five cases" in sooner["sentence"]
    assert "expected to be late" in sooner["sentence"]


def test_it_is_said_under_the_table(tmp_path: Path) -> None:
    _, out, _ = run(tmp_path, LATE)
    lines = [line.strip() for line in out.splitlines()]
    why, helps = (
        lines.index("Why late, or never"),
        lines.index("What would help (each planned again)"),
    )
    assert any(line.startswith("Teaser: It waits for credits") for line in lines[why:helps])
    assert any(line.startswith("10 credits more from 2027-01-05") for line in lines[helps:])
    assert any(line.startswith("Brief “Rush” up to") for line in lines[helps:])


def test_nothing_is_said_where_nothing_is_late(tmp_path: Path) -> None:
    """The negative control."""
    text = "title,go_live,credits\nFilm,2027-12-01,20\n"
    answer = answer_of(tmp_path, text)
    assert (answer["shortfalls"], answer["advice"]) == ([], [])
    out = run(tmp_path, text)[1]
    assert "Why late" not in out
    assert "What would help" not in out
