"""Working off the list of what people are to be told: many at once, each once, a bad one alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F, QuerySet

from callsheet.kit import clock
from callsheet.notifications.models import Untold
from callsheet.services.notifying import notify, notify_credits

log = structlog.get_logger(__name__)

MOST_TOGETHER = 200
"""What one transaction tells: enough to read in bulk, few enough for it to be short."""

MOST_ATTEMPTS = 8
"""What fails so often (for about four hours) is a fault of ours: it stays on the list, logged."""

_TAKE = """
DELETE FROM notifications_untold WHERE id IN (
    SELECT id FROM notifications_untold
     WHERE attempts < %s AND (not_before IS NULL OR not_before <= %s)
       AND (%s::bigint[] IS NULL OR id = ANY (%s::bigint[]))
     ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id, event_id, command_id
"""


def tell_waiting() -> int:
    """Tell people of everything on the list; for the job. Returns how many notifications that made.

    Safe to run twice and beside others: a row is gone with the transaction that told of it. One
    that cannot be told of holds no other up; it is tried again later, at growing intervals.
    """
    made = 0
    while (part := _tell_some()) is not None:
        made += part
    return made


def _tell_some() -> int | None:
    """The next of the list; None where nothing (more) is to be done."""
    try:
        return _tell()
    except Exception:
        log.exception("telling_failed")
    made = 0
    for pk in list(_due().values_list("pk", flat=True)[:MOST_TOGETHER]):
        try:
            made += _tell([pk]) or 0
        except Exception:
            log.exception("not_told", untold=pk)
            _put_off(pk)
    return made


def _tell(only: Collection[int] | None = None) -> int | None:
    chosen = None if only is None else list(only)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [MOST_ATTEMPTS, clock.now(), chosen, chosen, MOST_TOGETHER])
            taken = sorted(cursor.fetchall())
        if not taken:
            return None
        made = notify([event for _, event, _ in taken if event])
        return made + sum(notify_credits(command) for _, _, command in taken if command)


def _due() -> QuerySet[Untold]:
    return Untold.objects.filter(attempts__lt=MOST_ATTEMPTS).exclude(not_before__gt=clock.now())


def _put_off(pk: int) -> None:
    row = Untold.objects.filter(pk=pk).first()
    if row is not None:
        wait = timedelta(minutes=2**row.attempts)
        Untold.objects.filter(pk=pk).update(
            attempts=F("attempts") + 1, not_before=clock.now() + wait
        )
