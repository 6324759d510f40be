"""Statements are prepared: parsed once for each connection, then called by their name.

A command is twenty to fifty small statements, and the same ones all day. Values travel beside the
text, so that the text stays the same; psycopg prepares what a connection has asked five times.

PostgreSQL keeps the plan of a prepared statement where planning for each call's own values gains
nothing, until statistics of its tables are gathered anew: soon after they have grown, by
autovacuum. What a transaction adds itself is not in them before it commits. A plan made while a
studio's tables were empty would go through all of them for every row that is brought in, so who
fills tables in one transaction has each call planned: :mod:`callsheet.kit.plans`.

A prepared statement lives in the server process that prepared it. Behind a pooler in transaction
mode the next transaction may be in another one, where its name is unknown; so nothing is prepared
there. Nobody has to say so in a setting: a pooler cannot tell a client which process it will get.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as PostgresqlWrapper
from django.db.backends.utils import debug_transaction
from psycopg import Connection

from callsheet.config.engine.refusing import FORGETS_EVERY, send_past

__all__ = ["DatabaseWrapper"]

ASKED_BEFORE = 5
"""How often a connection asks before it prepares; what is asked once is not worth it."""

MOST_PREPARED = 500
"""Statements that a connection keeps prepared: more than a worker has that come again and again."""


class DatabaseWrapper(PostgresqlWrapper):
    """Django's own, whose new connections prepare what they ask often, and go on with it after a
    rollback.
    """

    _rollbacks = 0

    def get_connection_params(self) -> dict[str, Any]:
        """What a connection is made with. Django prepares nothing unless it is told to."""
        params: dict[str, Any] = super().get_connection_params()
        params["prepare_threshold"] = ASKED_BEFORE
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """A connection, new or from this process's pool."""
        connection: Connection = super().get_new_connection(conn_params)
        if connection.prepared_max != MOST_PREPARED:  # else the pool has given it out before
            connection.prepared_max = MOST_PREPARED
            if not is_direct(connection):
                connection.prepare_threshold = None
        return connection

    def _rollback(self) -> None:
        if self.connection is not None and self._keeps_prepared():
            with debug_transaction(self, "ROLLBACK"), self.wrap_database_errors:
                if send_past(self.connection, "ROLLBACK"):
                    return
        super()._rollback()  # type: ignore[misc]  # the stubs leave it out

    def _savepoint_rollback(self, sid: str) -> None:
        if self._keeps_prepared():
            with self.wrap_database_errors:
                if send_past(self.connection, self.ops.savepoint_rollback_sql(sid)):
                    return
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # the stubs leave it out

    def _keeps_prepared(self) -> bool:
        self._rollbacks += 1
        return self._rollbacks % FORGETS_EVERY != 0


def is_direct(connection: Connection) -> bool:
    """Whether the server process that answers is the one that greeted us; one round trip.

    What a pooler greets with is a number of its own, because it has not chosen a process yet.
    """
    answer = connection.pgconn.exec_(b"SELECT pg_backend_pid()")
    return answer.get_value(0, 0) == str(connection.pgconn.backend_pid).encode()
