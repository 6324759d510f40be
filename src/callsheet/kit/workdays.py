"""Working days: the calendar in which Callsheet counts lead times.

A calendar is a value: two calendars with the same country, subdivision, closures and week are
equal, hash alike and can be pickled. It knows dates only, no clock and no time zone; whoever
asks says which day it is in the account's time zone.

Public holidays come from the ``holidays`` package, the days themselves from numpy's business
days. They are worked out once for thirty years around the date asked for and kept, so that a
question costs a binary search.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays
import numpy as np

_SPAN_YEARS = 10
"""Calendars are worked out for the ten years of a date, ten before and ten after."""

_LONGEST_STEP = 500
"""Working days that one look-up may cross; farther moves are made in several steps."""


class CalendarError(ValueError):
    """The calendar cannot be: unknown country or subdivision, or a week without a working day."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The working days of an account or a studio.

    ``country`` and ``subdivision`` are ISO codes ("DE", "BY"); without a country there are no
    public holidays. ``closures`` are days on which the studio is closed. ``weekmask`` says for
    Monday to Sunday whether one works ("1111100"); left out, it is the country's own week, and
    Monday to Friday without a country.

    Raises ``CalendarError`` where the parts do not make a calendar.
    """

    country: str | None = None
    subdivision: str | None = None
    closures: frozenset[date] = frozenset()
    weekmask: str | None = None

    def __post_init__(self) -> None:
        mask = self.weekmask
        if mask is not None and (len(mask) != 7 or set(mask) - {"0", "1"} or "1" not in mask):
            raise CalendarError(
                f"weekmask is seven digits 0 or 1 from Monday to Sunday with at least one 1, "
                f"not {mask!r}"
            )
        if self.country is None:
            if self.subdivision is not None:
                raise CalendarError("subdivision needs a country")
            return
        known = _subdivisions()
        if self.country not in known:
            raise CalendarError(f"country {self.country!r} has no calendar of public holidays")
        if self.subdivision is not None and self.subdivision not in known[self.country]:
            raise CalendarError(f"country {self.country} has no subdivision {self.subdivision!r}")

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        days = _working_days(self, _decade(day))
        at = bisect_left(days, day)
        return at < len(days) and days[at] == day

    def next_working(self, day: date) -> date:
        """The day itself if one works then, else the first working day after it."""
        return day if self.is_working(day) else self.add(day, 1)

    def add(self, day: date, n: int) -> date:
        """The ``n``-th working day after ``day``, before it if ``n`` is negative.

        From a day off, the first working day after it is number one. ``n = 0`` is
        ``next_working(day)``. A project that starts on ``day`` and takes ``n`` working days gives
        its credits back on ``add(day, n)``.
        """
        if n == 0:
            return self.next_working(day)
        while n > _LONGEST_STEP:
            day, n = self._step(day, _LONGEST_STEP), n - _LONGEST_STEP
        while n < -_LONGEST_STEP:
            day, n = self._step(day, -_LONGEST_STEP), n + _LONGEST_STEP
        return self._step(day, n)

    def between(self, start: date, end: date) -> int:
        """How many working days come after ``start``, up to and including ``end``.

        The inverse of ``add``: ``between(day, add(day, n)) == n`` for every ``n`` but zero.
        Negative where ``end`` is before ``start``: then the working days from ``end`` up to the
        day before ``start`` are counted.
        """
        sign, side = (1, bisect_right) if start <= end else (-1, bisect_left)
        first, last = min(start, end), max(start, end)
        total = 0
        while first < last:
            until = min(last, _end_of_decade(first))
            days = _working_days(self, _decade(first))
            total += side(days, until) - side(days, first)
            first = until
        return sign * total

    def _step(self, day: date, n: int) -> date:
        days = _working_days(self, _decade(day))
        if n > 0:
            at = bisect_right(days, day) + n - 1
        else:
            at = bisect_left(days, day) + n
        if not 0 <= at < len(days):
            raise CalendarError(f"{n} working days from {day} lie outside the calendar")
        return days[at]


@lru_cache(maxsize=1)
def _subdivisions() -> dict[str, list[str]]:
    return holidays.list_supported_countries(include_aliases=True)


def _decade(day: date) -> int:
    return day.year - day.year % _SPAN_YEARS


def _end_of_decade(day: date) -> date:
    year = _decade(day) + _SPAN_YEARS
    return date(year, 1, 1) if year <= date.max.year else date.max


@lru_cache(maxsize=512)
def _working_days(calendar: WorkCalendar, decade: int) -> tuple[date, ...]:
    """Every working day from ten years before ``decade`` to ten years after it."""
    first = max(decade - _SPAN_YEARS, date.min.year)
    last = min(decade + 2 * _SPAN_YEARS, date.max.year)
    off, extra, mask = set(calendar.closures), set[date](), calendar.weekmask
    if calendar.country is not None:
        public = holidays.country_holidays(
            calendar.country, subdiv=calendar.subdivision, years=range(first, last + 1)
        )
        off.update(public)
        extra = set(public.weekend_workdays) - off
        if mask is None:
            mask = "".join("0" if day in public.weekend else "1" for day in range(7))
    every = np.arange(np.datetime64(date(first, 1, 1)), np.datetime64(date(last, 12, 31)))
    closed = np.array(sorted(off), dtype="datetime64[D]")
    worked = every[np.is_busday(every, weekmask=mask or "1111100", holidays=closed)]
    opened = [day for day in extra if first <= day.year < last]
    return tuple(sorted({*worked.tolist(), *opened}))


DEFAULT_CALENDAR = WorkCalendar()
"""Monday to Friday, no holidays: used where an account has said nothing."""
