"""Making a thousand accounts of one, with a true ledger, in a minute or two.

    python -m benchmarks.pages_copies ACCOUNTS      speaks to the database of the environment

Copy number n of a row has the number of the row plus n times ``STRIDE``, and so have the rows that
it points at; what all accounts share (staff, catalogue) stays shared. Copy 0 is the account itself
with its own numbers: all rows are written anew, time after time and account after account, so that
the rows of one account lie scattered over the tables, as they do where a thousand accounts have
worked side by side.

The chains are hashed here, link by link and wallet by wallet, and must come out for copy 0 as the
database's function made them; everything is loaded as the superuser, with triggers and foreign keys
asleep and without the indexes, which are made afterwards. ``callsheet ledger verify`` then rebuilds
all of it from the transfers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import psycopg
from psycopg import sql

STRIDE = 100_000
"""Larger than any number in a table of the one account."""

SHARED_BEFORE = "tenants_user"
COPIED = (
    "journal.Note", "journal.Command", "tenants.User", "tenants.Account", "tenants.Membership",
    "tenants.AccountManagerAssignment", "credits.Domain", "credits.Wallet", "credits.Subscription",
    "credits.PricePeriod", "credits.Grant", "credits.Hold", "projects.Brand", "projects.Project",
    "projects.Concept", "projects.Deliverable", "projects.Asset", "projects.AssetVersion",
    "projects.Comment", "projects.StageSpell", "projects.Clock", "projects.Occupancy",
    "projects.FairnessReceipt", "projects.PublishedRange", "projects.LastLook", "projects.Stirred",
    "projects.ProjectPerson", "projects.Amendment", "projects.StopRequest", "journal.Event",
    "notifications.Mail", "notifications.Notification",
)  # fmt: skip
"""Tables that are copied by a statement each; transfers have their own way."""

_MINE = f"CASE WHEN {{}} IS NULL THEN NULL ELSE {{}} + n * {STRIDE} END"
_ABOUT_ACCOUNT = "('project', 'account')"
OWN = {
    "tenants_user": {"email": "CASE n WHEN 0 THEN t.email ELSE n || '-' || t.email END"},
    "tenants_account": {
        "key": "CASE n WHEN 0 THEN t.key ELSE t.key || '-' || n END",
        "name": "CASE n WHEN 0 THEN t.name ELSE t.name || ' ' || n END",
    },
    "journal_command": {"key": "CASE n WHEN 0 THEN t.key ELSE t.key || '-' || n END"},
    "journal_event": {
        "account_id": _MINE.format("t.account_id", "t.account_id"),
        "subject_id": f"t.subject_id + CASE WHEN t.subject_type IN {_ABOUT_ACCOUNT}"
        f" THEN n * {STRIDE} ELSE 0 END",
    },
    "projects_stirred": {"about": _MINE.format("t.about", "t.about")},
    # The studio's people are told of every account.
    "notifications_mail": {"bundle": "CASE n WHEN 0 THEN t.bundle ELSE t.bundle || '-' || n END"},
    "credits_wallet": {"head": "(SELECT h.head FROM copied_head h WHERE h.n = c.n)"},
}
"""Columns that differ from copy to copy, beside the numbers that Django knows to be keys."""

_TRANSFERS = """
SELECT t.id, t.command_id, t.n, t.kind, t.amount, t.from_wallet_id, t.from_bucket, t.to_bucket,
    t.hold_id, t.grant_id, t.from_seq, t.from_hash, t.at::text, extract(epoch FROM t.at)::text,
    c.actor, c.name, c.key, coalesce(encode(note.digest, 'hex'), '-')
FROM credits_transfer t JOIN journal_command c ON c.id = t.command_id
LEFT JOIN journal_note note ON note.id = c.note_id
ORDER BY t.id
"""
_LOAD = """
COPY credits_transfer (id, command_id, n, kind, amount, from_wallet_id, from_bucket, to_wallet_id,
    to_bucket, hold_id, grant_id, from_seq, from_hash, at) FROM STDIN
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, k.conname, coalesce(
    'ALTER TABLE ' || i.indrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(k.conname) || ' '
    || pg_get_constraintdef(k.oid), pg_get_indexdef(i.indexrelid))
