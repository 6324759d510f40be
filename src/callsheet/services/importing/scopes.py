"""Concepts and deliverables of many projects, written in three statements."""

from __future__ import annotations

import re
from collections.abc import Sequence

from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Concept, Deliverable, DeliverableState, Project
from callsheet.services.importing.work import Work
from callsheet.sheets.definitions import fold
from callsheet.sheets.records import DeliverableLine, ProjectRow

STATES = {
    Status.FINALIZED: DeliverableState.APPROVED,
    Status.DELIVERED: DeliverableState.DELIVERED,
    Status.UNDER_REVISION: DeliverableState.CHANGES_REQUESTED,
    Status.CANCELED: DeliverableState.DROPPED,
}
_SUPPLIED = "supplied by the customer"
_UNNAMED = re.compile(r"Concept \d+")


def write_scopes(work: Work, pairs: Sequence[tuple[ProjectRow, Project]]) -> None:
    """Write what these projects are made of; masters first, because variations point to them."""
    concepts: list[Concept] = []
    lines: list[tuple[Project, ProjectRow, Concept, int, DeliverableLine]] = []
    for row, project in pairs:
        for position, wanted in enumerate(row.concepts):
            written = Concept(
                project=project,
                position=position,
                title="" if _UNNAMED.fullmatch(wanted.name) else wanted.name,
                approved_at=project.ended_at if project.status == Status.FINALIZED else None,
            )
            concepts.append(written)
            lines += [(project, row, written, n, line) for n, line in enumerate(wanted.lines)]
    Concept.objects.bulk_create(concepts, batch_size=1000)
    built: dict[tuple[int, int], Deliverable] = {}
    masters: list[Deliverable] = []
    variations: list[Deliverable] = []
    place: dict[int, int] = {}
    varied: list[tuple[Deliverable, int, int]] = []
    for project, row, concept, position, line in lines:
        number = place.get(project.pk, 0)
        place[project.pk] = number + 1
        deliverable = _deliverable(work, project, row, concept, position, line)
        if project.status == Status.INITIAL_DELIVERY and number == 0 and _several(row):
            # Which ones have been delivered, sheets do not say; something must be left to deliver.
            deliverable.state = DeliverableState.DELIVERED
        built[project.pk, number] = deliverable
        (variations if line.is_variation else masters).append(deliverable)
        if line.master is not None:
            varied.append((deliverable, project.pk, line.master))
    Deliverable.objects.bulk_create(masters, batch_size=1000)
    for deliverable, project_id, master in varied:
        deliverable.master = built[project_id, master]
    Deliverable.objects.bulk_create(variations, batch_size=1000)


def _several(row: ProjectRow) -> bool:
    """Whether the project has more than one line of deliverables."""
    return sum(len(concept.lines) for concept in row.concepts) > 1


def _deliverable(
    work: Work,
    project: Project,
    row: ProjectRow,
    concept: Concept,
    position: int,
    line: DeliverableLine,
) -> Deliverable:
    state = STATES.get(Status(project.status), DeliverableState.WAITING)
    supplied = line.is_variation and line.master is None
    submitted = project.status not in (Status.DRAFT, Status.PENDING_APPROVAL)
    return Deliverable(
        concept=concept,
        position=position,
        type=work.types[fold(line.item)],
        quantity=line.quantity,
        unit_credits=line.credits_each if submitted else 0,
        supplied_master=(row.texts.get("supplied_masters") or _SUPPLIED)[:300] if supplied else "",
        state=state,
    )
