"""Days on which the studio is closed, on top of the public holidays."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from callsheet.cli.exits import ExitCode
from callsheet.cli.plan_closures import read_closures
from callsheet.kit.errors import Refused
from tests.unit.cli.test_plan import CALENDAR, run


def test_days_and_ranges() -> None:
    assert read_closures(None) == frozenset()
    assert read_closures("2027-05-07, 2027-12-30..2028-01-01") == {
        date(2027, 5, 7), date(2027, 12, 30), date(2027, 12, 31), date(2028, 1, 1),
    }  # fmt: skip
    assert len(read_closures("2027-01-01..2028-01-01")) == 366


@pytest.mark.parametrize(
    "text",
    [
        "", "Christmas", "2027-05-07,", "2027-05-07..", "2027-05-07..2027-05-06",
        "2027-01-01..2028-01-02", "2027-01-01..2027-12-31,2028-01-01..2028-02-01",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_closures(text)
    assert refusal.value.field == "closures"


def test_nothing_is_briefed_and_no_day_of_work_counted_while_it_is_closed(tmp_path: Path) -> None:
    def teaser(*more: str) -> tuple[str, str]:
        project = json.loads(run(tmp_path, CALENDAR, "--json", *more)[1])["projects"][0]
        return project["brief_by"], project["finish"]

    assert teaser() == ("2027-01-04", "2027-02-04")
    # A working day inside its time makes it one working day later; a Saturday does nothing.
    assert teaser("--closures", "2027-01-13") == ("2027-01-04", "2027-02-05")
    assert teaser("--closures", "2027-01-16") == ("2027-01-04", "2027-02-04")
    assert teaser("--closures", "2027-01-04..2027-01-05") == ("2027-01-06", "2027-02-09")


def test_the_command_refuses_what_is_no_day(tmp_path: Path) -> None:
    code, _, said = run(tmp_path, CALENDAR, "--closures", "soon")
    assert code == ExitCode.REFUSED
    assert "is no day" in said
