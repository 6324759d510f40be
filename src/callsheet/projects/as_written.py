"""A brief as data and as rows: what a saved project says, and the rows that a brief would become.

The rows are not saved and are never to be: they let the rules that speak about projects (price,
readiness) speak about what somebody is typing at this moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callsheet.catalogue.models import DeliverableType
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.models import Concept, Deliverable, Project


@dataclass(frozen=True, slots=True)
class Rows:
    """A brief as unsaved rows. Concepts and deliverables have made-up numbers, below zero."""

    project: Project
    concepts: tuple[Concept, ...]
    deliverables: tuple[Deliverable, ...]


def input_of(
    project: Project, concepts: Sequence[Concept], deliverables: Sequence[Deliverable]
) -> BriefInput:
    """What a saved brief says, as it could be written again. ``deliverables`` come with their
    types, both in their order; the project with its brand.
    """
    parts: dict[int, list[Deliverable]] = {concept.pk: [] for concept in concepts}
    for deliverable in deliverables:
        parts[deliverable.concept_id].append(deliverable)
    return saying(
        project,
        tuple(ConceptInput(concept.title, _lines(parts[concept.pk])) for concept in concepts),
    )


def saying(project: Project, concepts: tuple[ConceptInput, ...]) -> BriefInput:
    """What the project's own row says, with concepts that were read already."""
    return BriefInput(
        title=project.title,
        brief_type=project.brief_type,
        concepts=concepts,
        brand=project.brand.name if project.brand else "",
        campaign=project.campaign,
        priority=project.priority,
        publish_on=project.publish_on,
        wanted_by=project.wanted_by,
        not_before=project.not_before,
        cost_centre=project.cost_centre,
        purchase_order=project.purchase_order,
        fields=dict(project.fields),
        dos=tuple(project.dos),
        donts=tuple(project.donts),
    )


def _lines(deliverables: Sequence[Deliverable]) -> tuple[DeliverableInput, ...]:
    places = {deliverable.pk: n for n, deliverable in enumerate(deliverables)}
    return tuple(
        DeliverableInput(
            type=d.type.key,
            quantity=d.quantity,
            master=None if d.master_id is None else places.get(d.master_id),
            supplied_master=d.supplied_master,
            placement=d.placement,
            notes=d.notes,
        )
        for d in deliverables
    )


def rows_of(brief: BriefInput, types: Mapping[str, DeliverableType]) -> Rows:
    """The rows that a brief would become. Deliverables of types that the catalogue does not have
    are left out; quantities below one count as one.
    """
    project = Project(
        title=brief.title,
        brief_type=brief.brief_type,
        fields=dict(brief.fields),
        publish_on=brief.publish_on,
        wanted_by=brief.wanted_by,
        not_before=brief.not_before,
    )
    concepts: list[Concept] = []
    deliverables: list[Deliverable] = []
    given = 0
    for position, wanted in enumerate(brief.concepts):
        concept = Concept(pk=-position - 1, position=position, title=wanted.title)
        concepts.append(concept)
        numbers = {place: -given - place - 1 for place in range(len(wanted.deliverables))}
        given += len(wanted.deliverables)
        for place, part in enumerate(wanted.deliverables):
            if part.type not in types:
                continue
            row = Deliverable(
                pk=numbers[place],
                concept_id=concept.pk,
                position=place,
                type=types[part.type],
                quantity=max(1, part.quantity),
                supplied_master=part.supplied_master,
                placement=part.placement,
                notes=part.notes,
            )
            row.master_id = None if part.master is None else numbers.get(part.master)
            deliverables.append(row)
    return Rows(project, tuple(concepts), tuple(deliverables))
