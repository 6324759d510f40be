"""Telling people what happened: called beside ``events.record``, in the same transaction.

Nobody is told here. What is to be told is put on a list, and a job that works the list off finds
out who may want to hear of it. So a command pays one statement, whoever and however many listen,
and none where nobody ever does; and the job reads for many events at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from callsheet.credits.kinds import Kind
from callsheet.journal.commands import OpenCommand
from callsheet.journal.models import Event
from callsheet.kit.actor import IMPORT
from callsheet.kit.later import defer
from callsheet.notifications.expected import EXPECTED, changes
from callsheet.notifications.rules import CREDITS_TOLD, key_of

# Answers whether a job waits already that will work the list off. Should it begin before this
# transaction commits, it misses these rows, and the job of the next minute finds them.
_PUT_ON_LIST = """
WITH kept AS (
    INSERT INTO notifications_untold (event_id, command_id, attempts)
    SELECT event, command, 0 FROM unnest(%s::bigint[], %s::bigint[]) AS told (event, command)
)
SELECT EXISTS (
    SELECT 1 FROM procrastinate_jobs
     WHERE status = 'todo' AND task_name = 'notify'
       AND (scheduled_at IS NULL OR scheduled_at <= now())
)
"""


def tell(event: Event) -> None:
    """Let people be told of an event, by a job, in the transaction that recorded it.

    An event of a kind that no rule knows costs nothing.
    """
    tell_all([event])


def tell_all(happened: Iterable[Event]) -> None:
    """:func:`tell` of several events, with one statement."""
    _put_on_list([event.pk for event in happened if _may_be_news(event)], [])


def tell_credits(command: OpenCommand, kinds: Iterable[Kind]) -> None:
    """Let admins be told, by a job, that this command added credits to wallets or took some.

    ``kinds`` are those of the moves that it posted. The job reads the ledger, because transfers
    are not journaled a second time. Holds, releases and loans alone cost nothing.
    """
    if command.actor != IMPORT and not CREDITS_TOLD.isdisjoint(kinds):
        _put_on_list([], [command.id])


def _put_on_list(events: list[int], commands: list[int]) -> None:
    if not events and not commands:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _PUT_ON_LIST,
            [events + [None] * len(commands), [None] * len(events) + commands],
        )
        (waits,) = cursor.fetchone()
    if not waits:
        defer("notify")


def _may_be_news(event: Event) -> bool:
    # A studio that moves in with all its projects tells nobody what happened long ago.
    if event.actor == IMPORT.key or key_of(event.kind, event.subject_type, event.data) is None:
        return False
    return event.kind not in EXPECTED or changes(event.data)
