"""Approval by finalizing: given to all that is delivered, and taken back by opening again."""

from __future__ import annotations

from datetime import datetime

from callsheet.projects.models import Concept, Deliverable, DeliverableState, Project


def approve_the_rest(project: Project, now: datetime) -> None:
    """Approve whatever of the project is delivered and not yet approved."""
    Deliverable.objects.filter(concept__project=project, state=DeliverableState.DELIVERED).update(
        state=DeliverableState.APPROVED, approved_at=now
    )
    Concept.objects.filter(project=project, approved_at__isnull=True).update(approved_at=now)


def take_back_final_approval(projects: list[Project]) -> None:
    """Let what was approved by finalizing alone be open to review again; what somebody had approved
    before stays approved. For projects that are about to be opened again.
    """
    for project in projects:
        since = project.ended_at
        Deliverable.objects.filter(concept__project=project, approved_at__gte=since).update(
            state=DeliverableState.DELIVERED, approved_at=None
        )
        Concept.objects.filter(project=project, approved_at__gte=since).update(approved_at=None)
