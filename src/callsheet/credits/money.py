"""Money: whole cents, parts that add up, and prices spread over days.

Amounts are counted in whole cents (hundredths of the currency's unit) and never in binary
fractions. Whatever is divided is divided by the largest remainder, so that the parts are exactly
the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> int:
    """The amount in whole cents. Raises ``ValueError`` for one that has more than two decimals."""
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise ValueError(f"{amount} is no number of whole cents")
    return int(cents)


def from_cents(cents: int) -> Decimal:
    """Whole cents as an amount with two decimals."""
    return (Decimal(cents) * CENT).quantize(CENT)


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Divide ``total`` (0 or more) into whole parts in proportion to the weights (0 or more).

    The parts add up to ``total``: what rounding down leaves over goes, one by one, to the largest
    remainders, to the earlier part where two are equal. Raises ``ValueError`` when there is
    something to divide and no weight.
    """
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ValueError("there is nobody to divide it among")
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(total * weights[n] % whole), n))
    for n in by_remainder[:left]:
        parts[n] += 1
    return parts


@dataclass(frozen=True, slots=True)
class Charge:
    """A price that is spread evenly over the days from ``first`` to before ``end``.

    Only the days from ``since`` to before ``until`` of them are charged: a monthly price is spread
    over its calendar month, of which an agreement may cover a part.
    """

    cents: int
    first: date
    end: date
    since: date
    until: date

    @property
    def each_day(self) -> Fraction:
        """What one of its days costs, in exact cents."""
        return Fraction(self.cents, (self.end - self.first).days)

    def within(self, first: date, end: date) -> int:
        """Its whole cents from ``first`` to before ``end``.

        Cents are counted from the beginning of the spread and rounded down at each end, so that
        spans that adjoin add up to what they are together.
        """
        since, until = max(first, self.since), min(end, self.until)
        return self._before(until) - self._before(since) if since < until else 0

    def _before(self, day: date) -> int:
        return self.cents * (day - self.first).days // (self.end - self.first).days


def first_of_next_month(day: date) -> date:
    """The first day of the month after that of ``day``."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def monthly(cents: int, since: date, until: date) -> list[Charge]:
    """A monthly price from ``since`` to before ``until``: a charge for each calendar month."""
    charges: list[Charge] = []
    while since < until:
        first = since.replace(day=1)
        end = first_of_next_month(first)
        charges.append(Charge(cents, first, end, since, min(until, end)))
        since = end
    return charges
