"""Sets of assumptions, as they are written on the command line: ``name: capacity=90; ...``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from callsheet.cli.plan_closures import read_closures
from callsheet.cli.plan_problem import MOST_UNCERTAIN, read_capacity, work_calendar
from callsheet.kit.errors import Refused
from callsheet.planner.policies import QueuePolicy

FEWEST_SETS, MOST_SETS = 2, 12

# A comma ends a value only where another "key=" follows: capacities and closures have commas, too.
_END = re.compile(r";|,(?=\s*[a-z-]+\s*=)")


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a calendar is planned under. ``None`` of ``start``: nobody said it.

    In sets that were read, either ``capacity`` or ``teams`` is said.
    """

    calendar: Path
    capacity: str | None = None
    start: date | None = None
    policy: QueuePolicy = QueuePolicy.PLANNED
    country: str | None = None
    closures: str | None = None
    history: Path | None = None
    uncertainty: float | None = None
    teams: Path | None = None

    def as_dict(self) -> dict[str, Any]:
        """All of them as plain data."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


KNOWN = tuple(field.name for field in fields(Assumptions))
"""The names of what can be assumed."""


def read_sets(texts: list[str], common: Assumptions) -> dict[str, Assumptions]:
    """Read "more: capacity=120; policy=backfill": a name, a colon, what differs from ``common``.

    Nothing after the colon is ``common`` itself. Raises ``Refused``, with the name and the rule.
    """
    sets: dict[str, Assumptions] = {}
    for text in texts:
        name, colon, rest = text.partition(":")
        name = name.strip()
        if not colon or not name or "=" in name:
            raise Refused(
                "bad_assumptions",
                f"“{text}” does not begin with a name and a colon. Write “more credits: "
                "capacity=120”, or “as it is:” for no change.",
                field="with",
            )
        if name in sets:
            raise Refused(
                "bad_assumptions",
                f"Two sets are called “{name}”. Each needs a name of its own.",
                field="with",
            )
        sets[name] = _read(name, rest, common)
    if not FEWEST_SETS <= len(sets) <= MOST_SETS:
        raise Refused(
            "bad_assumptions",
            f"From {FEWEST_SETS} to {MOST_SETS} sets of assumptions are compared, not {len(sets)}. "
            "Give --with for each; “as it is:” is one without changes.",
            field="with",
        )
    for name, assumed in sets.items():
        if assumed.capacity is None and assumed.teams is None:
            raise Refused(
                "bad_assumptions",
                f"In “{name}” nothing says the capacity. Give --capacity or --teams for all sets, "
                "or capacity= or teams= in this one.",
                field="with",
            )
        if assumed.start is None:
            raise Refused(
                "bad_assumptions",
                f"In “{name}” nothing says the start. Give --start for all sets, or start= in this "
                "one.",
                field="with",
            )
    return sets


def _read(name: str, text: str, common: Assumptions) -> Assumptions:
    changes: dict[str, Any] = {}
    for part in filter(None, (part.strip() for part in _END.split(text))):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or key not in KNOWN:
            raise Refused(
                "bad_assumptions",
                f"In “{name}”, “{part}” is no assumption. Write one of {', '.join(KNOWN)}, then = "
                "and the value; a semicolon before the next one.",
                field="with",
            )
        if key in changes:
            raise Refused("bad_assumptions", f"In “{name}”, {key} is said twice.", field="with")
        try:
            changes[key] = _READERS[key](value)
        except Refused as refusal:
            raise Refused(
                "bad_assumptions", f"In “{name}”: {refusal.message}", field="with"
            ) from None
    # Whose credits there are stands in place of how many there are, and the other way round.
    for one, other in (("capacity", "teams"), ("teams", "capacity")):
        if one in changes and other not in changes:
            changes[other] = None
    return replace(common, **changes)


def _capacity(text: str) -> str:
    read_capacity(text)
    return text


def _start(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(
            "bad_assumptions", f"“{text}” is no day. Write start=2027-01-04.", field="with"
        ) from None


def _policy(text: str) -> QueuePolicy:
    try:
        return QueuePolicy(text)
    except ValueError:
        raise Refused(
            "bad_assumptions",
            f"“{text}” is no policy. There are {', '.join(QueuePolicy)}.",
            field="with",
        ) from None


def _country(text: str) -> str:
    work_calendar(text)
    return text


def _closures(text: str) -> str:
    read_closures(text)
    return text


def _uncertainty(text: str) -> float:
    try:
        sigma = float(text)
    except ValueError:
        sigma = -1.0
    if not 0 <= sigma <= MOST_UNCERTAIN:
        raise Refused(
            "bad_assumptions",
            f"“{text}” does not say how much durations vary. Write a number from 0 (not at all) to "
            f"{MOST_UNCERTAIN}, such as uncertainty=0.3.",
            field="with",
        )
    return sigma


def _path(text: str) -> Path:
    if not Path(text).is_file():
        raise Refused("bad_assumptions", f"There is no file {text}.", field="with")
    return Path(text)


_READERS: Mapping[str, Callable[[str], object]] = {
    "calendar": _path,
    "capacity": _capacity,
    "teams": _path,
    "start": _start,
    "policy": _policy,
    "country": _country,
    "closures": _closures,
    "history": _path,
    "uncertainty": _uncertainty,
}
