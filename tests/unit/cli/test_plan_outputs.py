"""What ``callsheet plan`` draws and writes beside its answer."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from callsheet.cli.exits import ExitCode
from callsheet.cli.plan_calendar import ics_of
from callsheet.cli.plan_drawing import strip
from tests.unit.cli.test_plan import CALENDAR, run

MONDAY = date(2027, 1, 4)
MOMENT = datetime(2026, 12, 1, tzinfo=UTC)


def test_the_table_can_be_read_at_80_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    giant = f"{'A giant with a title as long as this one ' * 2},2027-04-01,9 video,,,,\n"
    _, out, _ = run(tmp_path, CALENDAR + giant)
    table = [line for line in out.splitlines() if line[:4] in ("brie", "2027", "neve")]
    assert all(len(line) <= 80 for line in table)
    headings, film = (line.split() for line in (table[2], table[3]))
    assert " ".join(headings) == "brief on title credits 80 % date wanted by in time"
    assert (film[0], film[1:3], film[-2]) == ("2027-02-04", ["Launch", "film"], "2027-03-26")
    assert film[-1].endswith("%")
    assert table[4].split()[0] == "never"
    assert table[4].split()[-2:] == ["2027-04-01", "0%"]


def test_how_much_durations_vary_is_said_and_can_be_set(tmp_path: Path) -> None:
    def film(*more: str) -> tuple[str, dict[str, Any]]:
        answer = json.loads(run(tmp_path, CALENDAR, "--json", *more)[1])
        return answer["uncertainty_from"], answer["projects"][1]

    source, project = film("--uncertainty", "0")
    assert source == "option"
    assert set(project["forecast"]["start"].values()) == {project["start"]}
    assert set(project["forecast"]["finish"].values()) == {project["finish"]}
    assert project["forecast"]["on_time_probability"] == 1
    source, project = film()
    assert source == "defaults"
    finish = project["forecast"]["finish"]
    assert finish["p50"] < finish["p80"] < finish["p95"]
    # At usual durations it is in time with nine working days to spare.
    assert 0.4 < project["forecast"]["on_time_probability"] < 0.8
    assert "is a default of the catalogue, not your own" in run(tmp_path, CALENDAR)[1]
    assert "was given by you" in run(tmp_path, CALENDAR, "--uncertainty", "0.2")[1]
    code, _, said = run(tmp_path, CALENDAR, "--uncertainty", "4")
    assert code == ExitCode.USAGE
    assert "uncertainty" in said


def days(*held: int, capacity: int = 40) -> list[dict[str, object]]:
    return [
        {"date": MONDAY + timedelta(days=7 * n), "held": units, "capacity": capacity}
        for n, units in enumerate(held)
    ]


def test_a_week_is_as_high_as_it_is_full() -> None:
    # 0, 1, 20, 39, 40 and 41 of 40; only what is full is a full block, only what is empty a blank.
    (line,) = strip(days(0, 1, 20, 39, 40, 41))
    assert line.startswith("weeks from 2027-01-04 on │ ▁▄▇█!│")
    # 141 of 240.
    assert line.endswith("59% of the credits in use")


def test_a_year_has_two_lines() -> None:
    assert [len(line.split("│")[1]) for line in strip(days(*[20] * 52))] == [26, 26]


def test_without_work_or_credits_nothing_breaks() -> None:
    assert strip([]) == []
    assert strip(days(0, capacity=0))[0].endswith("no credits")


def answer(**changes: object) -> dict[str, object]:
    project = {
        "id": "Film",
        "title": "Film; für alle, 😀",
        "credits": 20,
        "brief_by": MONDAY,
        "finish": date(2027, 2, 4),
        "due": date(2027, 2, 3),
        "tardiness": 1,
        "forecast": {
            "start": dict.fromkeys(("p50", "p80", "p95"), MONDAY),
            "finish": {
                "p50": date(2027, 2, 3), "p80": date(2027, 2, 9), "p95": date(2027, 2, 20),
            },
            "on_time_probability": 0.504,
        },
    }  # fmt: skip
    return {"projects": [project | changes]}


def test_the_calendar_names_the_day_to_brief_and_the_day_wanted() -> None:
    brief, live = Calendar.from_ical(ics_of(answer(), MOMENT)).walk("VEVENT")
    assert str(brief["summary"]) == "Brief by: Film; für alle, 😀 (20 credits)"
    assert brief["dtstart"].dt == MONDAY
    assert live["dtstart"].dt == date(2027, 2, 3)
    assert str(live["description"]).startswith("In time with a chance of 50%. The plan is 1 ")
    assert "in four of five cases it is finished by 2027-02-09" in str(brief["description"]).lower()


def test_events_keep_their_uids_when_the_plan_moves() -> None:
    def uids(made: dict[str, object]) -> list[str]:
        events = Calendar.from_ical(ics_of(made, MOMENT)).walk("VEVENT")
        return [str(event["uid"]) for event in events]

    moved = answer(brief_by=MONDAY + timedelta(days=9), title="Another title")
    assert uids(answer()) == uids(moved)
    assert len(set(uids(answer()))) == 2
    assert not set(uids(answer())) & set(uids(answer(id="Other")))


def test_what_never_starts_has_no_day_to_brief() -> None:
    never = dict.fromkeys(("p50", "p80", "p95"))
    seen = {"start": never, "finish": never, "on_time_probability": 0.0}
    made = answer(brief_by=None, finish=None, tardiness=None, forecast=seen)
    (live,) = Calendar.from_ical(ics_of(made, MOMENT)).walk("VEVENT")
    assert str(live["summary"]).startswith("Wanted by")


def test_the_file_is_written_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "briefs.ics"
    assert run(tmp_path, CALENDAR, "--ics", str(file))[0] == 0
    assert len(Calendar.from_ical(file.read_bytes()).walk("VEVENT")) == 4
    code, _, said = run(tmp_path, CALENDAR, "--ics", str(tmp_path / "no" / "briefs.ics"))
    assert code == ExitCode.REFUSED
    assert "cannot be written" in said
