"""The working days of an account: weekends, public holidays of its country, studio closures."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from callsheet.kit.once import once
from callsheet.kit.workdays import WorkCalendar
from callsheet.tenants.models import Account, Organization, StudioClosure


@lru_cache(maxsize=256)
def _calendar(country: str, closures: frozenset[date]) -> WorkCalendar:
    nation, _, subdivision = country.partition("-")
    return WorkCalendar(nation or None, subdivision or None, closures=closures)


@once
def closures() -> frozenset[date]:
    """The days on which the studio is closed. Read once in a command."""
    return frozenset(StudioClosure.objects.values_list("day", flat=True))


class Calendars:
    """Calendars of several owners, with the studio's closures read once."""

    def __init__(self) -> None:
        self._closures = closures()

    def of(self, owner: Account | Organization) -> WorkCalendar:
        """The calendar by which the owner's working days are counted."""
        return self.in_country(owner.country)

    def in_country(self, country: str) -> WorkCalendar:
        """The calendar of the owners in a country, or in a part of one (``DE-BY``)."""
        return _calendar(country, self._closures)
