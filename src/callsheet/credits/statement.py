"""Statements: what happened in a wallet between two days, from balance to balance.

Days are calendar days of the wallet's account or organization, in its time zone, both included. A
statement names the chain's place and hash at its beginning and at its end. Whoever keeps one can
have every later history checked against it (``callsheet ledger verify --kept``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from callsheet.credits.balances import label, labels
from callsheet.credits.kinds import Kind
from callsheet.credits.models import Wallet
from callsheet.kit import clock
from callsheet.kit.actor import CLOCK, CONSOLE, IMPORT
from callsheet.kit.errors import Refused
from callsheet.sheets.writing import write_csv
from callsheet.tenants.models import User


@dataclass(frozen=True, slots=True)
class Point:
    """A wallet at one place of its chain: credits, and the hash that stands for all before."""

    seq: int
    head: str
    available: int
    held: int

    @property
    def capacity(self) -> int:
        """Credits that could be in production at one time."""
        return self.available + self.held


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer as this wallet sees it. ``available`` and ``held`` are changes, in credits."""

    seq: int
    at: datetime
    kind: str
    title: str
    available: int
    held: int
    available_after: int
    held_after: int
    other: str | None
    project: str | None
    by: str
    note: str | None
    hash: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A wallet from the first moment of ``first`` to the last of ``last``."""

    wallet: int
    label: str
    name: str
    time_zone: str
    first: date
    last: date
    opening: Point
    closing: Point
    lines: tuple[Line, ...]


# A transfer within the wallet changes two of its buckets, one that crosses changes one.
_PLACES = """
SELECT seq, at, kind, available, held, other, hold_id, actor, note, hash FROM (
    SELECT t.from_seq AS seq, t.at, t.kind,
        CASE WHEN t.from_wallet_id = t.to_wallet_id AND t.to_bucket = 'available'
            THEN t.amount ELSE 0 END
            - CASE t.from_bucket WHEN 'available' THEN t.amount ELSE 0 END AS available,
        CASE t.to_bucket WHEN 'held' THEN t.amount ELSE 0 END
            - CASE t.from_bucket WHEN 'held' THEN t.amount ELSE 0 END AS held,
        nullif(t.to_wallet_id, t.from_wallet_id) AS other, t.hold_id, t.command_id,
        t.from_hash AS hash
    FROM credits_transfer t WHERE t.from_wallet_id = %(wallet)s
    UNION ALL
    SELECT t.to_seq, t.at, t.kind, t.amount, 0, t.from_wallet_id, t.hold_id, t.command_id,
        t.to_hash
    FROM credits_transfer t WHERE t.to_wallet_id = %(wallet)s AND t.to_seq IS NOT NULL
) place
JOIN LATERAL (
    SELECT c.actor, n.text AS note FROM journal_command c
    LEFT JOIN journal_note n ON n.id = c.note_id WHERE c.id = place.command_id
) said ON true
"""
_BEFORE = (  # constants put together; values come as parameters
    "SELECT coalesce(max(seq), 0), coalesce(sum(available), 0), coalesce(sum(held), 0),"  # noqa: S608  (parts of this module)
    " (array_agg(hash ORDER BY seq DESC))[1]"
    " FROM (" + _PLACES + " WHERE at < %(start)s) before"
)
_WITHIN = _PLACES + " WHERE at >= %(start)s AND at < %(end)s ORDER BY seq"


def statement(
    wallet: Wallet, first: date, last: date, *, projects: Mapping[int, str] | None = None
) -> Statement:
    """The wallet's statement from ``first`` to ``last``, both included.

    ``projects`` names what a hold is for, by the hold's number; the ledger itself does not know.
    Raises ``Refused("period_reversed")`` when ``last`` is before ``first``.
    """
    if last < first:
        raise Refused(
            "period_reversed", "The last day is before the first.", field="to", first=first
        )
    zone = wallet.owner.time_zone
    known: dict[str, Any] = {
        "wallet": wallet.pk,
        "start": clock.start_of(first, zone),
        "end": clock.start_of(last + timedelta(days=1), zone),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BEFORE, known)
        seq, available, held, head = cursor.fetchone()
        cursor.execute(_WITHIN, known)
        rows = cursor.fetchall()
    opening = Point(seq, bytes(head or bytes(32)).hex(), available, held)
    lines = tuple(_lines(rows, opening, zone, projects or {}))
    closing = opening
    if lines:
        end = lines[-1]
        closing = Point(end.seq, end.hash, end.available_after, end.held_after)
    return Statement(
        wallet.pk, label(wallet), str(wallet), zone, first, last, opening, closing, lines
    )


def _lines(
    rows: list[tuple[Any, ...]], opening: Point, zone: str, projects: Mapping[int, str]
) -> Iterator[Line]:
    others = labels({row[5] for row in rows if row[5] is not None})
    people = _people({row[7] for row in rows})
    available_after, held_after = opening.available, opening.held
    for seq, at, kind, available, held, other, hold, actor, note, link in rows:
        available_after += available
        held_after += held
        yield Line(
            seq=seq,
            at=at.astimezone(clock.zone(zone)),
            kind=kind,
            title=Kind(kind).label,
            available=available,
            held=held,
            available_after=available_after,
            held_after=held_after,
            other=others.get(other),
            project=projects.get(hold),
            by=people.get(actor, actor),
            note=note or None,
            hash=bytes(link).hex(),
        )


def _people(actors: set[str]) -> dict[str, str]:
    names = {actor.key: actor.name for actor in (CLOCK, IMPORT, CONSOLE)}
    numbers = [int(key.removeprefix("user:")) for key in actors if key.startswith("user:")]
    for user in User.objects.filter(pk__in=numbers):
        names[f"user:{user.pk}"] = str(user)
    return names


HEADINGS = (
    "number", "time", "what", "available", "held", "available after", "held after", "other wallet",
    "project", "by", "reason", "hash",
)  # fmt: skip


def as_csv(one: Statement) -> str:
    """The statement as CSV: a line for the opening balance, each transfer, the closing balance.

    Texts that a spreadsheet would run as a formula are defused.
    """
    rows: list[tuple[object, ...]] = [_balance_row("Opening balance", one.first, one.opening)]
    rows += [
        (
            line.seq, line.at.isoformat(timespec="seconds"), line.title, line.available, line.held,
            line.available_after, line.held_after, line.other, line.project, line.by, line.note,
            line.hash,
        )
        for line in one.lines
    ]  # fmt: skip
    rows.append(_balance_row("Closing balance", one.last, one.closing))
    return write_csv(HEADINGS, rows)


def _balance_row(title: str, day: date, point: Point) -> tuple[object, ...]:
    return (
        point.seq, day.isoformat(), title, None, None, point.available, point.held, None, None,
        None, None, point.head,
    )  # fmt: skip
