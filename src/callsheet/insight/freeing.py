"""Which delivered projects to finalize so that something that waits starts now: an exact answer, by
the same admission that starts briefs, on a state in which they are finalized. Pure: it works on
what was read before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from callsheet.admission.decide import decide
from callsheet.admission.snapshot import Billing, Brief, Snapshot
from callsheet.insight.snapshots import QueueReading
from callsheet.projects.lifecycle import Status

MOST_TRIED = 6
"""Delivered projects that are tried in every combination; of more, the ones that hold the most."""

MOST_WAYS = 3


@dataclass(frozen=True, slots=True)
class Finalized:
    """A delivered project that gives its credits back once somebody finalizes it."""

    project: int
    key: str
    title: str
    credits: int


@dataclass(frozen=True, slots=True)
class Started:
    """What waits and would start then."""

    project: int
    key: str
    title: str
    credits: int
    more_scope: bool


@dataclass(frozen=True, slots=True)
class Way:
    """Finalize all of these, and those start at once. No smaller set of them would do it."""

    finalize: tuple[Finalized, ...]
    starts: tuple[Started, ...]


def ways_to_free(reading: QueueReading, wallet_id: int) -> tuple[Way, ...]:
    """The ways, the fewest projects first; at most three. None under pay-as-you-go, whose credits
    do not come back.
    """
    snapshot = reading.snapshot
    wallet = next(wallet for wallet in snapshot.wallets if wallet.id == wallet_id)
    if wallet.billing is not Billing.SUBSCRIPTION or not snapshot.briefs:
        return ()
    delivered = [
        Finalized(row.project, row.key, row.title, row.credits)
        for row in reading.running
        if row.wallet == wallet_id and row.status == Status.DELIVERED
    ]
    delivered.sort(key=lambda one: (-one.credits, one.project))
    already = _starts(snapshot, wallet_id)
    ways: list[Way] = []
    for chosen in _sets(delivered[:MOST_TRIED]):
        ids = {one.project for one in chosen}
        if any({one.project for one in way.finalize} <= ids for way in ways):
            continue
        numbers = [n for n in _starts(without(snapshot, ids), wallet_id) if n not in already]
        if numbers:
            ways.append(Way(tuple(chosen), tuple(_started(reading, n) for n in numbers)))
        if len(ways) == MOST_WAYS:
            break
    return tuple(ways)


def _sets(delivered: Sequence[Finalized]) -> Iterator[Sequence[Finalized]]:
    for size in range(1, len(delivered) + 1):
        yield from combinations(delivered, size)


def _starts(snapshot: Snapshot, wallet_id: int) -> list[int]:
    return [start.brief for start in decide(snapshot).starts if start.wallet == wallet_id]


def _started(reading: QueueReading, number: int) -> Started:
    project, row = reading.project(number), reading.row(number)
    credits = getattr(row, "credits_change", None) if number < 0 else project.asks
    return Started(project.pk, project.key, project.title, credits or 0, number < 0)


def without(snapshot: Snapshot, finalized: Collection[int]) -> Snapshot:
    """The state once these projects are finalized: what they borrowed is home, the rest is free,
    and nothing waits for them any more.
    """
    gained: dict[int, int] = defaultdict(int)
    returned: dict[int, int] = defaultdict(int)
    for occupant in snapshot.occupants:
        if occupant.project not in finalized:
            continue
        gained[occupant.wallet] += occupant.credits
        for lender, credits in occupant.borrowed:
            gained[occupant.wallet] -= credits
            gained[lender] += credits
            returned[lender] += credits
    return replace(
        snapshot,
        wallets=tuple(
            replace(
                wallet,
                available=wallet.available + gained[wallet.id],
                lent=max(0, wallet.lent - returned[wallet.id]),
            )
            for wallet in snapshot.wallets
        ),
        occupants=tuple(o for o in snapshot.occupants if o.project not in finalized),
        briefs=tuple(
            _freed(brief, finalized)
            for brief in snapshot.briefs
            if brief.grows is None or brief.grows not in finalized
        ),
    )


def _freed(brief: Brief, finalized: Collection[int]) -> Brief:
    waits_for = tuple(one for one in brief.predecessors if one not in finalized)
    return brief if waits_for == brief.predecessors else replace(brief, predecessors=waits_for)
