"""Writing events, in the caller's transaction."""

from __future__ import annotations

from typing import Any

from callsheet.journal import capacity
from callsheet.journal.commands import OpenCommand
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.rows import insert


def build(
    kind: str,
    subject_type: str,
    subject_id: int,
    *,
    command: OpenCommand | None = None,
    actor: Actor | None = None,
    account_id: int | None = None,
    organization_id: int | None = None,
    data: dict[str, Any] | None = None,
    note_id: int | None = None,
) -> Event:
    """An event that is not yet saved: for writing many at once.

    It says so where its actor acts as a deputy or on a customer's behalf.
    """
    doer = actor or (command.actor if command else None)
    if doer is None:
        raise ValueError("an event needs an actor or a command")
    name, more = capacity.signed(doer, account_id, organization_id)
    return Event(
        at=clock.now(),
        actor=doer.key,
        actor_name=name,
        command_id=command.id if command else None,
        account_id=account_id,
        organization_id=organization_id,
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        data={**(data or {}), **more},
        note_id=note_id if note_id is not None else (command.note_id if command else None),
    )


def record(kind: str, subject_type: str, subject_id: int, **facts: Any) -> Event:
    """Append one event (same arguments as :func:`build`)."""
    event = build(kind, subject_type, subject_id, **facts)
    insert(event)
    return event
