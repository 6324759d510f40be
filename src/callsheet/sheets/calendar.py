"""The content calendar's sheet: of one account, or of all accounts of a studio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from callsheet.sheets.dates import DateOrder
from callsheet.sheets.definitions import CALENDAR, CUSTOMERS, fold, fold_key
from callsheet.sheets.deliverables import NotDeliverable, PriceBook, read_wanted
from callsheet.sheets.files import read_file
from callsheet.sheets.limits import LIMITS, Limits
from callsheet.sheets.money import known_items
from callsheet.sheets.problems import Findings, Problem
from callsheet.sheets.records import CalendarRow, Customer, Known, PriceItem, Rules
from callsheet.sheets.rows import Context, Register, Row, read_rows
from callsheet.sheets.tables import Unreadable
from callsheet.sheets.understanding import Sheet, understand

SAID = frozenset({"published", "dropped"})
"""The statuses that people say; the others follow the work."""


@dataclass(frozen=True, slots=True)
class CalendarReading:
    """What one account's calendar sheet says: the good rows, and what is wrong."""

    entries: tuple[CalendarRow, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    rows: int


def read_calendar(
    file: Path,
    *,
    account: Customer,
    known: Known,
    today: date,
    order: DateOrder | None = None,
    rules: Rules | None = None,
    limits: Limits = LIMITS,
) -> CalendarReading:
    """Read the calendar of one account from a CSV file or a workbook, whatever its name.

    ``known`` holds the catalogue's items and the account's projects. Never raises for what the file
    holds: whatever is wrong is a problem in the answer, with its row and column.
    """
    findings = Findings()
    context = Context(today, order, findings)
    entries: Register[CalendarRow] = Register(CALENDAR)
    rows = 0
    try:
        table = read_file(file, CALENDAR, limits, findings)
        sheet = understand(table, CALENDAR, findings)
    except Unreadable as refusal:
        sheet = None
        findings.error(Problem(refusal.code, CALENDAR.name, refusal.sentence, source=file.name))
    if sheet is not None:
        rows = len(sheet.rows)
        customers: Register[Customer] = Register(CUSTOMERS)
        customers.add(account.key, account, None, account.name)
        reader = CalendarReader(
            context, customers, known_items(known), known.projects, known.lines, rules or Rules(),
            only=account.key,
        )  # fmt: skip
        entries = reader.read(sheet)
    return CalendarReading(
        tuple(entries.records.values()), tuple(findings.problems), tuple(findings.warnings), rows
    )


class CalendarReader:
    """Reads the calendar sheet; customers, price list and projects must be known by now.

    ``projects`` maps project keys to account keys, ``lines`` to how many deliverables they have.
    """

    def __init__(
        self,
        context: Context,
        customers: Register[Customer],
        items: Register[PriceItem],
        projects: Mapping[str, str],
        lines: Mapping[str, int],
        rules: Rules,
        *,
        only: str | None = None,
    ) -> None:
        self.context = context
        self.customers = customers
        self.book = PriceBook(items.records.values())
        self.projects = {fold_key(key): key for key in projects}
        self.owners = projects
        self.lines = lines
        self.rules = rules
        self.only = only
        self._anchors: dict[tuple[str, str], tuple[date, int]] = {}

    def read(self, sheet: Sheet) -> Register[CalendarRow]:
        """The entries of a sheet by account and key."""
        entries: Register[CalendarRow] = Register(CALENDAR)
        seen: dict[str, int] = {}
        for row in read_rows(sheet, self.context):
            key = row.get("key")
            if key is None:
                continue
            account = self._account(row)
            name = f"{account} {key}"
            if fold_key(name) in seen:
                row.error("duplicate_key", f"Row {seen[fold_key(name)]} has the same key.", "key")
                continue
            seen[fold_key(name)] = row.number
            entry = self._entry(row, " ".join(key.split()), account)
            entries.add(name, None if row.is_bad else entry, row)
        return entries

    def _account(self, row: Row) -> str:
        if self.only is not None:
            named = row.get("account")
            if named is not None and self.customers.resolve(named) != self.only:
                row.error(
                    "other_account",
                    f"This calendar is imported for {self.only}; leave other accounts' rows out.",
                    "account",
                )
            return self.only
        if row.get("account") is None and not row.unreadable("account"):
            row.error("missing_value", "Say whose entry this is.", "account")
        return (
            self.customers.refer(
                row, "account", "account", lambda customer: not customer.is_organization
            )
            or ""
        )

    def _entry(self, row: Row, key: str, account: str) -> CalendarRow:
        status = row.get("status", "")
        entry = CalendarRow(
            row=row.number,
            key=key,
            account=account,
            wanted=self._wanted(row),
            status=status if status in SAID else "",
            projects=self._projects(row, account),
            said=frozenset(row.sheet.headings),
            **{
                name: row.values[name]
                for name in (
                    "title", "publish", "campaign", "anchor", "days", "fixed", "channel", "brand",
                    "published", "version",
                )
                if name in row.values
            },
        )  # fmt: skip
        self._check(row, entry)
        return entry

    def _check(self, row: Row, entry: CalendarRow) -> None:
        if entry.publish is None and entry.days is None and not row.unreadable("publish"):
            row.error(
                "missing_value", "Give a publish date, or days from the campaign's anchor.",
                "publish",
            )  # fmt: skip
        if entry.days is not None and not entry.campaign:
            row.error("days_without_campaign", "Days are counted from a campaign's anchor.", "days")
        if entry.days is not None and entry.fixed:
            row.error(
                "contradiction", "A fixed date does not move, so it has no days from the anchor.",
                "days",
            )  # fmt: skip
        if entry.published is not None:
            if entry.status != "published":
                row.error("contradiction", "Only a published entry has this day.", "published")
            if entry.published > self.context.today:
                row.error("future_date", "What is published is not in the future.", "published")
        if entry.anchor is not None:
            self._check_anchor(row, entry, entry.anchor)
        open_ = not entry.status and entry.publish is not None
        if open_ and entry.publish is not None and entry.publish < self.context.today:
            row.warn("date_passed", "This day has passed, and it is not published.", "publish")

    def _check_anchor(self, row: Row, entry: CalendarRow, anchor: date) -> None:
        if not entry.campaign:
            row.error("anchor_without_campaign", "Name the campaign that this day is of.", "anchor")
            return
        day, other = self._anchors.setdefault(
            (entry.account, fold(entry.campaign)), (anchor, row.number)
        )
        if day != anchor:
            row.error("two_anchors", f"Row {other} says {day} for this campaign.", "anchor")

    def _wanted(self, row: Row) -> tuple[tuple[str, int], ...]:
        text = row.get("wanted")
        if text is None:
            return ()
        try:
            return read_wanted(text, self.book, most_quantity=self.rules.most_quantity)
        except NotDeliverable as refusal:
            row.error(refusal.code, refusal.sentence, "wanted")
            return ()

    def _projects(self, row: Row, account: str) -> tuple[tuple[str, int | None], ...]:
        found: dict[tuple[str, int | None], None] = {}
        for text in row.get("projects", ()):
            name, number = text, None
            if fold_key(text) not in self.projects and "#" in text:
                name, _, digits = text.rpartition("#")
                number = int(digits) if digits.isascii() and digits.isdecimal() else 0
            key = self.projects.get(fold_key(name))
            if key is None or self.owners[key] != account:
                row.error(
                    "unknown_reference", f"“{name}” is no project of this account.", "projects"
                )
            elif number is not None and not 1 <= number <= self.lines.get(key, 0):
                row.error(
                    "unknown_reference",
                    f"“{text}”: {key} has {self.lines.get(key, 0)} deliverables.",
                    "projects",
                )
            else:
                if not self.lines.get(key):
                    row.warn("nothing_to_link", f"{key} asks for no deliverables yet.", "projects")
                found[key, number] = None
        return tuple(found)
