"""What pay-as-you-go credits cost as they are used up: the price of their lot, credit by credit.

The first k credits of a lot that are gone cost k times the lot's price through its size, rounded
down to cents; so that what is used up and what expires adds up to the lot's price when the lot is
empty, whatever spans one looks at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from callsheet.credits.models import Lot
from callsheet.credits.money import to_cents


@dataclass(frozen=True, slots=True)
class UsedUp:
    """Credits of a lot that were consumed (or expired: no hold) in a span.

    Negative where a consumption was taken back. ``cents`` is None where the lot has no price.
    """

    hold: int | None
    command: int
    expired: bool
    credits: int
    cents: int | None
    currency: str


_GONE = """
SELECT t.lot_id, t.at, t.hold_id, t.command_id, 'expired' IN (t.from_bucket, t.to_bucket),
    t.amount * ((t.to_bucket IN ('consumed', 'expired'))::int
        - (t.from_bucket IN ('consumed', 'expired'))::int)
FROM credits_transfer t
WHERE t.from_wallet_id = %(wallet)s AND t.at < %(end)s
    AND (t.to_bucket IN ('consumed', 'expired') OR t.from_bucket IN ('consumed', 'expired'))
ORDER BY t.id
"""


def used_up(wallet_id: int, start: datetime, end: datetime) -> Iterator[UsedUp]:
    """What was used up in a wallet from ``start`` to before ``end``, in the ledger's order."""
    lots = {lot.pk: lot for lot in Lot.objects.filter(wallet_id=wallet_id)}
    with connection.cursor() as cursor:
        cursor.execute(_GONE, {"wallet": wallet_id, "end": end})
        rows = cursor.fetchall()
    gone: dict[int, int] = defaultdict(int)
    for lot_id, at, hold, command, expired, credits in rows:
        lot = lots.get(lot_id)
        before = gone[lot_id]
        gone[lot_id] += credits
        if at < start:
            continue
        cents = None
        if lot is not None and lot.price is not None:
            price = to_cents(lot.price)
            cents = price * gone[lot_id] // lot.credits - price * before // lot.credits
        yield UsedUp(
            hold, command, expired, credits, cents, lot.currency if lot is not None else ""
        )
