"""On which day an entry is published: its own date, or so many days from its campaign's anchor.

Calendar days, not working days: posts appear on Saturdays, "two weeks before the launch" is
fourteen days in any country, and moving an anchor there and back leaves every date as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from callsheet.kit.errors import Refused

MOST_DAYS = 3_660
"""An entry is at most ten years from its campaign's anchor; more is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Place:
    """The day, and (where the entry moves with its campaign) the days from the anchor."""

    publish_on: date
    days_from_anchor: int | None


def place(publish_on: date | None, days: int | None, anchor: date | None, *, fixed: bool) -> Place:
    """Where an entry stands, from what somebody said of it: a day, or days from the anchor, or both
    where they agree. ``fixed`` entries keep their day when the campaign moves.

    Raises ``Refused``: ``publish_date_missing``, ``no_anchor``, ``fixed_date_with_days``,
    ``date_and_days_differ``, ``days_out_of_range``.
    """
    if days is not None:
        if fixed:
            raise Refused(
                "fixed_date_with_days",
                "An entry with a fixed date does not move with its campaign, so it has no days"
                " from the anchor.",
                field="days_from_anchor",
            )
        if anchor is None:
            raise Refused(
                "no_anchor",
                "Days are counted from a campaign's anchor date, and there is none here. Give the"
                " publish date.",
                field="days_from_anchor",
            )
        _check_days(days)
        counted = anchor + timedelta(days=days)
        if publish_on is not None and publish_on != counted:
            raise Refused(
                "date_and_days_differ",
                f"{days:+d} days from the anchor is {counted}, not {publish_on}. Give one of them.",
                field="days_from_anchor",
            )
        return Place(counted, days)
    if publish_on is None:
        raise Refused("publish_date_missing", "Say when it is published.", field="publish_on")
    if anchor is None or fixed:
        return Place(publish_on, None)
    distance = (publish_on - anchor).days
    _check_days(distance)
    return Place(publish_on, distance)


def _check_days(days: int) -> None:
    if abs(days) > MOST_DAYS:
        raise Refused(
            "days_out_of_range",
            f"An entry is at most {MOST_DAYS:,} days from its campaign's anchor, not {days:,}.",
            field="days_from_anchor",
        )
