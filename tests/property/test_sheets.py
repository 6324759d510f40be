"""Whatever a file holds, reading it ends with an answer: good rows and named problems."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from callsheet.sheets import SHEETS, read_studio
from callsheet.sheets.dates import NotADate, parse_date

TODAY = date(2026, 11, 23)
HINTS = st.sampled_from(
    ["FIR", "A: 2 video | B:", "2 video, 5 format variation of 9", "today-99999wd", "3/4/2026",
     "=1", "-1", "1e9", "9" * 30, "integrated", "finalized", "yes", "", " ", "|", ":", "2 x x"]
)  # fmt: skip
CELLS = st.one_of(HINTS, st.text(max_size=12))


@st.composite
def studios(draw: st.DrawFn) -> dict[str, bytes]:
    """Sheets with our headings and anything at all below them."""
    files = {}
    for sheet in SHEETS:
        headings = [c.title for c in sheet.columns]
        rows = draw(st.lists(st.lists(CELLS, max_size=len(headings)), max_size=5))
        out = io.StringIO(newline="")
        csv.writer(out).writerows([headings, *rows])
        files[f"{sheet.name}.csv"] = out.getvalue().encode("utf-8", "surrogatepass")
    return files


def _read(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        reading = read_studio(Path(folder), today=TODAY)
    bad = {(p.sheet, p.row) for p in reading.problems}
    for name in ("customers", "people", "price_list", "projects", "credits"):
        for record in getattr(reading.studio, name):
            assert (name, record.row) not in bad
    for problem in reading.problems:
        assert problem.rule.endswith((".", "…")), problem
        assert problem.code


@given(studios())
def test_no_cells_break_the_reader(files: dict[str, bytes]) -> None:
    _read(files)


@given(st.dictionaries(st.sampled_from([s.name for s in SHEETS]), st.binary(max_size=300)))
def test_no_bytes_break_the_reader(files: dict[str, bytes]) -> None:
    _read({f"{name}.csv": data for name, data in files.items()})
    _read({f"{name}.xlsx": data for name, data in files.items()})


@given(st.text(max_size=30))
def test_a_text_is_a_date_or_is_refused(text: str) -> None:
    try:
        day = parse_date(text, TODAY)
    except NotADate:
        return
    assert date(1990, 1, 1) <= day <= date(2100, 12, 31)
