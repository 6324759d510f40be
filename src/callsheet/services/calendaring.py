"""Calendar entries: written, changed, dropped, published, brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any

from callsheet.catalogue.models import DeliverableType, studio_rules
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, new_key, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Refused
from callsheet.projects.models import Brand
from callsheet.schedule.dates import place
from callsheet.schedule.entry import EntryInput, Wanted, check, checked_key, one_line
from callsheet.schedule.following import EntryStatus, status_of
from callsheet.schedule.models import Campaign, Entry, WantedDeliverable
from callsheet.services.calendar_loading import (
    campaign_named,
    check_open,
    entry_answer,
    entry_of,
    lock_calendar,
    lock_entry,
)
from callsheet.services.entry_following import parts_of
from callsheet.services.loading import account_of
from callsheet.tenants.access import check_can_write
from callsheet.tenants.models import AccountStatus

CHANGEABLE = frozenset(field.name for field in fields(EntryInput))


def create_entry(
    actor: Actor,
    account_id: int,
    entry: EntryInput,
    *,
    entry_key: str = "",
    key: str | None = None,
) -> Answer:
    """Put an entry into the account's calendar. ``entry_key`` is what it is called for good, by
    sheets and feeds; empty, one is made.

    Members and admins of the account, and staff on their behalf. Raises ``Refusals`` naming every
    wrong field, ``Refused("date_in_the_past")``, ``Conflict("entry_key_taken")``,
    ``Conflict("account_ended")``.
    """

    def work(command: OpenCommand) -> Answer:
        account = account_of(account_id)
        check_can_write(actor, account)
        if account.status == AccountStatus.ENDED:
            raise Conflict("account_ended", "This account has ended; its calendar is closed.")
        lock_calendar(account_id)
        chosen = _check_key(account_id, entry_key)
        now = clock.now()
        row = Entry(account=account, key=chosen, version=0, created_at=now)
        _describe(row, entry)
        _check_not_past(row)
        row.save()
        write_wanted(row, entry.wanted)
        events.record(
            "created", "entry", row.pk, command=command, account_id=account_id,
            data={"key": row.key, "publish_on": row.publish_on},
        )  # fmt: skip
        return entry_answer(row)

    given = {"account": account_id, "entry_key": entry_key} | asdict(entry)
    return run(actor, "create_entry", key, given, work)


def change_entry(
    actor: Actor,
    entry_id: int,
    changes: Mapping[str, Any],
    *,
    version: int | None = None,
    key: str | None = None,
) -> Answer:
    """Change what an entry says: ``changes`` are fields of ``EntryInput``. A new day of an entry
    that moves with its campaign is a new distance from the anchor.

    Members and admins of the account, and staff on their behalf. Raises ``Refusals``,
    ``Refused("date_in_the_past")``, ``Conflict("stale")``, ``Conflict("entry_closed")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = entry_of(actor, entry_id, check_can_write)
        lock_calendar(seen.account_id)
        row = lock_entry(entry_id, version)
        check_open(row)
        if unknown := sorted(changes.keys() - CHANGEABLE):
            raise Refused(
                "unknown_field", f"An entry has no field “{unknown[0]}”.", field=unknown[0]
            )
        before = as_input(row)
        if "days_from_anchor" in changes and "publish_on" not in changes:
            before = replace(before, publish_on=None)
        wanted = replace(before, **changes)
        day = row.publish_on
        _describe(row, wanted)
        if row.publish_on != day:
            _check_not_past(row)
        row.save()
        if "wanted" in changes:
            write_wanted(row, wanted.wanted)
        events.record(
            "changed", "entry", row.pk, command=command, account_id=row.account_id,
            data={"fields": sorted(changes), "publish_on": row.publish_on, "before": day},
        )  # fmt: skip
        return entry_answer(row)

    given = {"entry": entry_id, "version": version, "changes": _plain(changes)}
    return run(actor, "change_entry", key, given, work)


