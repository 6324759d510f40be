"""The capacity schedule: a wallet's capacity over time, in credits.

It comes from grants that are still to begin and standing orders that are still to take or to give.
The planner and admission read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from callsheet.credits.collect import still_due, unfilled_orders
from callsheet.credits.models import Grant, StandingOrder, Wallet
from callsheet.kit.asked import Asked


@dataclass(frozen=True, slots=True)
class Change:
    """From ``day`` on the wallet has ``delta`` credits more (or, negative, fewer)."""

    day: date
    delta: int


_COMING = Asked(
    lambda wallets: Grant.objects.filter(wallet_id__any_of=wallets, posted=False).values_list(
        "wallet_id", "starts_on", "credits"
    )
)


def scheduled_changes(
    wallets: Iterable[Wallet],
    today: Mapping[int, date],
    orders: Iterable[StandingOrder] | None = None,
) -> dict[int, list[Change]]:
    """The changes that are known for each wallet, by id, in the order of their days.

    A change whose day has passed and that is not yet carried out counts as the wallet's ``today``.
    ``orders`` are their unfilled orders, where the caller has read them already.
    """
    ids = [wallet.pk for wallet in wallets]
    changes: dict[int, list[Change]] = {pk: [] for pk in ids}
    for wallet_id, starts_on, credits in _COMING.rows(ids):
        changes[wallet_id].append(Change(max(starts_on, today[wallet_id]), credits))
    for order in unfilled_orders(ids) if orders is None else orders:
        ends: tuple[tuple[int | None, int], ...] = ((order.source_id, -1), (order.target_id, 1))
        for pk, sign in ends:
            if pk is None or pk not in changes:
                continue
            # A loan that has not begun yet is to be returned in full.
            begun = order.after is None or order.after.taken or order.after.due_on <= today[pk]
            due = still_due(order) if begun else order.due_back
            if due > 0:
                changes[pk].append(Change(max(order.due_on, today[pk]), sign * due))
    for known in changes.values():
        known.sort(key=lambda change: (change.day, change.delta))
    return changes


def schedule(wallet: Wallet, today: date) -> list[tuple[date, int]]:
    """The wallet's capacity from today on, as (day, credits from that day), first is today."""
    steps: dict[date, int] = {today: wallet.capacity}
    capacity = wallet.capacity
    for change in scheduled_changes([wallet], {wallet.pk: today})[wallet.pk]:
        capacity += change.delta
        steps[change.day] = capacity
    return sorted(steps.items())
