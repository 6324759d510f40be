"""A whole studio read from its spreadsheets, in one call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from callsheet.sheets.calendar import CalendarReader
from callsheet.sheets.dates import DateOrder
from callsheet.sheets.definitions import (
    CALENDAR,
    CREDITS,
    CUSTOMERS,
    PEOPLE,
    PRICE_LIST,
    PROJECTS,
    SHEETS,
    fold,
)
from callsheet.sheets.files import read_tables
from callsheet.sheets.limits import LIMITS, Limits
from callsheet.sheets.money import known_items, read_credits, read_price_list
from callsheet.sheets.predecessors import check_predecessors
from callsheet.sheets.problems import Findings, Problem
from callsheet.sheets.records import (
    CalendarRow,
    CreditEntry,
    Known,
    ProjectRow,
    Rules,
    Studio,
)
from callsheet.sheets.rows import Context, Register
from callsheet.sheets.statuses import HOLDING
from callsheet.sheets.understanding import Sheet, understand
from callsheet.sheets.who import Who
from callsheet.sheets.work import ProjectReader


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. ``studio`` holds the good rows only; ``rows`` counts all rows by sheet."""

    studio: Studio
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    rows: Mapping[str, int]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def unusable(self) -> bool:
        """Whether a whole sheet is wrong, so that leaving out bad rows does not help."""
        return any(problem.whole_sheet for problem in self.problems)


def read_studio(
    place: Path,
    *,
    today: date,
    order: DateOrder | None = None,
    known: Known | None = None,
    rules: Rules | None = None,
    limits: Limits = LIMITS,
) -> Reading:
    """Read a folder of sheets (or one workbook) and check everything against everything.

    ``today`` resolves relative dates and decides what is past; ``order`` says how 03/04/2026 is
    meant; ``known`` is what the installation holds already. Never raises for what a file holds:
    whatever is wrong is a problem in the answer.
    """
    known = known or Known()
    findings = Findings()
    context = Context(today, order, findings)
    sheets = _sheets(place, limits, findings)
    items = known_items(known)
    if PRICE_LIST.name in sheets:
        read_price_list(sheets[PRICE_LIST.name], context, items)
    who = Who(context, known)
    plans = {fold(item.name): item for item in items.records.values() if item.kind == "plan"}
    if CUSTOMERS.name in sheets:
        who.read_customers(sheets[CUSTOMERS.name], plans)
    if PEOPLE.name in sheets:
        who.read_people(sheets[PEOPLE.name])
    who.check_managers()
    projects: Register[ProjectRow] = Register(PROJECTS)
    if PROJECTS.name in sheets:
        reader = ProjectReader(
            context, rules or Rules(), who.customers, who.emails(), items, known.projects
        )
        projects = reader.read(sheets[PROJECTS.name])
        check_predecessors(projects, known.projects, known.predecessors)
    entries: Register[CreditEntry] = Register(CREDITS)
    if CREDITS.name in sheets:
        entries = read_credits(sheets[CREDITS.name], context, who.customers)
    calendar: Register[CalendarRow] = Register(CALENDAR)
    if CALENDAR.name in sheets:
        lines = dict(known.lines) | {
            key: sum(len(concept.lines) for concept in project.concepts)
            for key, project in projects.records.items()
        }
        owners = dict(known.projects) | {key: p.account for key, p in projects.records.items()}
        calendar = CalendarReader(
            context, who.customers, items, owners, lines, rules or Rules()
        ).read(sheets[CALENDAR.name])
    _warn_of_overdrawn(who, projects, entries, today)
    studio = Studio(
        customers=_of_the_sheets(who.customers),
        people=_of_the_sheets(who.people),
        price_list=_of_the_sheets(items),
        projects=tuple(_resolved(p, projects) for p in _of_the_sheets(projects)),
        credits=_of_the_sheets(entries),
        calendar=_of_the_sheets(calendar),
    )
    return Reading(
        studio,
        tuple(findings.problems),
        tuple(findings.warnings),
        {name: len(sheet.rows) for name, sheet in sheets.items()},
    )


def _sheets(place: Path, limits: Limits, findings: Findings) -> dict[str, Sheet]:
    tables = read_tables(place, limits, findings)
    if not tables and not findings.problems:
        findings.error(
            Problem(
                "nothing_to_read",
                "studio",
                "There is no sheet here that is known. The sheets are "
                + ", ".join(sheet.name for sheet in SHEETS)
                + ", each as .csv or .xlsx.",
                source=str(place.name),
            )
        )
    found = {}
    for definition in SHEETS:
        if definition.name in tables:
            sheet = understand(tables[definition.name], definition, findings)
            if sheet is not None:
                found[definition.name] = sheet
    return found


def _of_the_sheets[T](register: Register[T]) -> tuple[T, ...]:
    """Good records that came from a sheet, not those known before."""
    return tuple(record for key, record in register.records.items() if key in register.rows)


def _resolved(project: ProjectRow, projects: Register[ProjectRow]) -> ProjectRow:
    """The project with its predecessors' keys as those write them."""
    if not project.after:
        return project
    return replace(project, after=tuple(projects.resolve(key) or key for key in project.after))


def _warn_of_overdrawn(
    who: Who,
    projects: Register[ProjectRow],
    entries: Register[CreditEntry],
    today: date,
) -> None:
    """Say which accounts begin with more in production than they have."""
    held: dict[str, int] = defaultdict(int)
    for project in projects.records.values():
        if project.status in HOLDING:
            held[project.account] += project.credits
    has: dict[str, int] = defaultdict(int)
    for entry in entries.records.values():
        if entry.start <= today and (entry.end is None or entry.end > today):
            if entry.kind in ("booster", "goodwill", "trial", "lot", "loan"):
                has[entry.account] += entry.credits
            if entry.kind == "loan" and entry.lender:
                has[entry.lender] -= entry.credits
    for key, credits in held.items():
        customer = who.customers.get(key)
        row = who.customers.rows.get(key)
        if customer is None or row is None:
            continue
        capacity = customer.capacity + has[key]
        if credits > capacity:
            row.warn(
                "overdrawn",
                f"{customer.name} has {credits:,} credits in production and {capacity:,} in all: "
                "it begins overdrawn, and starts nothing until enough has come back.",
            )
