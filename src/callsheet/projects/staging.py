"""In which stage a project is while it has a status, and who is waited for then. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from callsheet.catalogue.models import BriefType, Stage
from callsheet.projects.lifecycle import Status
from callsheet.projects.models.stages import Party

STAGE_OF: dict[str, tuple[Stage, Party]] = {
    Status.PENDING_REVIEW: (Stage.REVIEW, Party.STUDIO),
    Status.CLARIFICATION_REQUESTED: (Stage.REVIEW, Party.CUSTOMER),
    Status.IN_PROGRESS: (Stage.BOOKING, Party.STUDIO),
    Status.INITIAL_DELIVERY: (Stage.CUSTOMER_REVIEW, Party.CUSTOMER),
    Status.DELIVERED: (Stage.CUSTOMER_REVIEW, Party.CUSTOMER),
    Status.UNDER_REVISION: (Stage.REVISION, Party.STUDIO),
}
"""Where a status begins. Inside ``in_progress`` the studio moves on from stage to stage."""

PRODUCTION_STAGES = (
    Stage.BOOKING,
    Stage.AWAITING_SAMPLE,
    Stage.CREATION,
    Stage.POST_PRODUCTION,
    Stage.QUALITY_CHECK,
)
"""The stages inside ``in_progress``, in their order."""

ORDER = (Stage.REVIEW, *PRODUCTION_STAGES, Stage.CUSTOMER_REVIEW, Stage.REVISION)
"""All stages in the order in which a project goes through them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stage, who is waited for in it, and the day of the account on which it should end."""

    stage: Stage
    waiting_for: Party
    expected_until: date | None = None


def place_of(status: str, stage_before: str) -> Place | None:
    """Where a project is that has just come to a status; None for a status without a stage.

    What was parked during production goes on in the stage that it had.
    """
    if status not in STAGE_OF:
        return None
    stage, party = STAGE_OF[status]
    if status == Status.IN_PROGRESS and stage_before in PRODUCTION_STAGES:
        stage = Stage(stage_before)
        party = usual_party(stage)
    return Place(stage, party)


def usual_party(stage: str) -> Party:
    """Who is waited for in a stage of production, as a rule: a sample comes from the customer."""
    return Party.CUSTOMER if stage == Stage.AWAITING_SAMPLE else Party.STUDIO


def stages_of(brief_type: str) -> tuple[Stage, ...]:
    """The stages inside ``in_progress`` of a brief type: adaptations create nothing new."""
    if brief_type == BriefType.ADAPT_OPTIMIZE:
        return tuple(stage for stage in PRODUCTION_STAGES if stage != Stage.CREATION)
    return PRODUCTION_STAGES


def stage_after_sample(brief_type: str) -> Stage:
    """What begins when the last sample has arrived."""
    stages = stages_of(brief_type)
    return stages[stages.index(Stage.AWAITING_SAMPLE) + 1]
