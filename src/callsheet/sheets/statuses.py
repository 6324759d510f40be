"""What a status says about a project's dates and credits, as far as a spreadsheet tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

UNSUBMITTED = frozenset({"draft", "pending_approval"})
HOLDING = frozenset(
    {
        "pending_review",
        "clarification_requested",
        "in_progress",
        "initial_delivery",
        "delivered",
        "under_revision",
    }
)
"""Statuses in which a project holds its credits."""
OPEN = HOLDING | {"queued", "parked"}
CLOSED = frozenset({"finalized", "canceled"})

NEEDED_DATES: dict[str, tuple[str, ...]] = {
    "queued": ("submitted",),
    "delivered": ("started", "delivered"),
    "parked": ("started",),
    "finalized": ("started", "finished"),
    "canceled": ("finished",),
} | dict.fromkeys(HOLDING - {"delivered"}, ("started",))
"""Which dates a project in a status must have."""

FORBIDDEN_DATES: dict[str, tuple[str, ...]] = {
    "draft": ("submitted", "started", "delivered", "finished"),
    "pending_approval": ("submitted", "started", "delivered", "finished"),
    "queued": ("started", "delivered", "finished"),
    "pending_review": ("delivered", "finished"),
    "clarification_requested": ("delivered", "finished"),
    "parked": ("finished",),
} | dict.fromkeys(("in_progress", "initial_delivery", "delivered", "under_revision"), ("finished",))
"""Which dates contradict a status."""

DATE_ORDER = ("submitted", "started", "delivered", "finished")


def status_from_dates(has: Callable[[str], date | None]) -> str:
    """The status that the dates alone tell, for sheets without one."""
    for name, status in (
        ("finished", "finalized"),
        ("delivered", "delivered"),
        ("started", "in_progress"),
        ("submitted", "queued"),
    ):
        if has(name):
            return status
    return "draft"
