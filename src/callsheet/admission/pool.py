"""Own, may borrow, may lend: the arithmetic of shared credits, and nothing else.

All amounts are whole credits. A wallet's usable credits may be **negative**: that is legal and
means that more was taken or promised than there is. Nothing starts from it, nothing is lent from
it, and whatever comes back fills the hole first. No function here hides a negative amount by
cutting it off at zero, except where it answers "how much may be taken now".
"""

from collections.abc import Iterable
from fractions import Fraction
from sys import maxsize

UNLIMITED = maxsize
"""Stands for "without limit" in sums and comparisons; far above any number of credits."""


def usable(available: int, due_back: int) -> int:
    """Own credits that admission may use now; negative where more is owed than is there.

    Overdue standing orders are collected before admission, so they count as taken.
    """
    return available - due_back


def borrow_room(may_borrow: int | None, borrowed: int) -> int:
    """How much more a wallet may borrow at one time, given what it has borrowed."""
    return UNLIMITED if may_borrow is None else max(0, may_borrow - borrowed)


def lend_room(own: int, floor: int, may_lend: int | None, lent: int) -> int:
    """How much more a wallet may lend now: down to its floor and up to its limit."""
    above_floor = max(0, own - floor)
    return above_floor if may_lend is None else max(0, min(above_floor, may_lend - lent))


def most_to_lend(max_capacity: int, floor: int, may_lend: int | None) -> int:
    """What a wallet could ever lend at one time, with all of its credits free."""
    return lend_room(max_capacity, floor, may_lend, 0)


def most_ever(max_capacity: int, may_borrow: int | None, others_could_lend: int) -> int:
    """The most a wallet could ever hold: its own maximum and what it could borrow."""
    return max_capacity + min(borrow_room(may_borrow, 0), others_could_lend)


def share(held: int, weight: int) -> tuple[bool, Fraction]:
    """The key by which wallets borrow: the lowest held ÷ weight first, without weight last."""
    return (weight == 0, Fraction(held, weight or 1))


def split(amount: int, offers: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Take ``amount`` from ``offers`` of (lender, credits), in their order.

    Returns the loans as (lender, credits), or nothing where the offers are too small together.
    """
    loans = []
    for lender, offered in offers:
        if amount <= 0:
            break
        if offered > 0:
            loans.append((lender, min(amount, offered)))
            amount -= loans[-1][1]
    return tuple(loans) if amount <= 0 else ()
