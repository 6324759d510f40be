"""Between the engine's working days and the dates that people use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from callsheet.kit.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Timeline:
    """Working day 0 is ``start`` (or the first working day after it) in ``calendar``."""

    start: date
    calendar: WorkCalendar

    def date_of(self, day: int) -> date:
        """The date of a working day; negative days lie before the start."""
        return self.calendar.add(self.zero, day)

    @property
    def zero(self) -> date:
        """The date of day 0."""
        return self.calendar.next_working(self.start)

    def day_from(self, day: date) -> int:
        """The first working day on or after a date: for ready dates and changes of capacity."""
        zero = self.zero
        if day >= zero:
            return self.calendar.between(zero, self.calendar.next_working(day))
        return -self.calendar.between(self.calendar.next_working(day), zero)

    def day_by(self, day: date) -> int:
        """The last working day on or before a date: for due dates.

        What finishes (gives its credits back, goes out) on that day is in time.
        """
        first = self.day_from(day)
        return first if self.date_of(first) == day else first - 1
