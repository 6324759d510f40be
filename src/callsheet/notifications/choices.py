"""What a person hears of, by which way and when: what they chose, else the defaults. Pure.

Defaults are stored nowhere, so that a better default reaches everybody who chose nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callsheet.notifications.kinds import Channel, Group, Scope, Timing


@dataclass(frozen=True, slots=True)
class Choice:
    """Of which projects, and when."""

    scope: Scope
    timing: Timing


@dataclass(frozen=True, slots=True)
class Times:
    """When somebody is mailed, in their own time zone. Mail waits while it is quiet; ``quiet_from``
    equal to ``quiet_until`` means never quiet.
    """

    quiet_from: time = time(20)
    quiet_until: time = time(7)
    digest_at: time = time(8)


@dataclass(frozen=True, slots=True)
class Listener:
    """A person as the rules see them. ``brands`` are those that they chose."""

    user: int
    zone: ZoneInfo
    language: str = ""
    staff_role: str = ""
    times: Times = Times()
    choices: Mapping[tuple[str, str], Choice] = field(default_factory=dict)
    brands: frozenset[int] = frozenset()

    def choice(self, group: Group, channel: Channel, *, needs_you: bool) -> Choice:
        """What counts for that group by that way."""
        return self.choices.get((group.value, channel.value)) or default(channel, needs_you)


def default(channel: Channel, needs_you: bool) -> Choice:
    """What counts for somebody who chose nothing: what concerns them, in the product; by mail at
    once where somebody waits for them, else once a day.
    """
    if channel is Channel.PRODUCT or needs_you:
        return Choice(Scope.MINE, Timing.AT_ONCE)
    return Choice(Scope.MINE, Timing.DIGEST)


def held_until(moment: datetime, zone: ZoneInfo, times: Times) -> datetime:
    """The first moment from ``moment`` on at which it is not quiet (UTC).

    Days are those of ``zone``. An end that the clocks skip counts where they go on; one that
    they show twice counts the first time, unless that has passed.
    """
    local = moment.astimezone(zone)
    clock, begins, ends = local.time(), times.quiet_from, times.quiet_until
    if begins <= ends:
        quiet, day = begins <= clock < ends, local.date()
    else:
        quiet = clock >= begins or clock < ends
        day = local.date() + timedelta(days=1) if clock >= begins else local.date()
    return _first_after(day, ends, zone, moment) if quiet else moment.astimezone(UTC)


def next_digest(moment: datetime, zone: ZoneInfo, times: Times) -> datetime:
    """When the next digest after ``moment`` goes out: at its hour, but not while it is quiet."""
    day = moment.astimezone(zone).date()
    planned = _at(day, times.digest_at, zone)
    if planned <= moment:
        planned = _at(day + timedelta(days=1), times.digest_at, zone)
    return held_until(planned, zone, times)


def digest_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day whose digest a digest of that moment is."""
    return moment.astimezone(zone).date()


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _first_after(day: date, at: time, zone: ZoneInfo, moment: datetime) -> datetime:
    found = _at(day, at, zone)
    return found if found > moment else _at(day, at.replace(fold=1), zone)
