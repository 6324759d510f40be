"""What the columns of a calendar do to the plan, and where they are seen again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl

from tests.unit.cli.test_plan import run
from tests.unit.cli.test_plan_schema import VALIDATOR

HEAD = "title,go live,credits,brief type,status,started,finish by\n"
NEXT = "Next,2027-06-01,40,original creative,,,\n"


def answer(tmp_path: Path, rows: str, *more: str) -> dict[str, Any]:
    code, out, said = run(tmp_path, HEAD + rows + NEXT, "--json", *more)
    assert code == 0, said
    found: dict[str, Any] = json.loads(out)
    assert [error.message for error in VALIDATOR.iter_errors(found)] == []
    return found


def test_credits_in_production_come_back_when_the_row_says(tmp_path: Path) -> None:
    rows = "Film,,40,original creative,in production,2026-12-21,2027-01-20\n"
    found = answer(tmp_path, rows)
    assert found["projects"][0]["brief_by"] == "2027-01-20"
    assert found["in_production"][0]["finish_expected"] is False


def test_without_a_day_of_finishing_it_is_expected_from_the_start(tmp_path: Path) -> None:
    def begins(started: str, *more: str) -> str:
        rows = f"Film,,40,original creative,in production,{started},\n"
        found = answer(tmp_path, rows, *more)
        assert found["in_production"][0]["finish_expected"] is True
        assert [warning["code"] for warning in found["warnings"]] == ["finish_expected"]
        day: str = found["projects"][0]["brief_by"]
        assert day == found["in_production"][0]["finish"]
        return day

    # Begun on the first day of the plan it takes its usual 25 days: as Next alone would.
    assert begins("2027-01-04") == "2027-02-09"
    # The longer it has taken, the sooner it is expected, but never in the past.
    days = [begins(day) for day in ("2026-12-21", "2026-12-07", "2026-10-05", "2025-01-06")]
    assert "2027-02-09" > days[0] > days[1] > "2027-01-04"
    assert min(days) > "2027-01-04"
    # Where durations do not vary, what is left is the rest of the usual ones.
    assert begins("2026-12-07", "--uncertainty", "0") < days[1]


def test_what_is_in_production_is_timed_by_the_history(tmp_path: Path) -> None:
    lines = ["title,brief type,credits,started,finished"]
    lines += [f"Old {n},original creative,40,2026-01-{5 + n},2026-01-{11 + n}" for n in range(20)]
    history = tmp_path / "finished.csv"
    history.write_text("\n".join(lines) + "\n")
    rows = "Film,,40,original creative,in production,2027-01-04,\n"
    slow = answer(tmp_path, rows)["in_production"][0]["finish"]
    fast = answer(tmp_path, rows, "--history", str(history))["in_production"][0]["finish"]
    assert fast < "2027-01-20" < slow
    begun = rows.replace("2027-01-04", "2026-12-29")
    later = answer(tmp_path, begun, "--history", str(history))["in_production"][0]["finish"]
    assert later <= fast


def test_an_overdue_return_counts_as_the_next_working_day(tmp_path: Path) -> None:
    found = answer(tmp_path, "Film,,40,original creative,in production,,2026-12-21\n")
    assert found["projects"][0]["brief_by"] == "2027-01-05"
    assert [warning["code"] for warning in found["warnings"]] == ["overdue"]


NOTED = (
    "title,go_live,credits,Owner,=Budget\n"
    "Film,2027-03-01,10,<b>Kim</b>,=1+1\nStills,2027-03-01,10,'=HYPERLINK(1),5\n"
)


def test_notes_are_seen_again(tmp_path: Path) -> None:
    page, book = tmp_path / "plan.html", tmp_path / "plan.xlsx"
    code, out, said = run(tmp_path, NOTED, "--json", "--html", str(page), "--xlsx", str(book))
    assert code == 0, said
    notes = {project["title"]: project["notes"] for project in json.loads(out)["projects"]}
    assert notes == {
        "Film": {"Owner": "<b>Kim</b>"},
        "Stills": {"Owner": "=HYPERLINK(1)", "=Budget": "5"},
    }
    assert "Owner: &lt;b&gt;Kim&lt;/b&gt;" in page.read_text()
    assert "<b>Kim" not in page.read_text()
    tab = openpyxl.load_workbook(book)["Briefs"]
    columns = {cell.value: cell for cell in tab[1]}
    assert columns["=Budget"].data_type == columns["Owner"].data_type == "s"
    owners = {cell.value: cell.data_type for cell in tab[columns["Owner"].column_letter][1:]}
    assert owners == {"<b>Kim</b>": "s", "=HYPERLINK(1)": "s"}


def test_what_is_worth_knowing_is_said_in_the_terminal(tmp_path: Path) -> None:
    _, out, _ = run(tmp_path, NOTED)
    said = " ".join(out.split())
    assert "To look at: the calendar, column Owner: This column is not known" in said
    assert "To look at: row 2, column =Budget, “=1+1”" in said
    _, out, _ = run(tmp_path, NOTED + "Bad,soon,10,,\n", "--skip-bad-rows")
    assert "Left out: row 4, column go_live, “soon”: This is not a date" in " ".join(out.split())


def test_a_calendar_without_rows_is_said(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, HEAD)
    assert code == 0
    assert "There is no row below the headings" in out
