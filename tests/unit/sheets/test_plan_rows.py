"""A calendar for the planner: every row is read as it stands or refused in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callsheet.sheets.dates import DateOrder
from callsheet.sheets.plan_rows import PlanReading, read_plan
from callsheet.sheets.records import PriceItem

TODAY = date(2027, 1, 4)
ITEMS = [
    PriceItem(0, "Static creative", "deliverable", 5, "static"),
    PriceItem(0, "Video creative", "deliverable", 10, "video"),
    PriceItem(0, "Format variation", "variation", 0),
]


def read(tmp_path: Path, text: str | bytes, order: DateOrder | None = None) -> PlanReading:
    file = tmp_path / "season.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_plan(file, items=ITEMS, today=TODAY, order=order)


def test_a_whole_row(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "ID,Title,GO LIVE,Deliverables,Brief type,Team,Priority,Not before,After,Status,Finish by\n"
        "s,Shoot,2027-02-01,,content,North,,,,done,\n"
        'a,Spring film,2027-03-26,"2 video, 3 static, 4 format variation",original,North,high,'
        "2027-01-11,b;Shoot,,\n"
        "b,Stills,2027-02-26,2 static,,North,3,,,in production,2027-01-20\n",
    )
    assert reading.problems == ()
    shoot, film, stills = reading.projects
    assert (film.credits, film.priority, film.due) == (35, 8, date(2027, 3, 26))
    assert film.after == ("b",)
    assert film.not_before == date(2027, 1, 11)
    assert (stills.status, stills.finish_by) == ("in_production", date(2027, 1, 20))
    assert shoot.status == "done"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_programs_write_in_many_ways(tmp_path: Path, encoding: str) -> None:
    text = "Our season;;\n;;\nName;Deadline;Credits\n;;\nCafé à la carte;2027-03-01;10\n"
    (project,) = read(tmp_path, text.encode(encoding)).projects
    assert (project.row, project.title) == (5, "Café à la carte")


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (",2027-03-01,10,,,,", "missing_value", "title"),
        ("A,,10,,,,", "missing_value", "go_live"),
        ("A,2027-02-30,10,,,,", "impossible_date", "go_live"),
        ("A,03/04/2027,10,,,,", "ambiguous_date", "go_live"),
        ("A,2027-03-01,,,,,", "missing_value", "deliverables"),
        ("A,2027-03-01,ten,,,,", "not_a_number", "credits"),
        ("A,2027-03-01,-5,,,,", "negative", "credits"),
        ("A,2027-03-01,0,,,,", "costs_nothing", "credits"),
        ("A,2027-03-01,,2 hologram,,,", "unknown_deliverable", "deliverables"),
        ("A,2027-03-01,,4 format variation,,,", "costs_nothing", "deliverables"),
        ("A,2027-03-01,10,,11,,", "unknown_priority", "priority"),
        ("A,2027-03-01,10,,,B,", "unknown_reference", "after"),
        ("A,2027-03-01,10,,,A,", "cycle", "after"),
        ("A,2027-03-01,10,,,,in production", "missing_value", "finish_by"),
        ("=1+1,2027-03-01,10,,,,", "formula", "title"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, row: str, code: str, column: str) -> None:
    head = "title,go_live,credits,deliverables,priority,after,status\n"
    reading = read(tmp_path, head + row + "\nFine,2027-03-02,10,,,,\n")
    (problem,) = reading.problems
    assert (problem.code, problem.row) == (code, 2)
    assert (problem.column or "").lower().replace(" ", "_") == column
    assert [project.title for project in reading.projects] == ["Fine"]


def test_dates_show_their_order_for_the_whole_file(tmp_path: Path) -> None:
    head = "title,go_live,credits\nA,03/04/2027,5\nB,"
    assert read(tmp_path, head + "25/04/2027,5\n").projects[0].due == date(2027, 4, 3)
    assert read(tmp_path, head + "04/25/2027,5\n").projects[0].due == date(2027, 3, 4)
    assert read(tmp_path, head + "05/06/2027,5\n").projects == ()
    mixed = read(tmp_path, head + "25/04/2027,5\nC,04/25/2027,5\n")
    assert [problem.row for problem in mixed.problems] == [2]
    told = read(tmp_path, head + "05/06/2027,5\n", DateOrder.MONTH_FIRST)
    assert told.projects[1].due == date(2027, 5, 6)


def test_titles_that_repeat_get_ids_of_their_own(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "title,go_live,credits,after\nA,2027-03-01,5,\nA,2027-03-02,5,\nB,2027-03-03,5,a\n",
    )
    assert [project.id for project in reading.projects] == ["A", "A (2)"]
    assert [problem.code for problem in reading.problems] == ["ambiguous_reference"]


def test_what_follows_a_bad_row_is_bad_too(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "id,title,go_live,credits,after\na,A,never,5,\nb,B,2027-03-02,5,a\nc,C,2027-03-02,5,b\n",
    )
    assert [(p.row, p.code) for p in reading.problems] == [
        (2, "not_a_date"), (3, "refers_to_bad_row"), (4, "refers_to_bad_row"),
    ]  # fmt: skip


def test_a_workbooks_dates(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    tab.append(["Title", "Go live", "Credits"])
    tab.append(["A", date(2027, 3, 1), 20])
    tab.append(["B", 46447, 20])
    book.save(tmp_path / "any.xlsx")
    reading = read_plan(tmp_path / "any.xlsx", items=ITEMS, today=TODAY)
    assert [project.due for project in reading.projects] == [date(2027, 3, 1)]
    assert [(p.row, p.code) for p in reading.problems] == [(3, "not_a_date")]


def test_a_file_without_dates_is_refused_as_a_whole(tmp_path: Path) -> None:
    assert read(tmp_path, "title,credits\nA,5\n").unusable


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "C", "", "=x", "é"]),
            st.sampled_from(["2027-03-01", "1/2/2027", "", "soon", "99999"]),
            st.sampled_from(["5", "", "x", "-1", "1e9"]),
            st.sampled_from(["", "A", "B; C", "nobody"]),
        ),
        max_size=8,
    )
)
def test_every_row_is_read_or_complained_of(
    tmp_path: Path, rows: list[tuple[str, str, str, str]]
) -> None:
    lines = [";".join(f'"{cell}"' for cell in row) for row in rows]
    reading = read(tmp_path, "\n".join(["title;go_live;credits;after", *lines]) + "\n")
    good = {project.row for project in reading.projects}
    bad = {problem.row for problem in reading.problems}
    written = {number for number, row in enumerate(rows, start=2) if any(row)}
    assert good | bad == written
    assert not good & bad
    known = {project.id for project in reading.projects}
    assert all(set(project.after) <= known for project in reading.projects)
