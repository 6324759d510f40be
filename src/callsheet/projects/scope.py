"""What a project asks for, and what that costs in credits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from callsheet.catalogue.models import BriefType, DeliverableKind, StudioRules
from callsheet.kit.errors import Refused
from callsheet.projects.models import Deliverable, DeliverableState, Project

MOST_CREDITS = 100_000


def is_adaptation_alone(project: Project, deliverables: Sequence[Deliverable]) -> bool:
    """True for an Adapt & Optimize project of variations alone: it has a flat price."""
    return (
        project.brief_type == BriefType.ADAPT_OPTIMIZE
        and bool(deliverables)
        and all(d.type.kind == DeliverableKind.VARIATION for d in deliverables)
    )


def unit_credits(deliverable: Deliverable) -> int:
    """Credits of one, by today's catalogue; variations are complimentary."""
    return 0 if deliverable.type.kind == DeliverableKind.VARIATION else deliverable.type.credits


def scope_credits(project: Project, deliverables: Sequence[Deliverable], rules: StudioRules) -> int:
    """What the project costs by today's catalogue: the sum of its deliverables, or the flat price
    of an adaptation. Dropped deliverables cost nothing. Raises ``Refused("too_many_credits")``.
    """
    live = [d for d in deliverables if d.state != DeliverableState.DROPPED]
    if is_adaptation_alone(project, live):
        return rules.adaptation_price
    credits = sum(unit_credits(d) * d.quantity for d in live)
    if credits > MOST_CREDITS:
        raise Refused(
            "too_many_credits",
            f"A project has at most {MOST_CREDITS:,} credits; this one would have {credits:,}.",
            field="concepts",
        )
    return credits


def fix_prices(deliverables: Iterable[Deliverable]) -> list[Deliverable]:
    """Copy today's catalogue prices onto the deliverables; returns those that changed."""
    changed = []
    for deliverable in deliverables:
        price = unit_credits(deliverable)
        if deliverable.unit_credits != price:
            deliverable.unit_credits = price
            changed.append(deliverable)
    return changed
