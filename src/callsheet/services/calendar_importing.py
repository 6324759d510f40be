"""An account's calendar from a sheet, by key, with every conflict shown before anything is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from callsheet.catalogue.models import DeliverableType, studio_rules
from callsheet.insight.calendar_rows import FIELDS
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Refused
from callsheet.projects.models import Project
from callsheet.schedule.merging import Side
from callsheet.services.calendar_loading import lock_calendar
from callsheet.services.importing.calendar import CalendarImport, Choose
from callsheet.services.importing.catalogue import known_items
from callsheet.services.importing.memory import Memory
from callsheet.services.importing.projects import known_lines
from callsheet.services.loading import account_of, hides
from callsheet.sheets import CalendarReading, DateOrder, Known, Problem, read_calendar
from callsheet.sheets.definitions import fold, fold_key
from callsheet.sheets.limits import LIMITS
from callsheet.sheets.records import Customer, Rules
from callsheet.tenants.access import Rights, check_can_write
from callsheet.tenants.models import Account, AccountStatus


@dataclass(frozen=True, slots=True)
class CalendarReport:
    """What an import has done, or would do. ``counts`` are new, changed and unchanged entries;
    ``changes`` name entry, field, before, after; ``conflicts`` name entry, field and the three
    values; ``vanished`` are entries that earlier sheets had and this one has not, which stay;
    ``campaigns`` those that were opened.
    """

    written: bool
    dry_run: bool
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    rows: int
    counts: dict[str, int] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    vanished: list[dict[str, Any]] = field(default_factory=list)
    campaigns: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return asdict(self) | {
            "problems": [problem.as_dict() for problem in self.problems],
            "warnings": [warning.as_dict() for warning in self.warnings],
        }


def import_calendar(
    actor: Actor,
    account_id: int,
    file: Path,
    *,
    order: DateOrder | None = None,
    take: Mapping[str, str] | None = None,
    dry_run: bool = False,
    key: str | None = None,
) -> CalendarReport:
    """Read a calendar sheet (CSV, XLSX) and bring it into the account's calendar, all or nothing.

    New keys are opened; of known ones, what the sheet has changed since the last import (or since
    the export that it came from) is written. What both sides have changed is a conflict: nothing
    is written until ``take`` says whose value counts, ``sheet`` or ``ours``, for ``""`` (all), a
    field (``title``) or one of an entry (``POST-7:title``); the narrower one wins. What is not in
    the sheet any more stays, and is listed. ``dry_run`` does everything and takes it back.

    Members and admins of the account, and staff on their behalf. Raises
    ``Refused("unknown_choice")``, ``Conflict("account_ended")``.
    """
    choose = _chooser(take or {})
    account = account_of(account_id)
    rights = check_can_write(actor, account)
    if account.status == AccountStatus.ENDED:
        raise Conflict("account_ended", "This account has ended; its calendar is closed.")
    with transaction.atomic():
        lock_calendar(account_id)
        reading = _read(file, account, rights, order)
        if reading.problems:
            return _report(reading, None, dry_run=dry_run)

        def work(command: OpenCommand) -> Answer:
            memory = Memory(account_id)
            types = {fold(kind.name): kind for kind in DeliverableType.objects.all()}
            outcome = CalendarImport(
                command, memory, account, types, choose,
                drafts=bool(rights.account_role) or rights.system,
            ).run(reading.entries)  # fmt: skip
            memory.flush()
            return asdict(outcome) | {
                "counts": {name: memory.counts["calendar"][name]
                           for name in ("new", "changed", "unchanged")},
                "problems": [problem.as_dict() for problem in outcome.problems],
                "warnings": [warning.as_dict() for warning in outcome.warnings],
            }  # fmt: skip

        given = {"account": account_id, "sheet": _digest(file), "take": dict(take or {})}
        answer = run(actor, "import_calendar", key, given, work)
        report = _report(reading, answer, dry_run=dry_run)
        if not report.written:
            transaction.set_rollback(True)
        return report


def _read(file: Path, account: Account, rights: Rights, order: DateOrder | None) -> CalendarReading:
    rules = studio_rules()
    projects = [
        project.key
        for project in Project.objects.filter(account=account).only(
            "key", "status", "shared_with_studio"
        )
        if not hides(project, rights)
    ]
    return read_calendar(
        file,
        account=Customer(row=0, key=account.key, name=account.name),
        known=Known(
            items=known_items(),
            projects=dict.fromkeys(projects, account.key),
            lines=known_lines(account.pk),
        ),
        today=clock.today(account.time_zone),
        order=order,
        rules=Rules(most_quantity=rules.most_quantity),
    )


def _report(reading: CalendarReading, answer: Answer | None, *, dry_run: bool) -> CalendarReport:
    """The report; nothing counts as written where there are problems or open conflicts."""
    done = dict(answer or {})
    problems = (*reading.problems, *(Problem(**one) for one in done.get("problems", ())))
    conflicts = done.get("clashes", [])
    return CalendarReport(
        written=answer is not None and not problems and not conflicts and not dry_run,
        dry_run=dry_run,
        problems=problems,
        warnings=(*reading.warnings, *(Problem(**one) for one in done.get("warnings", ()))),
        rows=reading.rows,
        counts=done.get("counts", {}),
        changes=done.get("changes", []),
        conflicts=conflicts,
        vanished=done.get("vanished", []),
        campaigns=done.get("campaigns", []),
    )


def _digest(file: Path) -> str:
    """What the sheet holds, for a command that is sent twice."""
    if not file.is_file() or file.stat().st_size > LIMITS.file_bytes:
        return ""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _chooser(take: Mapping[str, str]) -> Choose:
    """Whose value counts, by entry and field. Raises ``Refused("unknown_choice")``."""
    sides: dict[tuple[str, str], Side] = {}
    for what, side in take.items():
        entry, _, name = what.rpartition(":")
        if side not in set(Side) or (name and name not in FIELDS) or (entry and not name):
            raise Refused(
                "unknown_choice",
                f"“{what}={side}” is not understood. Say sheet or ours, for all, for a field"
                f" ({', '.join(FIELDS)}) or for KEY:FIELD.",
                field="take",
            )
        sides[fold_key(entry), name] = Side(side)

    def choose(key: str, name: str) -> Side | None:
        for where in ((fold_key(key), name), ("", name), ("", "")):
            if where in sides:
                return sides[where]
        return None

    return choose
