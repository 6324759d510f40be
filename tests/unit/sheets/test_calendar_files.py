"""Calendars in the shapes that programs and people give them: read as they stand, or refused."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from callsheet.sheets.history_rows import read_history
from callsheet.sheets.limits import LIMITS
from callsheet.sheets.merged_cells import Merged, MergedRows, letters_of, merged_in
from callsheet.sheets.plan_rows import PlanReading, read_plan
from callsheet.sheets.predecessors import on_cycles
from callsheet.sheets.records import PriceItem

TODAY = date(2027, 1, 4)
ITEMS = [
    PriceItem(0, "Static creative", "deliverable", 5, "static"),
    PriceItem(0, "Video creative", "deliverable", 10, "video"),
    PriceItem(0, "Format variation", "variation", 0),
]
HEAD = "title,go_live,credits\n"


def read(file: Path) -> PlanReading:
    return read_plan(file, items=ITEMS, today=TODAY)


def csv(tmp_path: Path, text: str | bytes) -> PlanReading:
    file = tmp_path / "season.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(file)


def from_json(tmp_path: Path, data: Any) -> PlanReading:
    file = tmp_path / "season.json"
    file.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return read(file)


def workbook(tmp_path: Path, fill: Callable[[Worksheet], None]) -> PlanReading:
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    fill(tab)
    book.save(tmp_path / "season.xlsx")
    return read(tmp_path / "season.xlsx")


def found(reading: PlanReading) -> list[tuple[int | None, str]]:
    return [(problem.row, problem.code) for problem in reading.problems]


def warned(reading: PlanReading) -> list[tuple[int | None, str]]:
    return [(warning.row, warning.code) for warning in reading.warnings]


# -- JSON ----------------------------------------------------------------------------------------

FILM = {"title": "Spring film", "go_live": "2027-03-26", "deliverables": "2 video, 3 static"}


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"projects": rows, "year": 2027}])
def test_json_has_the_same_keys(tmp_path: Path, wrap: Callable[[Any], Any]) -> None:
    stills = {"Title": "Stills", "Wanted-by": "2027-02-26", "credits": 10, "priority": None}
    film = {**FILM, "after": ["Stills"], "Priority": 7, "Format": ["9:16", "1:1"]}
    reading = from_json(tmp_path, wrap([film, stills]))
    assert reading.problems == ()
    first, second = reading.projects
    assert (first.credits, first.priority, first.due) == (35, 7, date(2027, 3, 26))
    assert first.after == ("Stills",)
    assert (second.row, second.credits, second.due) == (2, 10, date(2027, 2, 26))
    assert first.notes == (("Format", "9:16\n1:1"),)


def test_wrong_values_of_json_are_named_by_number_and_key(tmp_path: Path) -> None:
    rows = [
        FILM,
        {**FILM, "title": {"en": "Film"}},
        {**FILM, "title": "B", "deliverables": {"video": 2}},
        {**FILM, "title": "C", "go_live": 20270326},
        {**FILM, "title": "D", "priority": True},
        {**FILM, "title": "E", "deliverables": None, "credits": 2.5},
        {**FILM, "title": "=F()"},
    ]
    reading = from_json(tmp_path, rows)
    assert [project.row for project in reading.projects] == [1]
    assert found(reading) == [
        (2, "not_one_value"), (3, "not_one_value"), (4, "not_a_date"), (5, "unknown_priority"),
        (6, "not_whole"), (7, "formula"),
    ]  # fmt: skip
    assert reading.problems[0].column == "title"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "broken_json"), (b"{", "broken_json"), (b"\xff\xfe\xff", "not_text"),
        (b"7", "not_a_list"), (b'{"entries": []}', "not_a_list"), (b"[1]", "not_an_object"),
        (b"[]", "empty_sheet"), (b"[{}]", "empty_sheet"), (b'[{"title": NaN}]', "broken_json"),
        (b'[{"title": "A", "title": "B"}]', "duplicate_key"),
        (b'[{"title": ' + b"9" * 5_000 + b"}]", "broken_json"),
        (b"[" * 100_000, "broken_json"), (b'[{"credits": 5, "go_live": ""}]', "missing_column"),
        (b'[{"title": "A", "Title": "B", "go live": "2027-03-01"}]', "duplicate_key"),
    ],
)  # fmt: skip
def test_json_that_is_no_calendar_is_refused(tmp_path: Path, text: bytes, code: str) -> None:
    reading = from_json(tmp_path, text)
    assert reading.unusable
    assert [problem.code for problem in reading.problems] == [code]


def test_json_with_too_many_keys_is_refused(tmp_path: Path) -> None:
    reading = from_json(tmp_path, [{**FILM, **{f"key {n}": n for n in range(201)}}])
    assert [problem.code for problem in reading.problems] == ["too_many_columns"]


def test_a_history_may_be_json(tmp_path: Path) -> None:
    row = {"title": "A", "brief_type": "original creative", "credits": 10}
    days = {"started": "2026-01-05", "finished": "2026-02-05"}
    (tmp_path / "done.json").write_text(json.dumps([row | days]))
    reading = read_history(tmp_path / "done.json", today=TODAY)
    assert (reading.problems, len(reading.projects)) == ((), 1)


# -- encodings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings(tmp_path: Path, encoding: str, separator: str) -> None:
    text = f"{HEAD}Café «für alle»,2027-03-01,10\n".replace(",", separator)
    reading = csv(tmp_path, text.encode(encoding))
    assert [project.title for project in reading.projects] == ["Café «für alle»"]
    guessed = encoding == "cp1252"
    assert warned(reading) == ([(None, "read_as_windows")] if guessed else [])
    if guessed:
        assert "“Café”" in reading.warnings[0].rule


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    for data in (bytes(range(256)), b"\x81\x8d" + HEAD.encode(), b"A\x00B" * 400):
        assert [problem.code for problem in csv(tmp_path, data).problems] == ["not_text"]


def test_excels_own_first_line_is_passed_over(tmp_path: Path) -> None:
    reading = csv(tmp_path, "sep=;\ntitle;go_live;credits\nA;2027-03-01;10\n")
    assert [project.row for project in reading.projects] == [3]


def test_places_that_hold_no_file(tmp_path: Path) -> None:
    (tmp_path / "dir.csv").mkdir()
    for name in ("dir.csv", "nothing.csv", "season.ods", "season"):
        if name.startswith("season"):
            (tmp_path / name).write_text(HEAD)
        reading = read(tmp_path / name)
        assert reading.unusable
        assert name.split(".")[-1] in str(reading.problems[0]) or "Such" in str(reading.problems[0])


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "season.csv").write_text(HEAD)

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (problem,) = read(tmp_path / "season.csv").problems
    assert "Permission denied" in problem.rule


# -- columns that are not known ------------------------------------------------------------------


def test_unknown_columns_are_kept_as_notes(tmp_path: Path) -> None:
    reading = csv(
        tmp_path,
        "title,go_live,credits,Format,Owner,Format\nA,2027-03-01,10,9:16,,1:1,spare\n"
        "B,2027-03-01,10,,'=1+1,=HYPERLINK(1),\n,,,9:16,,\n",
    )
    first, second = reading.projects
    assert first.notes == (("Format", "9:16"), ("Format (F)", "1:1"), ("Column G", "spare"))
    assert second.notes == (("Owner", "=1+1"),)
    assert warned(reading) == [
        (None, "unknown_column"), (None, "unknown_column"), (None, "unknown_column"),
        (2, "no_heading"), (4, "only_notes"), (3, "formula"),
    ]  # fmt: skip


# -- workbooks -----------------------------------------------------------------------------------


def test_two_rows_of_headings(tmp_path: Path) -> None:
    def fill(tab: Worksheet) -> None:
        tab.append(["Our season", None, None, None, None, None])
        tab.append(["Title", "Dates", None, "Price", None, "Budget", None])
        tab.append([None, "Go live", "Not before", "Credits", "Deliverables", "Q1", "Q2"])
        tab.append(["Film", date(2027, 3, 1), date(2027, 1, 11), 20, None, 5, 6])
        for cells in ("A1:F1", "A2:A3", "B2:C2", "D2:E2", "F2:G2"):
            tab.merge_cells(cells)

    reading = workbook(tmp_path, fill)
    assert reading.problems == ()
    (film,) = reading.projects
    assert (film.row, film.due, film.not_before, film.credits) == (
        4, date(2027, 3, 1), date(2027, 1, 11), 20,
    )  # fmt: skip
    assert film.notes == (("Budget Q1", "5"), ("Budget Q2", "6"))
    assert "rows 2 and 3" in reading.warnings[-1].rule


def test_a_heading_whose_words_stand_in_two_rows(tmp_path: Path) -> None:
    reading = csv(tmp_path, "Title,Go,Brief,Credits\n,live,type,\nA,2027-03-01,content,10\n")
    assert [(p.due, p.brief_type) for p in reading.projects] == [
        (date(2027, 3, 1), "content_creation")
    ]


def test_a_row_of_work_is_never_taken_for_headings(tmp_path: Path) -> None:
    reading = csv(tmp_path, "Title,Go live,Credits,Kind of\nCredits,2027-03-01,10,Type\n")
    assert [(p.row, p.title) for p in reading.projects] == [(2, "Credits")]


def test_merged_cells_speak_for_their_rows_or_are_refused(tmp_path: Path) -> None:
    def fill(tab: Worksheet) -> None:
        tab.append(["Title", "Go live", "Credits", "Campaign", "Shade"])
        tab.append(["March", None, None, None, None])
        tab.append(["A", date(2027, 3, 1), 10, "Spring", "green"])
        tab.append(["B", None, 10, None, None])
        tab.append(["C", date(2027, 3, 5), 30, None, None])
        tab.append(["D", date(2027, 3, 6), None, "Summer", "red"])
        tab.append(["E", date(2027, 3, 7), 10, None, None])
        for cells in ("A2:E2", "B3:B4", "D3:D5", "E3:E4", "C5:C6"):
            tab.merge_cells(cells)

    reading = workbook(tmp_path, fill)
    assert [(p.title, p.due, p.campaign, p.notes) for p in reading.projects] == [
        ("A", date(2027, 3, 1), "Spring", (("Shade", "green"),)),
        ("B", date(2027, 3, 1), "Spring", (("Shade", "green"),)),
        ("E", date(2027, 3, 7), "", ()),
    ]
    # What three rows cost together is not what each costs.
    assert [(p.row, p.code, p.column) for p in reading.problems] == [
        (5, "merged_cells", "Credits"), (6, "merged_cells", "Credits"),
        (6, "missing_value", "Deliverables"),
    ]  # fmt: skip
    assert (2, "banner") in warned(reading)
    assert (3, "merged_cells") in warned(reading)


def test_merged_cells_may_claim_a_whole_sheet() -> None:
    xml = b'<mergeCells count="2"><mergeCell ref="B2:B1048576"/><x:mergeCell\nref="AA1:XFD1"/>'
    column, line = merged_in(BytesIO(xml), LIMITS)
    assert column == Merged(2, 1_048_576, 1, 1)
    assert (line.first_column, line.is_wide, letters_of(line.first_column)) == (26, True, "AA")
    rows = MergedRows((column, line), [1, 2, 7])
    assert [len(rows.at(number)) for number in (1, 2, 3, 7)] == [1, 1, 0, 1]


def test_merged_cells_are_found_wherever_the_file_is_cut() -> None:
    one = b'<mergeCell ref="A1:A2"/>'
    for shift in range(len(one) + 1):
        xml = b" " * (2**16 - shift) + one + b" " * 2**16 + one
        assert len(merged_in(BytesIO(xml), LIMITS)) == 2
    assert len(merged_in(BytesIO(one * 500), replace(LIMITS, merged=100))) == 100


def test_formulas_count_as_their_saved_results_and_are_never_worked_out(tmp_path: Path) -> None:
    def fill(tab: Worksheet) -> None:
        tab.append(["Title", "Go live", "Credits", "Note"])
        tab.append(["A", date(2027, 3, 1), "=5*2", "=1+1"])
        tab.append(["B", date(2027, 3, 1), 10, None])
        tab["C3"] = ArrayFormula("C3:C3", "=SUM(1,2)")
        tab.append(["C", date(2027, 3, 1), 10, None])

    reading = workbook(tmp_path, fill)
    # Written by a library that works nothing out, so that there are no results.
    assert found(reading) == [(2, "unsaved_formula"), (3, "unsaved_formula")]
    assert [p.title for p in reading.projects] == ["C"]

    saved = _with_results(tmp_path / "season.xlsx", {"C2": "10", "D2": "2"})
    reading = read(saved)
    assert found(reading) == [(3, "unsaved_formula")]
    assert next((p.title, p.credits, p.notes) for p in reading.projects) == (
        "A", 10, (("Note", "2"),),
    )  # fmt: skip


def _with_results(file: Path, results: dict[str, str]) -> Path:
    """The workbook as a spreadsheet program saves it: results beside the formulas."""
    saved = file.with_name("saved.xlsx")
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(saved, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            if name == "xl/worksheets/sheet1.xml":
                for cell, value in results.items():
                    data = re.sub(
                        rb'(<c r="%b"[^>]*>(?:<f>[^<]*</f>))<v ?/?>(?:</v>)?' % cell.encode(),
                        rb"\g<1><v>%b</v>" % value.encode(),
                        data,
                    )
            after.writestr(name, data)
    return saved


def test_a_workbooks_days_have_no_order_to_guess(tmp_path: Path) -> None:
    def fill(tab: Worksheet) -> None:
        tab.append(["Title", "Go live", "Credits"])
        tab.append(["A", datetime(2027, 4, 3, 9, 30), 10])  # noqa: DTZ001 - cells have no zone
        tab.append(["B", "03/04/2027", 10])

    reading = workbook(tmp_path, fill)
    assert [p.due for p in reading.projects] == [date(2027, 4, 3)]
    assert found(reading) == [(3, "ambiguous_date")]


# -- in production -------------------------------------------------------------------------------

WORK = "title,go_live,credits,status,started,finish by\n"


def test_what_is_in_production_says_when_it_ends_or_began(tmp_path: Path) -> None:
    reading = csv(
        tmp_path,
        WORK + "A,,10,in production,2026-12-07,2027-01-20\nB,,10,in production,2026-12-07,\n"
        "C,,10,in production,,2026-12-20\nD,,10,done,2026-01-05,2026-02-05\n",
    )
    assert reading.problems == ()
    first, second, third, _ = reading.projects
    assert (first.started, first.finish_by) == (date(2026, 12, 7), date(2027, 1, 20))
    assert (second.started, second.finish_by) == (date(2026, 12, 7), None)
    assert third.finish_by == date(2026, 12, 20)
    assert warned(reading) == [(3, "finish_expected"), (4, "overdue")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A,,10,in production,,", "missing_value"),
        ("A,,10,in production,2027-01-05,", "in_future"),
        ("A,,10,in production,2026-12-07,2026-12-01", "contradiction"),
        ("A,2027-03-01,10,,2026-12-07,", "contradiction"),
        ("A,2027-03-01,10,planned,,2027-02-07", "contradiction"),
        ("A,2027-03-01,10,ready,,", "unknown_word"),
        ("A,2027-03-01,10,approved,,", "unknown_word"),
        ("A,,10,in production,soon,", "not_a_date"),
    ],
)
def test_production_that_contradicts_itself(tmp_path: Path, row: str, code: str) -> None:
    reading = csv(tmp_path, WORK + row + "\n")
    assert found(reading) == [(2, code)]


# -- size ----------------------------------------------------------------------------------------

ROWS = 50_000


def test_fifty_thousand_rows_of_csv(tmp_path: Path) -> None:
    lines = [f"Film {n},2027-{n % 12 + 1:02}-11,10,Film {n - 1 if n % 7 else 0},x{n}"
             for n in range(1, ROWS + 1)]  # fmt: skip
    lines[0] = "Film 1,2027-01-11,10,,x"
    text = "title,go_live,credits,after,shade\n" + "\n".join(lines).replace("Film 0,x", ",x")
    reading = csv(tmp_path, text)
    assert reading.problems == ()
    assert len(reading.projects) == ROWS
    assert reading.projects[-1].notes == (("shade", f"x{ROWS}"),)


@pytest.mark.soak
def test_fifty_thousand_rows_of_a_workbook_and_of_json(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    tab = book.create_sheet("Calendar")
    tab.append(["Title", "Go live", "Credits", "Shade"])
    day = date(2027, 3, 1)
    for n in range(ROWS):
        tab.append([f"Film {n}", day, 10, "green"])
    book.save(tmp_path / "season.xlsx")
    rows = [{"title": f"Film {n}", "go_live": "2027-03-01", "credits": 10} for n in range(ROWS)]
    (tmp_path / "season.json").write_text(json.dumps(rows))
    for name in ("season.xlsx", "season.json"):
        code = (
            "import resource, sys\n"
            "from datetime import date\n"
            "from pathlib import Path\n"
            "from callsheet.sheets.plan_rows import read_plan\n"
            "found = read_plan(Path(sys.argv[1]), items=[], today=date(2027, 1, 4))\n"
            "print(len(found.projects), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        )
        said = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / name)],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        count, most = map(int, said.split())
        assert count == ROWS
        assert most < 400_000  # kilobytes


def test_rows_that_follow_each_other_in_a_circle_or_behind_a_bad_one(tmp_path: Path) -> None:
    count = 20_000
    head = "id,title,go_live,credits,after\n"
    ring = "".join(f"k{n},A,2027-03-01,5,k{(n + 1) % count}\n" for n in range(count))
    assert len(csv(tmp_path, head + ring).problems) == count
    chain = "".join(f"k{n},A,2027-03-01,5,k{n + 1}\n" for n in range(count))
    reading = csv(tmp_path, head + chain + f"k{count},A,never,5,\n")
    assert len(reading.problems) == count + 1
    assert {problem.code for problem in reading.problems[:-1]} == {"refers_to_bad_row"}


@given(
    st.integers(1, 8).flatmap(
        lambda n: st.lists(st.lists(st.integers(0, n), max_size=3), min_size=n, max_size=n)
    )
)
def test_only_what_reaches_itself_is_on_a_cycle(graph: list[list[int]]) -> None:
    edges = {str(n): tuple(map(str, after)) for n, after in enumerate(graph)}

    def reaches(key: str) -> bool:
        seen: set[str] = set()
        stack = list(edges[key])
        while stack:
            other = stack.pop()
            if other not in seen:
                seen.add(other)
                stack.extend(edges.get(other, ()))
        return key in seen

    assert on_cycles(edges) == [key for key in edges if reaches(key)]
