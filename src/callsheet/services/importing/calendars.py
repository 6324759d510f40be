"""The calendar sheet of a studio: every account's entries, beside its other sheets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from callsheet.services.importing.calendar import SHEET, CalendarImport
from callsheet.services.importing.memory import Difference
from callsheet.services.importing.work import Work
from callsheet.sheets.problems import Problem
from callsheet.sheets.records import CalendarRow
from callsheet.tenants.models import Account


def calendar_accounts(rows: Iterable[CalendarRow]) -> list[int]:
    """The accounts of these rows that exist already, in the order in which calendars are locked."""
    keys = {row.account for row in rows}
    return list(Account.objects.filter(key__in=keys).order_by("pk").values_list("pk", flat=True))


def import_calendars(work: Work, rows: Sequence[CalendarRow]) -> list[Problem]:
    """Bring the rows in, account by account. Where both sides have changed a field, Callsheet stays
    as it is and the difference is reported, as with the other sheets. Returns what is wrong.
    """
    by_account: dict[str, list[CalendarRow]] = defaultdict(list)
    for row in rows:
        by_account[row.account].append(row)
    problems: list[Problem] = []
    for key, its_rows in by_account.items():
        outcome = CalendarImport(work.command, work.memory, work.accounts[key], work.types).run(
            its_rows
        )
        problems += outcome.problems
        work.memory.differences += [
            Difference(
                SHEET, clash["key"], clash["field"],
                "It was changed here and in the sheet; `callsheet calendar import` asks which"
                " counts.",
            )
            for clash in outcome.clashes
        ]  # fmt: skip
        work.memory.differences += [
            Difference(SHEET, gone["key"], "key", "The sheet has it no more. Drop it if it is off.")
            for gone in outcome.vanished
        ]
    return problems
