"""Bringing an agreed amendment into effect: the scope, what is held for it, what follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import F
from django.db.models.functions import Greatest

from callsheet.credits.models import Wallet
from callsheet.insight.snapshots import waiting_amendments
from callsheet.journal import events
from callsheet.journal.commands import OpenCommand
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.projects.amending import apply_changes
from callsheet.projects.delivery import status_after
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import (
    Amendment,
    Concept,
    Deliverable,
    DeliverableState,
    Occupancy,
    Project,
)
from callsheet.projects.scope_changes import masters_for, produced_meanwhile
from callsheet.services.entry_following import follow_projects
from callsheet.services.following import cause_of, stir
from callsheet.services.moving import follow_deliverables
from callsheet.services.telling import tell


def can_still_grow(command: OpenCommand, wallets: Sequence[Wallet]) -> list[Amendment]:
    """The agreed growth that waits for credits of these wallets, with its projects locked.

    Production goes on while it waits. What was handed over meanwhile can be dropped or changed no
    more, and a concept that was approved takes no new master: such an amendment is withdrawn here,
    and both sides hear of it.
    """
    # It begins to wait under these wallets' locks, which the caller holds.
    waiting = waiting_amendments(wallets, lock=True)
    if not waiting:
        return []
    live: dict[int, list[Deliverable]] = defaultdict(list)
    for deliverable in (
        Deliverable.objects.filter(
            concept__project__in=[amendment.project_id for amendment in waiting]
        )
        .exclude(state=DeliverableState.DROPPED)
        .select_related("concept")
    ):
        live[deliverable.concept.project_id].append(deliverable)
    approved = set(
        Concept.objects.filter(
            project__in=[amendment.project_id for amendment in waiting], approved_at__isnull=False
        ).values_list("pk", flat=True)
    )
    possible = []
    for amendment in waiting:
        if produced_meanwhile(amendment.changes, live[amendment.project_id]):
            close_amendment(command, amendment, because="already_produced")
        elif masters_for(amendment.changes) & approved:
            close_amendment(command, amendment, because="concept_approved")
        else:
            possible.append(amendment)
    return possible


def close_amendment(command: OpenCommand, amendment: Amendment, *, because: str = "") -> None:
    """Withdraw an open amendment, whose project is locked. ``because`` names what overtook it."""
    amendment.status = Amendment.Status.WITHDRAWN
    amendment.decided_at = clock.now()
    amendment.wait_reason = ""
    amendment.reserved_for = None
    amendment.save()
    facts = {"because": because} if because else {}
    tell(note_amendment(command, amendment, "amendment_withdrawn", **facts))


def note_amendment(command: OpenCommand, amendment: Amendment, kind: str, **facts: object) -> Event:
    """Journal a step of an amendment on its project's timeline."""
    return events.record(
        kind, "project", amendment.project_id, command=command,
        account_id=amendment.project.account_id,
        data={
            "amendment": amendment.pk, "number": amendment.number,
            "by": amendment.proposed_by, "credits": amendment.credits_change, **facts,
        },
    )  # fmt: skip


def grow(command: OpenCommand, amendment: Amendment, hold_id: int | None) -> None:
    """Apply growth whose credits have just been held, on top of what the project holds or, where
    nothing was left of that, in ``hold_id``. The project is locked.
    """
    project = amendment.project
    if hold_id is not None:
        project.hold_id = hold_id
    apply(command, amendment, project)
    _end_occupancy(project)
    _occupy(project, project.asks)


def apply(command: OpenCommand, amendment: Amendment, project: Project) -> None:
    """Write the amended scope and what the project then costs; journal it. The credits are the
    caller's to hold or release; the project's row is locked.
    """
    now = clock.now()
    waited = amendment.status == Amendment.Status.WAITING
    apply_changes(project, amendment.changes)
    project.credits += amendment.credits_change
    project.version += 1
    project.changed_at = now
    if project.status == Status.PARKED and project.accepted_at is not None:
        project.resumes_to = _status_of_deliverables(project)
    project.save()
    amendment.status = Amendment.Status.APPLIED
    amendment.applied_at = now
    amendment.wait_reason = ""
    amendment.reserved_for = None
    amendment.save()
    event = note_amendment(command, amendment, "amendment_applied", now=project.credits)
    if waited:  # else people hear of it by what applied it
        tell(event)
    if not follow_deliverables(command, project):
        follow_projects(command, [project])
        stir([project.wallet_id], cause_of(command, project))


def occupy_anew(project: Project, credits: int) -> None:
    """End the project's interval of occupancy and begin one with what it occupies from now on."""
    if _end_occupancy(project):
        _occupy(project, credits)


def _end_occupancy(project: Project) -> bool:
    going_on = Occupancy.objects.filter(project=project, until__isnull=True)
    return bool(going_on.update(until=Greatest(F("since"), clock.now())))


def _occupy(project: Project, credits: int) -> None:
    if credits:
        Occupancy.objects.create(
            account_id=project.account_id, wallet_id=project.wallet_id, project=project,
            credits=credits, since=clock.now(),
        )  # fmt: skip


def _status_of_deliverables(project: Project) -> Status:
    """Where a parked project goes back to, as its deliverables say."""
    states = Deliverable.objects.filter(concept__project=project).values_list("state", flat=True)
    return status_after(list(states), was_complete=project.delivered_at is not None)
