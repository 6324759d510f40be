"""Dates and amounts as people say them."""

from __future__ import annotations

from datetime import date

_FAR = 300
"""From this many calendar days away on, a date says its year."""


def say_day(day: date, today: date) -> str:
    """Say "Thu 12 May", with the year where that would be in doubt."""
    said = f"{day:%a} {day.day} {day:%b}"
    return said if abs((day - today).days) < _FAR else f"{said} {day.year}"


def say_days(first: date, last: date, today: date) -> str:
    """A range of days: "Thu 12 to Tue 24 May"; one day where both are the same."""
    if first == last:
        return say_day(first, today)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%a} {first.day} to {say_day(last, today)}"
    return f"{say_day(first, today)} to {say_day(last, today)}"


def say_credits(credits: int) -> str:
    """Say "1 credit" or "20 credits"."""
    return "1 credit" if credits == 1 else f"{credits:,} credits"


def say_count(number: int) -> str:
    """Say "12" or "4,070": a number by itself, as in a table."""
    return f"{number:,}"


def say_number(number: int, one: str, more: str) -> str:
    """Say "1 brief waits" or "12 briefs wait": the number with the words that go with it."""
    return f"{number:,} {one if number == 1 else more}"


def say_working_days(days: int) -> str:
    """Say "1 working day", "5 working days" or "no working day"."""
    if days == 0:
        return "no working day"
    return "1 working day" if days == 1 else f"{days:,} working days"
