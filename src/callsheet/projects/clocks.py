"""The clocks of a project: what is done by itself, after how long, in which status. Pure.

A clock takes its steps one after the other. A reminder does nothing but remind, and nothing is
ever done before its last reminder has had the studio's warning time to be read, however long the
clock stood still.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from callsheet.catalogue.models import StudioRules
from callsheet.kit import clock
from callsheet.kit.workdays import WorkCalendar
from callsheet.projects.lifecycle import Status
from callsheet.projects.models.clocks import ClockKind


class Act(StrEnum):
    """What a step of a clock does."""

    REMIND = "remind"
    ESCALATE = "escalate"
    PARK = "park"
    APPROVE_MASTERS = "approve_masters"
    FINALIZE = "finalize"

    @property
    def only_reminds(self) -> bool:
        """True for a step after which everything is as it was."""
        return self in (Act.REMIND, Act.ESCALATE)


@dataclass(frozen=True, slots=True)
class Step:
    """``after`` so many days from the clock's start, working days unless ``calendar_days``."""

    act: Act
    after: int
    calendar_days: bool = False


RUNS_IN: dict[str, tuple[ClockKind, ...]] = {
    Status.PENDING_APPROVAL: (ClockKind.APPROVAL,),
    Status.PENDING_REVIEW: (ClockKind.REVIEW,),
    Status.CLARIFICATION_REQUESTED: (ClockKind.CLARIFICATION,),
    Status.IN_PROGRESS: (ClockKind.PRODUCTION,),
    Status.INITIAL_DELIVERY: (ClockKind.PRODUCTION, ClockKind.FIRST_DELIVERY),
    Status.DELIVERED: (ClockKind.FINALIZE,),
    Status.UNDER_REVISION: (ClockKind.PRODUCTION,),
    Status.PARKED: (ClockKind.PARKED,),
}
"""Which clocks a status starts; they stop when the project leaves it."""

OF_A_STATUS = frozenset(kind for kinds in RUNS_IN.values() for kind in kinds)
"""The other kinds run for something of their own: a request, an amendment, a sample."""


def steps(kind: str, rules: StudioRules) -> tuple[Step, ...]:
    """The steps of a clock of that kind. Where the last one only reminds, it comes again and again
    at the same distance.
    """
    remind, escalate = Act.REMIND, Act.ESCALATE
    match ClockKind(kind):
        case ClockKind.REVIEW:
            return (Step(escalate, rules.review_days),)
        case ClockKind.CLARIFICATION:
            return (
                Step(remind, rules.clarification_reminder_days),
                Step(remind, rules.clarification_second_reminder_days),
                Step(Act.PARK, rules.clarification_park_days),
            )
        case ClockKind.FIRST_DELIVERY:
            return (
                Step(remind, rules.first_delivery_reminder_days),
                Step(Act.APPROVE_MASTERS, rules.first_delivery_days),
            )
        case ClockKind.FINALIZE:
            return (
                Step(remind, rules.finalize_reminder_days, calendar_days=True),
                Step(remind, rules.finalize_second_reminder_days, calendar_days=True),
                Step(Act.FINALIZE, rules.finalize_days, calendar_days=True),
            )
        case ClockKind.PARKED:
            return (Step(remind, rules.parked_reminder_days),)
        case ClockKind.PRODUCTION | ClockKind.SAMPLE:
            return (Step(remind, rules.overdue_days),)
        case ClockKind.APPROVAL | ClockKind.STOP_REQUEST | ClockKind.AMENDMENT:
            return (Step(remind, rules.answer_days),)


def moment_after(
    since: datetime, step: Step, calendar: WorkCalendar, zone_name: str, *, extra_days: int = 0
) -> datetime:
    """When a step is due that is counted from ``since``: the same time of day, so many days later.

    Working days are those of ``calendar``, days begin at midnight in that time zone.
    ``extra_days`` are calendar days by which it was put off.
    """
    zone = clock.zone(zone_name)
    begun = since.astimezone(zone)
    if step.calendar_days:
        day = begun.date() + timedelta(days=step.after)
    else:
        day = calendar.add(begun.date(), step.after)
    day += timedelta(days=extra_days)
    return datetime.combine(day, begun.timetz().replace(tzinfo=None), tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Due:
    """What a clock does now (None: it only waits on), and which step comes after it at which
    moment (None: the clock has run down).
    """

    act: Act | None
    next_step: int = 0
    next_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dial:
    """By what a clock counts: the studio's rules, the account's working days and time zone, and
    the calendar days by which its end was put off.
    """

    rules: StudioRules
    calendar: WorkCalendar
    zone_name: str
    extra_days: int = 0

    def due_at(self, kind: str, step: int, since: datetime) -> datetime:
        """When that step of a clock is due that began ``since``."""
        plan = steps(kind, self.rules)[step]
        return moment_after(since, plan, self.calendar, self.zone_name, extra_days=self.extra_days)

    def acts_at(self, kind: str, since: datetime, due: Due) -> datetime | None:
        """When the clock does what its reminders announce, as it looks now; None for one that only
        reminds.
        """
        last = len(steps(kind, self.rules)) - 1
        if steps(kind, self.rules)[last].act.only_reminds:
            return None
        if due.next_step == last and due.next_due is not None:
            return due.next_due
        return self.due_at(kind, last, since)

    def take(
        self, kind: str, step: int, since: datetime, reminded_at: datetime | None, now: datetime
    ) -> Due:
        """What a clock that is due does at ``now``.

        After a standstill one reminder stands for all that were missed. A step that does more
        than remind waits until the last reminder is as old as the rules want; where there was
        none, a reminder is what is done now.
        """
        plan = steps(kind, self.rules)
        warning = timedelta(hours=self.rules.last_warning_hours)
        step = min(step, len(plan) - 1)
        while (
            step + 1 < len(plan)
            and plan[step + 1].act.only_reminds
            and self.due_at(kind, step + 1, since) <= now
        ):
            step += 1
        act = plan[step].act
        if act.only_reminds:
            if step + 1 < len(plan):
                due = max(self.due_at(kind, step + 1, since), now + warning)
                return Due(act, step + 1, due)
            again = Step(act, max(1, plan[step].after), plan[step].calendar_days)
            return Due(act, step, moment_after(now, again, self.calendar, self.zone_name))
        if reminded_at is None:
            return Due(Act.REMIND, step, now + warning)
        if reminded_at + warning > now:
            return Due(None, step, reminded_at + warning)
        return Due(act)
