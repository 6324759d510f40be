"""Writing an amendment's changes into a project's concepts and deliverables.

The plain data is that of :mod:`callsheet.projects.scope_changes`: ``{"add": [{"type": key,
"quantity": n, "unit_credits": n, "concept": id or null, "title": str, "master": id or null,
"added_master": place or null, …}], "quantity": {id: n}, "drop": [id]}``
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Max, Q

from callsheet.catalogue.models import DeliverableType
from callsheet.projects.models import Concept, Deliverable, DeliverableState, Project


def apply_changes(project: Project, changes: Mapping[str, Any]) -> None:
    """Write the changes; they were checked when they were proposed and again when agreed."""
    own = Deliverable.objects.filter(concept__project=project)
    drop = changes.get("drop", ())
    if drop:  # a variation that was added since goes with its master
        own.filter(Q(pk__in=drop) | Q(master_id__in=drop)).update(state=DeliverableState.DROPPED)
    for pk, quantity in changes.get("quantity", {}).items():
        own.filter(pk=int(pk)).update(quantity=quantity)
    added = changes.get("add", ())
    if not added:
        return
    types = DeliverableType.objects.in_bulk({part["type"] for part in added}, field_name="key")
    last = project.concepts.aggregate(last=Max("position"))["last"]
    position = 0 if last is None else last + 1
    place = own.aggregate(last=Max("position"))["last"] or 0
    fresh: dict[str, int] = {}
    made: list[int] = []
    for part in added:
        concept = part.get("concept")
        if concept is None:
            title = part.get("title", "")
            if title not in fresh:
                fresh[title] = Concept.objects.create(
                    project=project, position=position, title=title
                ).pk
                position += 1
            concept = fresh[title]
        place += 1
        before = part.get("added_master")
        made.append(
            Deliverable.objects.create(
                concept_id=concept,
                position=place,
                type=types[part["type"]],
                quantity=part["quantity"],
                unit_credits=part["unit_credits"],
                master_id=part.get("master") if before is None else made[before],
                supplied_master=part.get("supplied_master", ""),
                placement=part.get("placement", ""),
                notes=part.get("notes", ""),
            ).pk
        )
