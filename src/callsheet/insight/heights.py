"""Credits over days as one stack: each project rests on those below it, day by day. Pure.

What ends last lies lowest, so that little falls. A project that is expected to start later lies on
top of what is there then. The height of a day is what is held on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """So many credits from the day number ``start`` (inclusive) to ``end`` (exclusive)."""

    credits: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Level:
    """From the day number ``start`` to ``end`` a span lies with its lower edge at ``base``."""

    start: int
    end: int
    base: int


def stack(spans: Sequence[Span], days: int) -> list[list[Level]]:
    """Where each span lies, in the order given, within the days 0 to ``days``."""
    order = sorted(range(len(spans)), key=lambda n: (spans[n].start > 0, -spans[n].end, n))
    lies: list[list[Level]] = [[] for _ in spans]
    for day in range(days):
        base = 0
        for n in order:
            span = spans[n]
            if not span.start <= day < span.end or span.credits <= 0:
                continue
            levels = lies[n]
            if levels and levels[-1].end == day and levels[-1].base == base:
                levels[-1] = Level(levels[-1].start, day + 1, base)
            else:
                levels.append(Level(day, day + 1, base))
            base += span.credits
    return lies
