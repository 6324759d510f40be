"""Rebuild the books from the transfers and compare them with what is stored.

Nothing here is shared with the database function that keeps the books: the transfers alone say what
every wallet, hold, borrowing, lot, order and grant must read, and every chain is hashed again. One
statement per kind of row, over whole tables, so that millions of transfers take seconds.

What it finds: any stored number that its transfers do not lead to, any transfer that was changed,
removed, added or moved since, any gap. What no rebuilding finds is a history rewritten as a whole,
heads included; against that one keeps a head (statements print them) and gives it as ``kept``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from callsheet.credits.audit_sql import CHECKS, KEPT, WHOLE_ONLY, scoped


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is stored otherwise than the transfers say.

    ``what`` is the kind of row (wallet, chain, transfer, command, hold, borrowing, hold lot, lot,
    order, grant, kept head), ``which`` its number (of a chain: wallet and place), ``wallet`` the
    wallet concerned where there is one. ``stored`` and ``rebuilt`` are texts; None means absent.
    """

    what: str
    which: str
    wallet: int | None
    field: str
    stored: str | None
    rebuilt: str | None

    def __str__(self) -> str:
        against = "the one you kept is" if self.what == "kept head" else "the transfers say"
        return (
            f"{self.what} {self.which}: {self.field} is {_said(self.stored)},"
            f" {against} {_said(self.rebuilt)}"
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and every difference found (none: the books are right)."""

    wallets: int
    transfers: int
    differences: tuple[Difference, ...]

    @property
    def clean(self) -> bool:
        """True when nothing differs."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class KeptHead:
    """The end of a wallet's chain as somebody wrote it down: place and hash."""

    seq: int
    head: bytes


Check = Callable[[Sequence[int] | None], Iterable[Difference]]
_more_checks: list[Check] = []


def also(check: Check) -> Check:
    """Let ``verify`` run a further check, of an app above that knows what its holds stand for.

    It is given the wallets to look at (None: all) and answers with differences.
    """
    if check not in _more_checks:
        _more_checks.append(check)
    return check


def verify(
    wallet_ids: Iterable[int] | None = None, *, kept: Mapping[int, KeptHead] | None = None
) -> Report:
    """Rebuild these wallets (None: all of them) and all that hangs on them, and compare.

    Reads one snapshot when it opens the transaction itself. Inside a transaction of the caller it
    reads what that one sees, which is one state only if nobody else writes meanwhile.
    """
    ids = None if wallet_ids is None else sorted(set(wallet_ids))
    differences: list[Difference] = []
    with _snapshot() as cursor:
        for what, statement in CHECKS.items():
            if ids is None or what not in WHOLE_ONLY:
                differences += _run(cursor, what, scoped(statement, ids), {"ids": ids})
        for wallet, head in (kept or {}).items():
            known: dict[str, Any] = {"wallet": wallet, "seq": head.seq, "head": head.head}
            differences += _run(cursor, "kept head", KEPT, known)
        cursor.execute(
            scoped("SELECT count(*) FROM credits_wallet WHERE {wallet:id}", ids), {"ids": ids}
        )
        (wallets,) = cursor.fetchone()
        cursor.execute(
            scoped("SELECT count(*) FROM credits_transfer t WHERE {transfer}", ids), {"ids": ids}
        )
        (transfers,) = cursor.fetchone()
        for check in _more_checks:
            differences += check(ids)
    return Report(wallets, transfers, tuple(differences))


def _run(
    cursor: CursorWrapper, what: str, statement: str, known: dict[str, Any]
) -> Iterator[Difference]:
    cursor.execute(statement, known)
    for which, wallet, field, stored, rebuilt in cursor.fetchall():
        yield Difference(what, which, wallet, field, stored, rebuilt)


@contextmanager
def _snapshot() -> Iterator[CursorWrapper]:
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            yield cursor
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '128MB'")  # the sorts of the chains stay in memory
        yield cursor


def _said(value: str | None) -> str:
    return "missing" if value is None else value
