"""``callsheet plan`` says by which day to brief at the latest."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from callsheet.cli import plan_latest
from tests.unit.cli.test_plan import run
from tests.unit.cli.test_plan_schema import VALIDATOR

CALENDAR = """title,go_live,deliverables,brief_type,after
Teaser,2027-02-26,2 video,content creation,
Launch film,2027-05-26,"2 video, 4 static",original creative,Teaser
Overnight,2027-01-06,2 static,original creative,
"""


def answer_of(tmp_path: Path, *more: str) -> dict[str, Any]:
    code, out, said = run(tmp_path, CALENDAR, "--json", *more, capacity="80")
    assert code == 0, said
    answer: dict[str, Any] = json.loads(out)
    assert [error.message for error in VALIDATOR.iter_errors(answer)] == []
    return answer


def latest(answer: dict[str, Any]) -> dict[str, Any]:
    return {project["id"]: project["brief_by_at"] for project in answer["projects"]}


def test_a_higher_chance_is_an_earlier_day(tmp_path: Path) -> None:
    found = latest(answer_of(tmp_path))
    film = [date.fromisoformat(found["Launch film"][name]) for name in ("p95", "p80", "p50")]
    assert film == sorted(set(film))
    assert date(2027, 1, 4) < film[0]
    assert film[-1] < date(2027, 5, 26)
    assert found["Overnight"] == {"p50": None, "p80": None, "p95": None}


def test_without_uncertainty_there_are_no_chances(tmp_path: Path) -> None:
    assert set(latest(answer_of(tmp_path, "--uncertainty", "0")).values()) == {None}


def test_far_briefs_of_large_calendars_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_latest, "MOST_WORK", 3)
    given = [found is not None for found in latest(answer_of(tmp_path)).values()]
    assert given == [True, False, False]


def test_the_most_urgent_are_named(tmp_path: Path) -> None:
    _, out, _ = run(tmp_path, CALENDAR, capacity="80")
    days = latest(answer_of(tmp_path))
    said = (
        f"briefed by: {days['Teaser']['p80']} “Teaser”, {days['Launch film']['p80']} “Launch film”."
    )
    assert said in " ".join(out.split())
    assert "That chance is out of reach for 1 of the next 3 briefs with dates." in out
