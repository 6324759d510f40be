"""Queues in which something would change if admission ran now. Reads only, without locks.

A new day may start a brief whose not-before date has come, move a reservation that an overdue
return stands behind, or end the patience of a head. Mostly it does not: so the clock looks first,
at all queues in a few queries, and opens a command only where there is something to write.
"""

from __future__ import annotations

from collections.abc import Iterable

from callsheet.admission.decide import decide
from callsheet.credits.models import Wallet
from callsheet.insight.snapshots import QueueReading, read_queues
from callsheet.projects.models import Amendment, Project
from callsheet.projects.waiting import IN_QUEUE


def stirring_wallets() -> set[int]:
    """Wallets whose queue holds a brief that would start now, or wait otherwise than is noted."""
    domains = set(Project.objects.filter(IN_QUEUE).values_list("wallet__domain_id", flat=True))
    growing = Amendment.objects.filter(status=Amendment.Status.WAITING)
    domains.update(growing.values_list("project__wallet__domain_id", flat=True))
    wallets = list(
        Wallet.objects.filter(domain_id__in=domains)
        .select_related("account", "organization", "subscription", "domain")
        .order_by("pk")
    )
    stirring: set[int] = set()
    for reading in read_queues(groups(wallets), to_look_only=True):
        if reading is not None:
            stirring |= _stirring(reading)
    return stirring


def groups(wallets: Iterable[Wallet]) -> list[tuple[list[Wallet], bool]]:
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