FROM pg_index i LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('u', 'x')
WHERE i.indrelid = %s::regclass AND NOT i.indisprimary
"""
_BLOCK = 5000


def copy_account(url: str, accounts: int) -> None:
    """Make so many accounts of the one. ``url`` is the superuser's.

    Raises ``ValueError`` where a link of the chain comes out otherwise than the database made it.
    """
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '256MB'")
        connection.execute("SET work_mem = '256MB'")
        tables = ["credits_transfer", *(_table(label) for label in COPIED)]
        indexes = [found for table in tables for found in _drop_indexes(connection, table)]
        staff = _one(connection, "SELECT max(id) FROM tenants_user WHERE staff_role <> ''")
        _copy_transfers(connection, accounts)
        for label in COPIED:
            _copy(connection, label, staff, accounts)
        for statement in indexes:
            connection.execute(statement.encode())
        for table in tables:
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _drop_indexes(connection: psycopg.Connection, table: str) -> Iterator[str]:
    """Drop all but the primary key; answers the statements that make them again."""
    for name, constraint, statement in connection.execute(_INDEXES, [table]).fetchall():
        if constraint:
            drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                sql.Identifier(table), sql.Identifier(constraint)
            )
        else:
            drop = sql.SQL("DROP INDEX {}").format(sql.SQL(name))
        connection.execute(drop)
        yield statement


def _copy_transfers(connection: psycopg.Connection, accounts: int) -> None:
    """Hash every chain and load all transfers; what each ends with goes into ``copied_head``."""
    found = connection.execute(_TRANSFERS).fetchall()
    connection.execute("DELETE FROM credits_transfer")
    heads = [bytes(32)] * accounts
    with connection.cursor().copy(_LOAD) as load:
        lines: list[str] = []
        for row in found:
            lines += _links(row, heads)
            if len(lines) > _BLOCK:
                load.write("".join(lines))
                lines = []
        load.write("".join(lines))
    connection.execute("CREATE TEMPORARY TABLE copied_head (n integer PRIMARY KEY, head bytea)")
    with connection.cursor().copy("COPY copied_head (n, head) FROM STDIN") as load:
        for n, head in enumerate(heads):
            load.write_row((n, head))


def _links(row: tuple[Any, ...], heads: list[bytes]) -> Iterator[str]:
    """One transfer for every account, as a line to load; ``heads`` are moved on."""
    (number, command, place, kind, amount, wallet, source, target, hold, grant, seq, hashed, at,
     epoch, actor, name, key, digest) = row  # fmt: skip
    for n, head in enumerate(heads):
        more = n * STRIDE
        held = "-" if hold is None else hold + more
        given = "-" if grant is None else grant + more
        asked = f"{key}-{n}" if n else key
        said = (
            f"{seq}|{epoch}|{kind}|{amount}|{wallet + more}|{source}|{wallet + more}|{target}|"
            f"{held}|-|{given}|-|{digest}|{place}|{len(actor)}|{len(name)}|{actor}|{name}|{asked}"
        )
        link = heads[n] = sha256(head + said.encode()).digest()
        if n == 0 and link != hashed:
            raise ValueError(f"transfer {number} hashes otherwise than in the database")
        yield (
            f"{number + more}\t{command + more}\t{place}\t{kind}\t{amount}\t{wallet + more}\t"
            f"{source}\t{wallet + more}\t{target}\t{_null(held)}\t{_null(given)}\t{seq}\t"
            f"\\\\x{link.hex()}\t{at}\n"
        )


def _null(value: int | str) -> int | str:
    return "\\N" if value == "-" else value


def _copy(connection: psycopg.Connection, label: str, staff: int, accounts: int) -> None:
    """Write a table anew, with all copies of each row."""
    model = _model(label)
    table = model._meta.db_table
    where = " WHERE staff_role = ''" if table == SHARED_BEFORE else ""
    connection.execute(f"CREATE TEMPORARY TABLE source AS SELECT * FROM {table}{where}")
    connection.execute(f"DELETE FROM {table}{where}")
    columns, values = _columns(label, staff)
    connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM source t CROSS JOIN generate_series(0, {accounts - 1}) c (n) ORDER BY t.id, n"
    )
    connection.execute("DROP TABLE source")


def _columns(label: str, staff: int) -> tuple[list[str], list[str]]:
    """The columns of a table, and for each what copy ``n`` of row ``t`` has there."""
    from django.db.models import ForeignKey

    model = _model(label)
    own = OWN.get(model._meta.db_table, {})
    copied = {_model(name) for name in COPIED}
    columns, values = [], []
    for field in model._meta.concrete_fields:
        column = field.column
        columns.append(f'"{column}"')
        if column in own:
            values.append(own[column])
        elif field.primary_key:
            values.append(f"t.id + n * {STRIDE}")
        elif isinstance(field, ForeignKey) and field.related_model in copied:
            shared = staff if field.related_model is _model("tenants.User") else 0
            values.append(
                f't."{column}" + CASE WHEN t."{column}" > {shared} THEN n * {STRIDE} ELSE 0 END'
            )
        else:
            values.append(f't."{column}"')
    return columns, values


def _model(label: str) -> Any:
    from django.apps import apps

    return apps.get_model(label)


def _table(label: str) -> str:
    return str(_model(label)._meta.db_table)


def _one(connection: psycopg.Connection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    import django

    django.setup()
    copy_account(os.environ["CALLSHEET_BENCH_SUPERUSER_URL"], int(sys.argv[1]))
