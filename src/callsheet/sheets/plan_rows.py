"""A calendar read for the planner: rows with dates, credits and what they wait for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from callsheet.sheets.cells import NotReadable, as_text, read_cell
from callsheet.sheets.columns import Column, Kind, fold, fold_key
from callsheet.sheets.columns_plan import PLAN
from callsheet.sheets.date_order import order_of
from callsheet.sheets.dates import DateOrder
from callsheet.sheets.deliverables import NotDeliverable, PriceBook, read_wanted
from callsheet.sheets.files import read_file
from callsheet.sheets.limits import LIMITS, Limits
from callsheet.sheets.predecessors import on_cycles
from callsheet.sheets.problems import Findings, Problem
from callsheet.sheets.records import PriceItem
from callsheet.sheets.rows import Context, Register, Row, read_rows
from callsheet.sheets.tables import Unreadable
from callsheet.sheets.understanding import understand

PRIORITIES = {"": 5, "low": 2, "normal": 5, "medium": 5, "high": 8}
"""The words for a priority, on the scale from 1 to 10."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One project that a calendar asks for.

    ``due`` is the day by which it must be finished, ``None`` only of what is in production or
    over. ``status`` is ``planned``, ``in_production``, ``done`` or ``dropped``. ``after`` are ids
    of rows that are planned or in production. An empty ``brief_type`` was not said. ``concepts``
    are the credits of parts that do not need each other, none where nothing is said of them. What
    is in production says in ``finish_by`` when its credits come back, or only when it ``started``.
    ``notes`` are what stands in columns that are not known, by heading.
    """

    row: int
    id: str
    title: str
    credits: int
    due: date | None
    go_live: date | None = None
    brief_type: str = ""
    team: str = ""
    campaign: str = ""
    priority: int = 5
    not_before: date | None = None
    after: tuple[str, ...] = ()
    status: str = "planned"
    finish_by: date | None = None
    concepts: tuple[int, ...] = ()
    started: date | None = None
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PlanReading:
    """The good rows of a calendar, and what is wrong with the others; ``rows`` counts all."""

    projects: tuple[PlanRow, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    rows: int

    @property
    def unusable(self) -> bool:
        """Whether the file as a whole is wrong, so that leaving rows out does not help."""
        return any(problem.whole_sheet for problem in self.problems)


def read_plan(
    file: Path,
    *,
    items: Iterable[PriceItem],
    today: date,
    order: DateOrder | None = None,
    teams: Iterable[str] = (),
    limits: Limits = LIMITS,
) -> PlanReading:
    """Read a calendar from a CSV file, a workbook or JSON, priced by a price list.

    Dates like 03/04/2027 are read as ``order`` says, or as the other dates of the file show; they
    are refused where neither settles it. With ``teams``, every row that needs credits names one
    of them. Never raises for what the file holds.
    """
    findings = Findings()
    register: Register[PlanRow] = Register(PLAN)
    rows = 0
    try:
        sheet = understand(read_file(file, PLAN, limits, findings), PLAN, findings)
    except Unreadable as refusal:
        sheet = None
        findings.error(Problem(refusal.code, PLAN.name, refusal.sentence, source=file.name))
    if sheet is not None and not {"go_live", "wanted_by"} & sheet.headings.keys():
        findings.error(
            Problem(
                "missing_column", PLAN.name, "A column Go live or Wanted by is missing.",
                source=sheet.source,
            )
        )  # fmt: skip
    elif sheet is not None:
        rows = len(sheet.rows)
        context = Context(today, order or order_of(sheet), findings)
        book = PriceBook(items)
        if not rows:
            said = "There is no row below the headings."
            findings.warn(Problem("no_rows", PLAN.name, said, source=sheet.source))
        names = {fold(name): name for name in teams}
        _read(register, list(read_rows(sheet, context)), book, names, today)
        _resolve(register)
    problems = sorted(findings.problems, key=lambda problem: problem.row or 0)
    return PlanReading(
        tuple(register.records.values()), tuple(problems), tuple(findings.warnings), rows
    )


def _read(
    register: Register[PlanRow],
    rows: list[Row],
    book: PriceBook,
    teams: dict[str, str],
    today: date,
) -> None:
    taken = {fold_key(row.get("id")): row.number for row in reversed(rows) if row.get("id")}
    for row in rows:
        title = row.get("title")
        if title is None:
            continue
        id = row.get("id")
        if id is None:
            id, number = title, 1
            while fold_key(id) in taken or id in register:
                number += 1
                id = f"{title} ({number})"
        elif taken[fold_key(id)] != row.number:
            row.error("duplicate_key", f"Row {taken[fold_key(id)]} has the same id.", "id")
            continue
        project = _project(row, id, book, teams, today)
        register.add(id, None if row.is_bad else project, row, title)


def _project(row: Row, id: str, book: PriceBook, teams: dict[str, str], today: date) -> PlanRow:
    status = row.get("status", "planned")
    due = row.get("wanted_by") or row.get("go_live")
    unread = row.unreadable("wanted_by") or row.unreadable("go_live")
    if status == "planned" and due is None and not unread:
        row.error("missing_value", "Say when it goes live, or by when it is wanted.", "go_live")
    _check_production(row, status, today)
    live, wanted = row.get("go_live"), row.get("wanted_by")
    if live and wanted and wanted > live:
        row.error("contradiction", "It is wanted later than it goes live.", "wanted_by")
    credits = _credits(row, book) if status in ("planned", "in_production") else 0
    return PlanRow(
        row=row.number,
        id=id,
        title=row.get("title"),
        credits=credits,
        due=due,
        go_live=live,
        brief_type=row.get("brief_type", ""),
        team=_team(row, teams) if teams and credits else row.get("team", ""),
        campaign=row.get("campaign", ""),
        priority=_priority(row),
        not_before=row.get("not_before"),
        after=row.get("after", ()),
        status=status,
        finish_by=row.get("finish_by"),
        concepts=_concepts(row, credits) if credits else (),
        started=row.get("started"),
        notes=_notes(row),
    )


def _check_production(row: Row, status: str, today: date) -> None:
    """What is in production says when it ends or when it began; only that has begun."""
    started, finish_by = row.get("started"), row.get("finish_by")
    if status == "planned" and (started or finish_by):
        column = "started" if started else "finish_by"
        row.error("contradiction", "Only what is in production has this. Say its status.", column)
    if status != "in_production":
        return
    if not {"finish_by", "started"} & row.cells.keys():
        row.error(
            "missing_value",
            "Say by when what is in production gives its credits back, or when it started.",
            "finish_by",
        )
    if started and not {"finish_by"} & row.cells.keys():
        said = "When it ends is expected from the day on which it started."
        row.warn("finish_expected", said, "finish_by")
    if started and started > today:
        row.error("in_future", f"It lies after {today}, where the plan begins.", "started")
    if started and finish_by and finish_by < started:
        row.error("contradiction", "It would be finished before it started.", "finish_by")
    elif finish_by and finish_by < today:
        row.warn("overdue", "That day is over; the next working day counts.", "finish_by")


_NOTE = Column("note", "Note", Kind.TEXT, "What stands in a column that is not known.",
               longest=LIMITS.cell_characters)  # fmt: skip


def _notes(row: Row) -> tuple[tuple[str, str], ...]:
    """The row's notes as texts; what is no text is left out with a warning."""
    notes = []
    for heading, cell in row.notes:
        try:
            notes.append((heading, str(read_cell(cell, _NOTE, date.min, None))))
        except NotReadable as refusal:
            said = f"{refusal.sentence} The note is left out."
            row.findings.warn(
                Problem(refusal.code, PLAN.name, said, row=row.number, column=heading,
                        value=as_text(cell), source=row.sheet.source)
            )  # fmt: skip
    return tuple(notes)


