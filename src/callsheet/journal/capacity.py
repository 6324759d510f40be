"""In which capacity somebody acts: in their own right, as a deputy, or on a customer's behalf.

Guards know by which right they let somebody through, and say so here; events that the open command
then records in that place say it, too. So no service has to think of it, and none can forget it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from callsheet.kit.actor import Actor


@dataclass(slots=True)
class Capacity:
    """What is known so far of the capacity in which the open command acts in one place.

    ``customers_right`` and ``studios_right``: the studio's people were let through to what is
    otherwise a customer's to do, or to what is their own. ``deputy_for``: the person (number and
    name) without whose rights the actor would not have been let through.
    """

    customers_right: bool = False
    studios_right: bool = False
    deputy_for: tuple[int, str] | None = None

    @property
    def on_behalf(self) -> bool:
        """Staff who do what customers do."""
        return self.customers_right and not self.studios_right


Place = tuple[str, int]


@dataclass(slots=True)
class _Acting:
    actor: Actor
    places: dict[Place, Capacity] = field(default_factory=dict)


_acting: ContextVar[_Acting | None] = ContextVar("callsheet_acting", default=None)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Keep in which capacity ``actor`` acts, for the length of one command."""
    token = _acting.set(_Acting(actor))
    try:
        yield
    finally:
        _acting.reset(token)


def note(
    actor: Actor,
    *,
    account_id: int | None = None,
    organization_id: int | None = None,
    customers_right: bool = False,
    studios_right: bool = False,
    deputy_for: tuple[int, str] | None = None,
) -> None:
    """Say by which right ``actor`` was let through in that place; forgotten outside a command."""
    now = _acting.get()
    if now is None or now.actor != actor:
        return
    place = _place(account_id, organization_id)
    if place is None:
        return
    capacity = now.places.setdefault(place, Capacity())
    capacity.customers_right |= customers_right
    capacity.studios_right |= studios_right
    capacity.deputy_for = capacity.deputy_for or deputy_for


def signed(
    actor: Actor, account_id: int | None, organization_id: int | None
) -> tuple[str, dict[str, Any]]:
    """The name under which ``actor``'s event in that place is read, and what its data adds.

    "Amira Haddad for Jonas Weiss" with ``deputy_for`` (a person's number); "Tom Reyes (Studio)"
    with ``on_behalf``.
    """
    now = _acting.get()
    if now is None or now.actor != actor:
        return actor.name, {}
    found = [
        now.places[place]
        for place in (_place(account_id, None), _place(None, organization_id))
        if place in now.places
    ]
    for capacity in found:
        if capacity.deputy_for is not None:
            person, name = capacity.deputy_for
            return _fitting(f"{actor.name} for {name}"), {"deputy_for": person}
    if any(capacity.on_behalf for capacity in found):
        return _fitting(f"{actor.name} ({settings.STUDIO_NAME})"), {"on_behalf": True}
    return actor.name, {}


def _place(account_id: int | None, organization_id: int | None) -> Place | None:
    if account_id is not None:
        return ("account", account_id)
    return None if organization_id is None else ("organization", organization_id)


def _fitting(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


_LONGEST = 200
