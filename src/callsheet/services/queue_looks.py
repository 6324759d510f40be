"""Which queues are looked at, one by one: those whose moment has come, and those that were stirred.

A look at all queues costs as much as there are customers, and what a queue is waiting for changes
only by commands, which stir it, with the beginning of a day, and with the studio's settings. So
each look notes when the next one is due; see decision 0150.

Whoever notes holds the advisory lock of the admission domain from before reading until it has
committed. What a command changes meanwhile is noted as stirred, and nobody else takes that away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from callsheet.credits.models import Wallet
from callsheet.insight.snapshots import read_queues
from callsheet.insight.stirring import Look, groups, look, wallets_to_look_at
from callsheet.kit import clock
from callsheet.kit.once import edition, reading_once
from callsheet.projects.models import NextLook, Stirred

_LOCK = 0x43530000 << 32
"""Marks our advisory locks; the domain's number is added."""

_NOTE = """
WITH idle AS (DELETE FROM projects_nextlook WHERE wallet_id = ANY(%s::bigint[]))
INSERT INTO projects_nextlook (wallet_id, at, edition)
SELECT wallet, at, %s FROM unnest(%s::bigint[], %s::timestamptz[]) AS seen (wallet, at)
ON CONFLICT (wallet_id) DO UPDATE SET at = excluded.at, edition = excluded.edition
WHERE (projects_nextlook.at, projects_nextlook.edition)
   IS DISTINCT FROM (excluded.at, excluded.edition)
"""


def stirring_wallets() -> set[int]:
    """Wallets whose queue holds a brief that would start now, or wait otherwise than is noted: of
    those that are due for a look. What it finds settled is not looked at again until it is due.
    """
    with reading_once(), transaction.atomic():
        due = _due()
        if not due:
            return set()
        # Who publishes their dates at this moment looks for us; we look all the same.
        mine = set(lock_domains(sorted(set(due.values()))))
        wallets = wallets_to_look_at(due.keys(), set(due.values()))
        read = groups(wallets)
        since = clock.now()
        found = look(read, read_queues(read, to_look_only=True), since)
        note_look(found, [wallet for wallet in wallets if wallet.domain_id in mine])
        return found.stirring


def _due() -> dict[int, int]:
    """The wallets that are due, with their domains."""
    mark: Any = edition()
    noted = NextLook.objects.filter(
        Q(at__lte=clock.now()) | Q(edition__lt=mark) | Q(edition__gt=mark) | Q(edition=None)
    )
    which = ("wallet_id", "wallet__domain_id")
    return dict(noted.values_list(*which).union(Stirred.objects.values_list(*which)))


def note_look(found: Look, wallets: Sequence[Wallet]) -> None:
    """Write down when these wallets are looked at next, after a look under their domains' locks."""
    looked = {wallet.pk for wallet in wallets}
    due = {pk: at for pk, at in found.waiting.items() if pk in looked}
    due |= dict.fromkeys(found.stirring & looked, clock.now())
    idle = list(found.idle & looked)
    mark: Any = edition()
    if due or idle:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [idle, mark, list(due), list(due.values())])


def lock_domains(domain_ids: Sequence[int]) -> list[int]:
    """Take the locks of these domains until the transaction ends; returns those that nobody else
    holds.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d FROM unnest(%s::bigint[]) AS d WHERE pg_try_advisory_xact_lock(%s + d)",
            [sorted(domain_ids), _LOCK],
        )
        return [row[0] for row in cursor.fetchall()]
