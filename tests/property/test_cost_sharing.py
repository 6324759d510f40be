"""Costs against an oracle that goes hour by hour, and knows nothing of sweeps or denominators."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from callsheet.credits.money import apportion, from_cents, monthly, to_cents
from callsheet.insight.cost_sharing import Change, Day, Occupied, Promised, Shares, share

HOUR = 3_600_000_000
WALLETS = (1, 2, 3)


@dataclass
class World:
    """Some days with prices, and what three wallets have and occupy, all on whole hours."""

    lengths: list[int]  # of each day in hours: 23, 24 or 25
    prices: list[Fraction]
    opening: dict[int, int]
    changes: list[tuple[int, int, int]] = field(default_factory=list)  # wallet, hour, delta
    intervals: list[tuple[int, int, int, int]] = field(default_factory=list)
    promised: list[tuple[int, int]] = field(default_factory=list)

    def shares(self) -> Shares:
        days, at = [], 0
        for length, price in zip(self.lengths, self.prices, strict=True):
            days.append(Day(at * HOUR, (at + length) * HOUR, price))
            at += length
        return share(
            days,
            WALLETS,
            1,
            self.opening,
            [Change(wallet, hour * HOUR, delta) for wallet, hour, delta in self.changes],
            [Occupied(w, credits, a * HOUR, b * HOUR) for w, credits, a, b in self.intervals],
            [Promised(hour * HOUR, credits) for hour, credits in self.promised],
        )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    count = draw(st.integers(1, 4))
    lengths = draw(st.lists(st.sampled_from((23, 24, 24, 25)), min_size=count, max_size=count))
    hours = st.integers(-20, sum(lengths) + 20)
    cents = st.builds(Fraction, st.integers(0, 300_000), st.sampled_from((1, 28, 30, 31)))
    world = World(
        lengths,
        draw(st.lists(cents, min_size=count, max_size=count)),
        {wallet: draw(st.integers(-10, 60)) for wallet in WALLETS},
    )
    wallet = st.sampled_from(WALLETS)
    world.changes = draw(
        st.lists(st.tuples(wallet, st.integers(-5, sum(lengths) + 5), st.integers(-40, 40)),
                 max_size=6)
    )  # fmt: skip
    world.intervals = [
        (w, credits, min(a, b), max(a, b))
        for w, credits, a, b in draw(
            st.lists(st.tuples(wallet, st.integers(1, 50), hours, hours), max_size=8)
        )
    ]
    begins = draw(st.one_of(st.none(), hours))
    if begins is not None:
        world.promised = [(-30, draw(st.integers(0, 300))), (begins, 0)]
    return world


def by_the_hour(world: World):
    """The same costs, one hour at a time: of each interval, of each wallet's idle credits."""
    costs, idle = defaultdict(Fraction), defaultdict(Fraction)
    days, idle_days = defaultdict(Fraction), defaultdict(Fraction)
    hour = 0
    for length, price in zip(world.lengths, world.prices, strict=True):
        for _ in range(length):
            has = {
                w: world.opening[w] + sum(d for v, at, d in world.changes if v == w and at <= hour)
                for w in WALLETS
            }
            running = [
                n for n, (_, _, since, until) in enumerate(world.intervals) if since <= hour < until
            ]
            takes = {
                w: sum(world.intervals[n][1] for n in running if world.intervals[n][0] == w)
                for w in WALLETS
            }
            counts = {w: max(has[w], takes[w], 0) for w in WALLETS}
            said = [credits for at, credits in world.promised if at <= hour]
            extra = max(0, (said[-1] if said else 0) - sum(counts.values()))
            whole = sum(counts.values()) + extra
            each = price / length / whole if whole else Fraction(0)
            for n in running:
                costs[n] += each * world.intervals[n][1]
                days[n] += Fraction(world.intervals[n][1], length)
            for w in WALLETS:
                unused = counts[w] - takes[w] + (extra if w == 1 else 0)
                idle[w] += each * unused
                idle_days[w] += Fraction(unused, length)
            if not whole:
                idle[1] += price / length
            hour += 1
    return costs, idle, days, idle_days


@given(worlds())
def test_every_part_is_that_of_the_oracle_and_all_parts_are_the_price(world: World) -> None:
    shares = world.shares()
    costs, idle, days, idle_days = by_the_hour(world)
    weights = [*shares.prices, *(shares.idle_prices[w] for w in WALLETS)]
    expected = [*(costs[n] for n in range(len(world.intervals))), *(idle[w] for w in WALLETS)]
    price = sum(world.prices, Fraction(0))
    assert sum(expected) == price
    if price:
        assert [Fraction(weight, sum(weights)) * price for weight in weights] == expected
    else:
        assert not any(weights)
    for n in range(len(world.intervals)):
        assert Fraction(shares.days[n], shares.unit) == days[n]
    for w in WALLETS:
        assert Fraction(shares.idle_days[w], shares.unit) == idle_days[w]
    assert min(weights) >= 0
    cents = int(price)
    if sum(weights):
        parts = apportion(cents, weights)
        assert sum(parts) == cents
        for part, exact in zip(parts, expected, strict=True):
            assert abs(part - exact * cents / price) < 1


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**12), min_size=1, max_size=40))
def test_parts_add_up_and_are_fair(total: int, weights: list[int]) -> None:
    if not sum(weights):
        return
    parts = apportion(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1
        assert weight or not part
    for (one, part), (other, its_part) in pairwise(zip(weights, parts, strict=True)):
        if one == other:
            assert abs(part - its_part) <= 1


days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(st.integers(0, 10**7), days, days, days, days)
def test_spans_that_adjoin_add_up(cents: int, a: date, b: date, c: date, d: date) -> None:
    since, first, middle, end = sorted((a, b, c, d))
    charges = monthly(cents, since, end)

    def whole(start: date, stop: date) -> int:
        return sum(charge.within(start, stop) for charge in charges)

    assert whole(first, middle) + whole(middle, end) == whole(first, end)
    exact = sum(
        (charge.each_day for charge in charges for n in range((end - first).days)
         if charge.since <= first + timedelta(n) < charge.until),
        Fraction(0),
    )  # fmt: skip
    months = len({(day.year, day.month) for day in (first + timedelta(n) for n in range(
        (end - first).days))})  # fmt: skip
    assert abs(whole(first, end) - exact) <= months


@given(st.integers(0, 10**7), days)
def test_a_whole_month_costs_its_price_to_the_cent(cents: int, day: date) -> None:
    (charge,) = monthly(cents, *_month(day))
    assert charge.within(*_month(day)) == cents


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


@given(st.integers(0, 10**12))
def test_money_is_whole_cents(cents: int) -> None:
    assert to_cents(from_cents(cents)) == cents
    assert from_cents(cents) == Decimal(cents) / 100
