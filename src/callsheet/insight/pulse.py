"""Whether something has changed for somebody who looks at an account: one query, one short word."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from django.db import connection

_LOOKED_AT = 20
"""Numbers are given out before their transactions commit, so that the newest one alone would miss
an elder that commits after it: so many of the newest are looked at."""

_READ = """
SELECT (SELECT concat_ws('/', w.available, w.held, w.lent, w.borrowed)
          FROM credits_wallet w WHERE w.account_id = %(account)s),
       ARRAY(SELECT e.id FROM journal_event e WHERE e.account_id = %(account)s
              ORDER BY e.id DESC LIMIT %(most)s),
       ARRAY(SELECT r.id FROM projects_publishedrange r WHERE r.account_id = %(account)s
              ORDER BY r.id DESC LIMIT %(most)s),
       (SELECT count(*) FROM notifications_notification n
         WHERE n.user_id = %(reader)s AND n.in_product AND n.read_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class Pulse:
    """``version`` is another one whenever anything of the account has changed, or the reader's
    notifications; ``unread`` is how many of these wait.
    """

    version: str
    unread: int


def read_pulse(account_id: int, reader_id: int) -> Pulse:
    """The account's pulse for one reader. The permission is for the caller to check."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"account": account_id, "reader": reader_id, "most": _LOOKED_AT})
        row = cursor.fetchone()
    digest = blake2b(repr(row).encode(), digest_size=9).hexdigest()
    return Pulse(version=digest, unread=row[3])
