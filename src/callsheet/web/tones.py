"""How a project's status looks and is called on the customer's pages: by who has the next step."""

from __future__ import annotations

from dataclasses import dataclass

from callsheet.projects.lifecycle import Status


@dataclass(frozen=True, slots=True)
class StatusTone:
    """``style`` is the colour's name in the style sheet, ``label`` the status, ``words`` who has
    the next step; never is anything said by the colour alone.
    """

    style: str
    label: str
    words: str


_TONES = {
    Status.DRAFT: ("none", "a draft"),
    Status.PENDING_APPROVAL: ("needs", "waits for a colleague's approval"),
    Status.QUEUED: ("waits", "waits for credits"),
    Status.PENDING_REVIEW: ("waits", "the studio reviews the brief"),
    Status.CLARIFICATION_REQUESTED: ("needs", "waits for your answer"),
    Status.IN_PROGRESS: ("made", "in production"),
    Status.INITIAL_DELIVERY: ("needs", "partly delivered, waits for your review"),
    Status.DELIVERED: ("needs", "delivered, waits for your review"),
    Status.UNDER_REVISION: ("made", "under revision"),
    Status.PARKED: ("waits", "parked"),
    Status.FINALIZED: ("done", "finalized"),
    Status.CANCELED: ("none", "canceled"),
}


def customer_tone(status: str) -> StatusTone:
    """The tone of that status from the customer's side."""
    known = Status(status)
    style, words = _TONES[known]
    return StatusTone(style, known.label, words)
