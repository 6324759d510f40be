"""The three roles of a Callsheet database, and how they come into being.

``postgres`` runs the embedded server and nothing else; ``callsheet_owner`` owns the database,
its tables and triggers, and runs migrations; ``callsheet_app`` owns nothing, so that the
application cannot switch off the triggers which protect the ledger and the journal.
"""

from typing import Final, LiteralString

import psycopg
from psycopg import sql

SUPERUSER: Final = "postgres"
OWNER: Final = "callsheet_owner"
APPLICATION: Final = "callsheet_app"
DATABASE: Final = "callsheet"
LONGEST_IDLE: Final = "5min"
"""How long a transaction may do nothing before PostgreSQL ends it and frees its locks."""


def create_roles(connection: psycopg.Connection) -> None:
    """Create the owner and the application role where they are missing (as superuser)."""
    for name, attributes in ((OWNER, "LOGIN CREATEDB"), (APPLICATION, "LOGIN")):
        if _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", name):
            continue
        connection.execute(
            sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(name), sql.SQL(attributes))
        )


def create_database(
    connection: psycopg.Connection, name: str, *, template: str | None = None
) -> bool:
    """Create database ``name`` for the owner role unless it exists; say whether it was created.

    ``connection`` is the superuser's or the owner's, in autocommit. ``template`` is copied
    with everything in it, rights included; nobody may be connected to it meanwhile.
    """
    if _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", name):
        return False
    # A template of ours is copied file by file: block by block through the log, which is how
    # PostgreSQL does it by itself, costs a multiple of that for its hundreds of small tables.
    how = "" if template is None else " STRATEGY FILE_COPY"
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}" + how).format(
            sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template or "template0")
        )
    )
    # A process that hangs inside a transaction would keep its locks, and everybody waiting.
    connection.execute(
        sql.SQL("ALTER DATABASE {} SET idle_in_transaction_session_timeout TO {}").format(
            sql.Identifier(name), sql.Literal(LONGEST_IDLE)
        )
    )
    # Temporary tables could stand in front of real ones; nobody but the owner makes any.
    connection.execute(
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
    )
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
            sql.Identifier(name), sql.Identifier(APPLICATION)
        )
    )
    return True


def drop_database(connection: psycopg.Connection, name: str) -> None:
    """Drop database ``name`` with everybody connected to it, if it exists (autocommit)."""
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )


def _exists(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None
