"""The credit strip: a wallet drawn as cells of five credits. Pure: data in, cells out.

Each project in production fills neighbouring cells; what is free is outlined; free credits that are
kept for the head of the queue are hatched; what is held beyond the capacity stands beyond the end.
Terminal and SVG draw from the same cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from callsheet.projects.lifecycle import Status

CREDITS_PER_CELL = 5


class Tone(StrEnum):
    """What a cell or a status says, before any colour. Each is always named in words as well."""

    WAITING = "waiting"
    PRODUCTION = "production"
    NEEDS_YOU = "needs you"
    DONE = "done"
    FREE = "free"
    RESERVED = "reserved"
    OVERDRAWN = "overdrawn"


_TONES: dict[str, Tone] = {
    Status.PENDING_REVIEW: Tone.WAITING,
    Status.CLARIFICATION_REQUESTED: Tone.NEEDS_YOU,
    Status.INITIAL_DELIVERY: Tone.NEEDS_YOU,
    Status.DELIVERED: Tone.NEEDS_YOU,
    Status.FINALIZED: Tone.DONE,
    Status.QUEUED: Tone.WAITING,
}


def tone_of(status: str) -> Tone:
    """The tone in which a project of that status is drawn, from the customer's point of view."""
    return _TONES.get(status, Tone.PRODUCTION)


@dataclass(frozen=True, slots=True)
class Block:
    """A project in the strip: how many credits it holds, and how it is drawn."""

    project: int
    credits: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Part:
    """So many credits of one cell. ``block`` is the place of its block, None for free credits."""

    block: int | None
    credits: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Cell:
    """Up to five credits, from left to right. ``overdrawn`` cells lie beyond the capacity."""

    parts: tuple[Part, ...]
    overdrawn: bool

    @property
    def main(self) -> Part:
        """The part that a drawing without parts shows: the largest one that is not free, so that
        a cell looks free only when all of it is.
        """
        taken = [part for part in self.parts if part.block is not None]
        return max(taken or self.parts, key=lambda part: part.credits)


def cells(capacity: int, blocks: Sequence[Block], reserved: int = 0) -> list[Cell]:
    """The strip of a wallet: its blocks side by side, then what is free.

    ``capacity`` is what may be in production at one time, ``reserved`` how many of the free credits
    are kept for the head of the queue. A cell never crosses the end of the capacity, so that what
    is overdrawn stands apart; the last cell of either stretch may be smaller.
    """
    runs = [Part(place, block.credits, block.tone) for place, block in enumerate(blocks)]
    free = max(0, capacity - sum(block.credits for block in blocks))
    kept = min(free, max(0, reserved))
    runs += [Part(None, kept, Tone.RESERVED), Part(None, free - kept, Tone.FREE)]
    drawn: list[Cell] = []
    parts: list[Part] = []
    at = 0
    for run in runs:
        left = run.credits
        while left > 0:
            beyond = at >= max(0, capacity)
            edge = _edge(at, max(0, capacity))
            amount = min(left, edge - at)
            parts.append(Part(run.block, amount, Tone.OVERDRAWN if beyond else run.tone))
            at, left = at + amount, left - amount
            if at == edge:
                drawn.append(Cell(tuple(parts), beyond))
                parts = []
    if parts:
        drawn.append(Cell(tuple(parts), at > max(0, capacity)))
    return drawn


def _edge(at: int, capacity: int) -> int:
    """Where the cell ends that begins at or contains the credit ``at``."""
    start = capacity if at >= capacity else 0
    edge = at + CREDITS_PER_CELL - (at - start) % CREDITS_PER_CELL
    return min(edge, capacity) if at < capacity else edge
