"""The files that ``callsheet repair`` writes: the whole plan, with the old days of what moves."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from icalendar import Calendar

from callsheet.cli.exits import ExitCode
from callsheet.cli.plan_moves import moves_section, say_move
from callsheet.cli.plan_page import page_of
from tests.unit.cli.test_plan_page import EVIL, MONDAY, Elements, answer, project
from tests.unit.cli.test_repair import CALENDAR, plan, repair, run

# The sequel follows the teaser, which takes five days more: 4 February becomes 11 February.
LATER = ("--slipped", "Teaser: +5", "--stability", "1000")


def written(tmp_path: Path, *more: str) -> tuple[dict[str, Any], str, Calendar, openpyxl.Workbook]:
    """The answer of a repair a fortnight after the plan, and what it wrote."""
    names = {form: tmp_path / f"mended.{form}" for form in ("html", "ics", "xlsx")}
    options = [word for form, file in names.items() for word in (f"--{form}", str(file))]
    answer = repair(plan(tmp_path), *options, *more, start="2027-01-18")
    return (
        answer,
        names["html"].read_text(),
        Calendar.from_ical(names["ics"].read_bytes()),
        openpyxl.load_workbook(io.BytesIO(names["xlsx"].read_bytes())),
    )


def rows_of(book: openpyxl.Workbook) -> dict[str, dict[str, Any]]:
    headings, *rows = (list(row) for row in book["Briefs"].iter_rows(values_only=True))
    by_title = (dict(zip(headings, row, strict=True)) for row in rows)
    return {row["Title"]: row for row in by_title}


def test_what_has_moved_is_marked_with_both_days(tmp_path: Path) -> None:
    answer, page, calendar, book = written(tmp_path, *LATER)
    (move,) = answer["moved"]
    assert (move["title"], move["from"], move["to"]) == ("Sequel", "2027-02-04", "2027-02-11")

    text = Elements(page).text
    assert "What has movedThu 4 Feb → Thu 11 FebSequel5 working days laterIt comes after" in text
    assert "Thu 11 Febmoved, was Thu 4 Feb20" in text  # its row in the table
    assert text.count("moved, was") == 1

    events = {str(event["summary"]): event for event in calendar.walk("VEVENT")}
    event = events["Brief by: Sequel (20 credits), moved"]
    assert event["dtstart"].dt == date(2027, 2, 11)
    said = "Moved from 2027-02-04 to 2027-02-11, 5 working days later. It comes after “Teaser”"
    assert str(event["description"]).startswith(said)
    assert "In four of five cases" in str(event["description"])
    assert [name for name in events if "moved" in name] == ["Brief by: Sequel (20 credits), moved"]

    rows = rows_of(book)
    assert rows["Sequel"]["Moved from"].date() == date(2027, 2, 4)
    assert rows["Sequel"]["Brief on"].date() == date(2027, 2, 11)
    assert rows["Sequel"]["Note"].startswith(said)
    assert rows["Sequel"]["Id"] == "Sequel"
    assert {rows[title]["Moved from"] for title in rows.keys() - {"Sequel"}} == {None}


def test_where_nothing_moves_the_files_are_those_of_the_plan(tmp_path: Path) -> None:
    answer, page, calendar, book = written(tmp_path)
    assert answer["moved"] == []
    assert "moved" not in Elements(page).text
    assert not [e for e in calendar.walk("VEVENT") if "moved" in str(e["summary"])]
    assert {row["Moved from"] for row in rows_of(book).values()} == {None}
    run("plan", str(tmp_path / "season.csv"), "--xlsx", str(tmp_path / "new.xlsx"))
    planned = rows_of(openpyxl.load_workbook(tmp_path / "new.xlsx"))
    assert "Moved from" not in planned["Film"]


def test_what_can_never_start_now_keeps_its_old_day() -> None:
    move = {
        "id": "Film", "title": EVIL, "from": MONDAY, "to": None, "days": None,
        "reason": {"code": "never", "sentence": "It can never start now."},
    }  # fmt: skip
    assert say_move(move) == "Was to be briefed on 2027-01-04. It can never start now."
    section = moves_section({"Film": move}, MONDAY)
    assert f"Mon 4 Jan → never{EVIL}" in Elements(section).text
    assert "<script" not in section
    sooner = move | {"to": date(2027, 1, 1), "days": -1}
    assert "2027-01-01, 1 working day earlier. It" in say_move(sooner)


def test_what_moved_into_this_week_says_so_where_it_is_to_be_briefed() -> None:
    move = {
        "id": "P0", "title": "Film 0", "from": date(2027, 1, 6), "to": MONDAY, "days": -2,
        "reason": {"code": "better", "sentence": "This way the whole is less late."},
    }  # fmt: skip
    text = Elements(page_of(answer(project(), project(1)), MONDAY, {"P0": move})).text
    week, rest = text.split("What has moved", 1)
    assert week.count("moved, was Wed 6 Jan") == 1
    assert rest.count("moved, was Wed 6 Jan") == 1


def test_no_file_that_is_read_is_written_over(tmp_path: Path) -> None:
    planned, calendar = plan(tmp_path)
    before = Path(planned).read_text()
    for option, file in (("--ics", planned), ("--html", calendar), ("--xlsx", str(tmp_path))):
        code, _, said = run("repair", planned, calendar, option, file)
        assert code == ExitCode.REFUSED
        assert ("is read by this command" in said) or ("it is a folder" in said)
    assert (Path(planned).read_text(), Path(calendar).read_text()) == (before, CALENDAR)
