"""What the queue's page says in sentences, as a colleague would."""

from __future__ import annotations

from datetime import date

from callsheet.insight.queue_facts import Holder, QueueView, WaitingBrief
from callsheet.insight.reordering import Foreseen
from callsheet.insight.wording import say_credits, say_number, say_working_days
from callsheet.kit.workdays import WorkCalendar
from callsheet.web.templatetags.said import say_day, say_days

_NAMED = 2


def say_queue(view: QueueView, calendar: WorkCalendar) -> str:
    """How the queue stands: who waits for what, and what starts next, when and why then."""
    if not view.waiting:
        return f"Nothing waits. {_room(view)}"
    if len(view.waiting) == 1:
        said = f"“{view.waiting[0].title}” waits for {say_credits(view.waiting_credits)}"
    else:
        said = f"{len(view.waiting)} briefs wait for {say_credits(view.waiting_credits)}"
    if view.overdrawn:
        return (
            f"{said}. The account is overdrawn by {say_credits(view.overdrawn)}, so that nothing"
            " starts until enough have come back."
        )
    if view.paused_until is not None:
        day = say_day(view.paused_until, view.today)
        return f"{said}. The subscription is paused; nothing starts before {day}."
    return f"{said}; {_next(view, calendar)}."


def _room(view: QueueView) -> str:
    if view.overdrawn:
        return (
            f"The account is overdrawn by {say_credits(view.overdrawn)}: what you submit waits"
            " until enough have come back."
        )
    if view.paused_until is not None:
        return (
            f"What you submit waits until the pause ends {say_day(view.paused_until, view.today)}."
        )
    if view.available > 0:
        free = say_number(view.available, "credit is free", "credits are free")
        return f"{free}: what you submit starts at once as long as it fits."
    if not view.capacity:
        return "There are no credits here yet."
    return f"All {say_credits(view.capacity)} are in production: the next brief waits."


def _next(view: QueueView, calendar: WorkCalendar) -> str:
    dated = [brief for brief in view.waiting if brief.starts_from is not None]
    if not dated:
        return "when the next one starts cannot be said yet"
    first = min(dated, key=lambda brief: (brief.starts_from, brief.position))
    day = first.starts_from
    if day is None or day <= view.today:
        return "the next starts today"
    which = "it starts" if len(view.waiting) == 1 else "the next starts"
    return f"{which} around {say_day(day, view.today)}{_why_then(view, first, day, calendar)}"


def _why_then(view: QueueView, brief: WaitingBrief, day: date, calendar: WorkCalendar) -> str:
    """What makes room on that day."""
    givers = [holder for holder in view.holding if comes_back(holder, view.today, calendar) == day]
    credits = sum(holder.credits for holder in givers)
    if 0 < len(givers) <= _NAMED:
        names = " and ".join(f"“{holder.title}”" for holder in givers)
        gives = "gives" if len(givers) == 1 else "give"
        return f", when {names} {gives} back {credits}"
    if givers:
        return f", when {len(givers)} projects give back {credits}"
    before = view.capacity
    for on, capacity in view.steps:
        if on == day and capacity > before:
            return f", when the capacity grows to {say_credits(capacity)}"
        before = capacity
    if brief.not_before == day:
        return ", as you asked"
    return ""


def comes_back(holder: Holder, today: date, calendar: WorkCalendar) -> date | None:
    """The day on which it is expected to give its credits back; overdue: the next working day."""
    day = holder.returns_from
    return calendar.add(today, 1) if day is None or day <= today else day


def say_change(foreseen: Foreseen, today: date) -> tuple[str, str]:
    """What another order changes for one that waits, in words, with its tone: better, worse or
    same.
    """
    now = _range(foreseen.starts_from, foreseen.starts_by, today)
    if not foreseen.differs:
        return f"{now}, as before", "same"
    said = f"{_range(foreseen.was_from, foreseen.was_by, today)} → {now}"
    by = foreseen.later_by
    if by is None:
        better = foreseen.starts_from is not None
        return said, "better" if better else "worse"
    if by == 0:
        return f"{said}, about the same", "same"
    far = say_working_days(abs(by))
    return f"{said}, {far} {'later' if by > 0 else 'earlier'}", "worse" if by > 0 else "better"


def _range(first: date | None, last: date | None, today: date) -> str:
    return "no date yet" if first is None else say_days(first, last or first, today)


def say_effect(foreseen: list[Foreseen]) -> str:
    """What another order does on the whole."""
    later = sum(1 for one in foreseen if (one.later_by or 0) > 0)
    earlier = sum(1 for one in foreseen if (one.later_by or 0) < 0)
    if not later and not earlier:
        return "At today's estimates this order changes nobody's expected start."
    parts = []
    if earlier:
        parts.append(f"{say_number(earlier, 'brief is', 'briefs are')} expected to start earlier")
    if later:
        parts.append(f"{later} later" if parts else f"{say_number(later, 'brief', 'briefs')} later")
    return f"In this order {', '.join(parts)}; the others as before."


def say_late(brief: WaitingBrief, today: date) -> tuple[str, str]:
    """How the expected finish stands against the day by which it is wanted, with its tone."""
    if brief.wanted_by is None:
        return "", ""
    said = f"Wanted by {say_day(brief.wanted_by, today)}"
    if brief.late_by:
        return f"{said}: too late by {say_working_days(brief.late_by)}", "late"
    if brief.late_at_worst:
        far = say_working_days(brief.late_at_worst)
        return f"{said}: in time, at worst {far} late", "needs"
    return (f"{said}: in time", "done") if brief.ready_from else (said, "")
