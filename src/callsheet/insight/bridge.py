"""A wallet's bridge: from opening to closing balance, one step per kind of movement. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from callsheet.credits.kinds import Kind
from callsheet.credits.statement import Line, Point, Statement

_TITLES = {
    (Kind.GRANT, True): "granted",
    (Kind.REVOKE, False): "taken back at the end of a grant or plan",
    (Kind.ALLOCATE, True): "allocated from the pool",
    (Kind.ALLOCATE, False): "allocated to accounts",
    (Kind.RECLAIM, True): "reclaimed from accounts",
    (Kind.RECLAIM, False): "reclaimed by the pool",
    (Kind.REASSIGN, True): "transferred from other teams",
    (Kind.REASSIGN, False): "transferred to other teams",
    (Kind.LEND, True): "borrowed",
    (Kind.LEND, False): "lent",
    (Kind.REPAY, True): "repaid by other teams",
    (Kind.REPAY, False): "repaid to other teams",
    (Kind.HOLD, False): "held for briefs that started",
    (Kind.RELEASE, True): "released by projects that ended",
    (Kind.RESTORE, True): "given back to projects that were reopened",
    (Kind.CONSUME, False): "used up",
    (Kind.ADJUST, True): "adjusted upwards",
    (Kind.ADJUST, False): "adjusted downwards",
    (Kind.EXPIRE, False): "expired",
}


@dataclass(frozen=True, slots=True)
class Step:
    """All movements of one kind: how many, and what they changed, in credits."""

    title: str
    count: int
    available: int
    held: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """``opening`` plus all steps is ``closing``, for available and for held credits."""

    opening: Point
    steps: tuple[Step, ...]
    closing: Point

    @property
    def adds_up(self) -> bool:
        """Whether the steps lead from one balance to the other."""
        available = self.opening.available + sum(step.available for step in self.steps)
        held = self.opening.held + sum(step.held for step in self.steps)
        return (available, held) == (self.closing.available, self.closing.held)


def bridge(one: Statement) -> Bridge:
    """The bridge of a statement: what came in first, then what went out, each in the order of the
    kinds.
    """
    sums: dict[tuple[Kind, bool], list[Line]] = {}
    for line in one.lines:
        gains = line.available > 0
        sums.setdefault((Kind(line.kind), gains), []).append(line)
    order = list(_TITLES)
    return Bridge(
        opening=one.opening,
        steps=tuple(
            Step(
                title=_TITLES.get(place, place[0].label.lower()),
                count=len(lines),
                available=sum(line.available for line in lines),
                held=sum(line.held for line in lines),
            )
            for place, lines in sorted(
                sums.items(),
                key=lambda item: (
                    not item[0][1],
                    order.index(item[0]) if item[0] in order else len(order),
                ),
            )
        ),
        closing=one.closing,
    )
