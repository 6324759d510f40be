"""A list of finished projects read: what they were, and when they held their credits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from callsheet.sheets.columns_history import HISTORY
from callsheet.sheets.date_order import order_of
from callsheet.sheets.dates import DateOrder
from callsheet.sheets.files import read_file
from callsheet.sheets.limits import LIMITS, Limits
from callsheet.sheets.problems import Findings, Problem
from callsheet.sheets.rows import Context, Row, read_rows
from callsheet.sheets.tables import Unreadable
from callsheet.sheets.understanding import understand


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One finished project. It held ``credits`` from ``started`` until ``finished``.

    ``expected`` and ``expected_latest`` are when, as it started, its credits were expected back:
    usually, and in four of five cases.
    """

    row: int
    title: str
    brief_type: str
    credits: int
    started: date
    finished: date
    submitted: date | None = None
    expected: date | None = None
    expected_latest: date | None = None


@dataclass(frozen=True, slots=True)
class HistoryReading:
    """The good rows of a history, and what is wrong with the others; ``rows`` counts all."""

    projects: tuple[HistoryRow, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    rows: int

    @property
    def unusable(self) -> bool:
        """Whether the file as a whole is wrong, so that leaving rows out does not help."""
        return any(problem.whole_sheet for problem in self.problems)


def read_history(
    file: Path,
    *,
    today: date,
    order: DateOrder | None = None,
    submitted: bool = False,
    limits: Limits = LIMITS,
) -> HistoryReading:
    """Read finished projects from a CSV file or a workbook; nothing may lie after ``today``.

    With ``submitted``, every row must say when it was submitted. Dates like 03/04/2027 are read
    as ``order`` says, or as the other dates show. Never raises for what the file holds.
    """
    findings = Findings()
    projects: list[HistoryRow] = []
    rows = 0
    try:
        sheet = understand(read_file(file, HISTORY, limits, findings), HISTORY, findings)
    except Unreadable as refusal:
        sheet = None
        findings.error(Problem(refusal.code, HISTORY.name, refusal.sentence, source=file.name))
    if sheet is not None and submitted and "submitted" not in sheet.headings:
        findings.error(
            Problem(
                "missing_column", HISTORY.name, "A column Submitted is missing.",
                source=sheet.source,
            )
        )  # fmt: skip
    elif sheet is not None:
        rows = len(sheet.rows)
        context = Context(today, order or order_of(sheet), findings)
        for row in read_rows(sheet, context):
            _check(row, today, submitted)
            if not row.is_bad:
                projects.append(_project(row))
    return HistoryReading(tuple(projects), tuple(findings.problems), tuple(findings.warnings), rows)


def _check(row: Row, today: date, submitted: bool) -> None:
    started, finished, handed_in = (row.get(c) for c in ("started", "finished", "submitted"))
    if submitted and handed_in is None and not row.unreadable("submitted"):
        row.error("missing_value", "Submitted cannot be blank.", "submitted")
    if started and finished and finished < started:
        row.error("contradiction", "It finished before it started.", "finished")
    if started and handed_in and started < handed_in:
        row.error("contradiction", "It started before it was submitted.", "started")
    if finished and finished > today:
        row.error("in_future", f"It lies after {today}; only finished projects count.", "finished")
    expected, latest = row.get("expected"), row.get("expected_latest")
    if started and expected and expected < started:
        row.error("contradiction", "It was expected back before it started.", "expected")
    if latest and not expected and not row.unreadable("expected"):
        row.error("contradiction", "It does not say when it was usually expected.", "expected")
    if latest and expected and latest < expected:
        row.error("contradiction", "The latest day lies before the usual one.", "expected_latest")
    if row.get("credits") == 0:
        row.error("costs_nothing", "A project has at least 1 credit.", "credits")


def _project(row: Row) -> HistoryRow:
    return HistoryRow(
        row=row.number,
        title=row.get("title"),
        brief_type=row.get("brief_type"),
        credits=int(row.get("credits")),
        started=row.get("started"),
        finished=row.get("finished"),
        submitted=row.get("submitted"),
        expected=row.get("expected"),
        expected_latest=row.get("expected_latest"),
    )