def _credits(row: Row, book: PriceBook) -> int:
    said, text, price = row.get("credits"), row.get("deliverables"), 0
    if text is not None:
        try:
            price = sum(count * book.find(name).credits for name, count in read_wanted(text, book))
        except NotDeliverable as refusal:
            row.error(refusal.code, refusal.sentence, "deliverables")
            return 0
    if said is not None:
        if text is not None and said != price:
            row.warn("price_differs", f"Its deliverables cost {price}; {said} counts.", "credits")
        price = int(said)
    if row.unreadable("credits") or row.unreadable("deliverables"):
        return 0
    if said is None and text is None:
        row.error("missing_value", "Say what it needs, or how many credits.", "deliverables")
    elif price == 0:
        row.error(
            "costs_nothing",
            "It costs no credits, so there is nothing to plan. Variations belong to the project "
            "of their master; a project of variations alone says its credits.",
            "deliverables" if said is None else "credits",
        )
    return price


def _team(row: Row, teams: dict[str, str]) -> str:
    """The team as the list of teams writes it."""
    name: str = row.get("team", "")
    known = ", ".join(teams.values())
    if not name:
        row.error("missing_value", f"Say whose credits it uses: {known}.", "team")
    elif fold(name) not in teams:
        row.error("unknown_team", f"This team has no credits; those that have: {known}.", "team")
    return teams.get(fold(name), name)


