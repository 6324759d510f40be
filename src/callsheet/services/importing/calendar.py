"""Calendar entries from a sheet: new keys are opened, known ones get what the sheet has changed.

Three values of each field are compared: what the last import (or the export that the sheet came
from) said, what Callsheet says now, what the sheet says. Nothing is overwritten that was changed on
both sides, and nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from callsheet.catalogue.models import DeliverableType
from callsheet.insight.calendar_rows import FIELDS, EntryRow, read_entry_rows
from callsheet.journal.commands import OpenCommand
from callsheet.kit import clock
from callsheet.kit.errors import Refused
from callsheet.projects.models import Project
from callsheet.schedule.dates import place
from callsheet.schedule.following import SAID, EntryStatus
from callsheet.schedule.merging import Clash, Side, merge
from callsheet.schedule.models import Campaign, Entry, EntryDeliverable, WantedDeliverable
from callsheet.services.calendar_loading import lock_entries
from callsheet.services.entry_following import follow_entries
from callsheet.services.entry_links import lock_projects
from callsheet.services.importing.calendar_reading import Meanings
from callsheet.services.importing.memory import Comparison, Memory
from callsheet.sheets.definitions import CALENDAR, fold_key
from callsheet.sheets.problems import Problem
from callsheet.sheets.records import CalendarRow
from callsheet.tenants.models import Account

SHEET = CALENDAR.name
SILENT = frozenset({"publish", "days", "published"})
"""A blank cell of these says nothing: the one date follows from the other, the day of publishing
from the status.
"""
DATED = frozenset({"publish", "days", "fixed", "campaign"})
CLOSED = frozenset({"status", "published"})
Choose = Callable[[str, str], Side | None]


@dataclass(slots=True)
class Outcome:
    """What came of the sheet's rows. ``changes`` and ``clashes`` are plain data with entry and
    field; ``vanished`` are entries that an earlier sheet had and this one has not.
    """

    changes: list[dict[str, Any]] = field(default_factory=list)
    clashes: list[dict[str, Any]] = field(default_factory=list)
    vanished: list[dict[str, Any]] = field(default_factory=list)
    campaigns: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _Writing:
    """An entry that is new or changed, with the fields to be written."""

    row: CalendarRow
    entry: Entry
    taken: dict[str, Any]
    known: EntryRow | None


class CalendarImport:
    """Brings the rows of one account into its calendar, inside an open command that holds the
    calendar's lock. The number of statements does not grow with the rows.

    ``choose`` says for (entry's key, field) whose value counts where both sides have changed it.
    """

    def __init__(
        self,
        command: OpenCommand,
        memory: Memory,
        account: Account,
        types: Mapping[str, DeliverableType],
        choose: Choose = lambda key, name: None,
        *,
        drafts: bool = True,
    ) -> None:
        self.command = command
        self.memory = memory
        self.account = account
        self.types = types
        self.choose = choose
        self.drafts = drafts
        self.today = clock.today(account.time_zone)
        self.outcome = Outcome()
        self.meanings = Meanings(account, types)
        self._writing: list[_Writing] = []

    def run(self, rows: Sequence[CalendarRow]) -> Outcome:
        """Compare, write, link, and let statuses follow."""
        self.meanings = Meanings.of(self.account, self.types, rows)
        known = self._lock(rows)
        remembered: list[tuple[Comparison, CalendarRow, bool]] = []
        for row in rows:
            fields = self.meanings.fields(row)
            there = known.get(fold_key(row.key))
            comparison, clashes = self._compare(row, fields, there)
            self._collect_clashes(row, there, clashes)
            remembered.append((comparison, row, there is not None))
        self._write()
        self._vanish(rows)
        self._remember(remembered)
        self.outcome.campaigns += self.meanings.opened
        return self.outcome

    # --- comparing -------------------------------------------------------------------------------

    def _lock(self, rows: Sequence[CalendarRow]) -> dict[str, EntryRow]:
        """Lock what may change, projects before entries, and read the entries as they are now."""
        numbers = {fold_key(key): pk for key, pk in
                   Entry.objects.filter(account=self.account).values_list("key", "pk")}  # fmt: skip
        ids = [numbers[fold_key(row.key)] for row in rows if fold_key(row.key) in numbers]
        linked = EntryDeliverable.objects.filter(account=self.account, entry__in=ids)
        named = Project.objects.filter(
            account=self.account, key__in={key for row in rows for key, _ in row.projects}
        )
        lock_projects(
            {*linked.values_list("project_id", flat=True), *named.values_list("pk", flat=True)}
        )
        lock_entries(ids)
        return {
            fold_key(one.entry.key): one
            for one in read_entry_rows(
                self.account.pk, Entry.objects.filter(pk__in=ids), drafts=self.drafts
            )
        }

    def _compare(
        self, row: CalendarRow, fields: dict[str, Any], there: EntryRow | None
    ) -> tuple[Comparison, tuple[Clash, ...]]:
        """What is to be written of a row, and what to remember of it."""
        name = f"{self.account.key} {there.entry.key if there else row.key}"
        last = self.memory.last(SHEET, name)
        said = [n for n in FIELDS if n in row.said and (n in fields or n not in SILENT)]
        if there is None:
            self._writing.append(_Writing(row, self._new(row), fields, None))
            return Comparison(SHEET, name, fields, last), ()
        # The sheet came from an export of the entry as it is now: whatever differs, the sheet has
        # changed.
        base = there.fields if row.version == there.entry.version else last
        merged = merge(base, there.fields, fields, said, lambda n: self.choose(row.key, n))
        if merged.taken:
            self._writing.append(_Writing(row, there.entry, merged.taken, there))
        kept = {n: v for n, v in (last or {}).items() if n not in said} | fields
        return Comparison(SHEET, name, kept, last, {c.field for c in merged.clashes}), (
            merged.clashes
        )

    def _new(self, row: CalendarRow) -> Entry:
        now = clock.now()
        return Entry(
            account=self.account, key=row.key, version=0, created_at=now, changed_at=now,
            status=EntryStatus.PLANNED,
        )  # fmt: skip

    def _collect_clashes(
        self, row: CalendarRow, there: EntryRow | None, clashes: Sequence[Clash]
    ) -> None:
        self.outcome.clashes += [
            {
                "account": self.account.key, "key": row.key,
                "title": there.entry.title if there else row.title, "row": row.row,
                "field": clash.field, "column": CALENDAR.column(clash.field).title,
                "last": clash.last, "ours": clash.ours, "sheet": clash.sheet,
            }
            for clash in clashes
        ]  # fmt: skip

    # --- writing ---------------------------------------------------------------------------------

    def _write(self) -> None:
        fresh = [one for one in self._writing if one.known is None]
        known = [one for one in self._writing if one.known is not None]
        for one in self._writing:
            before = None if one.known is None else one.known.fields
            try:
                self._describe(one)
            except Refused as refusal:
                self._complain(one.row, refusal)
                continue
            one.entry.version += 1
            one.entry.changed_at = clock.now()
            if before is not None:
                self.outcome.changes += [
                    {"account": self.account.key, "key": one.entry.key, "field": name,
                     "before": before.get(name), "after": value}
                    for name, value in one.taken.items()
                ]  # fmt: skip
        if self.outcome.problems:
            return
        Entry.objects.bulk_create([one.entry for one in fresh], batch_size=500)
        Entry.objects.bulk_update(
            [one.entry for one in known],
            ["title", "publish_on", "campaign", "days_from_anchor", "fixed_date", "channel",
             "brand", "status", "published_on", "version", "changed_at"],
            batch_size=500,
        )  # fmt: skip
        self._write_wanted()
        self._write_links()
        follow_entries(
            self.command, [one.entry.pk for one in self._writing if one.entry.status not in SAID]
        )

    def _describe(self, one: _Writing) -> None:
        """Set on the entry what the sheet has changed. Raises ``Refused``."""
        entry, row, taken = one.entry, one.row, one.taken
        if "title" in taken:
            entry.title = taken["title"]
        if "channel" in taken:
            entry.channel = taken["channel"] or ""
        if "brand" in taken:
            entry.brand = self.meanings.brand(row.brand)
        if "campaign" in taken:
            entry.campaign = self.meanings.campaign(row.campaign)
        if one.known is None or not taken.keys().isdisjoint(DATED):
            self._place(entry, row, taken)
        if one.known is None or not taken.keys().isdisjoint(CLOSED):
            self._say(entry, row, taken)

    def _place(self, entry: Entry, row: CalendarRow, taken: Mapping[str, Any]) -> None:
        if "fixed" in taken:
            entry.fixed_date = row.fixed
        campaign: Campaign | None = entry.campaign
        anchor = campaign.anchor_on if campaign else None
        if taken.get("days") is not None:
            day = row.publish if "publish" in taken else None
            placed = place(day, row.days, anchor, fixed=entry.fixed_date)
        else:
            day = row.publish if "publish" in taken else entry.publish_on
            placed = place(day, None, anchor, fixed=entry.fixed_date)
        entry.publish_on, entry.days_from_anchor = placed.publish_on, placed.days_from_anchor
        if row.anchor is not None and anchor != row.anchor:
            self.outcome.warnings.append(
                _problem(row, "other_anchor", "anchor",
                         f"The campaign's anchor is {anchor or 'not set'} in Callsheet. Move it"
                         " there, so that its entries move with it.", str(row.anchor))
            )  # fmt: skip

    def _say(self, entry: Entry, row: CalendarRow, taken: Mapping[str, Any]) -> None:
        """Published, dropped, or neither any more: then the status follows again."""
        if "status" in taken:
            entry.status = row.status or EntryStatus.PLANNED
        if entry.status != EntryStatus.PUBLISHED:
            entry.published_on = None
        elif row.published is not None:
            entry.published_on = row.published
        elif entry.published_on is None:
            entry.published_on = min(entry.publish_on, self.today)

    def _complain(self, row: CalendarRow, refusal: Refused) -> None:
        column = {"publish_on": "publish", "days_from_anchor": "days"}.get(refusal.field or "")
        self.outcome.problems.append(
            _problem(row, refusal.code, column or "publish", refusal.message)
        )

    def _write_wanted(self) -> None:
        changed = [one for one in self._writing if "wanted" in one.taken]
        WantedDeliverable.objects.filter(
            account=self.account, entry__in=[one.entry for one in changed]
        ).delete()
        WantedDeliverable.objects.bulk_create(
            (
                WantedDeliverable(
                    account=self.account, entry=one.entry, type=self.meanings.type(item),
                    quantity=number, position=position,
                )
                for one in changed
                for position, (item, number) in enumerate(one.row.wanted)
            ),
            batch_size=1000,
        )  # fmt: skip

    def _write_links(self) -> None:
        """Exactly the deliverables that the sheet names, beside those it was never shown."""
        fresh: list[tuple[Entry, int]] = []
        gone: list[int] = []
        for one in self._writing:
            if "projects" not in one.taken:
                continue
            named = self.meanings.deliverables(one.row)
            shown = one.known.links if one.known else frozenset()
            fresh += [(one.entry, pk) for pk in sorted(named - shown)]
            if lost := shown - named:
                gone += EntryDeliverable.objects.filter(
                    account=self.account, entry=one.entry, deliverable__in=lost
                ).values_list("pk", flat=True)
        EntryDeliverable.objects.filter(pk__in=gone).delete()
        owners = self.meanings.lines.owners
        EntryDeliverable.objects.bulk_create(
            (
                EntryDeliverable(
                    account=self.account, entry=entry, deliverable_id=pk, project_id=owners[pk]
                )
                for entry, pk in fresh
            ),
            ignore_conflicts=True,
            batch_size=1000,
        )

    # --- afterwards ------------------------------------------------------------------------------

    def _vanish(self, rows: Sequence[CalendarRow]) -> None:
        """List what earlier sheets had and this one has not; it stays as it is."""
        prefix = f"{self.account.key} "
        here = {fold_key(row.key) for row in rows}
        before = {
            fold_key(name.removeprefix(prefix))
            for name in self.memory.keys(SHEET)
            if name.startswith(prefix)
        }
        if not before - here:
            return
        self.outcome.vanished += [
            {"account": self.account.key, "key": key, "title": title, "publish_on": day,
             "status": status}
            for key, title, day, status in Entry.objects.filter(account=self.account)
            .exclude(status=EntryStatus.DROPPED)
            .order_by("publish_on", "pk")
            .values_list("key", "title", "publish_on", "status")
            if fold_key(key) in before - here
        ]  # fmt: skip

    def _remember(self, rows: Sequence[tuple[Comparison, CalendarRow, bool]]) -> None:
        if self.outcome.problems:
            return
        written = {id(one.row): one for one in self._writing}
        ids = dict(Entry.objects.filter(account=self.account).values_list("key", "pk"))
        ids = {fold_key(key): pk for key, pk in ids.items()}
        for comparison, row, exists in rows:
            changed = written.get(id(row))
            self._fill_in(comparison, changed, exists=exists)
            self.memory.remember(
                self.command, comparison, "entry", ids[fold_key(row.key)], exists=exists,
                account_id=self.account.pk,
                outcome="unchanged" if changed is None else "changed" if exists else "new",
            )  # fmt: skip

    def _fill_in(self, comparison: Comparison, changed: _Writing | None, *, exists: bool) -> None:
        """Remember what followed from the sheet where it was silent, so that a change of it, here
        or there, is known for one.
        """
        if changed is None:
            return
        entry = changed.entry
        followed: dict[str, Any] = {}
        if not exists or not changed.taken.keys().isdisjoint(DATED):
            followed |= {"publish": entry.publish_on, "days": entry.days_from_anchor}
        if not exists or not changed.taken.keys().isdisjoint(CLOSED):
            followed["published"] = entry.published_on
        for name, value in followed.items():
            if name not in comparison.new and value is not None:
                comparison.new[name] = value if isinstance(value, int) else value.isoformat()


def _problem(
    row: CalendarRow, code: str, column: str, rule: str, value: str | None = None
) -> Problem:
    title = CALENDAR.column(column).title
    return Problem(code, SHEET, rule, row=row.row, column=title, value=value)
