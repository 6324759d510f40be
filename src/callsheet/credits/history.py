"""What wallets had over time: their capacity as the ledger tells it, moment by moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class Capacity:
    """Capacities (credits) at the beginning of a span, and every change within it, in order."""

    opening: dict[int, int]
    changes: tuple[tuple[int, datetime, int], ...]  # wallet, moment, credits more (or fewer)
    begins: datetime | None  # the first transfer of any of the wallets: before it, no books


# Holding and releasing change no capacity; a transfer within a wallet stands under its sender.
_CHANGES = """
SELECT wallet, moment, sum(change)::bigint FROM (
    SELECT t.from_wallet_id AS wallet, greatest(t.at, %(start)s) AS moment, t.amount * (
        (t.from_wallet_id = t.to_wallet_id AND t.to_bucket IN ('available', 'held'))::int
        - (t.from_bucket IN ('available', 'held'))::int) AS change
    FROM credits_transfer t
    WHERE t.from_wallet_id = ANY (%(wallets)s) AND t.kind NOT IN ('hold', 'release')
        AND t.at < %(end)s
    UNION ALL
    SELECT t.to_wallet_id, greatest(t.at, %(start)s), t.amount
    FROM credits_transfer t
    WHERE t.to_wallet_id = ANY (%(wallets)s) AND t.to_seq IS NOT NULL AND t.at < %(end)s
) moved
GROUP BY wallet, moment HAVING sum(change) <> 0 ORDER BY moment, wallet
"""
_BEGINS = """
SELECT min(t.at) FROM credits_transfer t
WHERE (t.from_wallet_id = ANY (%(wallets)s) AND t.from_seq = 1)
    OR (t.to_wallet_id = ANY (%(wallets)s) AND t.to_seq = 1)
"""


def capacity_over(wallet_ids: Collection[int], start: datetime, end: datetime) -> Capacity:
    """The capacities of these wallets from ``start`` to before ``end``, in two queries."""
    known: dict[str, Any] = {"wallets": list(wallet_ids), "start": start, "end": end}
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, known)
        rows = cursor.fetchall()
        cursor.execute(_BEGINS, known)
        (begins,) = cursor.fetchone()
    opening = dict.fromkeys(wallet_ids, 0)
    changes = []
    for wallet, moment, change in rows:
        if moment <= start:
            opening[wallet] += change
        else:
            changes.append((wallet, moment, change))
    return Capacity(opening, tuple(changes), begins)
