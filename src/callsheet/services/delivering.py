"""Handing over deliverables, inside an open command: masters first, then what they unlock."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand
from callsheet.kit import clock
from callsheet.kit.asked import Asked
from callsheet.kit.errors import Conflict, Refused
from callsheet.kit.rows import save
from callsheet.projects.delivery import UNFINISHED, locked_by
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import (
    ClockKind,
    Deliverable,
    DeliverableState,
    Project,
    ProjectPerson,
)
from callsheet.services.entry_following import follow_projects
from callsheet.services.following import cause_of, start_clock, stir
from callsheet.services.moving import answer_for, follow_deliverables
from callsheet.services.telling import tell


def deliver_in(
    command: OpenCommand, project: Project, deliverable_ids: Collection[int] | None
) -> Answer:
    """Deliver the named deliverables of a locked project, or all that can be delivered now.

    The status follows. What the required approvers agreed to before is asked of them again, and
    a first delivery that grows gives the customer its whole time anew.
    """
    chosen = _choose(project, deliverable_ids)
    numbers = sorted(deliverable.pk for deliverable in chosen)
    Deliverable.objects.filter(pk__in=numbers).update(
        state=DeliverableState.DELIVERED, delivered_at=clock.now()
    )
    ProjectPerson.objects.filter(project=project, approved_at__isnull=False).update(
        approved_at=None
    )
    if not follow_deliverables(command, project, deliverables=numbers):
        note_step(command, project, "deliver_some", deliverables=numbers)
        if project.status == Status.INITIAL_DELIVERY:
            start_clock(project, ClockKind.FIRST_DELIVERY)
    return answer_for(project, delivered=numbers)


def note_step(command: OpenCommand, project: Project, kind: str, **facts: object) -> None:
    """Journal a step that changed a project, but not its status; tell people of it, and let the
    calendar entries that it serves follow.

    The caller holds the project's lock. What the caller set on the project is saved.
    """
    project.version += 1
    project.changed_at = clock.now()
    save(project)
    event = events.record(
        kind, "project", project.pk, command=command, account_id=project.account_id, data=facts
    )
    follow_projects(command, [project])
    stir([project.wallet_id], cause_of(command, project))
    tell(event)


_DELIVERABLES = Asked(
    lambda project: (
        Deliverable.objects.filter(concept__project_id=project)
        .select_related("type", "concept", "master__type")
        .order_by("concept__position", "concept_id", "position", "pk")
    )
)


def deliverables_of(project: Project) -> list[Deliverable]:
    """Everything the project asks for, masters loaded, in the order of its concepts."""
    return _DELIVERABLES.rows(project.pk)


def names_of(deliverables: Iterable[Deliverable]) -> str:
    """Deliverables in a sentence, so that one finds them: “2 Static creative” of concept A."""
    found = list(deliverables)
    said = [f"“{deliverable}” ({deliverable.concept})" for deliverable in found[:5]]
    if len(found) > len(said):
        said.append(f"{len(found) - len(said)} more")
    return ", ".join(said)


def _choose(project: Project, deliverable_ids: Collection[int] | None) -> list[Deliverable]:
    unfinished = {d.pk: d for d in deliverables_of(project) if d.state in UNFINISHED}
    if deliverable_ids is None:
        chosen = list(unfinished.values())
        if not chosen:
            raise Refused(
                "nothing_to_deliver",
                "Everything in this project has been delivered already.",
                field="deliverables",
            )
        free = [deliverable for deliverable in chosen if locked_by(deliverable) is None]
        if not free:
            _refuse_locked(chosen)
        return free
    wanted = set(deliverable_ids)
    if not wanted:
        raise Refused("nothing_to_deliver", "Name at least one deliverable.", field="deliverables")
    if not wanted <= set(unfinished):
        raise Refused(
            "unknown_deliverable",
            "Some of these deliverables are not in this project or were delivered already.",
            field="deliverables",
        )
    chosen = [unfinished[pk] for pk in sorted(wanted)]
    locked = [deliverable for deliverable in chosen if locked_by(deliverable) is not None]
    if locked:
        _refuse_locked(locked)
    return chosen


def _refuse_locked(locked: list[Deliverable]) -> None:
    first = locked[0]
    raise Conflict(
        "master_not_approved",
        f"“{first}” is a variation of “{first.master}” ({first.concept}), which the customer has"
        " not approved yet. Deliver the master first; its variations can be delivered once it is"
        " approved.",
        field="deliverables",
        locked=[{"deliverable": d.pk, "master": d.master_id} for d in locked],
    )
