"""Queues in which something would change if admission ran now. Reads only, without locks.

A new day may start a brief whose not-before date has come, move a reservation that an overdue
return stands behind, or end the patience of a head. Mostly it does not: so the clock looks first,
at all queues in a few queries, and opens a command only where there is something to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from callsheet.admission.decide import decide
from callsheet.credits.models import Wallet
from callsheet.insight.snapshots import read_queue
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project


def stirring_wallets() -> set[int]:
    """Wallets whose queue holds a brief that would start now, or wait otherwise than is noted."""
    waiting = Project.objects.filter(status=Status.QUEUED)
    domains = set(waiting.values_list("wallet__domain_id", flat=True))
    wallets = list(
        Wallet.objects.filter(domain_id__in=domains)
        .select_related("account", "organization", "subscription", "domain")
        .order_by("pk")
    )
    stirring: set[int] = set()
    for group, borrowing in _groups(wallets):
        stirring |= _stirring(group, borrowing=borrowing)
    return stirring


def _groups(wallets: Iterable[Wallet]) -> list[tuple[list[Wallet], bool]]:
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


def _stirring(wallets: Sequence[Wallet], *, borrowing: bool) -> set[int]:
    reading = read_queue(wallets, borrowing=borrowing)
    if reading is None:
        return set()
    decisions = decide(reading.snapshot)
    stirring = {start.wallet for start in decisions.starts}
    reserved = {reservation.brief: reservation.day for reservation in decisions.reservations}
    for wait in decisions.waits:
        project = reading.queued[wait.brief]
        noted = (project.wait_reason, project.reserved_for)
        if noted != (wait.reason.value, reserved.get(wait.brief)):
            stirring.add(wait.wallet)
    return stirring
