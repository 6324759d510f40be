"""Readiness: a checklist from the brief type's fields, the studio's rules and the deliverables.

Only a ready brief can be submitted. Minimums are readiness rules, never price floors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from callsheet.catalogue.models import BriefType, DeliverableKind, StudioRules
from callsheet.kit.errors import Refusals, Refused
from callsheet.projects.models import Concept, Deliverable, Project
from callsheet.projects.scope import is_adaptation_alone, unit_credits

REQUIRED_FIELDS: dict[str, tuple[str, ...]] = {
    BriefType.ORIGINAL_CREATIVE: ("objective", "creative_style", "central_idea"),
    BriefType.CONTENT_CREATION: ("creative_style", "setting", "product_information"),
    BriefType.ADAPT_OPTIMIZE: ("what_to_change",),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist: ``ok``, or what is missing and where."""

    code: str
    field: str
    message: str
    ok: bool


def checklist(
    project: Project,
    concepts: Sequence[Concept],
    deliverables: Sequence[Deliverable],
    rules: StudioRules,
    today: date,
    *,
    pay_as_you_go: bool,
) -> list[Item]:
    """Every readiness rule with its answer, in the order of the brief.

    ``deliverables`` are those of all concepts, with their types; ``today`` is the account's day.
    """
    items = [Item("title_missing", "title", "Give the brief a title.", bool(project.title.strip()))]
    for name in REQUIRED_FIELDS[project.brief_type]:
        text = str(project.fields.get(name, "")).strip()
        words = name.replace("_", " ")
        items.append(
            Item("field_missing", f"fields.{name}", f"Say something about {words}.", bool(text))
        )
    for name in ("publish_on", "wanted_by"):
        day = getattr(project, name)
        words = "publish date" if name == "publish_on" else "wanted-by date"
        items.append(
            Item(
                "date_in_the_past",
                name,
                f"The {words} {day} has passed. Choose a later day." if day else "",
                day is None or day >= today,
            )
        )
    items += _deliverable_items(project, deliverables)
    if not is_adaptation_alone(project, deliverables):
        items += _minimum_items(concepts, deliverables, rules, pay_as_you_go=pay_as_you_go)
    return items


def _deliverable_items(project: Project, deliverables: Sequence[Deliverable]) -> list[Item]:
    items = [
        Item("no_deliverables", "concepts", "Add at least one deliverable.", bool(deliverables))
    ]
    for deliverable in deliverables:
        kind = deliverable.type
        items.append(
            Item(
                "deliverable_not_offered",
                "deliverables",
                f"{kind.name} cannot be ordered with this type of brief any more.",
                kind.active and project.brief_type in kind.brief_types,
            )
        )
        if kind.kind == DeliverableKind.VARIATION:
            supplied = (
                project.brief_type == BriefType.ADAPT_OPTIMIZE and deliverable.supplied_master
            )
            items.append(
                Item(
                    "variation_without_master",
                    "deliverables",
                    f"Say which master the {kind.name.lower()} belongs to.",
                    bool(deliverable.master_id or supplied),
                )
            )
    return items


def _minimum_items(
    concepts: Sequence[Concept],
    deliverables: Sequence[Deliverable],
    rules: StudioRules,
    *,
    pay_as_you_go: bool,
) -> list[Item]:
    masters = [d for d in deliverables if d.type.kind == DeliverableKind.MASTER]
    items = [
        Item(
            "no_master",
            "concepts",
            "A project needs at least one deliverable that is not a variation.",
            bool(masters) or not deliverables,
        )
    ]
    for concept in concepts:
        own = [d for d in deliverables if d.concept_id == concept.pk]
        credits = sum(unit_credits(d) * d.quantity for d in own)
        items.append(
            Item(
                "concept_under_minimum",
                f"concepts.{concept.position}",
                f"{concept} has {credits} credits; a concept needs at least"
                f" {rules.concept_minimum}.",
                credits >= rules.concept_minimum,
            )
        )
    if pay_as_you_go:
        credits = sum(unit_credits(d) * d.quantity for d in deliverables)
        items.append(
            Item(
                "project_under_minimum",
                "concepts",
                f"The project has {credits} credits; a pay-as-you-go project needs at least"
                f" {rules.pay_as_you_go_minimum}.",
                credits >= rules.pay_as_you_go_minimum,
            )
        )
    return items


def check_ready(items: Sequence[Item]) -> None:
    """Raise ``Refusals`` that name every open item; the brief stays as it is."""
    problems = [Refused(i.code, i.message, field=i.field) for i in items if not i.ok]
    if problems:
        raise Refusals(list(problems))
