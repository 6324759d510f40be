"""“2 video, 3 static” and “A: 2 video | B: 3 static” read against the price list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from callsheet.sheets.definitions import fold
from callsheet.sheets.records import ConceptLine, DeliverableLine, PriceItem

LINES_MAX = 200

_TIMES = "[x\u00d7*]"  # the letter, the sign of multiplication, the asterisk
_LEADING = re.compile(rf"(\d{{1,6}})\s*(?:{_TIMES}\s+|{_TIMES}(?=\D)|\s)\s*(.+)", re.IGNORECASE)
_TRAILING = re.compile(
    rf"(.+?)\s*(?:{_TIMES}\s*(\d{{1,6}})|\((\d{{1,6}})\)|:\s*(\d{{1,6}}))", re.IGNORECASE
)
_OF = re.compile(r"(.+?)\s+(?:of|for)\s+#?(.+)", re.IGNORECASE)
# Outside of parentheses; “and” and “&” only before a number, as names may hold them.
_SEPARATORS = re.compile(r"\s*(?:[,;+\n]|(?:&|\band\b)(?=\s*\d))(?![^(]*\))\s*", re.IGNORECASE)


class NotDeliverable(ValueError):
    """A deliverables text that breaks a rule; ``code`` and the message say which."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def splits(name: str) -> bool:
    """Whether a name would fall apart in a deliverables text, so that it cannot be found there."""
    return "|" in name or len(_SEPARATORS.split(name)) > 1


class PriceBook:
    """The items that projects are made of, found by the names that people use for them."""

    def __init__(self, items: Iterable[PriceItem]) -> None:
        self._items = [item for item in items if item.can_be_ordered]
        self._by_name: dict[str, PriceItem] = {}
        self._found: dict[str, PriceItem] = {}
        for item in self._items:
            for name in (item.name, *item.also_called):
                for form in _forms(name):
                    self._by_name.setdefault(form, item)

    def __len__(self) -> int:
        return len(self._items)

    def has(self, name: str) -> bool:
        """Whether an item has exactly this name."""
        return any(form in self._by_name for form in _forms(name))

    def find(self, name: str) -> PriceItem:
        """The item with this name, or the only one whose name or medium begins with it.

        Raises NotDeliverable with code ``unknown_deliverable`` or ``ambiguous_deliverable``.
        """
        if name not in self._found:
            self._found[name] = self._search(name)
        return self._found[name]

    def _search(self, name: str) -> PriceItem:
        for form in _forms(name):
            if form in self._by_name:
                return self._by_name[form]
        for form in _forms(name):
            if not form:
                continue
            near = [i for i in self._items if fold(i.name).startswith(form)] or [
                i for i in self._items if i.kind == "deliverable" and fold(i.medium) == form
            ]
            if len(near) == 1:
                return near[0]
            if near:
                raise NotDeliverable(
                    "ambiguous_deliverable",
                    f"“{name}” may be " + " or ".join(i.name for i in near) + ".",
                )
        raise NotDeliverable(
            "unknown_deliverable",
            f"“{name}” is not in the price list, which has "
            + (", ".join(i.name for i in self._items[:12]) or "nothing")
            + ("…" if len(self._items) > 12 else "")
            + ".",
        )


def _forms(name: str) -> tuple[str, ...]:
    """The folded name and its singular."""
    folded = fold(name)
    return (folded, folded[:-1]) if folded.endswith("s") and len(folded) > 3 else (folded,)


@dataclass(frozen=True, slots=True)
class _Part:
    item: PriceItem
    quantity: int
    of: str | None


def read_concepts(
    text: str, book: PriceBook, *, supplied_masters: bool, most_quantity: int = 200
) -> tuple[ConceptLine, ...]:
    """The concepts of a project: “A: 2 video | B: 3 static”, or one concept without a name.

    A variation says which line of its concept it varies, by number (“of 1”) or name (“of video”);
    where there is one master only, that is meant. ``supplied_masters`` (Adapt & Optimize) allows
    variations of what the customer brings. Raises NotDeliverable.
    """
    named: list[tuple[str, list[_Part]]] = []
    for number, part in enumerate((p for p in text.split("|") if p.strip()), start=1):
        name, parts = _named_concept(part.strip(), number, book, most_quantity)
        named.append((name, parts))
    if sum(len(parts) for _, parts in named) > LINES_MAX:
        raise NotDeliverable("too_many_lines", f"At most {LINES_MAX} lines make a project.")
    all_parts = [part for _, parts in named for part in parts]
    concepts: list[ConceptLine] = []
    offset = 0
    for name, parts in named:
        lines = tuple(
            DeliverableLine(
                item=part.item.name,
                quantity=part.quantity,
                credits_each=part.item.credits,
                is_variation=part.item.kind == "variation",
                master=_master(part, parts, offset, all_parts, supplied_masters),
            )
            for part in parts
        )
        concepts.append(ConceptLine(name, lines))
        offset += len(parts)
    return tuple(concepts)


