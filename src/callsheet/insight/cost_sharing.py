"""Who bears which part of a price: the arithmetic of costs. Pure and exact: whole numbers only.

A day's price flows evenly through the day. At each moment it falls on all credits alike: on those
that projects occupy and on those that lie idle. A wallet counts with what it has or with what its
projects occupy, whichever is more, so that an overdrawn wallet never bears more than the whole
price. Moments are whole microseconds; a day of 23 or 25 hours is one day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the wallet that pays, from moment to moment, and its price in exact cents."""

    start: int
    end: int
    price: Fraction


@dataclass(frozen=True, slots=True)
class Occupied:
    """Credits of a wallet that a project occupies from ``since`` to before ``until``."""

    wallet: int
    credits: int
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Change:
    """From ``at`` on the wallet has ``delta`` credits more (or, negative, fewer)."""

    wallet: int
    at: int
    delta: int


@dataclass(frozen=True, slots=True)
class Promised:
    """From ``at`` on the contract promises that many credits in all: before there are books."""

    at: int
    credits: int


@dataclass(frozen=True, slots=True)
class Shares:
    """The price in parts that add up: one for each occupied interval, one for each wallet's idle
    credits. ``prices`` are weights of one common unit; ``days`` are credit-days in units of which
    ``unit`` make one.
    """

    prices: tuple[int, ...]
    days: tuple[int, ...]
    idle_prices: Mapping[int, int]
    idle_days: Mapping[int, int]
    unit: int


class _State:
    """What the wallets have and occupy while time passes, and when their idle credits changed."""

    def __init__(self, wallets: Iterable[int], opening: Mapping[int, int]) -> None:
        self.capacity = {wallet: opening.get(wallet, 0) for wallet in wallets}
        self.occupied = dict.fromkeys(self.capacity, 0)
        self.counted = {wallet: self._counts(wallet) for wallet in self.capacity}
        self.total = sum(self.counted.values())
        self.idle: dict[int, list[tuple[int, int]]] = {
            wallet: [(0, counts)] for wallet, counts in self.counted.items()
        }

    def _counts(self, wallet: int) -> int:
        return max(self.capacity[wallet], self.occupied[wallet], 0)

    def change(self, wallet: int, place: int, capacity: int, occupied: int) -> None:
        """Let a wallet change at the moment of that place."""
        self.capacity[wallet] += capacity
        self.occupied[wallet] += occupied
        counts = self._counts(wallet)
        self.total += counts - self.counted[wallet]
        self.counted[wallet] = counts
        self.idle[wallet].append((place, counts - self.occupied[wallet]))


def share(
    days: Sequence[Day],
    wallets: Iterable[int],
    payer: int,
    opening: Mapping[int, int],
    changes: Iterable[Change],
    intervals: Sequence[Occupied],
    promised: Sequence[Promised] = (),
) -> Shares:
    """Divide the price of ``days`` (which adjoin) among the intervals and the idle credits.

    ``opening`` is each wallet's capacity at the beginning. What nobody has (no capacity, nothing
    occupied) and what only the contract promises (``promised``, until its credits are 0) is the
    idle part of ``payer``.
    """
    start, end = days[0].start, days[-1].end
    steps: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for day in days:
        steps[day.start] = []
    steps[end] = []
    for change in changes:
        if change.at < end:
            steps[max(start, change.at)].append((change.wallet, change.delta, 0))
    clipped = [(max(start, one.since), min(end, one.until)) for one in intervals]
    for one, (since, until) in zip(intervals, clipped, strict=True):
        if since < until:
            steps[since].append((one.wallet, 0, one.credits))
            steps[until].append((one.wallet, 0, -one.credits))
    for promise in promised:
        if start < promise.at < end:
            steps[promise.at] += []
    times = sorted(steps)
    place = {moment: n for n, moment in enumerate(times)}

    state = _State(wallets, opening)
    totals: list[int] = []  # between each moment and the next: credits in all, those promised
    extras: list[int] = []
    promises = sorted(promised, key=lambda one: one.at)
    moments = [one.at for one in promises]
    for n, moment in enumerate(times[:-1]):
        for wallet, capacity, occupied in steps[moment]:
            state.change(wallet, n, capacity, occupied)
        known = bisect_right(moments, moment)
        promised_now = promises[known - 1].credits if known else 0
        extras.append(max(0, promised_now - state.total))
        totals.append(state.total + extras[-1])

    price, unit_days, bare = _integrals(days, times, totals)
    last = len(times) - 1
    idle_prices = dict.fromkeys(state.idle, 0)
    idle_days = dict.fromkeys(state.idle, 0)
    for wallet, changed in state.idle.items():
        for (n, credits), (until_place, _) in pairwise([*changed, (last, 0)]):
            idle_prices[wallet] += credits * (price[until_place] - price[n])
            idle_days[wallet] += credits * (unit_days[until_place] - unit_days[n])
    idle_prices[payer] += bare
    for n, extra in enumerate(extras):
        if extra:
            idle_prices[payer] += extra * (price[n + 1] - price[n])
            idle_days[payer] += extra * (unit_days[n + 1] - unit_days[n])
    spans = [(place[a], place[b]) if a < b else (0, 0) for a, b in clipped]
    return Shares(
        prices=tuple(
            one.credits * (price[b] - price[a])
            for one, (a, b) in zip(intervals, spans, strict=True)
        ),
        days=tuple(
            one.credits * (unit_days[b] - unit_days[a])
            for one, (a, b) in zip(intervals, spans, strict=True)
        ),
        idle_prices=idle_prices,
        idle_days=idle_days,
        unit=_day_unit(days),
    )


def _day_unit(days: Sequence[Day]) -> int:
    return lcm(*{day.end - day.start for day in days})


def _integrals(
    days: Sequence[Day], times: Sequence[int], totals: Sequence[int]
) -> tuple[list[int], list[int], int]:
    """At each moment: the price that one credit has borne so far, and the part of days that has
    passed; and the price that fell on no credit at all. Over common denominators.
    """
    lengths = {day.end - day.start for day in days}
    fractions = {day.price.denominator for day in days}
    common = lcm(*lengths) * lcm(*fractions) * lcm(*{total for total in totals if total})
    unit = _day_unit(days)
    price, passed, bare = [0], [0], 0
    at = 0
    for n, (moment, following) in enumerate(pairwise(times)):
        while days[at].end <= moment:
            at += 1
        day = days[at]
        length = day.end - day.start
        flows = (following - moment) * day.price.numerator
        scale = common // (day.price.denominator * length * (totals[n] or 1))
        if totals[n]:
            price.append(price[-1] + flows * scale)
        else:
            price.append(price[-1])
            bare += flows * scale
        passed.append(passed[-1] + (following - moment) * (unit // length))
    return price, passed, bare