def _concepts(row: Row, credits: int) -> tuple[int, ...]:
    parts = re.findall(r"[^\s+,;]+", str(row.get("concepts", "")))
    if not all(part.isdecimal() for part in parts):
        row.error("not_concepts", "Write the credits of each concept, as 20 + 10 + 10.", "concepts")
        return ()
    sizes = tuple(int(part) for part in parts)
    if sizes and sum(sizes) != credits:
        row.error(
            "contradiction",
            f"Its concepts have {sum(sizes)} credits together, it costs {credits}.",
            "concepts",
        )
        return ()
    return sizes


def _priority(row: Row) -> int:
    text = fold(row.get("priority", ""))
    if text in PRIORITIES:
        return PRIORITIES[text]
    if re.fullmatch(r"[1-9]|10", text):
        return int(text)
    row.error("unknown_priority", "A priority is 1 to 10, or low, normal or high.", "priority")
    return 5


def _resolve(register: Register[PlanRow]) -> None:
    """Turn what rows come after into ids; what is unknown, bad or circular is a problem."""
    titles: dict[str, int] = {}
    for row in register.rows.values():
        titles[fold(row.get("title"))] = titles.get(fold(row.get("title")), 0) + 1
    edges: dict[str, tuple[str, ...]] = {}
    for id, project in register.records.items():
        row = register.rows[id]
        found: list[str] = []
        for text in project.after:
            other = register.resolve(text)
            many = titles.get(fold(text), 0) > 1
            # An id that was made from a title does not tell which of the namesakes is meant.
            if other is None or (many and register.rows[other].get("id") is None):
                row.error(
                    "ambiguous_reference" if many else "unknown_reference",
                    f"{'More than one row' if many else 'No row'} is called “{text}”.",
                    "after",
                )
            else:
                found.append(other)
        edges[id] = tuple(found)
    for id in on_cycles(edges):
        register.rows[id].error("cycle", "It would wait for itself.", "after")
    register.drop_bad()
    followers: dict[str, list[str]] = {}
    for id, before in edges.items():
        for other in before:
            followers.setdefault(other, []).append(id)
    bad = [other for other in followers if register.is_bad(other)]
    while bad:
        other = bad.pop()
        for id in followers.get(other, ()):
            if id in register.records:
                said = f"{other} has a problem of its own."
                register.rows[id].error("refers_to_bad_row", said, "after")
                register.drop(id)
                bad.append(id)
    for id, project in register.records.items():
        open_ = (o for o in edges[id] if register.records[o].status in ("planned", "in_production"))
        register.records[id] = replace(project, after=tuple(open_))
