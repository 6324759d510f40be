"""What is not as an earlier plan had it, a sentence for each change."""

from __future__ import annotations

from datetime import date
from typing import Any

from callsheet.insight.wording import say_count


def sentence_of(code: str, title: str | None, then: Any, now: Any, day: date | None) -> str:
    """The change ``code`` of one project (or of all, without a title), from ``then`` to ``now``."""
    name = f"“{title}”"
    if code == "slipped" and isinstance(now, int):
        code = "duration"
    if code == "not_before" and now is None:
        return f"{name} may be briefed on any day, not only from {then} on."
    if code == "team_credits":
        now, then = (_list(own) for own in (now, then))
    if code == "after":
        now, then = (", ".join(ids) or "nothing" for ids in (now, then))
    said = {
        "slipped": f"{name} is finished on {now}, not on {then}.",
        "finish": f"{name} is finished on {now}, not on {then}.",
        "not_started": f"{name} has not started.",
        "closed": f"Nobody works on {then} now, the day of {name}; {now} counts as its old day.",
        "added": f"{name} is new.",
        "gone": f"{name} is not in the calendar any more.",
        "done": f"{name} is finished already.",
        "started_early": f"{name} has started already, before {then}.",
        "capacity": f"The capacity on {day} is {_number(now)}, not {_number(then)} credits.",
        "limits": "The teams, or what they may borrow and lend, are not what they were.",
        "team_credits": f"On {day} the teams have {now} credits, not {then}.",
        "team": f"{name} belongs to {now or 'no team'}, not to {then or 'none'}.",
        "credits": f"{name} costs {_number(now)} credits, not {_number(then)}.",
        "duration": f"{name} takes {_number(now)} working days, not {_number(then)}.",
        "due": f"{name} is wanted by {now}, not by {then}.",
        "not_before": f"{name} may be briefed from {now} on, not from {then or 'any day'} on.",
        "priority": f"{name} has a priority of {now}, not {then}.",
        "after": f"{name} comes after {now}, not after {then}.",
    }
    return said[code]


def _list(own: dict[str, int]) -> str:
    return (
        ", ".join(f"{name} {say_count(credits)}" for name, credits in own.items()) if own else "no"
    )


def _number(value: Any) -> str:
    """A number of credits or days; what is no number belongs to another code and is not said."""
    return say_count(value) if isinstance(value, int) else str(value)
