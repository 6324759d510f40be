"""Another order of the queue, and what it would do to everyone's expected start. Pure: it works on
what was read before; nothing is reserved or promised by it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from callsheet.admission.ranges import ExpectedStart, expected_starts
from callsheet.insight.snapshots import QueueReading
from callsheet.projects.waiting import spread


class Move(StrEnum):
    """A step in the queue."""

    UP = "up"
    DOWN = "down"
    TOP = "top"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What another order would do to one that waits. Days are its expected start, P50 and P80;
    None: not known. ``later_by`` is in working days, negative for an earlier start; None where
    either start is not known.
    """

    number: int
    was_from: date | None
    was_by: date | None
    starts_from: date | None
    starts_by: date | None
    later_by: int | None

    @property
    def differs(self) -> bool:
        """Whether the expected start is another one."""
        return (self.was_from, self.was_by) != (self.starts_from, self.starts_by)


def moved(
    order: Sequence[int], number: int, move: Move, own: Collection[int] | None = None
) -> tuple[int, ...]:
    """The order after one step of ``number``. With ``own``, the step is among those places alone:
    all others stay where they are. What is not there, or cannot go further, changes nothing.
    """
    places = [n for n, one in enumerate(order) if own is None or one in own]
    line = [order[n] for n in places]
    if number not in line:
        return tuple(order)
    at = line.index(number)
    to = {Move.UP: max(0, at - 1), Move.DOWN: at + 1, Move.TOP: 0}[move]
    line.insert(to, line.pop(at))
    changed = list(order)
    for place, one in zip(places, line, strict=True):
        changed[place] = one
    return tuple(changed)


def rebased(wanted: Sequence[int], current: Sequence[int]) -> tuple[int, ...]:
    """A wanted order brought up to date: what has left the queue is left out, and what has come
    in stands behind the one that it stands behind now.
    """
    there = set(current)
    order = [number for number in dict.fromkeys(wanted) if number in there]
    for place, number in enumerate(current):
        if number not in order:
            before = current[place - 1] if place else None
            order.insert(order.index(before) + 1 if before in order else 0, number)
    return tuple(order)


def foresee(reading: QueueReading, wallet_id: int, order: Sequence[int]) -> dict[int, Foreseen]:
    """What that order of the wallet's queue would do to every one that waits in it, by number.

    The ranks are given out as a saved order gives them, so that this is what would be expected
    right after saving.
    """
    snapshot = reading.snapshot
    numbers = set(order)
    ranks = spread(sorted(brief.rank for brief in snapshot.briefs if brief.id in numbers))
    new = dict(zip(order, ranks, strict=True))
    reordered = replace(
        snapshot,
        briefs=tuple(
            replace(brief, rank=new[brief.id], first_reserved=None) if brief.id in new else brief
            for brief in snapshot.briefs
        ),
    )
    own = [brief.id for brief in snapshot.briefs if brief.wallet == wallet_id]
    before = {start.brief: start for start in expected_starts(snapshot)}
    after = {start.brief: start for start in expected_starts(reordered)}
    calendar = reading.calendars[wallet_id]

    def later_by(was: ExpectedStart, now: ExpectedStart) -> int | None:
        if was.p50 is None or now.p50 is None:
            return None
        if now.p50 >= was.p50:
            return calendar.between(was.p50, now.p50)
        return -calendar.between(now.p50, was.p50)

    return {
        number: Foreseen(
            number, before[number].p50, before[number].p80, after[number].p50, after[number].p80,
            later_by(before[number], after[number]),
        )
        for number in own
    }  # fmt: skip
