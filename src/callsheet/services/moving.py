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
from callsheet.projects.lifecycle import Status, find
from callsheet.projects.models import Occupancy, Project


def move(command: OpenCommand, project: Project, action: str, target: Status, **facts: Any) -> None:
    """Change the status by the transition table, save the project, and journal it.

    The caller holds the project's lock. Raises ``Conflict("forbidden_transition")``.
    """
    source = Status(project.status)
    find(action, source, target)
    project.status = target
    project.version += 1
    project.changed_at = clock.now()
    project.save()
    events.record(
        action,
        "project",
        project.pk,
        command=command,
        account_id=project.account_id,
        data={"from": source, "to": target, **facts},
    )


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
