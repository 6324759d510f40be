"""A brief as it stands in a form: texts as somebody typed them, right or wrong.

Names of form fields are those by which services speak of fields, such as
``concepts.0.deliverables.1.type``, so that a refusal finds its place. Variations stand under their
masters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.datastructures import MultiValueDict

from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput

PLAIN = ("title", "brief_type", "brand", "campaign", "priority", "cost_centre", "purchase_order")
DAYS = ("publish_on", "wanted_by", "not_before")
LINES = ("dos", "donts")
_NUMBERED = re.compile(r"^concepts\.(\d{1,4})(?:\.deliverables\.(\d{1,4}))?\.[a-z_]+$")
_MOST_DIGITS = 9


@dataclass
class Line:
    """A deliverable as typed, with its variations (which have none of their own)."""

    type: str
    quantity: str = "1"
    supplied_master: str = ""
    placement: str = ""
    notes: str = ""
    variations: list[Line] = field(default_factory=list)


@dataclass
class Concept:
    """A concept as typed. ``adds`` is the deliverable chosen to be added next."""

    title: str = ""
    lines: list[Line] = field(default_factory=list)
    adds: str = ""

    def flat(self) -> list[tuple[Line, int | None]]:
        """The deliverables in the order of the brief, each with the place of its master."""
        rows: list[tuple[Line, int | None]] = []
        for line in self.lines:
            place = len(rows)
            rows.append((line, None))
            rows += [(variation, place) for variation in line.variations]
        return rows


@dataclass
class Typed:
    """All that a brief's form holds. ``texts`` are PLAIN, DAYS and LINES by name."""

    texts: dict[str, str]
    fields: dict[str, str]
    concepts: list[Concept]

    @property
    def brief_type(self) -> str:
        """The type as chosen."""
        return self.texts["brief_type"]


def typed_of(brief: BriefInput) -> Typed:
    """The form of a brief as it is saved."""
    texts = {name: str(getattr(brief, name)) for name in PLAIN}
    texts |= {name: day.isoformat() if (day := getattr(brief, name)) else "" for name in DAYS}
    texts |= {name: "\n".join(getattr(brief, name)) for name in LINES}
    fields = {name: _as_text(value) for name, value in brief.fields.items()}
    return Typed(texts, fields, [_typed_concept(concept) for concept in brief.concepts])


def _as_text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(str(part) for part in value)
    return str(value)


def _typed_concept(concept: ConceptInput) -> Concept:
    lines = [
        Line(part.type, str(part.quantity), part.supplied_master, part.placement, part.notes)
        for part in concept.deliverables
    ]
    return _grouped(concept.title, lines, [part.master for part in concept.deliverables])


def _grouped(title: str, lines: list[Line], masters: list[int | None]) -> Concept:
    """Variations under their masters; one whose master is not there stands alone."""
    tops = []
    for n, (line, master) in enumerate(zip(lines, masters, strict=True)):
        lies_under = (
            master is not None
            and 0 <= master < len(lines)
            and master != n
            and masters[master] is None
        )
        if lies_under and master is not None:
            lines[master].variations.append(line)
        else:
            tops.append(line)
    return Concept(title, tops)


def read_form(posted: MultiValueDict[str, str]) -> Typed:
    """What came in, whatever it is; line ends as one character, everything else untouched."""

    def text(name: str) -> str:
        return str(posted.get(name, "")).replace("\r\n", "\n")

    rows: dict[int, set[int]] = {}
    for name in posted:
        if found := _NUMBERED.match(name):
            lines = rows.setdefault(int(found[1]), set())
            if found[2] is not None:
                lines.add(int(found[2]))
    concepts = []
    for c, numbers in sorted(rows.items()):
        order = sorted(numbers)
        at = f"concepts.{c}.deliverables"
        places = {str(number): place for place, number in enumerate(order)}
        concept = _grouped(
            text(f"concepts.{c}.title"),
            [
                Line(
                    text(f"{at}.{d}.type"), text(f"{at}.{d}.quantity"),
                    text(f"{at}.{d}.supplied_master"), text(f"{at}.{d}.placement"),
                    text(f"{at}.{d}.notes"),
                )
                for d in order
            ],
            [places.get(text(f"{at}.{d}.master")) for d in order],
        )  # fmt: skip
        concept.adds = text(f"concepts.{c}.adds")
        concepts.append(concept)
    return Typed(
        {name: text(name) for name in (*PLAIN, *DAYS, *LINES)},
        {name[7:]: text(name) for name in posted if name.startswith("fields.") and name[7:]},
        concepts,
    )


def parse(typed: Typed, before: Mapping[str, object]) -> tuple[BriefInput, dict[str, str]]:
    """The brief that was typed, and what in it is no date or number, by field.

    Fields of the type that were empty ``before`` and still are stay out of the brief.
    """
    problems: dict[str, str] = {}

    def day(name: str) -> date | None:
        text = typed.texts[name].strip()
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            problems[name] = "Give a day with its year, such as 2027-05-12."
            return None

    def number(name: str, text: str) -> int:
        cleaned = text.strip()
        if cleaned.isascii() and cleaned.isdigit() and len(cleaned) <= _MOST_DIGITS:
            return int(cleaned)
        problems[name] = "Give a whole number of at least 1."
        return 1

    texts = typed.texts
    priority = texts["priority"]
    brief = BriefInput(
        title=texts["title"].strip(),
        brief_type=texts["brief_type"],
        concepts=tuple(
            ConceptInput(
                concept.title.strip(),
                tuple(
                    DeliverableInput(
                        line.type,
                        number(f"concepts.{c}.deliverables.{d}.quantity", line.quantity),
                        master,
                        line.supplied_master.strip(),
                        line.placement.strip(),
                        line.notes,
                    )
                    for d, (line, master) in enumerate(concept.flat())
                ),
            )
            for c, concept in enumerate(typed.concepts)
        ),
        brand=texts["brand"].strip(),
        campaign=texts["campaign"].strip(),
        priority=int(priority) if re.fullmatch(r"[0-9]{1,4}", priority) else -1,
        publish_on=day("publish_on"),
        wanted_by=day("wanted_by"),
        not_before=day("not_before"),
        cost_centre=texts["cost_centre"].strip(),
        purchase_order=texts["purchase_order"].strip(),
        fields={
            name: text for name, text in typed.fields.items() if text.strip() or name in before
        },
        dos=_lines(texts["dos"]),
        donts=_lines(texts["donts"]),
    )
    return brief, problems


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())
