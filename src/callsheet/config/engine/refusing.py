"""Rolling back without forgetting what is prepared.

psycopg lets go of all prepared statements of a connection with every ROLLBACK, also of one to a
savepoint, because a rollback may bring back an older table of the same name. Here tables change by
migrations only, while nothing runs, but a command is refused every minute somewhere, and each time
its process would begin anew with parsing and planning hundreds of statements. So ROLLBACK is sent
by the connection itself, past psycopg's keeping of statements, which live on in the server anyway.
"""

from __future__ import annotations

from typing import Final

from psycopg import Connection
from psycopg.pq import ExecStatus, TransactionStatus

FORGETS_EVERY: Final = 1000
"""So many rollbacks later psycopg's own way is taken once. A statement that fails just when it is
prepared stays in the server under a name that nobody knows; this bounds how many there are.
"""

_IN_TRANSACTION: Final = (TransactionStatus.INTRANS, TransactionStatus.INERROR)


def send_past(connection: Connection, rollback: str) -> bool:
    """Send a ROLLBACK, or one to a savepoint, and keep what is prepared. False where that cannot
    be done, as on a connection that is broken: psycopg then does it, or says why not.
    """
    if connection.pgconn.transaction_status not in _IN_TRANSACTION:
        return False
    return connection.pgconn.exec_(rollback.encode()).status == ExecStatus.COMMAND_OK
