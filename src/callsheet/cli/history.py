"""A file of finished projects, for the commands that learn from it. Needs no database."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from callsheet.catalogue.standard import LEAD_TIMES
from callsheet.cli.plan_problem import complaint
from callsheet.cli.plan_times import standard_duration
from callsheet.kit.errors import Refused
from callsheet.kit.workdays import WorkCalendar
from callsheet.sheets.dates import DateOrder
from callsheet.sheets.history_rows import HistoryReading, read_history

if TYPE_CHECKING:
    from callsheet.planner.calibration import Learned

HistoryFile = Annotated[
    Path, typer.Argument(help="Finished projects: a .csv, .xlsx or .json file.")
]


def history_of(
    file: Path,
    today: date,
    order: DateOrder | None,
    skip_bad_rows: bool,
    *,
    submitted: bool = False,
) -> HistoryReading:
    """Read a history. Raises ``Refused`` for bad rows that are not to be left out."""
    reading = read_history(file, today=today, order=order, submitted=submitted)
    if reading.problems and (reading.unusable or not skip_bad_rows):
        said = complaint(reading.problems, reading.unusable)
        raise Refused("bad_rows", said, field="history")
    return reading


def learned_from(reading: HistoryReading, today: date, calendar: WorkCalendar) -> Learned:
    """What a history says of projects that start ``today``; the rest is the default lead times."""
    from callsheet.planner.calibration import learn
    from callsheet.planner.dates import Timeline
    from callsheet.planner.durations import Finished

    line = Timeline(min((row.started for row in reading.projects), default=today), calendar)
    works = [
        Finished(
            row.brief_type, row.credits, line.day_from(row.started), line.day_from(row.finished)
        )
        for row in reading.projects
    ]
    defaults = {name: standard_duration(name) for name in LEAD_TIMES}
    return learn(works, defaults, line.day_from(today))
