"""Problems as JSON and back: a bug report in one file, and a way in for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from callsheet.planner.problem import (
    Duration,
    InFlight,
    Objective,
    Problem,
    ProblemError,
    Project,
    Resource,
    Team,
)


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """The problem as plain values, ready for ``json.dumps``."""
    plain: dict[str, Any] = _plain(problem)
    return plain


def problem_from_json(data: object) -> Problem:
    """The problem that ``problem_as_json`` described.

    Raises ``ProblemError`` for anything that is not such a description, naming the part.
    """
    top = _part(Problem, "problem", data)
    given: dict[str, Any] = {}
    for name, kind in (
        ("resources", Resource),
        ("projects", Project),
        ("in_flight", InFlight),
        ("teams", Team),
    ):
        rows = top.get(name, [])
        if not isinstance(rows, list | tuple):
            raise ProblemError(name, "is a list")
        given[name] = tuple(_made(kind, f"{name}[{n}]", row) for n, row in enumerate(rows))
    if "objective" in top:
        given["objective"] = _made(Objective, "objective", top["objective"])
    return Problem(**given)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def _part(kind: type, where: str, data: object) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise ProblemError(where, "is an object")
    known = {field.name for field in fields(kind)}
    for name in data:
        if name not in known:
            raise ProblemError(where, f"has no {name!r}; known are {', '.join(sorted(known))}")
    for field in fields(kind):
        optional = field.default is not MISSING or field.default_factory is not MISSING
        if not optional and field.name not in data:
            raise ProblemError(where, f"{field.name!r} is missing")
    return data


def _made(kind: type, where: str, data: object) -> Any:
    part = _part(kind, where, data)
    given: dict[str, Any] = {}
    for name, value in part.items():
        if name in ("duration", "remaining"):
            given[name] = _made(Duration, f"{where}.{name}", value)
        elif name in ("demand", "capacity", "own"):
            given[name] = _pairs(f"{where}.{name}", value, text=name == "demand")
        elif name in ("after", "concepts"):
            given[name] = _row(f"{where}.{name}", value, str if name == "after" else int)
        else:
            given[name] = _plain_value(f"{where}.{name}", name, value)
    return kind(**given)


def _pairs(where: str, value: object, *, text: bool) -> tuple[tuple[Any, int], ...]:
    if not isinstance(value, list | tuple):
        raise ProblemError(where, "is a list of pairs")
    pairs = []
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ProblemError(where, "is a list of pairs")
        first, second = pair
        if not isinstance(first, str if text else int) or not _whole(second):
            raise ProblemError(where, f"has {pair!r}, which is no pair of the right kind")
        pairs.append((first, second))
    return tuple(pairs)


def _row(where: str, value: object, kind: type) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(part, kind) for part in value):
        raise ProblemError(where, f"is a list of {'texts' if kind is str else 'whole numbers'}")
    return tuple(value)


_WHOLE = frozenset({"ready", "due", "p50", "may_borrow", "may_lend"})
_NUMBERS = frozenset({"weight", "sigma", "tardiness", "flow"})
_NULL = frozenset({"due", "team", "may_borrow", "may_lend"})


def _plain_value(where: str, name: str, value: object) -> object:
    if value is None and name in _NULL:
        return value
    if name in _WHOLE:
        right = _whole(value)
    elif name in _NUMBERS:
        right = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        right = isinstance(value, str)
    if not right:
        raise ProblemError(where, f"is not {value!r}")
    return float(value) if name in _NUMBERS else value  # type: ignore[arg-type]


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
