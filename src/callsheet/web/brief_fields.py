"""What a brief's form shows: fields with their labels, concepts, deliverables, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from callsheet.catalogue.models import BriefType, DeliverableKind, DeliverableType
from callsheet.projects.brief_fields import fields_for
from callsheet.projects.models import Priority
from callsheet.projects.readiness import REQUIRED_FIELDS
from callsheet.web.brief_form import Concept, Line, Typed

type Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field as the template draws it. ``kind``: text, lines, date, choice; ``needed`` says that
    a brief is not ready without it.
    """

    name: str
    label: str
    value: str
    kind: str = "text"
    help: str = ""
    problem: str = ""
    choices: Choices = ()
    needed: bool = False
    rows: int = 3
    options: str = ""

    @property
    def id(self) -> str:
        """The id of its control."""
        return field_id(self.name)


@dataclass(frozen=True, slots=True)
class RowView:
    """A deliverable in the table. ``at`` is its place as steps name it (``0.2``)."""

    at: str
    name: str
    line: Line
    master: int | None
    kind: str
    unit_credits: int
    credits: int
    choices: Choices
    can_vary: Choices
    problems: tuple[str, ...]
    first: bool
    last: bool
    stands_alone: bool

    @property
    def is_variation(self) -> bool:
        """Whether it is complimentary."""
        return self.master is not None or self.stands_alone

    @property
    def id(self) -> str:
        """The id of its row."""
        return f"row-{self.at.replace('.', '-')}"


@dataclass(frozen=True, slots=True)
class ConceptView:
    """A concept as a card. ``number`` counts from 1; ``credits`` is what it costs."""

    at: int
    title: FieldView
    rows: tuple[RowView, ...]
    credits: int
    adds: Choices
    last: bool
    problem: str

    @property
    def number(self) -> int:
        """As people count."""
        return self.at + 1


def field_id(name: str) -> str:
    """The id of the control of a field."""
    return "f-" + name.replace(".", "-")


def target_of(name: str) -> str:
    """Where somebody goes to mend what is said of a field; empty for no field."""
    if not name:
        return ""
    parts = name.split(".")
    if parts[0] == "deliverables":
        return "concepts"
    if parts[0] == "concepts" and len(parts) == 2:
        return f"concept-{parts[1]}"
    if parts[0] == "concepts" and len(parts) >= 4:
        return f"row-{parts[1]}-{parts[3]}"
    if parts[0] == "concepts" and len(parts) == 1:
        return "concepts"
    if parts[0] in ("dos", "donts"):
        return field_id(parts[0])
    return field_id(name)


def basics(
    typed: Typed, problems: Mapping[str, str], brands: Iterable[str]
) -> dict[str, FieldView]:
    """The fields that every brief has, by name."""

    def one(name: str, label: str, kind: str = "text", **more: object) -> FieldView:
        said = problems.get(name, "")
        if not said and name in ("dos", "donts"):
            said = next((p for n, p in problems.items() if n.startswith(f"{name}.")), "")
        return FieldView(name, label, typed.texts[name], kind, problem=said, **more)  # type: ignore[arg-type]

    priorities = tuple((str(p.value), str(p.label)) for p in Priority)
    fields = [
        one("title", "Title", needed=True),
        one("brief_type", "Brief type", "choice", choices=tuple(BriefType.choices)),
        one("brand", "Brand", options="brands" if brands else ""),
        one("campaign", "Campaign"),
        one("publish_on", "Publish on", "date", help="When it goes live."),
        one("wanted_by", "Wanted by", "date", help="When you need it from the studio."),
        one("not_before", "Not before", "date", help="It starts no earlier, whatever is free."),
        one(
            "priority", "Priority", "choice", choices=priorities,
            help="Weighs in planning. The queue goes by its order alone.",
        ),
        one("cost_centre", "Cost centre"),
        one("purchase_order", "Purchase order"),
        one("dos", "Do's", "lines", help="One on each line, at most ten."),
        one("donts", "Don'ts", "lines", help="One on each line, at most ten."),
    ]  # fmt: skip
    return {field.name: field for field in fields}


