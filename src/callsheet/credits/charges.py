"""What a wallet's contract charges for a span of days.

A monthly price is spread evenly over the days of its calendar month; the price of a grant over the
days of the grant, and of one without an end over the rest of the month in which it begins. Where no
price is agreed, nothing is made up: the days are counted instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from callsheet.credits.models import Grant, PricePeriod, Subscription
from callsheet.credits.money import Charge, first_of_next_month, monthly, to_cents
from callsheet.credits.prices import periods


@dataclass(frozen=True, slots=True)
class Contract:
    """What is charged, and which capacity the contract promises from which day on.

    ``unpriced_days`` are days on which the subscription runs without an agreed price;
    ``priced`` is False when nothing at all is agreed for the span.
    """

    charges: tuple[Charge, ...]
    promised: tuple[tuple[date, int], ...]
    currency: str | None
    unpriced_days: int
    priced: bool

    def cents(self, first: date, end: date) -> int:
        """The whole cents from ``first`` to before ``end``."""
        return sum(charge.within(first, end) for charge in self.charges)


def contract_of(wallet_id: int, first: date, end: date) -> Contract:
    """The contract of a subscription wallet, for the days from ``first`` to before ``end``."""
    subscription = Subscription.objects.filter(wallet_id=wallet_id).first()
    known = list(periods(subscription)) if subscription is not None else []
    charges: list[Charge] = []
    unpriced = 0
    for period in known:
        since, until = max(period.starts_on, first), min(period.ends_on or end, end)
        if since >= until:
            continue
        if period.monthly_price is not None:
            charges += monthly(to_cents(period.monthly_price), since, until)
        elif period.credits:
            unpriced += (until - since).days
    unpriced += _before_any(subscription, known, first, end)
    priced = bool(charges)
    for grant in Grant.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=first), wallet_id=wallet_id,
        price__isnull=False, starts_on__lt=end,
    ).order_by("pk"):  # fmt: skip
        last = grant.ends_on or first_of_next_month(grant.starts_on)
        if grant.price is not None and last > first:
            cents = to_cents(grant.price)
            charges.append(Charge(cents, grant.starts_on, last, grant.starts_on, last))
            priced = True
    return Contract(
        tuple(charges),
        tuple(_promised(known)),
        subscription.currency if subscription is not None else None,
        unpriced,
        priced,
    )


def _before_any(
    subscription: Subscription | None, known: list[PricePeriod], first: date, end: date
) -> int:
    """Days on which a subscription ran before it had any price on record."""
    if subscription is None:
        return 0
    since = max(subscription.starts_on, first)
    until = min(known[0].starts_on if known else end, end)
    return max(timedelta(0), until - since).days


def _promised(known: list[PricePeriod]) -> list[tuple[date, int]]:
    steps = [(period.starts_on, period.credits) for period in known]
    if known and known[-1].ends_on is not None:
        steps.append((known[-1].ends_on, 0))
    return steps
