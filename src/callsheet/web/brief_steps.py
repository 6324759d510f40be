"""What the buttons of a brief's form change in it: add, remove, move, one more, one fewer.

A step is a word and where it applies, ``down:0.2``: the third deliverable of the first concept.
Anything that cannot be done (a forged number, the first one up) changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from callsheet.catalogue.models import DeliverableKind, DeliverableType
from callsheet.web.brief_form import Concept, Line, Typed

MOST_CONCEPTS = 100


def take_step(typed: Typed, step: str, types: dict[str, DeliverableType]) -> str:
    """Change ``typed`` by that step; answers the id of the element to go to, or nothing."""
    word, _, rest = step.partition(":")
    where, _, what = rest.partition(":")
    if word == "add_concept" and len(typed.concepts) < MOST_CONCEPTS:
        typed.concepts.append(Concept())
        return f"f-concepts-{len(typed.concepts) - 1}-title"
    numbers = [int(part) if part.isdecimal() and len(part) < 9 else -1 for part in where.split(".")]
    c = numbers[0]
    if not 0 <= c < len(typed.concepts):
        return ""
    if word in _OF_CONCEPTS:
        return _OF_CONCEPTS[word](typed, c)
    concept = typed.concepts[c]
    if word == "add":
        return _add(concept, c, types)
    rows = concept.flat()
    if len(numbers) != 2 or not 0 <= numbers[1] < len(rows):
        return ""
    line, master = rows[numbers[1]]
    place = f"row-{c}-{numbers[1]}"
    if word == "variation":
        if (kind := types.get(what)) is None or kind.kind != DeliverableKind.VARIATION:
            return ""
        if master is not None:
            line = rows[master][0]
        line.variations.append(Line(what))
        at = next(n for n, (one, _) in enumerate(concept.flat()) if one is line.variations[-1])
        return f"row-{c}-{at}"
    if word in ("more", "fewer"):
        _count(line, 1 if word == "more" else -1)
        return place
    siblings = concept.lines if master is None else rows[master][0].variations
    n = siblings.index(line)
    if word == "remove":
        del siblings[n]
        return f"concept-{c}"
    if word in ("up", "down"):
        _swap(siblings, n, -1 if word == "up" else 1)
        at = next(n for n, (one, _) in enumerate(concept.flat()) if one is line)
        return f"row-{c}-{at}"
    return ""


def _add(concept: Concept, c: int, types: dict[str, DeliverableType]) -> str:
    kind = types.get(concept.adds)
    if kind is None or not kind.active:
        return ""
    concept.lines.append(Line(kind.key))
    return f"row-{c}-{len(concept.flat()) - 1}"


def _count(line: Line, by: int) -> None:
    if line.quantity.strip().isdecimal() and len(line.quantity) < 9:
        line.quantity = str(max(1, int(line.quantity) + by))
    else:
        line.quantity = "1"


def _swap[Part](parts: list[Part], n: int, by: int) -> int:
    """Exchange the n-th with its neighbour where there is one; answers where it then is."""
    other = n + by
    if 0 <= other < len(parts):
        parts[n], parts[other] = parts[other], parts[n]
        return other
    return n


def _remove_concept(typed: Typed, c: int) -> str:
    del typed.concepts[c]
    return "concepts"


def _concept_up(typed: Typed, c: int) -> str:
    return f"concept-{_swap(typed.concepts, c, -1)}"


def _concept_down(typed: Typed, c: int) -> str:
    return f"concept-{_swap(typed.concepts, c, 1)}"


_OF_CONCEPTS: dict[str, Callable[[Typed, int], str]] = {
    "remove_concept": _remove_concept,
    "concept_up": _concept_up,
    "concept_down": _concept_down,
}
