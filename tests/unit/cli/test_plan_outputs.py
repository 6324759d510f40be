"""What ``callsheet plan`` draws and writes beside its answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from icalendar import Calendar

from callsheet.cli.exits import ExitCode
from callsheet.cli.plan_calendar import ics_of
from callsheet.cli.plan_drawing import strip
from tests.unit.cli.test_plan import CALENDAR, run

MONDAY = date(2027, 1, 4)
MOMENT = datetime(2026, 12, 1, tzinfo=UTC)


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
    }
    return {"projects": [project | changes]}


def test_the_calendar_names_the_day_to_brief_and_the_day_wanted() -> None:
    brief, live = Calendar.from_ical(ics_of(answer(), MOMENT)).walk("VEVENT")
    assert str(brief["summary"]) == "Brief by: Film; für alle, 😀 (20 credits)"
    assert brief["dtstart"].dt == MONDAY
    assert live["dtstart"].dt == date(2027, 2, 3)
    assert "1 working day late" in str(live["description"])


def test_events_keep_their_uids_when_the_plan_moves() -> None:
    def uids(made: dict[str, object]) -> list[str]:
        events = Calendar.from_ical(ics_of(made, MOMENT)).walk("VEVENT")
        return [str(event["uid"]) for event in events]

    moved = answer(brief_by=MONDAY + timedelta(days=9), title="Another title")
    assert uids(answer()) == uids(moved)
    assert len(set(uids(answer()))) == 2
    assert not set(uids(answer())) & set(uids(answer(id="Other")))


def test_what_never_starts_has_no_day_to_brief() -> None:
    made = answer(brief_by=None, finish=None, tardiness=None)
    (live,) = Calendar.from_ical(ics_of(made, MOMENT)).walk("VEVENT")
    assert str(live["summary"]).startswith("Wanted by")


def test_the_file_is_written_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "briefs.ics"
    assert run(tmp_path, CALENDAR, "--ics", str(file))[0] == 0
    assert len(Calendar.from_ical(file.read_bytes()).walk("VEVENT")) == 4
    code, _, said = run(tmp_path, CALENDAR, "--ics", str(tmp_path / "no" / "briefs.ics"))
    assert code == ExitCode.REFUSED
    assert "cannot be written" in said