def own_fields(typed: Typed, problems: Mapping[str, str]) -> list[FieldView]:
    """The fields of the brief's type, and what else somebody wrote into it."""
    needed = REQUIRED_FIELDS.get(typed.brief_type, ())
    present = [name for name, text in typed.fields.items() if text.strip()]
    views = []
    for known in fields_for(typed.brief_type, present):
        value, choices = typed.fields.get(known.name, ""), known.choices
        if choices and value and value not in dict(choices):
            choices = (*choices, (value, value))
        name = f"fields.{known.name}"
        views.append(
            FieldView(
                name, known.label, value, "choice" if choices else "lines", known.help,
                problems.get(name, ""), (("", "Choose one"), *choices) if choices else (),
                known.name in needed,
            )
        )  # fmt: skip
    return views


def concept_views(
    typed: Typed, problems: Mapping[str, str], types: Mapping[str, DeliverableType]
) -> list[ConceptView]:
    """The concepts as cards, with their deliverables as rows."""
    masters = _offered(types, typed.brief_type, DeliverableKind.MASTER)
    variations = _offered(types, typed.brief_type, DeliverableKind.VARIATION)
    supplied = typed.brief_type == BriefType.ADAPT_OPTIMIZE
    views = []
    for c, concept in enumerate(typed.concepts):
        rows = _rows(c, concept, problems, types, masters, variations)
        name = f"concepts.{c}.title"
        title = FieldView(
            name, "Name of the concept", concept.title, problem=problems.get(name, "")
        )
        adds = (*masters, *variations) if supplied else masters
        views.append(
            ConceptView(
                c, title, tuple(rows), sum(row.credits for row in rows),
                tuple((key, _with_price(types[key])) for key, _ in adds),
                c == len(typed.concepts) - 1, problems.get(f"concepts.{c}.deliverables", ""),
            )
        )  # fmt: skip
    return views


def _with_price(kind: DeliverableType) -> str:
    if kind.kind == DeliverableKind.VARIATION:
        return f"{kind.name}, complimentary"
    return f"{kind.name}, {kind.credits} credit{'' if kind.credits == 1 else 's'} each"


def _offered(
    types: Mapping[str, DeliverableType], brief_type: str, kind: DeliverableKind
) -> Choices:
    return tuple(
        (one.key, one.name)
        for one in types.values()
        if one.active and one.kind == kind and brief_type in one.brief_types
    )


def _rows(
    c: int,
    concept: Concept,
    problems: Mapping[str, str],
    types: Mapping[str, DeliverableType],
    masters: Choices,
    variations: Choices,
) -> list[RowView]:
    rows = []
    flat = concept.flat()
    for d, (line, master) in enumerate(flat):
        name = f"concepts.{c}.deliverables.{d}"
        kind = types.get(line.type)
        is_variation = kind is not None and kind.kind == DeliverableKind.VARIATION
        choices = variations if master is not None or is_variation else masters
        if line.type not in dict(choices):
            choices = (*choices, (line.type, f"{kind.name if kind else line.type} (not offered)"))
        price = kind.credits if kind is not None and not is_variation else 0
        count = line.quantity.strip()
        quantity = int(count) if count.isdecimal() and len(count) <= 9 else 0
        siblings = concept.lines if master is None else flat[master][0].variations
        rows.append(
            RowView(
                at=f"{c}.{d}",
                name=name,
                line=line,
                master=master,
                kind=kind.name if kind else line.type,
                unit_credits=price,
                credits=price * quantity,
                choices=choices,
                can_vary=() if is_variation or master is not None else variations,
                problems=tuple(
                    said for field, said in problems.items() if field.startswith(f"{name}.")
                ),
                first=siblings[0] is line,
                last=siblings[-1] is line,
                stands_alone=is_variation and master is None,
            )
        )
    return rows
