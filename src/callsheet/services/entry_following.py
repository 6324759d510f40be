"""Entries follow the work: whenever a project moves or links change, in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from callsheet.journal import events
from callsheet.journal.commands import OpenCommand
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.asked import Asked
from callsheet.kit.rows import write_fields
from callsheet.projects.models import Deliverable, Project
from callsheet.schedule.following import SAID, Part, status_of
from callsheet.schedule.models import EntryDeliverable
from callsheet.services.calendar_loading import lock_entries

_SERVED = Asked(
    lambda projects: EntryDeliverable.objects.filter(project_id__any_of=projects).values_list(
        "entry_id"
    )
)


def follow_projects(command: OpenCommand, projects: Collection[Project]) -> list[int]:
    """Bring the entries that these projects serve to the status that now follows.

    The caller holds the projects' locks and has saved their statuses and their deliverables'
    states. One query where nothing is linked, a handful else, however many entries. Published and
    dropped entries stay as they are. Returns the ids of those that changed.
    """
    entries = {entry for (entry,) in _SERVED.rows([project.pk for project in projects])}
    return follow_entries(command, entries) if entries else []


def follow_entries(command: OpenCommand, entry_ids: Collection[int]) -> list[int]:
    """Bring these entries to the status that follows from their links; see :func:`follow_projects`.

    The projects' statuses are read after the entries are locked: when two projects of one entry
    move at once, the second sees what the first has done.
    """
    entries = [entry for entry in lock_entries(entry_ids) if entry.status not in SAID]
    parts = parts_of([entry.pk for entry in entries])
    changed, before = [], {}
    for entry in entries:
        status = status_of(parts[entry.pk])
        if entry.status != status:
            before[entry.pk], entry.status = entry.status, status
            entry.changed_at = clock.now()
            changed.append(entry)
    if changed:
        write_fields(changed, ["status", "changed_at"])
        Event.objects.bulk_create(
            events.build(
                "entry_followed", "entry", entry.pk, command=command, account_id=entry.account_id,
                data={"from": before[entry.pk], "to": entry.status},
            )
            for entry in changed
        )  # fmt: skip
    return [entry.pk for entry in changed]


def parts_of(entry_ids: Collection[int]) -> dict[int, list[Part]]:
    """What is linked to each of these entries, as the rule reads it.

    Three queries of one table each. A join of the three looks cheap to the planner while an import
    has filled them with rows that nobody has counted yet, and then takes minutes.
    """
    links = list(
        EntryDeliverable.objects.filter(entry_id__in=entry_ids).values_list(
            "entry_id", "project_id", "deliverable_id"
        )
    )
    statuses = {
        pk: (status, resumes_to)
        for pk, status, resumes_to in Project.objects.filter(
            pk__in={project for _, project, _ in links}
        ).values_list("pk", "status", "resumes_to")
    }
    states = dict(
        Deliverable.objects.filter(pk__in={deliverable for _, _, deliverable in links})
        .order_by()
        .values_list("pk", "state")
    )
    parts: dict[int, list[Part]] = defaultdict(list)
    for entry_id, project_id, deliverable_id in links:
        if deliverable_id in states and project_id in statuses:  # else deleted at this moment
            status, resumes_to = statuses[project_id]
            parts[entry_id].append(Part(status, states[deliverable_id], resumes_to))
    return parts
