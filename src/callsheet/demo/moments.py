"""What is worth telling of the quarter: one line per moment, kept with the day that it is of."""

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
    SAMPLE = "sample"
    DELIVERED = "delivered"
    APPROVED = "approved"
    CHANGES = "changes"
    FINALIZED = "finalized"
    REOPENED = "reopened"
    PARKED = "parked"
    RESUMED = "resumed"
    CANCELED = "canceled"
    SCOPE = "scope"
    DATES = "dates"
    ORDERED = "ordered"
    CREDITS = "credits"
    PEOPLE = "people"
    COMMENT = "comment"
    CLOCK = "clock"


class Theme(StrEnum):
    """What a moment is an example of. Of each theme a few are told as notable; of the scenes that
    were written by hand, all.
    """

    SCENE = "scene"
    IN_TIME = "overtaken and in time"
    LATE = "overtaken and late"
    LENT = "lent and borrowed"
    BACK = "given back"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    BY_ITSELF = "done by itself"
    PARKED_BY_ITSELF = "parked by itself"
    APPROVED_BY_ITSELF = "approved by itself"
    PROMISE_KEPT = "promise kept"
    PROMISE_MISSED = "promise missed"
    LATE_SAMPLE = "late sample"
    PER_CONCEPT = "released per concept"
    SCOPE = "scope"
    EXPIRED = "expired"
    DEPUTY = "a deputy acted"
    LARGE = "a large brief started"
    ACCOUNT = "life of an account"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened in an account. ``text`` is a sentence; ``count`` says to how many
    projects at once, ``theme`` what it is an example of, if it is notable.
    """

    at: datetime
    account: str
    kind: Kind
    text: str
    count: int = 1
    theme: Theme | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as a day's answer stores it."""
        return asdict(self) | {"at": self.at.isoformat()}


def moment_from(data: dict[str, Any]) -> Moment:
    """A moment as it was stored."""
    return Moment(
        at=datetime.fromisoformat(data["at"]),
        account=data["account"],
        kind=Kind(data["kind"]),
        text=data["text"],
        count=data["count"],
        theme=Theme(data["theme"]) if data["theme"] else None,
    )


@dataclass(slots=True)
class Diary:
    """The moments of a day while it is played. ``refused`` counts what the rules turned down, by
    their codes.
    """

    moments: list[Moment] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        at: datetime,
        account: str,
        kind: Kind,
        text: str,
        count: int = 1,
        *,
        theme: Theme | None = None,
    ) -> None:
        """Write a line."""
        self.moments.append(Moment(at, account, kind, text, count, theme))

    def turned_down(self, code: str) -> None:
        """Count something that the rules did not allow."""
        self.refused[code] = self.refused.get(code, 0) + 1
