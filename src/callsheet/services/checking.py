"""Whether a brief is ready, read from what it asks for now."""

from __future__ import annotations

from collections.abc import Sequence

from callsheet.catalogue.models import StudioRules, studio_rules
from callsheet.credits.models import Billing
from callsheet.kit import clock
from callsheet.kit.asked import Asked
from callsheet.projects.models import Concept, Deliverable, Project
from callsheet.projects.readiness import Item, check_ready, checklist

_CONCEPTS = Asked(lambda project: Concept.objects.filter(project_id=project))
_DELIVERABLES = Asked(
    lambda project: (
        Deliverable.objects.filter(concept__project_id=project)
        .select_related("type", "concept")
        .order_by("concept__position", "position", "id")
    )
)


def scope_of(project: Project) -> tuple[list[Concept], list[Deliverable]]:
    """The brief's concepts and deliverables, in their order."""
    return _CONCEPTS.rows(project.pk), _DELIVERABLES.rows(project.pk)


def checklist_of(
    project: Project,
    concepts: Sequence[Concept],
    deliverables: Sequence[Deliverable],
    rules: StudioRules,
) -> list[Item]:
    """The readiness checklist of a brief, today in its account's time zone."""
    return checklist(
        project,
        concepts,
        deliverables,
        rules,
        clock.today(project.account.time_zone),
        pay_as_you_go=project.wallet.billing == Billing.PAY_AS_YOU_GO,
    )


def check_is_ready(project: Project) -> None:
    """Raise ``Refusals`` that name everything that is not ready in the brief."""
    check_ready(checklist_of(project, *scope_of(project), studio_rules()))
