"""Making a hundred customers of one: rows are copied, credits move through the ledger's function.

Copy number n of a row has the number of the row plus n times ``STRIDE``, and so have the rows that
it points at; what all customers share (staff, catalogue) stays shared. Wallets, lots and grants
begin empty, as the database wants it; then everything that was posted for the ten customers is
posted for their copies, command by command and all copies in one call, so that every wallet has
its own true chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg
from django.apps import apps
from django.db.models import ForeignKey, Model

STRIDE = 100_000
"""Larger than any number in a table of the ten customers."""

EMPTY = {
    "credits_wallet": {
        **dict.fromkeys(
            ("issued", "available", "held", "consumed", "expired", "net_in", "overdraft", "lent",
             "borrowed", "seq"), "0"),
        "head": "decode(repeat('00', 32), 'hex')", "last_at": "NULL",
    },
    "credits_lot": dict.fromkeys(("available", "held", "consumed", "expired"), "0"),
    "credits_grant": {"posted": "false"},
    "credits_standingorder": {"taken": "0"},
}  # fmt: skip
"""What rows begin with that the ledger fills."""

OWN = {
    "tenants_user": {"email": "n || '-' || t.email"},
    "tenants_account": {"key": "t.key || '-' || n", "name": "t.name || ' of ' || n"},
    "tenants_organization": {"key": "t.key || '-' || n", "name": "t.name || ' of ' || n"},
    # Else a hundred customers would do the same at the same second.
    "projects_clock": {
        name: f"t.{name} + (n * 7 %% 600) * interval '1 minute'" for name in ("since", "due_at")
    },
    "journal_event": {
        "subject_id": "CASE WHEN t.subject_type IN ('project', 'account', 'organization')"
        f" THEN t.subject_id + n * {STRIDE} ELSE t.subject_id END",
    },
}
"""Columns that differ from copy to copy, beside numbers."""

BEFORE_CREDITS = (
    "tenants.User", "tenants.Organization", "tenants.Account", "tenants.Membership",
    "tenants.AccountManagerAssignment", "credits.Domain", "credits.Wallet",
    "credits.Subscription", "credits.PricePeriod", "credits.Grant", "credits.Lot",
    "credits.StandingOrder",
)  # fmt: skip
AFTER_CREDITS = (
    "projects.Brand", "projects.Project", "projects.Concept", "projects.Deliverable",
    "projects.StageSpell", "projects.Clock", "projects.Occupancy", "projects.FairnessReceipt",
    "projects.PublishedRange", "projects.Sample", "projects.Sample_projects",
    "projects.ProjectPerson", "projects.Stirred", "journal.Event", "notifications.Mail",
    "notifications.Notification",
)  # fmt: skip
COPIED = (*BEFORE_CREDITS, *AFTER_CREDITS)
"""Tables in an order in which each points back only at those before it, or at itself."""

_LOOK = """
INSERT INTO projects_nextlook (wallet_id, at) SELECT id, now() FROM credits_wallet
ON CONFLICT DO NOTHING
"""
_HOLDS = """
CREATE TEMPORARY TABLE copied_hold (old bigint, n integer, new bigint, PRIMARY KEY (old, n))
"""
_MOVES = """
SELECT command_id, min(at), jsonb_agg(jsonb_build_object(
    'kind', kind, 'amount', amount, 'source', from_wallet_id,
    'target', CASE WHEN from_bucket = to_bucket THEN to_wallet_id END, 'hold', hold_id,
    'lot', lot_id, 'grant', grant_id, 'order', order_id,
    'down', kind = 'adjust' AND to_bucket = 'issued') ORDER BY n)
FROM credits_transfer GROUP BY command_id ORDER BY min(id)
"""
_POST = """
SELECT callsheet_post_v2(NULL, 'bench', 'copy', %s, '\\x00', %s::jsonb, %s, NULL) -> 'holds'
"""


def copy_customers(url: str, copies: int) -> None:
    """Copy all customers so many times. ``url`` is for the role that owns the tables."""
    if not copies:
        return
    with psycopg.connect(url) as connection:
        staff = connection.execute(
            "SELECT max(id) FROM tenants_user WHERE staff_role <> ''"
        ).fetchone()
        assert staff is not None
        connection.execute(_HOLDS)
        for label in BEFORE_CREDITS:
            connection.execute(_copy(label, staff[0]), {"copies": copies})
        _post(connection, copies)
        for label in AFTER_CREDITS:
            connection.execute(_copy(label, staff[0]), {"copies": copies})
        connection.execute(_LOOK)
        for label in COPIED:
            table = _model(label)._meta.db_table
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _post(connection: psycopg.Connection, copies: int) -> None:
    """Post for every copy what was posted for the ten customers."""
    holds: dict[tuple[int, int], int] = {}
    for command, at, moves in connection.execute(_MOVES).fetchall():
        batch = list(_moves(moves, copies, holds))
        sent = json.dumps([move for _, _, move in batch])
        answer = connection.execute(_POST, [str(command), sent, at]).fetchone()
        assert answer is not None
        for (n, hold, _), new in zip(batch, answer[0], strict=True):
            if hold is not None:
                holds[hold, n] = new
    with connection.cursor().copy("COPY copied_hold (old, n, new) FROM STDIN") as rows:
        for (old, n), new in holds.items():
            rows.write_row((old, n, new))


def _moves(
    moves: Sequence[dict[str, Any]], copies: int, holds: Mapping[tuple[int, int], int]
) -> Iterator[tuple[int, int | None, dict[str, Any]]]:
    """The moves of one command for every copy, with the copy's number and the old hold's."""
    for n in range(1, copies + 1):
        for move in moves:
            copied = {name: value for name, value in move.items() if value is not None}
            for name in ("source", "target", "lot", "grant", "order"):
                if name in copied:
                    copied[name] += n * STRIDE
            old = copied.pop("hold", None)
            if old is not None and (old, n) in holds:
                copied["hold"] = holds[old, n]
            elif old is not None:
                copied["ref"] = f"{n}-{old}"
            yield n, old, copied


def _model(label: str) -> type[Model]:
    return apps.get_model(label)


def _copy(label: str, staff: int) -> str:
    """The statement that copies a table."""
    model = _model(label)
    table = model._meta.db_table
    known = EMPTY.get(table, {}) | OWN.get(table, {})
    copied = {_model(name) for name in COPIED}
    columns, values = [], []
    for field in model._meta.concrete_fields:
        column = field.column
        columns.append(f'"{column}"')
        if column in known:
            values.append(known[column])
        elif field.primary_key:
            values.append(f"t.id + n * {STRIDE}")
        elif column == "hold_id":
            values.append("(SELECT new FROM copied_hold h WHERE h.old = t.hold_id AND h.n = n.n)")
        elif column in ("command_id", "note_id"):
            values.append("NULL")
        elif isinstance(field, ForeignKey) and field.related_model in copied:
            shared = staff if field.related_model is _model("tenants.User") else 0
            values.append(
                f't."{column}" + CASE WHEN t."{column}" > {shared} THEN n * {STRIDE} ELSE 0 END'
            )
        else:
            values.append(f't."{column}"')
    where = f"t.id <= {STRIDE}"
    if table == "tenants_user":
        where += " AND t.staff_role = ''"
    elif label in ("notifications.Mail", "notifications.Notification"):
        where += f" AND t.user_id > {staff}"  # the studio's people have read theirs
    if label == "notifications.Notification":
        where += " AND t.event_id IS NOT NULL"  # those of transfers hang on commands, not copied
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM {table} t CROSS JOIN generate_series(1, %(copies)s) n (n) WHERE {where} ORDER BY n"
    )
