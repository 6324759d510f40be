"""Complimentary variations: more of them for masters that are ordered, until the project's end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from callsheet.catalogue.models import DeliverableKind, DeliverableType, studio_rules
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import Actor
from callsheet.kit.errors import CallsheetError, Conflict, Refusals, Refused
from callsheet.projects.brief import LONGEST_OF_DELIVERABLE, MOST_DELIVERABLES
from callsheet.projects.delivery import status_after
from callsheet.projects.lifecycle import PRODUCTION, RUNNING, Status
from callsheet.projects.models import Deliverable, DeliverableState, Project
from callsheet.services.delivering import deliverables_of, note_step
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for, follow_deliverables
from callsheet.tenants.access import check_can_write


@dataclass(frozen=True, slots=True)
class Variation:
    """So many of a variation of a master (a deliverable's number) of the same project."""

    type: str
    master: int
    quantity: int = 1
    placement: str = ""
    notes: str = ""


def add_variations(
    actor: Actor,
    project_id: int,
    variations: Sequence[Variation],
    *,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Order more variations of masters of the project, from submission until its end. They cost
    nothing, so nothing is held and nothing waits; a project that was delivered is under revision
    until they are.

    Members and admins of the account, and staff on their behalf. Answers the numbers of the new
    deliverables. Raises ``Refusals`` that name every variation that cannot be,
    ``Conflict("not_submitted")``, ``Conflict("project_ended")``, ``Conflict("stale")``.
    """

    def work(command: OpenCommand) -> Answer:
        project_of(actor, project_id, check_can_write)
        if not variations:
            raise Refused("no_variations", "Name at least one variation.", field="variations")
        project = lock_project(project_id, version)
        _check_runs(project)
        masters = {d.pk: d for d in deliverables_of(project)}
        types = {kind.key: kind for kind in DeliverableType.objects.filter(active=True)}
        _check(project, variations, masters, types)
        added = _write(variations, masters, types)
        if not follow_deliverables(command, project, variations=added):
            if project.status == Status.PARKED and project.resumes_to in PRODUCTION:
                states = [d.state for d in deliverables_of(project)]
                complete = project.delivered_at is not None
                project.resumes_to = status_after(states, was_complete=complete)
            note_step(command, project, "variations_added", variations=added)
        return answer_for(project, variations=added)

    given = {
        "project": project_id,
        "variations": [asdict(one) for one in variations],
        "version": version,
    }
    return run(actor, "add_variations", key, given, work, note=note)


def _check_runs(project: Project) -> None:
    if project.status in (Status.DRAFT, Status.PENDING_APPROVAL):
        raise Conflict(
            "not_submitted", "This brief is not submitted yet. Write them into it.", field="status"
        )
    if project.status not in RUNNING:
        raise Conflict(
            "project_ended",
            "This project has ended. More variations of it are a new brief.",
            field="status",
            status=project.status,
        )


def _check(
    project: Project,
    variations: Sequence[Variation],
    masters: dict[int, Deliverable],
    types: dict[str, DeliverableType],
) -> None:
    most = studio_rules().most_quantity
    problems: list[CallsheetError] = []

    def refuse(code: str, where: str, message: str) -> None:
        problems.append(Refused(code, message, field=where))

    for n, one in enumerate(variations):
        where = f"variations.{n}"
        kind = types.get(one.type)
        if kind is None or kind.kind != DeliverableKind.VARIATION:
            refuse("unknown_variation", f"{where}.type", f"“{one.type}” is no variation.")
        elif project.brief_type not in kind.brief_types:
            refuse(
                "deliverable_not_offered",
                f"{where}.type",
                f"{kind.name} cannot be ordered with a brief of this type.",
            )
        if not 1 <= one.quantity <= most:
            refuse(
                "quantity_out_of_range",
                f"{where}.quantity",
                f"The quantity is between 1 and {most}, not {one.quantity}.",
            )
        master = masters.get(one.master)
        if master is None or master.state == DeliverableState.DROPPED:
            refuse("unknown_master", f"{where}.master", "That master is not in this project.")
        elif master.type.kind != DeliverableKind.MASTER:
            refuse(
                "master_is_variation",
                f"{where}.master",
                "A variation cannot be the master of another.",
            )
        for name in ("placement", "notes"):
            longest = LONGEST_OF_DELIVERABLE[name]
            if len(getattr(one, name)) > longest:
                refuse("too_long", f"{where}.{name}", f"At most {longest:,} characters fit here.")
    in_concepts = Counter(deliverable.concept_id for deliverable in masters.values())
    in_concepts.update(masters[v.master].concept_id for v in variations if v.master in masters)
    if max(in_concepts.values()) > MOST_DELIVERABLES:
        refuse(
            "too_many_deliverables",
            "variations",
            f"At most {MOST_DELIVERABLES} kinds of deliverables in a concept.",
        )
    if problems:
        raise Refusals(problems)


def _write(
    variations: Sequence[Variation],
    masters: dict[int, Deliverable],
    types: dict[str, DeliverableType],
) -> list[int]:
    """Write them behind everything else of their masters' concepts; their numbers."""
    last = max(deliverable.position for deliverable in masters.values())
    rows = [
        Deliverable(
            concept_id=masters[one.master].concept_id, position=last + 1 + n,
            type=types[one.type], quantity=one.quantity, unit_credits=0, master_id=one.master,
            placement=one.placement, notes=one.notes,
        )
        for n, one in enumerate(variations)
    ]  # fmt: skip
    return [row.pk for row in Deliverable.objects.bulk_create(rows)]
