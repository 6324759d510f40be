"""The obvious other ways to ask for a brief: smaller, or in several. Pure: a brief in, briefs out.

Only what could be submitted as it is counts as an alternative: the studio's minimums hold for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from callsheet.catalogue.models import DeliverableKind, DeliverableType, StudioRules
from callsheet.insight.brief_view import weigh
from callsheet.projects.brief import BriefInput, ConceptInput

_OF_SCOPE = frozenset(
    {"no_deliverables", "no_master", "concept_under_minimum", "project_under_minimum"}
)


@dataclass(frozen=True, slots=True)
class Way:
    """Another way to ask for it, as one brief or several: (title, brief, credits) each.

    ``without`` names the deliverable that is left out; empty where the brief is split.
    """

    without: str
    pieces: tuple[tuple[str, BriefInput, int], ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """What briefs are weighed by: the catalogue by key, the studio's rules, the account's day."""

    types: Mapping[str, DeliverableType]
    rules: StudioRules
    today: date
    pay_as_you_go: bool

    def credits(self, brief: BriefInput) -> int:
        """What the brief costs; 0 where what it asks for could not be submitted."""
        weighed = weigh(brief, self.types, self.rules, self.today, pay_as_you_go=self.pay_as_you_go)
        if weighed.too_many or any(item.code in _OF_SCOPE for item in weighed.open_items):
            return 0
        return weighed.credits


def other_ways(brief: BriefInput, measure: Measure) -> list[Way]:
    """Without the dearest deliverable that can be left out, and split by concept."""
    return [way for way in (_smaller(brief, measure), _split(brief, measure)) if way is not None]


def _smaller(brief: BriefInput, measure: Measure) -> Way | None:
    lines = [
        (measure.types[part.type].credits * part.quantity, c, d)
        for c, concept in enumerate(brief.concepts)
        for d, part in enumerate(concept.deliverables)
        if part.type in measure.types and measure.types[part.type].kind == DeliverableKind.MASTER
    ]
    whole = measure.credits(brief)
    for _, c, d in sorted(lines, key=lambda line: (-line[0], line[1], line[2])):
        smaller = _without(brief, c, d)
        credits = measure.credits(smaller)
        if 0 < credits < whole:
            part = brief.concepts[c].deliverables[d]
            name = f"“{measure.types[part.type].name}”"
            said = name if part.quantity == 1 else f"{name} ({part.quantity})"
            return Way(said, ((brief.title, smaller, credits),))
    return None


def _without(brief: BriefInput, c: int, d: int) -> BriefInput:
    """The brief without that deliverable and its variations; a concept left empty goes, too."""
    lines = brief.concepts[c].deliverables
    stay = [n for n, part in enumerate(lines) if n != d and part.master != d]
    places = {old: new for new, old in enumerate(stay)}
    kept = tuple(
        replace(lines[n], master=None if (m := lines[n].master) is None else places.get(m))
        for n in stay
    )
    concepts = list(brief.concepts)
    if kept:
        concepts[c] = ConceptInput(concepts[c].title, kept)
    else:
        del concepts[c]
    return replace(brief, concepts=tuple(concepts))


def _split(brief: BriefInput, measure: Measure) -> Way | None:
    filled = [(n, concept) for n, concept in enumerate(brief.concepts) if concept.deliverables]
    if len(filled) < 2:
        return None
    pieces = []
    for n, concept in filled:
        piece = replace(brief, concepts=(concept,))
        credits = measure.credits(piece)
        if not credits:
            return None
        pieces.append((concept.title or f"Concept {n + 1}", piece, credits))
    return Way("", tuple(pieces))
