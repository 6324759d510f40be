"""Each command happens once.

A command is (actor, name, key). It is looked up before any check: the same input gets the stored
answer, another input is refused. It is stored in the transaction of what it does; a refusal rolls
everything back and is not stored, so that the same key may be tried again.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction
from psycopg.errors import UniqueViolation

from callsheet.journal import capacity, notes
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict
from callsheet.kit.inputs import check_input
from callsheet.kit.once import reading_once

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpenCommand:
    """A command at work inside the current transaction."""

    id: int
    actor: Actor
    name: str
    key: str
    input_hash: bytes
    note_id: int | None = None
    note_digest: bytes | None = None


def hash_input(given: dict[str, Any]) -> bytes:
    """SHA-256 of the canonical JSON of an input."""
    text = json.dumps(given, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def new_key() -> str:
    """A key for a command whose caller did not bring one."""
    return uuid.uuid4().hex


def run(
    actor: Actor,
    name: str,
    key: str | None,
    given: dict[str, Any],
    work: Callable[[OpenCommand], Answer],
    *,
    note: str = "",
) -> Answer:
    """Do ``work`` once, in one transaction, and store what it answers.

    Returns the answer of ``work``, or the stored one when this command was done before. Raises
    ``Conflict("command_reused")`` when the key was used before with another input, ``Refusals`` for
    input that cannot be stored, ``Conflict("done_meanwhile")`` when somebody else took a name or a
    place that can be taken once, and whatever ``work`` raises; then nothing has been written.
    """
    key = key or new_key()
    check_input(key, given, note)
    try:
        with capacity.acting(actor), reading_once():
            return _run(actor, name, key, given, work, note)
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        raise Conflict(
            "done_meanwhile",
            "Somebody else did the same at this moment. Look at it again, then repeat it.",
        ) from error


def _run(
    actor: Actor,
    name: str,
    key: str,
    given: dict[str, Any],
    work: Callable[[OpenCommand], Answer],
    note: str,
) -> Answer:
    input_hash = hash_input(given | {"note": note})
    with transaction.atomic():
        row_id, answer = _begin(actor, name, key, input_hash)
        if row_id is None:
            return answer
        kept = notes.keep(note)
        command = OpenCommand(
            id=row_id,
            actor=actor,
            name=name,
            key=key,
            input_hash=input_hash,
            note_id=kept.pk if kept else None,
            note_digest=bytes(kept.digest) if kept else None,
        )
        done: Answer = json.loads(json.dumps(work(command), cls=DjangoJSONEncoder))
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE journal_command SET answer = %s, note_id = %s WHERE id = %s",
                [json.dumps(done), command.note_id, row_id],
            )
        return done


def _begin(actor: Actor, name: str, key: str, input_hash: bytes) -> tuple[int | None, Answer]:
    """Insert the command, or find it done: (id, {}) or (None, stored answer)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_command (actor, name, key, input_hash, at)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (actor, name, key) DO NOTHING RETURNING id",
            [actor.key, name, key, input_hash, clock.now()],
        )
        row = cursor.fetchone()
        if row:
            return int(row[0]), {}
        cursor.execute(
            "SELECT input_hash, answer FROM journal_command"
            " WHERE actor = %s AND name = %s AND key = %s",
            [actor.key, name, key],
        )
        stored_hash, answer = cursor.fetchone()
    if bytes(stored_hash) != input_hash:
        raise Conflict(
            "command_reused",
            "This request was sent before with other contents. Please send it anew.",
            field="key",
        )
    done: Answer = json.loads(answer) if isinstance(answer, str) else answer
    return None, done
