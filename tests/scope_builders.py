"""Builders for changes of scope: both sides of a project, and what they agree on."""

from __future__ import annotations

from dataclasses import dataclass

from callsheet.kit.actor import CONSOLE, Actor
from callsheet.projects.models import Amendment, Deliverable, DeliverableState, Project
from callsheet.projects.scope_changes import Addition, ScopeChanges
from callsheet.services import amending
from callsheet.tenants.models import StaffRole
from tests.builders import somebody


@dataclass(frozen=True)
class Sides:
    """A member of a project's account, and its account manager."""

    customer: Actor
    studio: Actor


def sides_of(project: Project) -> Sides:
    """Somebody for each side of the project."""
    return Sides(somebody(project.account), somebody(staff=StaffRole.ACCOUNT_MANAGER))


def more(quantity: int = 1, kind: str = "static", title: str = "More", **rest: object):
    """Changes that add a new concept of so many deliverables; a static costs 5 credits."""
    return ScopeChanges(add=(Addition(kind, quantity, title=title, **rest),))  # type: ignore[arg-type]


def line_of(project: Project, place: int = 0) -> Deliverable:
    """The project's deliverable at that place, dropped ones not counted."""
    found = Deliverable.objects.filter(concept__project=project).exclude(
        state=DeliverableState.DROPPED
    )
    return found.order_by("pk")[place]


def fewer(project: Project, quantity: int) -> ScopeChanges:
    """Changes that leave so many of the project's first deliverable."""
    return ScopeChanges(quantity={line_of(project).pk: quantity})


def proposed(project: Project, changes: ScopeChanges, by: Actor = CONSOLE) -> Amendment:
    """The amendment that ``by`` proposes."""
    answer = amending.propose(by, project.pk, changes, "It grew on us.")
    return Amendment.objects.get(pk=answer["amendment"])


def amended(project: Project, changes: ScopeChanges, sides: Sides | None = None) -> Amendment:
    """The amendment, proposed by the studio and agreed to by the customer."""
    sides = sides or sides_of(project)
    amendment = proposed(project, changes, sides.studio)
    amending.agree(sides.customer, amendment.pk)
    amendment.refresh_from_db()
    project.refresh_from_db()
    return amendment
