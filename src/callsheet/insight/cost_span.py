"""The days that a cost report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from callsheet.kit import clock
from callsheet.kit.errors import Refused

LONGEST_SPAN = 3700
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a time zone, both ends included."""

    first: date
    last: date
    zone: str

    @property
    def end(self) -> date:
        """The first day after it."""
        return self.last + timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.first).days

    def moments(self) -> tuple[datetime, datetime]:
        """Its first moment, and the first one after it."""
        return clock.start_of(self.first, self.zone), clock.start_of(self.end, self.zone)


def span_of(first: date, last: date, zone: str) -> Span:
    """The span from ``first`` to ``last``, which must be over, or be today in that zone.

    Raises ``Refused("period_reversed")``, ``Refused("period_not_over")``,
    ``Refused("period_too_long")``.
    """
    if last < first:
        raise Refused("period_reversed", "The last day is before the first.", field="to")
    if last > clock.today(zone):
        raise Refused(
            "period_not_over",
            f"{last} is still to come; costs are known up to today.",
            field="to",
        )
    if (last - first).days >= LONGEST_SPAN:
        raise Refused("period_too_long", f"At most {LONGEST_SPAN:,} days at a time.", field="from")
    return Span(first, last, zone)


def micro(moment: datetime) -> int:
    """The moment in whole microseconds."""
    return (moment - _EPOCH) // _MICROSECOND
