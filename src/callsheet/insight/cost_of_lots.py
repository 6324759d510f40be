"""Costs under pay-as-you-go: what used-up credits cost when they were bought."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from callsheet.credits.balances import label
from callsheet.credits.lot_costs import used_up
from callsheet.credits.models import Wallet
from callsheet.credits.money import from_cents
from callsheet.insight.cost_lines import Costs, IdleLine, total
from callsheet.insight.cost_occupied import (
    OccupiedCredits,
    dearest_first,
    lines_of_holds,
    with_parts,
)
from callsheet.insight.cost_of_capacity import days_of
from callsheet.insight.cost_sharing import share
from callsheet.insight.cost_span import Span

_HUNDREDTH = Decimal("0.01")
EXPIRED = "expired"


def costs_of_lots(payer: Wallet, span: Span, occupied: OccupiedCredits) -> Costs:
    """Pay-as-you-go: a project costs what its credits cost when they were bought, as they are used
    up. What expired stands apart; what is still there costs nothing yet.
    """
    start, end = span.moments()
    gone = list(used_up(payer.pk, start, end))
    currency = payer.owner.currency
    priced = [one for one in gone if one.cents is not None and one.currency == currency]
    of_hold = lines_of_holds({one.hold: one.command for one in gone if one.hold is not None})
    lines = dict(occupied.lines) | {line.project: line for line in of_hold.values()}
    cents: dict[int | None, int] = defaultdict(int)  # by project; None: expired
    credits: dict[int | None, int] = defaultdict(int)
    for one in gone:
        line = of_hold.get(one.hold) if one.hold is not None else None
        credits[line.project if line else None] += one.credits
        if one in priced and one.cents is not None:
            cents[line.project if line else None] += one.cents
    shares = share(days_of(span, None), [payer.pk], payer.pk, {}, [], occupied.intervals)
    days = occupied.by_project(shares.days)
    unpriced = sum(one.credits for one in gone) - sum(one.credits for one in priced)
    known = bool(priced) or not unpriced
    done = [
        with_parts(
            line,
            (Decimal(days.get(project, 0)) / shares.unit).quantize(_HUNDREDTH),
            credits[project],
            from_cents(cents[project]) if known else None,
        )
        for project, line in lines.items()
    ]
    idle: tuple[IdleLine, ...] = ()
    if credits[None]:
        amount = from_cents(cents[None]) if known else None
        key, name = label(payer), str(payer)
        idle = (IdleLine(key, name, EXPIRED, Decimal("0.00"), credits[None], amount),)
    return Costs(
        name=str(payer.owner), first=span.first, last=span.last, time_zone=span.zone,
        currency=currency, price=from_cents(sum(cents.values())) if known else None,
        credit_days=total(one.credit_days for one in done),
        lines=dearest_first(done), idle=idle,
        notes=_notes(unpriced, currency),
    )  # fmt: skip


def _notes(unpriced: int, currency: str) -> tuple[str, ...]:
    if not unpriced:
        return ()
    said = f"{unpriced} credits were used up of lots without a price in {currency}"
    return (f"{said}; they add nothing to the sums.",)
