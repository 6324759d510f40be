"""Finding calendar entries and campaigns for somebody who may know of them, and the one lock of a
calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db import connection

from callsheet.journal.commands import Answer
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, NotFound, Refused
from callsheet.schedule.following import SAID
from callsheet.schedule.models import Campaign, Entry
from callsheet.tenants.access import Rights, check_can_read
from callsheet.tenants.models import Account

Check = Callable[[Actor, Account], Rights]


def lock_calendar(account_id: int) -> None:
    """Let one command at a time write to an account's calendar, until the transaction ends.

    Taken before everything else: calendar, then wallets, then projects by id, then entries by id.
    A project that moves takes no calendar's lock, only those of the entries that follow it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"callsheet calendar {account_id}"],
        )


def entry_of(actor: Actor, entry_id: int, check: Check = check_can_read) -> Entry:
    """The entry, if ``actor`` may do with it what ``check`` asks; reads without a lock.

    Raises ``NotFound("entry")`` to strangers, ``Forbidden`` to those who see it without the right.
    """
    return entries_of(actor, [entry_id], check)[0]


def entries_of(
    actor: Actor, entry_ids: Collection[int], check: Check = check_can_read
) -> list[Entry]:
    """Several entries of one account, by day; see :func:`entry_of`.

    Raises ``NotFound("entry")`` when one is unknown, ``Refused("several_accounts")``.
    """
    found = list(
        Entry.objects.filter(pk__in=entry_ids)
        .select_related("account__organization", "account__wallet", "campaign", "brand")
        .order_by("publish_on", "pk")
    )
    if not found or len(found) != len(set(entry_ids)):
        raise NotFound("entry")
    accounts = {entry.account_id: entry.account for entry in found}
    for account in accounts.values():
        try:
            check(actor, account)
        except NotFound:
            raise NotFound("entry") from None
    if len(accounts) > 1:
        raise Refused("several_accounts", "These entries are not of one account.", field="entries")
    return found


def campaign_of(actor: Actor, campaign_id: int, check: Check = check_can_read) -> Campaign:
    """The campaign, if ``actor`` may do with it what ``check`` asks; reads without a lock.

    Raises ``NotFound("campaign")`` to strangers, ``Forbidden`` to those without the right.
    """
    campaign = (
        Campaign.objects.filter(pk=campaign_id)
        .select_related("account__organization", "account__wallet", "brand")
        .first()
    )
    if campaign is None:
        raise NotFound("campaign")
    try:
        check(actor, campaign.account)
    except NotFound:
        raise NotFound("campaign") from None
    return campaign


def campaign_named(account_id: int, text: str) -> Campaign | None:
    """The account's campaign with this key, or else with this name (case does not matter)."""
    campaigns = Campaign.objects.filter(account_id=account_id)
    return (
        campaigns.filter(key__iexact=text.strip()).first()
        or campaigns.filter(name__iexact=text.strip()).first()
    )


def lock_entries(entry_ids: Collection[int]) -> list[Entry]:
    """Lock the entries' rows in the order of their ids and read them again.

    The lock lets foreign keys pass. It is the last in the order of locks.
    """
    return list(
        Entry.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account", "campaign", "brand")
        .filter(pk__in=entry_ids)
        .order_by("pk")
    )


def lock_entry(entry_id: int, version: int | None = None) -> Entry:
    """Lock one entry. Raises ``Conflict("stale")`` when it has changed since ``version``."""
    entry = lock_entries([entry_id])[0]
    check_version(entry, version)
    return entry


def check_version(row: Entry | Campaign, version: int | None) -> None:
    """Raise ``Conflict("stale")`` unless the row is still as it was read."""
    if version is not None and row.version != version:
        raise Conflict(
            "stale",
            f"“{row}” was changed by somebody else meanwhile. Look at it again, then repeat what"
            " you did.",
            field="version",
            current=row.version,
        )


def check_open(entry: Entry) -> None:
    """Raise ``Conflict("entry_closed")`` for an entry that is published or dropped."""
    if entry.status in SAID:
        raise Conflict(
            "entry_closed",
            f"“{entry}” is {entry.status}. Bring it back first.",
            field="status",
            status=entry.status,
        )


def entry_answer(entry: Entry, **more: object) -> Answer:
    """What every command on an entry answers: its id, key, day, status, version."""
    return {
        "entry": entry.pk,
        "key": entry.key,
        "publish_on": entry.publish_on,
        "status": entry.status,
        "version": entry.version,
        **more,
    }
