"""When a project is expected to be finished, and what that means for a day that somebody names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from callsheet.admission.ranges import expected_starts
from callsheet.credits.models import Wallet
from callsheet.insight.calendars import Calendars
from callsheet.insight.snapshots import decided_together, read_queue
from callsheet.kit.workdays import WorkCalendar
from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.projects.models import Project
from callsheet.schedule.models import Entry


@dataclass(frozen=True, slots=True)
class Late:
    """How a named day stands against the expected finish, in working days of the account.

    ``late_by`` counts from the day to the usual case (P50), ``late_at_worst`` to the cautious one
    (P80); 0 fits. ``what`` is a field of the project, or the key of a calendar entry.
    """

    what: str
    day: date
    late_by: int
    late_at_worst: int


def expected_finish(project: Project) -> tuple[date, date] | None:
    """The days (P50, P80) on which the project is expected to be finished; None where nothing can
    be said: a draft, one that rests, or a queue that cannot say when.
    """
    if project.status in HOLDING:
        first = project.returns_p50
        return None if first is None else (first, project.returns_p80 or first)
    if project.status != Status.QUEUED and project.resuming_since is None:
        return None
    wallet = Wallet.objects.select_related("domain", "account", "organization", "subscription").get(
        pk=project.wallet_id
    )
    wallets = decided_together(wallet)
    reading = read_queue(wallets, borrowing=wallet.domain.borrowing)
    if reading is None:
        return None
    start = next((s for s in expected_starts(reading.snapshot) if s.brief == project.pk), None)
    if start is None or start.p50 is None or start.p80 is None:
        return None
    calendar = reading.calendars[wallet.pk]
    takes = reading.times.duration(project.brief_type, project.credits)
    return calendar.add(start.p50, takes.p50), calendar.add(start.p80, takes.p80)


def lateness(project: Project, finish: tuple[date, date]) -> list[Late]:
    """How the expected finish stands against the project's own days and those of the calendar
    entries that it serves, the earliest day first.
    """
    calendar = Calendars().of(project.account)
    days = [
        (name, day)
        for name in ("wanted_by", "publish_on")
        if (day := getattr(project, name)) is not None
    ]
    entries = Entry.objects.filter(links__project=project, publish_on__isnull=False)
    days += list(entries.order_by("publish_on", "key").values_list("key", "publish_on").distinct())
    return sorted(
        (Late(what, day, *(late_by(calendar, day, end) for end in finish)) for what, day in days),
        key=lambda late: late.day,
    )


def late_by(calendar: WorkCalendar, day: date | None, finish: date | None) -> int:
    """By how many working days a finish misses the day; 0 where either is unknown."""
    if day is None or finish is None or finish <= day:
        return 0
    return max(0, calendar.between(day, finish))
