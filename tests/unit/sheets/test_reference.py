"""The reference page is made from the definitions, and the definitions are sound."""

from __future__ import annotations

from pathlib import Path

from callsheet.sheets.cells import read_cell
from callsheet.sheets.definitions import SHEETS, Kind
from callsheet.sheets.reference import render
from tests.unit.sheets.studio_files import TODAY

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "import-columns.md"


def test_the_page_says_what_the_code_does() -> None:
    assert PAGE.read_text(encoding="utf-8") == render()


def test_no_heading_and_no_word_means_two_things() -> None:
    for sheet in SHEETS:
        for column in sheet.columns:
            assert sheet.column_for(column.title) is column
            for heading in column.synonyms:
                assert sheet.column_for(heading) is column
            if column.kind is Kind.CHOICE:
                for word, others in column.choices.items():
                    for name in (word, *others):
                        assert read_cell(name, column, TODAY, None) == word


def test_no_file_name_means_two_sheets() -> None:
    for sheet in SHEETS:
        for name in (sheet.name, sheet.title, *sheet.synonyms):
            assert [other.name for other in SHEETS if other.has_name(name)] == [sheet.name]