def drop_entry(
    actor: Actor,
    entry_id: int,
    *,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Say that the entry will not be published. It stays in the calendar, struck out; what serves
    it goes on and is named in the answer (``projects``: keys), because credits may be saved there.

    Members and admins, and staff on their behalf. Raises ``Conflict("entry_closed")``.
    """

    def work(command: OpenCommand) -> Answer:
        row = _locked(actor, entry_id, version)
        check_open(row)
        _say(command, row, EntryStatus.DROPPED, "dropped")
        serving = row.links.values_list("project__key", flat=True).distinct()
        return entry_answer(row, projects=sorted(serving))

    given = {"entry": entry_id, "version": version}
    return run(actor, "drop_entry", key, given, work, note=note)


def mark_published(
    actor: Actor,
    entry_id: int,
    *,
    published_on: date | None = None,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Say that the entry is published, today or on a day before. Callsheet does not publish, and a
    day that passes proves nothing, so somebody says it.

    Members and admins, and staff on their behalf. An entry that is not ready needs a reason
    (``note``): raises ``Conflict("entry_not_ready")``. Raises ``Refused("date_to_come")``,
    ``Conflict("entry_closed")``.
    """

    def work(command: OpenCommand) -> Answer:
        row = _locked(actor, entry_id, version)
        check_open(row)
        today = clock.today(row.account.time_zone)
        if published_on is not None and published_on > today:
            raise Refused("date_to_come", f"{published_on} is still to come.", field="published_on")
        if row.status != EntryStatus.READY and not note.strip():
            raise Conflict(
                "entry_not_ready",
                f"“{row}” is {EntryStatus(row.status).label.lower()}, not ready. Say why it counts"
                " as published.",
                field="note",
            )
        row.published_on = published_on or today
        _say(command, row, EntryStatus.PUBLISHED, "published", on=row.published_on)
        return entry_answer(row, published_on=row.published_on)

    given = {"entry": entry_id, "version": version, "published_on": published_on}
    return run(actor, "mark_published", key, given, work, note=note)


def bring_back_entry(
    actor: Actor, entry_id: int, *, version: int | None = None, key: str | None = None
) -> Answer:
    """Take back that an entry was dropped or published; its status follows the work again.

    Members and admins, and staff on their behalf. Raises ``Conflict("entry_open")``.
    """

    def work(command: OpenCommand) -> Answer:
        row = _locked(actor, entry_id, version)
        if row.status not in (EntryStatus.DROPPED, EntryStatus.PUBLISHED):
            raise Conflict("entry_open", "This entry is neither dropped nor published.",
                           field="status")  # fmt: skip
        row.published_on = None
        _say(command, row, status_of(parts_of([row.pk])[row.pk]), "brought_back")
        return entry_answer(row)

    return run(actor, "bring_back_entry", key, {"entry": entry_id, "version": version}, work)


def _locked(actor: Actor, entry_id: int, version: int | None) -> Entry:
    """The entry, locked, for somebody who may write."""
    seen = entry_of(actor, entry_id, check_can_write)
    lock_calendar(seen.account_id)
    return lock_entry(entry_id, version)


def _say(command: OpenCommand, row: Entry, status: EntryStatus, kind: str, **facts: object) -> None:
    before, row.status = row.status, status
    row.version += 1
    row.changed_at = clock.now()
    row.save()
    events.record(
        kind, "entry", row.pk, command=command, account_id=row.account_id,
        data={"from": before, "to": status, **facts},
    )  # fmt: skip


def _check_key(account_id: int, wanted: str) -> str:
    chosen = checked_key(wanted, "entry_key") if wanted.strip() else f"E-{new_key()[:10]}"
    if Entry.objects.filter(account_id=account_id, key__iexact=chosen).exists():
        raise Conflict(
            "entry_key_taken", f"There is an entry {chosen} in this calendar.", field="entry_key"
        )
    return chosen


def _check_not_past(row: Entry) -> None:
    if row.publish_on < clock.today(row.account.time_zone):
        raise Refused(
            "date_in_the_past", f"{row.publish_on} has passed. Choose a later day.",
            field="publish_on",
        )  # fmt: skip


def _describe(row: Entry, entry: EntryInput) -> None:
    """Check what is said and set it on the row; nothing is saved but a new brand's name."""
    types = {kind.key: kind for kind in DeliverableType.objects.all()}
    check(entry, types, studio_rules().most_quantity)
    row.campaign = named_campaign(row.account_id, entry.campaign)
    anchor = row.campaign.anchor_on if row.campaign else None
    placed = place(entry.publish_on, entry.days_from_anchor, anchor, fixed=entry.fixed_date)
    row.publish_on, row.days_from_anchor = placed.publish_on, placed.days_from_anchor
    row.fixed_date = entry.fixed_date
    row.title, row.channel = one_line(entry.title), one_line(entry.channel)
    brand = one_line(entry.brand)
    row.brand = (
        Brand.objects.get_or_create(account_id=row.account_id, name=brand)[0] if brand else None
    )
    row.version += 1
    row.changed_at = clock.now()


def named_campaign(account_id: int, text: str) -> Campaign | None:
    """The account's campaign of that key or name; None for an empty text.

    Raises ``Refused("unknown_campaign")``.
    """
    if not text.strip():
        return None
    campaign = campaign_named(account_id, text)
    if campaign is None:
        raise Refused(
            "unknown_campaign", f"There is no campaign “{text}” in this account.", field="campaign"
        )
    return campaign


def as_input(row: Entry) -> EntryInput:
    """What an entry says now, as somebody would write it."""
    return EntryInput(
        title=row.title,
        publish_on=row.publish_on,
        fixed_date=row.fixed_date,
        campaign=row.campaign.key if row.campaign else "",
        channel=row.channel,
        brand=row.brand.name if row.brand else "",
        wanted=tuple(
            Wanted(part.type.key, part.quantity)
            for part in row.wanted.select_related("type").order_by("position", "pk")
        ),
    )


def write_wanted(row: Entry, wanted: Sequence[Wanted]) -> None:
    """Replace what the entry wants."""
    types = {kind.key: kind for kind in DeliverableType.objects.filter(
        key__in=[part.type for part in wanted])}  # fmt: skip
    row.wanted.all().delete()
    WantedDeliverable.objects.bulk_create(
        WantedDeliverable(
            account_id=row.account_id, entry=row, type=types[part.type], quantity=part.quantity,
            position=position,
        )
        for position, part in enumerate(wanted)
    )  # fmt: skip


def _plain(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes as a command keeps them."""
    plain = dict(changes)
    if "wanted" in plain:
        plain["wanted"] = [asdict(part) for part in plain["wanted"]]
    return plain
