"""Who does something: a person, or the system on its own account (clock, queue, import)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The doer of a command. ``key`` names them in commands, journal and ledger.

    ``user_id`` is None for the system. ``name`` is what people read in a timeline.
    """

    key: str
    name: str
    user_id: int | None = None

    @property
    def is_system(self) -> bool:
        """True for the clock, the queue and the import, which need no permission."""
        return self.user_id is None


def person(user_id: int, name: str) -> Actor:
    """A signed-in person."""
    return Actor(key=f"user:{user_id}", name=name, user_id=user_id)


CLOCK = Actor(key="system:clock", name="Callsheet")
IMPORT = Actor(key="system:import", name="Import")
CONSOLE = Actor(key="system:console", name="Studio (command line)")
