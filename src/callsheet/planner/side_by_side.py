"""Several resources side by side in one whole number, so that one subtraction looks at them all.

Each resource has a field of bits; the highest bit of a field is its guard. Where the guards are
set in what is free and nothing borrows from one of them, all of it fits: ``kernels.justifying``
asks that of every day that it looks at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from callsheet.planner.arrays import Ints

WORD_BITS = 62
"""Bits of a word that are used: the sign and one more are left alone."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What is free by day and word, what rows need by row and word, the guards by word."""

    room: Ints
    need: Ints
    guard: Ints


def side_by_side(free: Ints, demand: Ints) -> SideBySide:
    """Resources in few words; ``free`` has a row for each of them, ``demand`` a column.

    There is at least one word. What is less than nothing is nothing; what no row needs is left
    out. Units are at most 2**60.
    """
    days, rows = free.shape[1], demand.shape[0]
    words: list[tuple[Ints, Ints, int]] = []
    room, need, guard, used = _empty(days), _empty(rows), 0, 0
    for r in range(free.shape[0]):
        unit = int(np.gcd.reduce(demand[:, r], initial=0))
        if not unit:
            continue
        needed = demand[:, r] // unit
        # More than all need together is no more than enough for all.
        left = np.clip(free[r] // unit, 0, int(needed.sum()))
        bits = int(max(left.max(initial=0), needed.max(initial=0))).bit_length() + 1
        if used + bits > WORD_BITS:
            words.append((room, need, guard))
            room, need, guard, used = _empty(days), _empty(rows), 0, 0
        room = room + (left << used)
        need = need + (needed << used)
        used += bits
        guard |= 1 << (used - 1)
    words.append((room, need, guard))
    return SideBySide(
        np.ascontiguousarray(np.stack([room | guard for room, _, guard in words], axis=1)),
        np.ascontiguousarray(np.stack([need for _, need, _ in words], axis=1)),
        np.array([guard for _, _, guard in words], dtype=np.int64),
    )


def _empty(length: int) -> Ints:
    return np.zeros(length, dtype=np.int64)
