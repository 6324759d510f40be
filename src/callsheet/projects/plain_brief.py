"""A brief as plain JSON data, and back: for what is kept outside of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from callsheet.projects.brief import DATES, BriefInput, ConceptInput, DeliverableInput


def to_plain(brief: BriefInput) -> dict[str, Any]:
    """All that a brief says, as JSON can have it."""
    plain = asdict(brief)
    for name in DATES:
        plain[name] = None if plain[name] is None else plain[name].isoformat()
    return plain


def from_plain(plain: Mapping[str, Any]) -> BriefInput:
    """The brief that :func:`to_plain` made plain."""
    given = dict(plain)
    for name in DATES:
        given[name] = None if given[name] is None else date.fromisoformat(given[name])
    given["concepts"] = tuple(
        ConceptInput(
            concept["title"],
            tuple(DeliverableInput(**part) for part in concept["deliverables"]),
        )
        for concept in given["concepts"]
    )
    given["dos"], given["donts"] = tuple(given["dos"]), tuple(given["donts"])
    return BriefInput(**given)
