"""The ONE transition table of a project. Code, tests, API and the diagram in the docs read it.

It says what a status allows, not who may: that is :mod:`callsheet.tenants.access`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callsheet.kit.errors import Conflict


class Status(StrEnum):
    """What becomes of a brief."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    QUEUED = "queued"
    PENDING_REVIEW = "pending_review"
    CLARIFICATION_REQUESTED = "clarification_requested"
    IN_PROGRESS = "in_progress"
    INITIAL_DELIVERY = "initial_delivery"
    DELIVERED = "delivered"
    UNDER_REVISION = "under_revision"
    PARKED = "parked"
    FINALIZED = "finalized"
    CANCELED = "canceled"

    @property
    def label(self) -> str:
        """The status as people read it."""
        return self.value.replace("_", " ").capitalize()


class Credit(StrEnum):
    """What a transition does to the project's credits."""

    NONE = "none"
    HOLD = "hold"
    RELEASE = "release"
    SETTLE = "settle"  # finalized: released, or consumed under pay-as-you-go
    POLICY = "policy"  # canceled: released, or by the cancellation policy


@dataclass(frozen=True, slots=True)
class Transition:
    """An action that leads from one status to another, with its effect on credits."""

    action: str
    source: Status
    target: Status
    credits: Credit = Credit.NONE


S = Status
PRODUCTION = (S.IN_PROGRESS, S.INITIAL_DELIVERY, S.DELIVERED, S.UNDER_REVISION)
HOLDING = (S.PENDING_REVIEW, S.CLARIFICATION_REQUESTED, *PRODUCTION)
ENDED = (S.FINALIZED, S.CANCELED)
RUNNING = (S.QUEUED, *HOLDING, S.PARKED)

TRANSITIONS: tuple[Transition, ...] = (
    Transition("ask_approval", S.DRAFT, S.PENDING_APPROVAL),
    Transition("refuse_approval", S.PENDING_APPROVAL, S.DRAFT),
    Transition("take_back", S.PENDING_APPROVAL, S.DRAFT),
    Transition("submit", S.DRAFT, S.QUEUED),
    Transition("submit", S.DRAFT, S.PENDING_REVIEW, Credit.HOLD),
    Transition("submit", S.PENDING_APPROVAL, S.QUEUED),
    Transition("submit", S.PENDING_APPROVAL, S.PENDING_REVIEW, Credit.HOLD),
    Transition("start", S.QUEUED, S.PENDING_REVIEW, Credit.HOLD),
    Transition("request_clarification", S.PENDING_REVIEW, S.CLARIFICATION_REQUESTED),
    Transition("clarify", S.CLARIFICATION_REQUESTED, S.PENDING_REVIEW),
    Transition("accept", S.PENDING_REVIEW, S.IN_PROGRESS),
    Transition("withdraw", S.QUEUED, S.DRAFT),
    Transition("withdraw", S.PENDING_REVIEW, S.DRAFT, Credit.RELEASE),
    Transition("withdraw", S.CLARIFICATION_REQUESTED, S.DRAFT, Credit.RELEASE),
    Transition("return", S.PENDING_REVIEW, S.DRAFT, Credit.RELEASE),
    Transition("return", S.CLARIFICATION_REQUESTED, S.DRAFT, Credit.RELEASE),
    Transition("deliver_some", S.IN_PROGRESS, S.INITIAL_DELIVERY),
    Transition("deliver", S.IN_PROGRESS, S.DELIVERED),
    Transition("deliver", S.INITIAL_DELIVERY, S.DELIVERED),
    Transition("revise", S.INITIAL_DELIVERY, S.UNDER_REVISION),
    Transition("revise", S.DELIVERED, S.UNDER_REVISION),
    Transition("deliver_some", S.UNDER_REVISION, S.INITIAL_DELIVERY),
    Transition("deliver", S.UNDER_REVISION, S.DELIVERED),
    Transition("finalize", S.DELIVERED, S.FINALIZED, Credit.SETTLE),
    Transition("reopen", S.FINALIZED, S.DELIVERED, Credit.HOLD),
    *(Transition("park", status, S.PARKED, Credit.RELEASE) for status in HOLDING),
    *(Transition("resume", S.PARKED, status, Credit.HOLD) for status in HOLDING),
    Transition("cancel", S.QUEUED, S.CANCELED),
    *(Transition("cancel", status, S.CANCELED, Credit.POLICY) for status in HOLDING),
    Transition("cancel", S.PARKED, S.CANCELED, Credit.POLICY),
)

_BY_STEP = {(t.action, t.source, t.target): t for t in TRANSITIONS}


def find(action: str, source: str, target: str) -> Transition:
    """The transition of that action between those statuses.

    Raises ``Conflict("forbidden_transition")`` when the table has none.
    """
    transition = _BY_STEP.get((action, Status(source), Status(target)))
    if transition is None:
        raise Conflict(
            "forbidden_transition",
            f"“{action.replace('_', ' ').capitalize()}” is not possible while a project is"
            f" {Status(source).label.lower()}.",
            field="status",
            status=source,
            action=action,
        )
    return transition


def check_allowed(action: str, source: str) -> None:
    """Raise ``Conflict("forbidden_transition")`` unless ``action`` leads anywhere from there."""
    if action not in actions_from(source):
        find(action, source, source)


def actions_from(source: str) -> tuple[str, ...]:
    """What a status allows, each action once, in the order of the table."""
    return tuple(dict.fromkeys(t.action for t in TRANSITIONS if t.source == source))


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    lines += [f"    {t.source} --> {t.target}: {t.action}" for t in TRANSITIONS]
    lines += [f"    {status} --> [*]" for status in ENDED]
    return "\n".join(lines)
