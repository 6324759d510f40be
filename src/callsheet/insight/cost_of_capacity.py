"""Costs of a capacity: the price of a span, divided among occupied and idle credits.

The number of queries does not depend on how many wallets, days or projects there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from callsheet.credits.balances import label
from callsheet.credits.charges import Contract, contract_of
from callsheet.credits.history import Capacity, capacity_over
from callsheet.credits.models import Wallet
from callsheet.credits.money import apportion, from_cents
from callsheet.insight.cost_lines import CostLine, Costs, IdleLine, total
from callsheet.insight.cost_occupied import OccupiedCredits, dearest_first, with_parts
from callsheet.insight.cost_sharing import Change, Day, Promised, Shares, share
from callsheet.insight.cost_span import Span, micro
from callsheet.kit import clock

_HUNDREDTH = Decimal("0.01")
IDLE, UNALLOCATED = "idle", "not allocated"


def days_of(span: Span, contract: Contract | None) -> list[Day]:
    """The days of a span with the price that flows through each."""
    prices = [Fraction(0)] * span.days
    for charge in contract.charges if contract is not None else ():
        since, until = max(charge.since, span.first), min(charge.until, span.end)
        for n in range((since - span.first).days, (until - span.first).days):
            prices[n] += charge.each_day
    starts = [
        micro(clock.start_of(span.first + timedelta(days=n), span.zone))
        for n in range(span.days + 1)
    ]
    return [Day(starts[n], starts[n + 1], prices[n]) for n in range(span.days)]


def costs_of_capacity(
    payer: Wallet, wallets: Sequence[Wallet], span: Span, occupied: OccupiedCredits
) -> Costs:
    """What the capacity of ``payer`` cost, divided among ``wallets`` (itself included)."""
    contract = contract_of(payer.pk, span.first, span.end)
    ids = [wallet.pk for wallet in wallets]
    capacity = capacity_over(ids, *span.moments())
    shares = share(
        days_of(span, contract),
        ids,
        payer.pk,
        capacity.opening,
        [Change(wallet, micro(at), delta) for wallet, at, delta in capacity.changes],
        occupied.intervals,
        _promised(contract, capacity, span),
    )
    lines, idle = _lines(wallets, occupied, shares, contract, span)
    price = contract.cents(span.first, span.end) if contract.priced else None
    return Costs(
        name=str(payer.owner),
        first=span.first,
        last=span.last,
        time_zone=span.zone,
        currency=contract.currency or payer.owner.currency,
        price=None if price is None else from_cents(price),
        credit_days=total(
            [*(one.credit_days for one in lines), *(one.credit_days for one in idle)]
        ),
        lines=lines,
        idle=idle,
        notes=_notes(contract, span),
    )


def _promised(contract: Contract, capacity: Capacity, span: Span) -> list[Promised]:
    """The contract's credits, for the time before the books begin: what an import tells of."""
    if capacity.begins is None:
        return []
    begins = micro(capacity.begins)
    steps = [
        Promised(micro(clock.start_of(day, span.zone)), credits)
        for day, credits in contract.promised
    ]
    return [*(step for step in steps if step.at < begins), Promised(begins, 0)]


def _lines(
    wallets: Sequence[Wallet],
    occupied: OccupiedCredits,
    shares: Shares,
    contract: Contract,
    span: Span,
) -> tuple[tuple[CostLine, ...], tuple[IdleLine, ...]]:
    """Round everything at once, so that it adds up: money to cents, days to hundredths."""
    prices, days = occupied.by_project(shares.prices), occupied.by_project(shares.days)
    weights = [*prices.values(), *(shares.idle_prices[wallet.pk] for wallet in wallets)]
    lengths = [*days.values(), *(shares.idle_days[wallet.pk] for wallet in wallets)]
    hundredths = (sum(lengths) * 200 + shares.unit) // (2 * shares.unit)  # rounded half up
    credit_days = [part * _HUNDREDTH for part in apportion(hundredths, lengths)]
    amounts: list[Decimal | None] = [None] * len(weights)
    if contract.priced:
        cents = apportion(contract.cents(span.first, span.end), weights)
        amounts = [from_cents(part) for part in cents]
    lines = [
        with_parts(occupied.lines[project], credit_days[n], 0, amounts[n])
        for n, project in enumerate(prices)
    ]
    idle = []
    for n, wallet in enumerate(wallets, len(lines)):
        what = UNALLOCATED if wallet.organization_id else IDLE
        one = IdleLine(label(wallet), str(wallet), what, credit_days[n], 0, amounts[n])
        if one.credit_days or one.amount:
            idle.append(one)
    return dearest_first(lines), tuple(idle)


def _notes(contract: Contract, span: Span) -> tuple[str, ...]:
    if not contract.priced:
        return ("No price agreed: only credit-days are shown.",)
    if contract.unpriced_days:
        said = f"No price agreed on {contract.unpriced_days} of these {span.days} days"
        return (f"{said}; they add nothing to the sums.",)
    return ()
