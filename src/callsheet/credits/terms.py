"""Terms of subscriptions: months as calendars count them, and the days by which notice is given."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from callsheet.kit.errors import Refused

TERM_MONTHS = 12
NOTICE_DAYS = 90
LONGEST_TERM = 120
LONGEST_NOTICE = 730


def add_months(day: date, months: int) -> date:
    """The same day of the month ``months`` later, or the last one where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_day_for_notice(renews_on: date, notice_days: int) -> date:
    """The last day on which notice is in time for a renewal; ``notice_days`` are calendar days."""
    return renews_on - timedelta(days=notice_days)


def check_terms(term_months: int, notice_days: int) -> None:
    """Raise ``Refused("term_out_of_range")`` or ``Refused("notice_out_of_range")``."""
    if not 1 <= term_months <= LONGEST_TERM:
        raise Refused(
            "term_out_of_range",
            f"A term is between 1 and {LONGEST_TERM} months, not {term_months}.",
            field="term_months",
        )
    if not 0 <= notice_days <= LONGEST_NOTICE:
        raise Refused(
            "notice_out_of_range",
            f"Notice is given between 0 and {LONGEST_NOTICE} days before renewal, not"
            f" {notice_days}.",
            field="notice_days",
        )
