"""A change of scope as somebody asks for it: checked against catalogue, brief type and the
studio's rules, priced, and turned into the plain data that an amendment keeps.

What is produced already stays: a deliverable that was handed over once is neither dropped nor made
more or fewer. A line keeps the price at which it was agreed; what is added costs what the
catalogue says on that day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from callsheet.catalogue.models import BriefType, DeliverableKind, DeliverableType, StudioRules
from callsheet.kit.errors import CallsheetError, Conflict, Refusals, Refused
from callsheet.projects.brief import (
    LONGEST_OF_DELIVERABLE,
    LONGEST_TITLE,
    MOST_CONCEPTS,
    MOST_DELIVERABLES,
)
from callsheet.projects.models import Concept, Deliverable, DeliverableState, Project
from callsheet.projects.scope import MOST_CREDITS, is_adaptation_alone


@dataclass(frozen=True, slots=True)
class Addition:
    """A deliverable to add: to the concept of that number, or to a new one of that ``title``.

    Additions with the same title share their new concept. A variation names its ``master`` (a
    deliverable's number), or the place of an addition before it (``added_master``), or, in an
    Adapt & Optimize brief, a supplied one; it goes into its master's concept.
    """

    type: str
    quantity: int = 1
    concept: int | None = None
    title: str = ""
    master: int | None = None
    added_master: int | None = None
    supplied_master: str = ""
    placement: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class ScopeChanges:
    """What is to be added, how many there are to be of a deliverable (by its number), and which
    deliverables are to go.
    """

    add: tuple[Addition, ...] = ()
    quantity: Mapping[int, int] = field(default_factory=dict)
    drop: tuple[int, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As plain data, without prices."""
        return {
            "add": [asdict(addition) for addition in self.add],
            "quantity": {str(pk): quantity for pk, quantity in self.quantity.items()},
            "drop": list(self.drop),
        }


def from_data(data: Mapping[str, Any]) -> ScopeChanges:
    """The changes that an amendment keeps, as they were asked for."""
    names = Addition.__dataclass_fields__
    return ScopeChanges(
        add=tuple(
            Addition(**{name: value for name, value in part.items() if name in names})
            for part in data.get("add", ())
        ),
        quantity={int(pk): quantity for pk, quantity in data.get("quantity", {}).items()},
        drop=tuple(data.get("drop", ())),
    )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What changes of scope are checked against. ``deliverables`` come with their types and
    concepts, those that were dropped included; ``types`` is the catalogue by key.
    """

    project: Project
    concepts: Sequence[Concept]
    deliverables: Sequence[Deliverable]
    types: Mapping[str, DeliverableType]
    rules: StudioRules
    pay_as_you_go: bool


@dataclass(frozen=True, slots=True)
class Weighed:
    """Changes that can be made: as plain data with prices, and what the project costs then."""

    data: dict[str, Any]
    credits: int
    change: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A deliverable as it will be; ``concept`` is a number, or the title of a new one."""

    concept: int | str
    kind: str
    quantity: int
    unit_credits: int


def weigh(changes: ScopeChanges, around: Surroundings) -> Weighed:
    """Check changes of scope and price them.

    Raises ``Refusals`` that name every field that is wrong, ``Conflict("already_produced")`` naming
    what was handed over, ``Conflict("concept_approved")``, ``Conflict("already_settled")``.
    """
    live = {d.pk: d for d in around.deliverables if d.state != DeliverableState.DROPPED}
    problems: list[CallsheetError] = []
    problems += _check_named(changes, live, around.rules)
    _check_not_produced(changes, live)
    drop = with_variations(changes.drop, live.values())
    quantity = {
        pk: wanted
        for pk, wanted in changes.quantity.items()
        if pk in live and live[pk].quantity != wanted
    }
    staying = {pk: deliverable for pk, deliverable in live.items() if pk not in drop}
    additions: list[Addition] = []
    prices: list[int] = []
    for place, addition in enumerate(changes.add):
        kind = around.types.get(addition.type)
        where = f"add.{place}"
        found = list(_check_addition(addition, kind, where, additions, staying, around))
        problems += found
        if kind is not None:
            prices.append(0 if kind.kind == DeliverableKind.VARIATION else kind.credits)
        additions.append(_placed(addition, additions, staying))
    if problems:
        raise Refusals(problems)
    if not (drop or quantity or additions):
        raise Refused("nothing_changes", "Say what should change in the scope.", field="changes")
    lines = [
        _Line(d.concept_id, d.type.kind, quantity.get(pk, d.quantity), d.unit_credits)
        for pk, d in staying.items()
    ] + [
        _Line(
            a.title if a.concept is None else a.concept,
            around.types[a.type].kind, a.quantity, price,
        )
        for a, price in zip(additions, prices, strict=True)
    ]  # fmt: skip
    touched: set[int | str] = {live[pk].concept_id for pk in (*drop, *quantity)}
    touched |= {a.title if a.concept is None else a.concept for a in additions}
    credits = _credits_after(around, live, lines)
    _check_whole(around, lines, touched, credits)
    data = {
        "add": [
            {**asdict(a), "unit_credits": price} for a, price in zip(additions, prices, strict=True)
        ],
        "quantity": {str(pk): wanted for pk, wanted in sorted(quantity.items())},
        "drop": sorted(drop),
    }
    return Weighed(data, credits, credits - around.project.credits)


def is_produced(deliverable: Deliverable) -> bool:
    """Whether it was handed over at least once, whatever was said about it since."""
    return deliverable.state not in (DeliverableState.WAITING, DeliverableState.DROPPED)


def with_variations(drop: Collection[int], live: Collection[Deliverable]) -> set[int]:
    """The deliverables that go with those: a master takes its variations along."""
    going = set(drop)
    return going | {d.pk for d in live if d.master_id in going}


def produced_meanwhile(data: Mapping[str, Any], live: Collection[Deliverable]) -> list[Deliverable]:
    """Which of the deliverables that an amendment changes or drops were handed over by now."""
    going = with_variations(data.get("drop", ()), live)
    going |= {int(pk) for pk in data.get("quantity", {})}
    return [d for d in live if d.pk in going and is_produced(d)]


def masters_for(data: Mapping[str, Any]) -> set[int]:
    """The concepts (by number) to which an amendment adds something that costs credits."""
    return {
        part["concept"]
        for part in data.get("add", ())
        if part["unit_credits"] and part.get("concept") is not None
    }


def _check_named(
    changes: ScopeChanges, live: Mapping[int, Deliverable], rules: StudioRules
) -> Iterator[CallsheetError]:
    """The deliverables that are named, and how many of them are wanted."""
    for name, numbers in (("drop", changes.drop), ("quantity", tuple(changes.quantity))):
        if unknown := [pk for pk in numbers if pk not in live]:
            yield Refused(
                "unknown_deliverable",
                f"This project has no deliverable {', '.join(map(str, unknown))}.",
                field=name,
            )
    if twice := sorted(set(changes.drop) & set(changes.quantity)):
        yield Refused(
            "changed_twice",
            f"Deliverable {', '.join(map(str, twice))} cannot be dropped and changed at once.",
            field="quantity",
        )
    for pk, wanted in changes.quantity.items():
        if not 1 <= wanted <= rules.most_quantity:
            yield _quantity_problem(wanted, rules, f"quantity.{pk}")


def _quantity_problem(wanted: int, rules: StudioRules, where: str) -> Refused:
    message = f"The quantity is between 1 and {rules.most_quantity}, not {wanted}."
    return Refused("quantity_out_of_range", message, field=where)


def _check_not_produced(changes: ScopeChanges, live: Mapping[int, Deliverable]) -> None:
    produced = produced_meanwhile(changes.as_data(), live.values())
    if not produced:
        return
    dropped = [d for d in produced if d.pk not in changes.quantity]
    names = ", ".join(f"“{d}” ({d.concept})" for d in produced[:5])
    helps = (
        "What has been made stays in the scope."
        if dropped
        else "Its number stays; ask for more of it as an addition."
    )
    raise Conflict(
        "already_produced",
        f"{names}: delivered already. {helps}",
        field="drop" if dropped else "quantity",
        deliverables=[d.pk for d in produced],
    )


def _check_addition(
    addition: Addition,
    kind: DeliverableType | None,
    where: str,
    before: Sequence[Addition],
    staying: Mapping[int, Deliverable],
    around: Surroundings,
) -> Iterator[CallsheetError]:
    if kind is None:
        message = f"There is no deliverable “{addition.type}” in the catalogue."
        yield Refused("unknown_deliverable", message, field=f"{where}.type")
        return
    brief_type = around.project.brief_type
    if not kind.active or brief_type not in kind.brief_types:
        label = BriefType(brief_type).label
        message = f"{kind.name} cannot be ordered with a brief of type {label}."
        yield Refused("deliverable_not_offered", message, field=f"{where}.type")
    if not 1 <= addition.quantity <= around.rules.most_quantity:
        yield _quantity_problem(addition.quantity, around.rules, f"{where}.quantity")
    for name, longest in {**LONGEST_OF_DELIVERABLE, "title": LONGEST_TITLE}.items():
        if len(getattr(addition, name)) > longest:
            message = f"At most {longest:,} characters fit here."
            yield Refused("too_long", message, field=f"{where}.{name}")
    concepts = {concept.pk: concept for concept in around.concepts}
    if addition.concept is not None and addition.concept not in concepts:
        message = "That concept is not in this project."
        yield Refused("unknown_concept", message, field=f"{where}.concept")
        return
    if kind.kind == DeliverableKind.VARIATION:
        yield from _check_variation(addition, kind, where, before, staying, around)
        return
    if addition.master is not None or addition.added_master is not None:
        message = f"{kind.name} is a master itself; only variations have one."
        yield Refused("master_of_master", message, field=f"{where}.master")
    approved = concepts[addition.concept].approved_at if addition.concept is not None else None
    if approved is not None:
        yield Conflict(
            "concept_approved",
            f"“{concepts[addition.concept or 0]}” is approved, and that is for good. Add a new"
            " concept instead.",
            field=f"{where}.concept",
        )


def _check_variation(
    addition: Addition,
    kind: DeliverableType,
    where: str,
    before: Sequence[Addition],
    staying: Mapping[int, Deliverable],
    around: Surroundings,
) -> Iterator[CallsheetError]:
    master: DeliverableType | None
    home: int | None
    if addition.master is not None:
        found = staying.get(addition.master)
        master, home = (found.type, found.concept_id) if found else (None, None)
    elif addition.added_master is not None:
        known = 0 <= addition.added_master < len(before)
        other = before[addition.added_master] if known else None
        master = around.types.get(other.type) if other else None
        home = other.concept if other else None
    else:
        supplied = addition.supplied_master.strip()
        if around.project.brief_type != BriefType.ADAPT_OPTIMIZE or not supplied:
            message = f"Say which master the {kind.name.lower()} belongs to."
            yield Refused("variation_without_master", message, field=f"{where}.master")
        return
    if master is None:
        message = "That master is not in this project."
        yield Refused("unknown_master", message, field=f"{where}.master")
    elif master.kind == DeliverableKind.VARIATION:
        message = "A variation cannot be the master of another."
        yield Refused("master_is_variation", message, field=f"{where}.master")
    elif addition.concept is not None and addition.concept != home:
        message = "A variation belongs to the concept of its master."
        yield Refused("other_concept", message, field=f"{where}.concept")


def _placed(
    addition: Addition, before: Sequence[Addition], staying: Mapping[int, Deliverable]
) -> Addition:
    """The addition in the concept of its master, where it has one."""
    if addition.master is not None and (master := staying.get(addition.master)):
        return replace(addition, concept=master.concept_id, title="")
    place = addition.added_master
    if place is not None and 0 <= place < len(before):
        return replace(addition, concept=before[place].concept, title=before[place].title)
    return addition


def _credits_after(
    around: Surroundings, live: Mapping[int, Deliverable], lines: Sequence[_Line]
) -> int:
    """What the project costs with these lines. An adaptation of variations alone has its flat
    price; otherwise the change of the sum is added to what was agreed before.
    """
    project = around.project
    was_alone = is_adaptation_alone(project, list(live.values()))
    is_alone = project.brief_type == BriefType.ADAPT_OPTIMIZE and all(
        line.kind == DeliverableKind.VARIATION for line in lines
    )
    if is_alone:
        return project.credits if was_alone else around.rules.adaptation_price
    after = sum(line.quantity * line.unit_credits for line in lines)
    if was_alone:
        return after
    return project.credits + after - sum(d.quantity * d.unit_credits for d in live.values())


def _check_whole(
    around: Surroundings, lines: Sequence[_Line], touched: Collection[int | str], credits: int
) -> None:
    """The rules for the project as it will be: its minimums, its size, what has come home."""
    project = around.project
    problems: list[CallsheetError] = []
    if not lines:
        message = "Something has to be left. To stop the whole project, ask for its cancellation."
        problems.append(Refused("no_deliverables", message, field="drop"))
        raise Refusals(problems)
    alone = project.brief_type == BriefType.ADAPT_OPTIMIZE and all(
        line.kind == DeliverableKind.VARIATION for line in lines
    )
    if not alone:
        problems += _minimum_problems(around, lines, touched, credits)
    by_concept: dict[int | str, int] = {}
    for line in lines:
        by_concept[line.concept] = by_concept.get(line.concept, 0) + 1
    if len(by_concept) > MOST_CONCEPTS:
        message = f"At most {MOST_CONCEPTS} concepts; there would be {len(by_concept)}."
        problems.append(Refused("too_many_concepts", message, field="add"))
    if any(number > MOST_DELIVERABLES for number in by_concept.values()):
        message = f"At most {MOST_DELIVERABLES} kinds of deliverables in a concept."
        problems.append(Refused("too_many_deliverables", message, field="add"))
    if credits > MOST_CREDITS:
        message = (
            f"A project has at most {MOST_CREDITS:,} credits; this one would have {credits:,}."
        )
        problems.append(Refused("too_many_credits", message, field="add"))
    if problems:
        raise Refusals(problems)
    if credits < max(1, project.settled):
        raise Conflict(
            "already_settled",
            f"{project.settled} credits of approved concepts have come home already; the scope"
            f" cannot cost less than that, and would cost {credits}.",
            field="drop",
        )


def _minimum_problems(
    around: Surroundings, lines: Sequence[_Line], touched: Collection[int | str], credits: int
) -> Iterator[CallsheetError]:
    rules = around.rules
    if not any(line.kind == DeliverableKind.MASTER for line in lines):
        message = "A project needs at least one deliverable that is not a variation."
        yield Refused("no_master", message, field="drop")
    names: dict[int | str, str] = {concept.pk: str(concept) for concept in around.concepts}
    for concept in sorted(touched, key=str):
        own = [line for line in lines if line.concept == concept]
        cost = sum(line.quantity * line.unit_credits for line in own)
        if own and cost < rules.concept_minimum:
            name = names.get(concept) or str(concept) or "The new concept"
            message = (
                f"{name} would have {cost} credits; a concept needs at least"
                f" {rules.concept_minimum}."
            )
            yield Refused("concept_under_minimum", message, field="changes")
    shrinks = credits < around.project.credits
    if around.pay_as_you_go and shrinks and credits < rules.pay_as_you_go_minimum:
        message = (
            f"The project would have {credits} credits; a pay-as-you-go project needs at least"
            f" {rules.pay_as_you_go_minimum}."
        )
        yield Refused("project_under_minimum", message, field="changes")
