"""The workbook of ``callsheet plan --xlsx``, read again by the library that spreadsheets trust."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from callsheet.cli.exits import ExitCode
from callsheet.cli.plan_workbook import workbook_of
from tests.unit.cli.test_plan import CALENDAR, run

ODD = ("=1+1", "+49 days", "-20 % weekend", "@home", "=HYPERLINK(A1)", "\x07Bell", "Für alle 😀")

FORECAST = {
    "start": dict.fromkeys(("p50", "p80", "p95"), date(2027, 1, 4)),
    "finish": {"p50": date(2027, 2, 3), "p80": date(2027, 2, 9), "p95": date(2027, 2, 20)},
    "on_time_probability": 0.504,
}
NEVER = dict.fromkeys(("p50", "p80", "p95"))


def answer(title: str = "Film", **changes: Any) -> dict[str, Any]:
    project = {
        "id": title, "title": title, "credits": 20, "duration": 25,
        "brief_type": "content_creation", "brief_type_assumed": False, "notes": {},
        "brief_by": date(2027, 1, 4), "start": date(2027, 1, 4), "finish": date(2027, 2, 4),
        "due": date(2027, 2, 3), "tardiness": 1, "slack": -1, "forecast": FORECAST,
    }  # fmt: skip
    return {
        "status": "optimal",
        "objective": {"gap": 0.0, "lower_bound": 1.0},
        "projects": [project | changes],
        "teams": [],
        "usage": [{"date": date(2027, 1, 4), "held": 20, "capacity": 40}],
        "skipped_rows": [{"row": 5, "column": "go_live", "rule": "=Not a date."}],
        "warnings": [],
        "durations_from": "defaults",
        "uncertainty_from": "defaults",
        "simulation": {
            "replications": 1000, "expected_late": 0.504, "expected_days_late": 3.2,
            "last_finish": FORECAST["finish"],
        },
    }  # fmt: skip


def book_of(made: dict[str, Any]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook_of(made)))


def test_days_are_dates_amounts_are_numbers_and_headings_stay() -> None:
    book = book_of(answer())
    assert book.sheetnames == ["Briefs", "Usage", "Notes"]
    assert [tab.freeze_panes for tab in book] == ["A2"] * 3
    headings, row = ([cell.value for cell in line] for line in book["Briefs"].iter_rows(max_row=2))
    read = dict(zip(headings, row, strict=True))
    assert str(read["Brief on"]) == "2027-01-04 00:00:00"
    assert str(read["Wanted by"]) == "2027-02-03 00:00:00"
    assert str(read["80 % date"]) == "2027-02-09 00:00:00"
    assert read["Chance in time"] == 0.504
    assert book["Briefs"]["I2"].number_format == "0 %"
    assert (read["Credits"], read["Working days late"], read["To spare"]) == (20, 1, -1)
    assert read["Brief type"] == "Content creation"
    assert book["Briefs"]["A2"].is_date
    day = [cell.value for cell in book["Usage"][2]]
    assert str(day[0]) == "2027-01-04 00:00:00"
    assert day[1:] == [20, 40, 0.5]


@pytest.mark.parametrize("title", ODD)
def test_titles_stay_texts(title: str) -> None:
    cell = book_of(answer(title))["Briefs"]["B2"]
    assert (cell.data_type, cell.value) == ("s", title.lstrip("\x07"))
    assert cell.quotePrefix


def test_notes_say_how_good_the_plan_is_and_what_was_left_out() -> None:
    tab = book_of(answer())["Notes"]
    assert tab["D2"].value.startswith("Proved: no other order is better.")
    assert tab["D3"].value.startswith("The project is late with a chance of 50%; in four of five")
    assert "not your own experience" in tab["D3"].value
    assert [cell.value for cell in tab[4]] == ["Left out", 5, "go_live", "=Not a date."]
    assert tab["D4"].data_type == "s"


def test_what_never_starts_says_so() -> None:
    seen = {"start": NEVER, "finish": NEVER, "on_time_probability": 0.0}
    never = answer(
        brief_by=None, start=None, finish=None, tardiness=None, slack=None, forecast=seen
    )
    tab = book_of(never)["Briefs"]
    assert tab["A2"].value is None
    assert tab["G2"].value is None
    assert "never start" in tab["L2"].value


def test_the_file_is_written_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "plan.xlsx"
    assert run(tmp_path, CALENDAR, "--xlsx", str(file))[0] == 0
    book = openpyxl.load_workbook(file)
    assert [cell.value for cell in book["Briefs"]["B"]] == ["Title", "Teaser", "Launch film"]
    code, _, said = run(tmp_path, CALENDAR, "--xlsx", str(tmp_path / "no" / "plan.xlsx"))
    assert code == ExitCode.REFUSED
    assert "cannot be written" in said