def read_wanted(
    text: str, book: PriceBook, *, most_quantity: int = 200
) -> tuple[tuple[str, int], ...]:
    """Items with their numbers, “2 static, 1 video”, each item once. Raises NotDeliverable."""
    counts: dict[str, int] = {}
    for part in _parts(text, book, most_quantity):
        counts[part.item.name] = counts.get(part.item.name, 0) + part.quantity
    for item, count in counts.items():
        if count > most_quantity:
            raise NotDeliverable("quantity", f"{item}: at most {most_quantity:,}, not {count:,}.")
    return tuple(counts.items())


def _named_concept(
    text: str, number: int, book: PriceBook, most_quantity: int
) -> tuple[str, list[_Part]]:
    name, colon, rest = text.partition(":")
    # “Video: 2” is an item with its number, “Idea A: 2 video” a concept with its name.
    if colon and not re.fullmatch(r"\s*\d+\s*(?:[,;+&|].*)?", rest, flags=re.DOTALL):
        return name.strip()[:200] or f"Concept {number}", _parts(rest, book, most_quantity)
    return f"Concept {number}", _parts(text, book, most_quantity)


def _parts(text: str, book: PriceBook, most_quantity: int) -> list[_Part]:
    pieces = [p for p in _SEPARATORS.split(text.strip()) if p]
    if not pieces:
        raise NotDeliverable("no_deliverables", "A concept has no deliverables.")
    return [_part(piece, book, most_quantity) for piece in pieces]


def _part(piece: str, book: PriceBook, most_quantity: int) -> _Part:
    if re.match(r"[-\u2212]\s*\d", piece):
        raise NotDeliverable("negative", f"“{piece}”: a quantity cannot be below 1.")
    quantity, name, of = 1, piece, None
    if not book.has(piece):
        if match := _LEADING.fullmatch(piece):
            quantity, name = int(match[1]), match[2]
        if not book.has(name) and (match := _OF.fullmatch(name)):
            name, of = match[1], match[2].strip()
        if name == piece and not book.has(name) and (match := _TRAILING.fullmatch(name)):
            name, quantity = match[1], int(match[2] or match[3] or match[4])
    if not 1 <= quantity <= most_quantity:
        raise NotDeliverable(
            "quantity", f"“{piece}”: a quantity is between 1 and {most_quantity:,}."
        )
    return _Part(book.find(name), quantity, of)


def _master(
    part: _Part,
    concept: list[_Part],
    offset: int,
    project: list[_Part],
    supplied_masters: bool,
) -> int | None:
    """The position of the master among the project's lines; None: supplied, or no variation."""
    if part.item.kind != "variation":
        if part.of is not None:
            raise NotDeliverable(
                "not_a_variation",
                f"{part.item.name} is no variation, so it has no master.",
            )
        return None
    if part.of is not None:
        place = _named_master(part, concept, offset, project)
        if project[place].item.kind == "variation":
            raise NotDeliverable(
                "variation_of_variation",
                f"{part.item.name} of {part.of}: a variation varies a master, not a variation.",
            )
        return place
    for lines, start in ((concept, offset), (project, 0)):
        masters = [start + i for i, p in enumerate(lines) if p.item.kind != "variation"]
        if len(masters) == 1:
            return masters[0]
        if masters:
            raise NotDeliverable(
                "variation_without_master",
                f"{part.item.name} has to say which line it varies, like “5 "
                f"{part.item.name.lower()} of 1”.",
            )
    if supplied_masters:
        return None
    raise NotDeliverable(
        "variation_without_master",
        f"{part.item.name} needs a master in the same project: a new visual that it varies.",
    )


def _named_master(part: _Part, concept: list[_Part], offset: int, project: list[_Part]) -> int:
    of = part.of or ""
    if of.isdigit():
        if 1 <= int(of) <= len(concept):
            return offset + int(of) - 1
        raise NotDeliverable(
            "variation_without_master",
            f"{part.item.name} of {of}: this concept has no line {of}.",
        )
    forms = set(_forms(of))
    for lines, start in ((concept, offset), (project, 0)):
        for place, other in enumerate(lines):
            names = {fold(n) for n in (other.item.name, *other.item.also_called)}
            if forms & names or any(n.startswith(f) for n in names for f in forms if f):
                return start + place
    raise NotDeliverable(
        "variation_without_master",
        f"{part.item.name} of {of}: there is no {of} in this project.",
    )
