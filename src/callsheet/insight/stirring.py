"""Queues in which something would change if admission ran now. Reads only, without locks.

A new day may start a brief whose not-before date has come, move a reservation that an overdue
return stands behind, or end the patience of a head. Mostly it does not: so the clock looks first,
at many queues in a few queries, and opens a command only where there is something to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from callsheet.admission.decide import decide
from callsheet.credits.models import Domain, Wallet
from callsheet.insight.snapshots import QueueReading
from callsheet.kit import clock
from callsheet.kit.asked import Asked

AT_LEAST_EVERY = timedelta(hours=1)
"""Days begin and commands stir. Should one ever forget to, so long at most it goes unseen."""

type Group = tuple[list[Wallet], bool]


@dataclass(slots=True)
class Look:
    """What a look at queues found, by wallet."""

    stirring: set[int] = field(default_factory=set)
    """A brief would start now, or wait otherwise than is noted."""

    waiting: dict[int, datetime] = field(default_factory=dict)
    """Something waits as it is noted, and is looked at again at this moment."""

    idle: set[int] = field(default_factory=set)
    """Nothing waits."""


def _to_look_at(stirred: object, domains: object, also_stirred: object) -> QuerySet[Wallet]:
    borrowing = Domain.objects.filter(
        pk__any_of=domains, borrowing=True, wallets__any_of=also_stirred
    )
    return (
        Wallet.objects.filter(Q(pk__any_of=stirred) | Q(domain_id__in=borrowing.values("pk")))
        .filter(Q(account__isnull=False) | Q(domain__borrowing=True))
        .select_related("account", "organization", "subscription", "domain")
        .order_by("pk")
    )


_TO_LOOK_AT = Asked(_to_look_at)


def wallets_to_look_at(stirred: Iterable[int], domain_ids: Iterable[int]) -> list[Wallet]:
    """The wallets that were stirred, and of these domains, where they borrow, all others."""
    wallets = list(stirred)
    return _TO_LOOK_AT.rows(wallets, list(domain_ids), wallets)


def groups(wallets: Iterable[Wallet]) -> list[Group]:
    """Wallets that can be read in one go: those of a domain that borrows, and all others that
    begin their days at the same moment.
    """
    lending: dict[int, list[Wallet]] = {}
    alone: dict[str, list[Wallet]] = {}
    for wallet in wallets:
        if wallet.domain.borrowing:
            lending.setdefault(wallet.domain_id, []).append(wallet)
        else:
            alone.setdefault(wallet.owner.time_zone, []).append(wallet)
    return [(group, True) for group in lending.values()] + [(g, False) for g in alone.values()]


def look(
    read: Sequence[Group], readings: Sequence[QueueReading | None], since: datetime
) -> Look:  # fmt: skip
    """What these readings of these groups say. ``since`` is a moment before they were read: days
    are taken to go on from there.
    """
    found = Look()
    for (group, _), reading in zip(read, readings, strict=True):
        if reading is None:
            found.idle.update(wallet.pk for wallet in group)
            continue
        stirring = _stirring(reading)
        queued = {brief.wallet for brief in reading.snapshot.briefs}
        found.stirring |= stirring
        found.idle.update({wallet.pk for wallet in group} - queued)
        # The day of one owner of the group is that of all; see `read_queues`.
        zones = {wallet.owner.time_zone for wallet in group}
        again = min(since + AT_LEAST_EVERY, *(_next_day(zone, since) for zone in zones))
        found.waiting.update(dict.fromkeys(queued - stirring, again))
    return found


def _next_day(zone: str, since: datetime) -> datetime:
    day = since.astimezone(clock.zone(zone)).date()
    return clock.start_of(day + timedelta(days=1), zone)


def _stirring(reading: QueueReading) -> set[int]:
    decisions = decide(reading.snapshot)
    stirring = {start.wallet for start in decisions.starts}
    reserved = {reservation.brief: reservation.day for reservation in decisions.reservations}
    for wait in decisions.waits:
        row = reading.row(wait.brief)
        noted = (row.wait_reason, row.reserved_for)
        if noted != (wait.reason.value, reserved.get(wait.brief)):
            stirring.add(wait.wallet)
    return stirring
