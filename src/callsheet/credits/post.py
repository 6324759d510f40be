"""The one writer of the ledger: a batch of moves, all or none, by one database function.

The function locks the wallets, checks every rule again, keeps balances, holds, lots, standing
orders and hash chains, and is idempotent by (actor, command, key). See ``sql/post_v2.sql``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection

from callsheet.credits.kinds import Kind
from callsheet.journal.commands import OpenCommand, hash_input
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import CallsheetError, Conflict, NotFound, Refused

_CALL = "SELECT callsheet_post_v2(%s, %s, %s, %s, %s, %s::jsonb, %s, %s)"


@dataclass(frozen=True, slots=True)
class Move:
    """One movement of ``amount`` credits (more than 0).

    ``source`` and ``target`` are wallets; moves inside one wallet have no target. ``ref`` names a
    hold that this batch opens, so that a loan and the hold that borrows can share it. ``down``
    turns an adjustment downwards. ``opening`` is for the holds of an import: they may overdraw.
    """

    kind: Kind
    amount: int
    source: int
    target: int | None = None
    hold: int | None = None
    ref: str | None = None
    lot: int | None = None
    grant: int | None = None
    order: int | None = None
    down: bool = False
    opening: bool = False

    def as_json(self) -> dict[str, Any]:
        """The move as the database function reads it; what is not set is left out."""
        facts: dict[str, Any] = {
            "kind": self.kind.value,
            "amount": self.amount,
            "source": self.source,
        }
        for name in ("target", "hold", "ref", "lot", "grant", "order"):
            value = getattr(self, name)
            if value is not None:
                facts[name] = value
        if self.down:
            facts["down"] = True
        if self.opening:
            facts["opening"] = True
        return facts


@dataclass(frozen=True, slots=True)
class Posting:
    """What a batch did: its command, a transfer for each move, the hold that each concerned."""

    command: int
    transfers: Sequence[int]
    holds: Sequence[int | None]
    replayed: bool = False


def post(command: OpenCommand, moves: Iterable[Move]) -> Posting:
    """Post ``moves`` in their order within an open command of this transaction.

    Raises ``Conflict`` when credits, a hold, a lot or an order do not suffice, ``Refused`` for a
    move that makes no sense, ``NotFound`` for an unknown wallet. Nothing is written then.
    """
    batch = list(moves)
    if not batch:
        return Posting(command.id, (), ())
    return _call(command.id, None, None, None, None, batch, bytes_or_none(command.note_digest))


def post_once(actor: Actor, name: str, key: str, moves: Iterable[Move]) -> Posting:
    """Post ``moves`` as a command of their own, in one round trip.

    The same (actor, name, key) with the same moves answers what it answered before; with other
    moves it raises ``Conflict("command_reused")``.
    """
    batch = list(moves)
    digest = hash_input({"moves": [move.as_json() for move in batch]})
    return _call(None, actor.key, name, key, digest, batch, None)


def bytes_or_none(digest: bytes | None) -> bytes | None:
    """A digest as plain bytes (the database gives memory views)."""
    return None if digest is None else bytes(digest)


def _call(
    command: int | None,
    actor: str | None,
    name: str | None,
    key: str | None,
    digest: bytes | None,
    batch: list[Move],
    note_digest: bytes | None,
) -> Posting:
    moves = json.dumps([move.as_json() for move in batch])
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                _CALL, [command, actor, name, key, digest, moves, clock.now(), note_digest]
            )
            (answer,) = cursor.fetchone()
    except DatabaseError as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from error
    if isinstance(answer, str):
        answer = json.loads(answer)
    return Posting(
        command=answer["command"],
        transfers=tuple(answer["transfers"]),
        holds=tuple(answer["holds"]),
        replayed=answer["replayed"],
    )


_SENTENCES = {
    "not_enough_available": "Only {available} credits are available, {amount} are needed.",
    "hold_too_small": "The project does not hold that many credits.",
    "command_reused": "This request was sent before with other contents. Please send it anew.",
    "command_not_open": "This request has already been answered.",
    "amount_not_positive": "The amount must be more than 0 credits.",
    "same_wallet": "Credits can only move between two different wallets.",
    "hold_missing": "It is not said which hold gives credits back.",
    "hold_not_over": "Only what a finished project has used up can be restored.",
    "more_than_consumed": "The project did not use up that many credits, or they came back before.",
    "lot_missing": "Pay-as-you-go credits move by the lot they were bought in.",
    "unknown_kind": "There is no such kind of transfer.",
    "grant_posted_before": "These credits have been granted already.",
    "grant_not_posted": "Only credits that were granted can be taken back.",
    "amount_too_large": "The amount is larger than any wallet.",
    "misplaced": "A transfer of this kind does not name a {what}.",
    "lots_stay": "Pay-as-you-go credits stay in the wallet that they were bought for.",
    "other_organization": "Credits move only between the wallets of one organization.",
    "wrong_wallets": "A transfer of this kind does not go between these two wallets.",
    "borrowing_off": "Borrowing is switched off in this organization.",
    "lending_limit": "That is more than may be lent or borrowed here.",
    "credits_recycle": "Credits of a subscription come back; they are never used up.",
    "order_overtaken": "This order has been carried out or canceled meanwhile.",
}


def _refusal(error: DatabaseError) -> CallsheetError | None:
    """The typed refusal that the database function raised, or None for any other error."""
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None) or ""
    diag = getattr(cause, "diag", None)
    if diag is None:
        return None
    if state == "23514" and diag.constraint_name in {
        "available_not_oversold",
        "lot_parts_not_negative",
        "lot_not_oversold",
        "hold_not_negative",
    }:
        return Conflict(
            "not_enough_available",
            "There are not enough credits for that.",
            field="amount",
            constraint=diag.constraint_name,
        )
    if state == "22003":  # an amount or a balance beyond PostgreSQL's integers
        return Refused("amount_too_large", _SENTENCES["amount_too_large"], field="amount")
    if not state.startswith("CS4") or state == "CS405":
        return None
    code = diag.message_primary or ""
    details = json.loads(diag.message_detail or "{}")
    if state == "CS404":
        return NotFound("lot" if code == "unknown_lot" else "wallet")
    kind = Conflict if state == "CS409" else Refused
    sentence = _SENTENCES.get(code, code).format_map(details)
    return kind(code, sentence, field="amount", **details)
