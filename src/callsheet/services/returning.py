"""Keeping the expected returns of what is in production true as days go by.

Commands work out a return when something happens; nothing happens to a stage that takes longer
than usual, so a job looks at all of them. Admission reads these days: the wallets concerned are
stirred, and the clock's next tick moves reservations that stand behind them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from callsheet.kit import clock
from callsheet.kit.asked import Asked
from callsheet.kit.once import reading_once
from callsheet.kit.rows import write_fields
from callsheet.projects.lifecycle import HOLDING
from callsheet.projects.models import Project, StageSpell
from callsheet.projects.returns import expected_return, stage_end
from callsheet.projects.samples import awaited_samples
from callsheet.services.causes import Cause, of_project, of_queue
from callsheet.services.following import stir_all
from callsheet.services.surroundings import Surroundings

BATCH = 500
_DAYS = ["returns_p50", "returns_p80"]


class _Running(NamedTuple):
    """What a return is worked out from; it is asked of everything in production, every hour."""

    pk: int
    zone: str
    country: str
    brief_type: str
    credits: int
    returns_p50: date | None
    returns_p80: date | None

    @classmethod
    def of(cls, project: Project) -> _Running:
        """The same of a project that is there with its account."""
        account = project.account
        return cls(
            project.pk, account.time_zone, account.country, project.brief_type, project.credits,
            project.returns_p50, project.returns_p80,
        )  # fmt: skip


class _Return(NamedTuple):
    """Days of return. ``overdue``: because something takes longer than it should have."""

    p50: date
    p80: date
    overdue: bool


_RUNNING = Asked(
    lambda after: (
        Project.objects.filter(status__in=[s.value for s in HOLDING], pk__gt=after)
        .order_by("pk")
        .values_list(
            "pk", "account__time_zone", "account__country", "brief_type", "credits", *_DAYS
        )[:BATCH]
    )
)
_SPELLS = Asked(
    lambda projects: StageSpell.objects.filter(
        project_id__any_of=projects, until__isnull=True
    ).values_list("project_id", "stage", "since", "expected_until")
)


def refresh_returns() -> int:
    """Work out the days of return of everything in production anew, and write those that are other
    days now; for a job. Returns how many those were.

    Batches of 500 with a constant number of queries each. A project that a command is at work on
    is left to that command, so that nothing waits here and nothing newer is overwritten. Twice
    changes nothing more.
    """
    with reading_once():
        around = Surroundings()
    changed = last = 0
    while True:
        with transaction.atomic():
            batch = [_Running(*row) for row in _RUNNING.rows(last)]
            if moved := _moved(batch, around):
                changed += _write(moved.keys(), around)
        if len(batch) < BATCH:
            return changed
        last = batch[-1].pk


def _moved(batch: Sequence[_Running], around: Surroundings) -> dict[int, _Return]:
    """Those whose days are others now, with these."""
    ids = [row.pk for row in batch]
    spells: dict[int, tuple[str, datetime, date | None]] = {
        project: (stage, since, until) for project, stage, since, until in _SPELLS.rows(ids)
    }
    awaited = awaited_samples(ids)
    moved: dict[int, _Return] = {}
    for row in batch:
        calendar, today = around.calendars.in_country(row.country), clock.today(row.zone)
        before = row.returns_p50, row.returns_p80
        if row.pk not in spells:
            days = _pushed(*before, calendar.next_working(today))
            if days != before:
                moved[row.pk] = _Return(*days, overdue=True)
            continue
        stage, since, until = spells[row.pk]
        times = around.times.stages(row.brief_type, row.credits)
        began = since.astimezone(clock.zone(row.zone)).date()
        sample = awaited.get(row.pk)
        comes = sample.expected_on if sample else None
        days = expected_return(stage, began, today, times, calendar, until, comes)
        if days != before:
            overdue = stage_end(stage, began, times, calendar, until)[0] < today
            moved[row.pk] = _Return(*days, overdue)
    return moved


def _pushed(p50: date | None, p80: date | None, soonest: date) -> tuple[date, date]:
    """What was running when the studio moved in has no stage yet: its day never lies behind us."""
    first = max(p50 or soonest, soonest)
    return first, max(p80 or soonest, first)


def _write(project_ids: Collection[int], around: Surroundings) -> int:
    """Look again under locks at what has changed, leaving out what somebody is at work on."""
    locked = list(
        Project.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("account")
        .filter(pk__in=project_ids, status__in=[s.value for s in HOLDING])
        .order_by("pk")
    )
    moved = _moved([_Running.of(project) for project in locked], around)
    causes: dict[Project, Cause] = {}
    for project in locked:
        if now := moved.get(project.pk):
            project.returns_p50, project.returns_p80 = now.p50, now.p80
            causes[project] = (
                of_project("overdue", project) if now.overdue else of_queue("measured")
            )
    write_fields(causes, _DAYS)
    stir_all([(project.wallet_id, cause) for project, cause in causes.items()])
    return len(causes)
