"""Which events are still worth telling when the job comes to them.

A brief that starts as it is submitted is told of once. And ranges drift: ten steps of a day each
are two weeks, and each alone would be too little. So a change is measured from what people were
told last, and first from where the range began.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from callsheet.journal.models import Event
from callsheet.notifications.expected import EXPECTED, worth_telling
from callsheet.notifications.models import Notification
from callsheet.projects.models import Project

OUTDONE_BY = {
    "submit": "started",
    "park": "clarification_parked",
    "finalize": "finalized_by_clock",
}


def without_outdone(happened: list[Event]) -> list[Event]:
    """The events, without those that the same command says better: submitted, and started at once;
    parked, because a question was not answered.
    """
    outdone = [event for event in happened if event.kind in OUTDONE_BY]
    if not outdone:
        return happened
    by = set(
        Event.objects.filter(
            subject_type="project",
            subject_id__in={event.subject_id for event in outdone},
            kind__in=set(OUTDONE_BY.values()),
            command__in={event.command_id for event in outdone if event.command_id},
        ).values_list("subject_id", "command", "kind")
    )
    return [
        event
        for event in happened
        if (event.subject_id, event.command_id, OUTDONE_BY.get(event.kind)) not in by
    ]


def worth_telling_again(happened: Iterable[Event], projects: Mapping[int, Project]) -> list[Event]:
    """The events, without changed expectations that are too small, or that later ones replace."""
    events = list(happened)
    last = {(e.subject_id, e.kind): e for e in events if e.kind in EXPECTED}
    if not last:
        return events
    known = _told(set(projects)) if last else {}
    kept = []
    for event in events:
        place = event.subject_id, event.kind
        if event.kind not in EXPECTED:
            kept.append(event)
        elif event is last[place]:
            project = projects.get(event.subject_id)
            wanted = project.wanted_by if project else None
            before = known.get(place, event.data.get("from"))
            if worth_telling(before, event.data.get("to"), wanted):
                kept.append(event)
    return kept


def _told(projects: set[int]) -> dict[tuple[int, str], Any]:
    """The ranges people were told last, else those from which everything began."""
    first = (
        Event.objects.filter(
            subject_type="project", subject_id__in=projects, kind__in=list(EXPECTED)
        )
        .order_by("subject_id", "kind", "pk")
        .distinct("subject_id", "kind")
    )
    # The first range of all is no change: who submits a brief sees it there.
    known = {(e.subject_id, e.kind): e.data.get("from") or e.data.get("to") for e in first}
    told = (
        Notification.objects.filter(project__in=projects, kind__in=list(EXPECTED))
        .order_by("project", "kind", "-event")
        .distinct("project", "kind")
        .values_list("project", "kind", "event__data")
    )
    known.update({(project or 0, kind): data.get("to") for project, kind, data in told})
    return known
