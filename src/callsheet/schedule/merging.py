"""What a sheet has changed, what was changed in Callsheet meanwhile, and where both did.

Plain values by field; a field that is missing is blank. Nothing is lost: a field that only one side
has changed gets that side's value, one that both have changed to different values is a conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

type Fields = Mapping[str, Any]


class Side(StrEnum):
    """Whose value counts where both sides have changed a field."""

    SHEET = "sheet"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that both sides have changed since ``last`` (None: nobody knows what it was)."""

    field: str
    last: Any
    ours: Any
    sheet: Any


@dataclass(frozen=True, slots=True)
class Merge:
    """``taken`` are the fields to be written with the sheet's values, ``clashes`` what somebody has
    to decide first; fields in neither stay as they are.
    """

    taken: dict[str, Any]
    clashes: tuple[Clash, ...]


def merge(
    last: Fields | None,
    ours: Fields,
    sheet: Fields,
    names: Iterable[str],
    choose: Callable[[str], Side | None] = lambda name: None,
) -> Merge:
    """Three-way, field by field, for the fields ``names`` that the sheet speaks of.

    ``last`` is what both sides have started from; None where that is not known, and then every
    difference is a clash. ``choose`` decides a clash, or leaves it (None).
    """
    taken: dict[str, Any] = {}
    clashes: list[Clash] = []
    for name in names:
        new, now = sheet.get(name), ours.get(name)
        if new == now:
            continue
        before = None if last is None else last.get(name)
        if last is not None and new == before:
            continue
        if last is not None and now == before:
            taken[name] = new
            continue
        side = choose(name)
        if side is None:
            clashes.append(Clash(name, before, now, new))
        elif side is Side.SHEET:
            taken[name] = new
    return Merge(taken, tuple(clashes))
