"""What the application's role may do: taken away entirely, then given table by table.

Runs after every migration. A table that nobody says anything about may be read and written;
functions keep PostgreSQL's default (everybody may call them) unless a migration says otherwise.
"""

import re
from collections.abc import Mapping
from typing import Final

import psycopg
from psycopg import sql

from callsheet.postgres.roles import APPLICATION

ORDINARY: Final = "SELECT, INSERT, UPDATE, DELETE"
_RIGHT: Final = r"(SELECT|INSERT|UPDATE|DELETE)(\s*\(\s*\w+(\s*,\s*\w+)*\s*\))?"
_RIGHTS: Final = re.compile(rf"{_RIGHT}(\s*,\s*{_RIGHT})*")


def apply_grants(
    connection: psycopg.Connection, overrides: Mapping[str, str], *, role: str = APPLICATION
) -> None:
    """Give ``role`` its rights on everything in schema public, in one transaction.

    ``connection`` is the owner's. ``overrides`` maps a table to its rights as SQL, such as
    ``"SELECT, INSERT"`` or ``"SELECT, UPDATE (answer)"``; ``""`` means none. Raises
    `ValueError` for rights that do not read so, or for a table that does not exist.
    """
    for table, rights in overrides.items():
        if rights and not _RIGHTS.fullmatch(rights):
            raise ValueError(f"the rights on {table} do not read as SQL: {rights!r}")
    to = sql.Identifier(role)
    with connection.transaction():
        for statement in (
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            "REVOKE ALL ON SCHEMA public FROM {}",
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}",
            "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {}",
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}",
        ):
            connection.execute(sql.SQL(statement).format(to))
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                "AND relkind IN ('r', 'p', 'v', 'm') AND relowner = current_user::regrole "
                "ORDER BY relname"
            )
        ]
        if unknown := sorted(set(overrides) - set(tables)):
            raise ValueError(f"rights are given on tables that do not exist: {', '.join(unknown)}")
        for table in tables:
            rights = overrides.get(table, ORDINARY)
            if rights:
                connection.execute(
                    sql.SQL("GRANT {} ON TABLE {} TO {}").format(
                        sql.SQL(rights), sql.Identifier("public", table), to
                    )
                )
