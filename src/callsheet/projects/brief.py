"""A brief as somebody writes it: plain data, checked field by field before anything is saved.

A draft may be incomplete; it may not be wrong. Completeness is :mod:`callsheet.projects.readiness`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from callsheet.catalogue.models import BriefType, DeliverableKind, DeliverableType, StudioRules
from callsheet.kit.errors import CallsheetError, Refusals, Refused
from callsheet.projects.models import Priority

MOST_LINES = 10
LONGEST_TITLE = 300
LONGEST_NAME = 200
LONGEST_TEXT = 20_000
LONGEST_OF_DELIVERABLE = {"placement": 200, "supplied_master": 300, "notes": LONGEST_TEXT}
MOST_CONCEPTS = 100
MOST_DELIVERABLES = 200
TEXTS = ("campaign", "cost_centre", "purchase_order")
DATES = ("publish_on", "wanted_by", "not_before")


@dataclass(frozen=True, slots=True)
class DeliverableInput:
    """A deliverable as asked for. ``master`` is the index of its master in the same concept."""

    type: str
    quantity: int = 1
    master: int | None = None
    supplied_master: str = ""
    placement: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class ConceptInput:
    """A creative direction as asked for."""

    title: str = ""
    deliverables: tuple[DeliverableInput, ...] = ()


@dataclass(frozen=True, slots=True)
class BriefInput:
    """Everything that a brief says. Dates are days of the account."""

    title: str
    brief_type: str
    concepts: tuple[ConceptInput, ...] = ()
    brand: str = ""
    campaign: str = ""
    priority: int = Priority.NORMAL
    publish_on: date | None = None
    wanted_by: date | None = None
    not_before: date | None = None
    cost_centre: str = ""
    purchase_order: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    dos: tuple[str, ...] = ()
    donts: tuple[str, ...] = ()


def check(
    brief: BriefInput,
    types: Mapping[str, DeliverableType],
    rules: StudioRules,
    today: date,
    before: Mapping[str, date | None] | None = None,
) -> None:
    """Raise ``Refusals`` that name every field that is wrong, and by which rule.

    ``types`` is the catalogue by key; ``today`` the account's day. ``before`` are the days that
    the draft has now: one that has passed since may stay until somebody looks at it, so that the
    rest of the draft can be written meanwhile. It is not ready with it.
    """
    known = before or {}
    problems: list[CallsheetError] = []

    def refuse(code: str, where: str, message: str) -> None:
        problems.append(Refused(code, message, field=where))

    if not brief.title.strip():
        refuse("title_missing", "title", "Give the brief a title.")
    if len(brief.title) > LONGEST_TITLE:
        refuse("too_long", "title", f"A title has at most {LONGEST_TITLE} characters.")
    if brief.brief_type not in BriefType.values:
        refuse("unknown_brief_type", "brief_type", f"There is no brief type “{brief.brief_type}”.")
    if brief.priority not in Priority.values:
        refuse("unknown_priority", "priority", "Choose one of the four priorities.")
    for name in TEXTS:
        limit = 200 if name == "campaign" else 80
        if len(getattr(brief, name)) > limit:
            refuse("too_long", name, f"At most {limit} characters fit here.")
    for name in DATES:
        day = getattr(brief, name)
        if day is not None and name != "not_before" and day < today and day != known.get(name):
            refuse("date_in_the_past", name, f"{day} has passed. Choose a later day.")
    for name in ("dos", "donts"):
        lines = getattr(brief, name)
        if len(lines) > MOST_LINES:
            words = "do's" if name == "dos" else "don'ts"
            refuse("too_many_lines", name, f"At most {MOST_LINES} {words}; there are {len(lines)}.")
        if any(len(line) > 300 for line in lines):
            refuse("too_long", name, "Each line has at most 300 characters.")
    for name, value in brief.fields.items():
        if len(str(value)) > LONGEST_TEXT:
            refuse("too_long", f"fields.{name}", f"At most {LONGEST_TEXT:,} characters fit here.")
    if len(brief.brand) > LONGEST_NAME:
        refuse("too_long", "brand", f"At most {LONGEST_NAME} characters fit here.")
    if len(brief.concepts) > MOST_CONCEPTS:
        message = f"At most {MOST_CONCEPTS} concepts; there are {len(brief.concepts)}."
        refuse("too_many_concepts", "concepts", message)
    for c, concept in enumerate(brief.concepts):
        if len(concept.title) > LONGEST_TITLE:
            refuse("too_long", f"concepts.{c}.title", f"At most {LONGEST_TITLE} characters.")
        if len(concept.deliverables) > MOST_DELIVERABLES:
            message = f"At most {MOST_DELIVERABLES} kinds of deliverables in a concept."
            refuse("too_many_deliverables", f"concepts.{c}.deliverables", message)
            continue
        for d, wanted in enumerate(concept.deliverables):
            problems += _check_deliverable(brief, concept, wanted, f"concepts.{c}.deliverables.{d}",
                                           types, rules)  # fmt: skip
    if problems:
        raise Refusals(problems)


def _check_deliverable(
    brief: BriefInput,
    concept: ConceptInput,
    wanted: DeliverableInput,
    where: str,
    types: Mapping[str, DeliverableType],
    rules: StudioRules,
) -> list[CallsheetError]:
    kind = types.get(wanted.type)
    if kind is None or not kind.active:
        message = f"There is no deliverable “{wanted.type}” in the catalogue."
        return [Refused("unknown_deliverable", message, field=f"{where}.type")]
    problems: list[CallsheetError] = []
    for name, longest in LONGEST_OF_DELIVERABLE.items():
        if len(getattr(wanted, name)) > longest:
            message = f"At most {longest:,} characters fit here."
            problems.append(Refused("too_long", message, field=f"{where}.{name}"))
    if brief.brief_type in BriefType.values and brief.brief_type not in kind.brief_types:
        label = BriefType(brief.brief_type).label
        message = f"{kind.name} cannot be ordered with a brief of type {label}."
        problems.append(Refused("deliverable_not_offered", message, field=f"{where}.type"))
    if not 1 <= wanted.quantity <= rules.most_quantity:
        message = f"The quantity is between 1 and {rules.most_quantity}, not {wanted.quantity}."
        problems.append(Refused("quantity_out_of_range", message, field=f"{where}.quantity"))
    if kind.kind == DeliverableKind.VARIATION:
        problems += _check_variation(brief, concept, wanted, kind, where, types)
    elif wanted.master is not None:
        message = f"{kind.name} is a master itself; only variations have one."
        problems.append(Refused("master_of_master", message, field=f"{where}.master"))
    return problems


def _check_variation(
    brief: BriefInput,
    concept: ConceptInput,
    wanted: DeliverableInput,
    kind: DeliverableType,
    where: str,
    types: Mapping[str, DeliverableType],
) -> list[CallsheetError]:
    if wanted.master is None:
        if brief.brief_type == BriefType.ADAPT_OPTIMIZE and wanted.supplied_master.strip():
            return []
        message = f"Say which master the {kind.name.lower()} belongs to."
        return [Refused("variation_without_master", message, field=f"{where}.master")]
    if not 0 <= wanted.master < len(concept.deliverables):
        message = "That master is not in this concept."
        return [Refused("unknown_master", message, field=f"{where}.master")]
    master = types.get(concept.deliverables[wanted.master].type)
    if master is not None and master.kind == DeliverableKind.VARIATION:
        message = "A variation cannot be the master of another."
        return [Refused("master_is_variation", message, field=f"{where}.master")]
    return []
