"""How a project's status follows from the states of its deliverables. Pure."""

from __future__ import annotations

from collections.abc import Collection

from callsheet.projects.lifecycle import Status
from callsheet.projects.models.scope import Deliverable, DeliverableState

S = DeliverableState

HANDED_OVER = (S.DELIVERED, S.APPROVED)
"""With the customer, or approved."""

UNFINISHED = (S.WAITING, S.CHANGES_REQUESTED)
"""Something for the studio to do."""

ACTIONS = {
    Status.INITIAL_DELIVERY: "deliver_some",
    Status.DELIVERED: "deliver",
    Status.UNDER_REVISION: "revise",
}
"""By which action of the transition table one comes to a delivery status."""


def status_after(states: Collection[str], *, was_complete: bool) -> Status:
    """The delivery status that these states of deliverables make.

    ``was_complete`` says that everything was delivered once: whatever is unfinished since then
    (changes, a complimentary variation, added scope) is a revision. Dropped deliverables count for
    nothing. Raises ``ValueError`` when all are dropped.
    """
    live = [state for state in states if state != S.DROPPED]
    if not live:
        raise ValueError("a project has at least one deliverable that is not dropped")
    if all(state in HANDED_OVER for state in live):
        return Status.DELIVERED
    if S.CHANGES_REQUESTED in live or was_complete:
        return Status.UNDER_REVISION
    if any(state in HANDED_OVER for state in live):
        return Status.INITIAL_DELIVERY
    return Status.IN_PROGRESS


def locked_by(deliverable: Deliverable) -> Deliverable | None:
    """The master that has to be approved before this variation can be delivered, or None.

    A variation that was delivered before stays unlocked, a supplied master was approved by whoever
    supplied it, and a dropped one will never be. ``master`` has to be loaded.
    """
    master = deliverable.master
    if master is None or deliverable.state != S.WAITING:
        return None
    return None if master.state in (S.APPROVED, S.DROPPED) else master


def is_approved(states: Collection[str]) -> bool:
    """Whether a concept whose deliverables have these states is approved: all that live are."""
    live = [state for state in states if state != S.DROPPED]
    return bool(live) and all(state == S.APPROVED for state in live)
