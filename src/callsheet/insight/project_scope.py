"""What a project asks for, line by line, as forms offer it for a choice. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callsheet.catalogue.models import DeliverableKind, DeliverableType
from callsheet.projects.delivery import UNFINISHED, is_approved, locked_by
from callsheet.projects.models import Deliverable, DeliverableState, Project
from callsheet.tenants.models import Membership, ReleasePolicy, Role


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """A deliverable that was not dropped. ``credits`` is what all of it costs; ``free`` says that
    it could be delivered now.
    """

    deliverable: int
    concept: int
    concept_title: str
    name: str
    placement: str
    state: str
    quantity: int
    credits: int
    is_master: bool
    free: bool
    notes: str = ""
    supplied_master: str = ""

    @property
    def produced(self) -> bool:
        """Whether it was handed over at least once."""
        return self.state != DeliverableState.WAITING

    def __str__(self) -> str:
        placed = f", {self.placement}" if self.placement else ""
        return f"{self.quantity} {self.name}{placed} ({self.concept_title})"


def read_scope(project: Project) -> tuple[ScopeLine, ...]:
    """The project's deliverables in the order of its concepts; one query."""
    rows = (
        Deliverable.objects.filter(concept__project=project)
        .exclude(state=DeliverableState.DROPPED)
        .select_related("type", "concept", "master")
        .order_by("concept__position", "concept_id", "position", "pk")
    )
    return tuple(
        ScopeLine(
            deliverable=row.pk,
            concept=row.concept_id,
            concept_title=str(row.concept),
            name=row.type.name,
            placement=row.placement,
            state=row.state,
            quantity=row.quantity,
            credits=row.unit_credits * row.quantity,
            is_master=row.type.kind == DeliverableKind.MASTER,
            free=row.state in UNFINISHED and locked_by(row) is None,
            notes=row.notes,
            supplied_master=row.supplied_master,
        )
        for row in rows
    )


def given_back_by_approving(
    project: Project, scope: Sequence[ScopeLine], chosen: Collection[int], held: int
) -> int:
    """The credits that leave the hold when these deliverables are approved: those of the concepts
    that are complete by it, where the account's credits come back concept by concept.
    """
    if project.account.release_policy != ReleasePolicy.PER_CONCEPT:
        return 0
    concepts: dict[int, list[ScopeLine]] = defaultdict(list)
    for line in scope:
        concepts[line.concept].append(line)
    credits = 0
    for lines in concepts.values():
        before = [line.state for line in lines]
        after = [
            DeliverableState.APPROVED.value if line.deliverable in chosen else line.state
            for line in lines
        ]
        if is_approved(after) and not is_approved(before):
            credits += sum(line.credits for line in lines)
    return min(credits, held, project.asks)


def types_for(brief_type: str) -> list[DeliverableType]:
    """What may be ordered with a brief of that type now, masters first."""
    found = DeliverableType.objects.filter(active=True).order_by("kind", "name")
    return [kind for kind in found if brief_type in kind.brief_types]


def members_of(account_id: int) -> list[tuple[int, str, bool]]:
    """The account's people by name: number, name, and whether they may write."""
    found = Membership.objects.filter(account_id=account_id, user__is_active=True)
    rows = found.select_related("user")
    people = [(row.user_id, str(row.user), row.role != Role.VIEWER) for row in rows]
    return sorted(people, key=lambda one: one[1].lower())


def words_of_change(
    changes: Mapping[str, Any], scope: Sequence[ScopeLine], types: Mapping[str, str]
) -> list[str]:
    """A change of scope line by line, as a colleague would say it."""
    named = {line.deliverable: line for line in scope}
    said = []
    for part in changes.get("add", ()):
        where = part.get("title") or ""
        concept = next((n.concept_title for n in scope if n.concept == part.get("concept")), where)
        name = types.get(part["type"], part["type"])
        each = part.get("unit_credits", 0)
        costs = f", {each * part['quantity']} credits" if each else ", complimentary"
        said.append(f"Add {part['quantity']} {name} to “{concept or 'a new concept'}”{costs}")
    for pk, quantity in changes.get("quantity", {}).items():
        line = named.get(int(pk))
        if line is not None:
            said.append(
                f"{line.name} ({line.concept_title}): {quantity} instead of {line.quantity}"
            )
    said += [f"Leave out {named[pk]}" for pk in changes.get("drop", ()) if pk in named]
    return said
