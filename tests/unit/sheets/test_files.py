"""CSV in the ways programs write it, workbooks in the ways attackers do."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from callsheet.sheets import read_studio
from callsheet.sheets.limits import Limits
from callsheet.sheets.writing import safe_cell, write_csv
from tests.unit.sheets.studio_files import (
    CUSTOMERS,
    PRICES,
    PROJECTS,
    TODAY,
    codes,
    write,
)

SHEET = "Key;Name;Credits\nMÜ;Müller & Söhne;60\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_encodings_and_separators(tmp_path: Path, encoding: str, separator: str) -> None:
    (tmp_path / "Clients.CSV").write_bytes(SHEET.replace(";", separator).encode(encoding))
    reading = read_studio(tmp_path, today=TODAY)
    assert reading.problems == ()
    assert reading.studio.customers[0].name == "Müller & Söhne"


def test_row_numbers_survive_blank_lines_and_lines_within_cells(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text(
        'Key,Name,Credits\n\nA,"Two\nlines",60\n,,\nB,Bad,many\n'
    )
    reading = read_studio(tmp_path, today=TODAY)
    assert [p.row for p in reading.problems] == [5]
    assert reading.studio.customers[0].row == 3


def test_a_workbook_with_a_tab_for_each_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, text in (
        ("Clients", CUSTOMERS),
        ("Price list", PRICES),
        ("Jobs", PROJECTS),
    ):
        tab = book.create_sheet(name)
        for line in csv_rows(text):
            tab.append(line)
    jobs = book["Jobs"]
    jobs["H3"] = datetime(2026, 11, 3, 8, 0)  # noqa: DTZ001 - Excel cells have no time zone
    jobs["G3"] = date(2026, 11, 2)
    book["Clients"]["J5"] = None  # an account manager who is not among these sheets
    book.create_sheet("Notes").append(["hello"])
    place = tmp_path / "studio.xlsx"
    book.save(place)
    for where in (tmp_path, place):
        reading = read_studio(where, today=TODAY)
        assert reading.problems == ()
        assert [w.code for w in reading.warnings] == ["unused_tab"]
        assert reading.studio.projects[1].started == date(2026, 11, 3)
        assert {c.key for c in reading.studio.customers} == {"house", "oak", "elm", "fir", "pine"}


def test_whole_numbers_and_problems_of_a_workbook_read_like_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    tab.append(["Key", "Name", "Credits"])
    tab.append([7, "Seven", 60.0])
    tab.append([8, "Eight", "=30*2"])  # never calculated, so there is no result
    tab["A6"], tab["B6"], tab["C6"] = 9, "Nine", 60.5  # row 5 stays empty
    tab["AZ3"].number_format = "0.00"  # formatted far to the right, and empty
    book.save(tmp_path / "customers.xlsx")
    reading = read_studio(tmp_path, today=TODAY)
    assert [(p.row, p.code) for p in reading.problems] == [
        (3, "unsaved_formula"),
        (6, "not_whole"),
    ]
    assert (reading.studio.customers[0].key, reading.studio.customers[0].credits) == (
        "7",
        60,
    )
    assert reading.problems[0].source == "customers.xlsx, tab Sheet"


def test_two_files_for_one_sheet_and_old_formats_are_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "clients.csv").write_text(CUSTOMERS)
    (tmp_path / "people.csv").rename(tmp_path / "people.xls")
    (tmp_path / "holiday.csv").write_text("a,b\n")
    reading = read_studio(tmp_path, today=TODAY)
    assert {"two_files", "wrong_format"} <= set(codes(reading))
    assert [w.code for w in reading.warnings] == ["unused_file"]
    assert reading.unusable


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_bytes(b"\x89PNG\r\n\x00\x00")
    (tmp_path / "people.xlsx").write_bytes(b"PK not really")
    (tmp_path / "projects.csv").write_text('Key,Account,Title\nA,B,"never closed\n')
    assert sorted(codes(read_studio(tmp_path, today=TODAY))) == [
        "broken_csv",
        "not_a_workbook",
        "not_text",
    ]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(file_bytes=20), "file_too_large"),
        (Limits(rows=2), "too_many_rows"),
        (Limits(columns=5), "too_many_columns"),
        (Limits(cell_characters=8), "cell_too_long"),
    ],
)
def test_limits(tmp_path: Path, limits: Limits, code: str) -> None:
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    reading = read_studio(tmp_path, today=TODAY, limits=limits)
    assert codes(reading) == [code]


def test_a_zip_bomb_and_xml_entities_are_refused_without_being_opened(
    tmp_path: Path,
) -> None:
    bomb = tmp_path / "customers.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    with zipfile.ZipFile(tmp_path / "people.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert sorted(codes(read_studio(tmp_path, today=TODAY))) == [
        "unpacks_too_large",
        "unsafe_workbook",
    ]


def test_what_we_write_is_safe_and_reads_back_as_it_was(tmp_path: Path) -> None:
    assert [safe_cell(v) for v in ("=1", "+49 1", "-x", "@a", "plain", -3, None)] == [
        "'=1",
        "'+49 1",
        "'-x",
        "'@a",
        "plain",
        "-3",
        "",
    ]
    text = write_csv(["Key", "Name", "Credits"], [["A", "=SUM(A1)", 60]])
    (tmp_path / "customers.csv").write_text(text)
    reading = read_studio(tmp_path, today=TODAY)
    assert reading.studio.customers[0].name == "=SUM(A1)"


def csv_rows(text: str) -> list[list[str]]:
    import csv

    return list(csv.reader(text.splitlines()))
