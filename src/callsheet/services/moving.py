"""Moving a project from one status to another, and its credits with it."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.db.models.functions import Greatest

from callsheet.credits.book import Book
from callsheet.credits.collect import release
from callsheet.credits.kinds import Kind
from callsheet.credits.models import Hold
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand
from callsheet.kit import clock
from callsheet.kit.rows import save
from callsheet.projects.delivery import ACTIONS, status_after
from callsheet.projects.lifecycle import HOLDING, Status, find
from callsheet.projects.models import Deliverable, Occupancy, Project
from callsheet.services.following import Surroundings, follow
from callsheet.services.telling import tell


def move(
    command: OpenCommand,
    project: Project,
    action: str,
    target: Status,
    *,
    around: Surroundings | None = None,
    **facts: Any,
) -> None:
    """Change the status by the transition table, save the project, journal it, and let follow what
    follows: stage, clocks, expected return, calendar entries, and who hears of it.

    The caller holds the project's lock. Raises ``Conflict("forbidden_transition")``.
    """
    source = Status(project.status)
    find(action, source, target)
    project.status = target
    project.version += 1
    project.changed_at = clock.now()
    save(project)
    event = events.record(
        action,
        "project",
        project.pk,
        command=command,
        account_id=project.account_id,
        data={"from": source, "to": target, **facts},
    )
    follow(command, [project], around)
    tell(event)


def follow_deliverables(command: OpenCommand, project: Project, **facts: Any) -> bool:
    """Let the project's status follow from its deliverables, which the caller has just changed.

    Returns whether the status changed. The caller holds the project's lock; a project that is not
    in production is left as it is.
    """
    if project.status not in HOLDING or project.accepted_at is None:
        return False
    states = list(
        Deliverable.objects.filter(concept__project=project).values_list("state", flat=True)
    )
    target = status_after(states, was_complete=project.delivered_at is not None)
    if target is Status.DELIVERED and project.delivered_at is None:
        project.delivered_at = clock.now()
    if target == project.status:
        return False
    move(command, project, ACTIONS[target], target, **facts)
    return True


def give_back(book: Book, project: Project, *, consumed: int = 0) -> int:
    """Add the moves that empty the project's hold: ``consumed`` credits are used up, the rest is
    released and repaid. Ends its interval of occupancy. Returns the credits released.
    """
    if project.hold_id is None:
        return 0
    hold = Hold.objects.get(pk=project.hold_id)
    if hold.closed_at is not None:
        return 0
    consumed = min(consumed, hold.credits)
    released = hold.credits - consumed
    if consumed:
        release(book, hold, consumed, Kind.CONSUME)
    if released:
        release(book, hold, released)
    # Another machine's clock may be ahead of ours: an interval never ends before it began.
    Occupancy.objects.filter(project=project, until__isnull=True).update(
        until=Greatest(F("since"), clock.now())
    )
    return released


def answer_for(project: Project, **more: Any) -> Answer:
    """What every command on a project answers: its id, status, credits, version."""
    return {
        "project": project.pk,
        "key": project.key,
        "status": project.status,
        "credits": project.credits,
        "version": project.version,
        **more,
    }
