"""A list of teams read for the planner: their own credits, and what they borrow and lend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from callsheet.sheets.columns import fold
from callsheet.sheets.columns_teams import TEAMS
from callsheet.sheets.date_order import order_of
from callsheet.sheets.dates import DateOrder
from callsheet.sheets.files import read_file
from callsheet.sheets.limits import LIMITS, Limits
from callsheet.sheets.problems import Findings, Problem
from callsheet.sheets.rows import Context, Row, read_rows
from callsheet.sheets.tables import Unreadable
from callsheet.sheets.understanding import understand


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team. ``credits`` are steps of (from, credits), the first without a day.

    ``may_lend`` is ``None`` where all that is idle may be lent.
    """

    name: str
    credits: tuple[tuple[date | None, int], ...]
    may_borrow: int = 0
    may_lend: int | None = None


@dataclass(frozen=True, slots=True)
class TeamsReading:
    """The teams in the order of the file, and what is wrong with it."""

    teams: tuple[TeamRow, ...]
    problems: tuple[Problem, ...]


def read_teams(
    file: Path, *, today: date, order: DateOrder | None = None, limits: Limits = LIMITS
) -> TeamsReading:
    """Read teams from a CSV file, a workbook or JSON. Never raises for what the file holds.

    The first row of a team says its credits from the first day on and its limits, further ones
    say other credits from a later day on.
    """
    findings = Findings()
    teams: dict[str, TeamRow] = {}
    try:
        sheet = understand(read_file(file, TEAMS, limits, findings), TEAMS, findings)
    except Unreadable as refusal:
        sheet = None
        findings.error(Problem(refusal.code, TEAMS.name, refusal.sentence, source=file.name))
    if sheet is not None:
        for row in read_rows(sheet, Context(today, order or order_of(sheet), findings)):
            if not row.is_bad:
                _add(teams, row)
    if not teams and not findings.problems:
        said = "There is no team in this file."
        findings.error(Problem("no_rows", TEAMS.name, said, source=file.name))
    return TeamsReading(tuple(teams.values()), tuple(findings.problems))


def _add(teams: dict[str, TeamRow], row: Row) -> None:
    name, begin, credits = row.get("team"), row.get("from"), int(row.get("credits"))
    known = teams.get(fold(name))
    if known is None:
        if begin is not None:
            row.error("no_first_row", "The first row of a team has no From day.", "from")
        may_lend = row.get("may_lend")
        teams[fold(name)] = TeamRow(
            name,
            ((None, credits),),
            int(row.get("may_borrow", 0)),
            None if may_lend is None else int(may_lend),
        )
        return
    if begin is None:
        said = "The team is there already. Another row of it says from which day on."
        row.error("duplicate_key", said, "team")
        return
    last = known.credits[-1][0]
    if last is not None and begin <= last:
        row.error("contradiction", f"The days of a team rise; the last one was {last}.", "from")
    for column in ("may_borrow", "may_lend"):
        if row.get(column) is not None:
            row.error("contradiction", "Limits stand in the first row of a team.", column)
    teams[fold(name)] = replace(known, credits=(*known.credits, (begin, credits)))
