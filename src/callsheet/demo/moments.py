"""What is worth telling of the fortnight: one line per moment, kept with the day that it is of."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What sort of moment it is; the word that stands before its line."""

    SUBMITTED = "submitted"
    QUEUED = "queued"
    STARTED = "started"
    OVERTOOK = "overtook"
    ACCEPTED = "accepted"
    ASKED = "asked"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    DELIVERED = "delivered"
    FINALIZED = "finalized"
    ORDERED = "ordered"
    CREDITS = "credits"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened in an account. ``text`` is a sentence; ``count`` says to how many
    projects at once.
    """

    at: datetime
    account: str
    kind: Kind
    text: str
    count: int = 1

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as a day's answer stores it."""
        return asdict(self) | {"at": self.at.isoformat(), "kind": self.kind.value}


def moment_from(data: dict[str, Any]) -> Moment:
    """A moment as it was stored."""
    return Moment(
        at=datetime.fromisoformat(data["at"]),
        account=data["account"],
        kind=Kind(data["kind"]),
        text=data["text"],
        count=data["count"],
    )


@dataclass(slots=True)
class Diary:
    """The moments of a day while it is played. ``refused`` counts what the rules turned down."""

    moments: list[Moment] = field(default_factory=list)
    refused: int = 0

    def add(self, at: datetime, account: str, kind: Kind, text: str, count: int = 1) -> None:
        """Write a line."""
        self.moments.append(Moment(at, account, kind, text, count))
