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
from callsheet.services.entering import expect_return
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
                changed += _write(moved, around)
        if len(batch) < BATCH:
            return changed
        last = batch[-1].pk


def _moved(batch: Sequence[_Running], around: Surroundings) -> list[int]:
    """Those whose days would be others now; `_write` looks at them again under locks."""
    ids = [row.pk for row in batch]
    spells: dict[int, tuple[str, datetime, date | None]] = {
        project: (stage, since, until) for project, stage, since, until in _SPELLS.rows(ids)
    }
    awaited = awaited_samples(ids)
    moved: list[int] = []
    for row in batch:
        calendar, today = around.calendars.in_country(row.country), clock.today(row.zone)
        before = row.returns_p50, row.returns_p80
        days: tuple[date | None, date | None]
        if row.pk in spells:
            stage, since, until = spells[row.pk]
            times = around.times.stages(row.brief_type, row.credits)
            began = since.astimezone(clock.zone(row.zone)).date()
            sample = awaited.get(row.pk)
            comes = sample.expected_on if sample else None
            days = expected_return(stage, began, today, times, calendar, until, comes)
        else:
            days = _pushed(*before, calendar.next_working(today))
        if days != before:
            moved.append(row.pk)
    return moved


def _expect(projects: Sequence[Project], around: Surroundings) -> dict[Project, Cause]:
    """Those of these projects whose days are others now, set but not saved, and why."""
    ids = [project.pk for project in projects]
    spells = {
        spell.project_id: spell
        for spell in StageSpell.objects.filter(project_id__in=ids, until__isnull=True)
    }
    awaited = awaited_samples(ids)
    moved: dict[Project, Cause] = {}
    for project in projects:
        spell = spells.get(project.pk)
        today = clock.today(project.account.time_zone)
        if spell is None:
            if _push(project, today, around):
                moved[project] = of_project("overdue", project)
        elif expect_return(project, spell, awaited.get(project.pk), around):
            late = _is_late(project, spell, today, around)
            moved[project] = of_project("overdue", project) if late else of_queue("measured")
    return moved


def _push(project: Project, today: date, around: Surroundings) -> bool:
    """What was running when the studio moved in has no stage yet: its day never lies behind us."""
    before = project.returns_p50, project.returns_p80
    days = _pushed(*before, around.calendar(project).next_working(today))
    project.returns_p50, project.returns_p80 = days
    return before != days


def _pushed(p50: date | None, p80: date | None, soonest: date) -> tuple[date, date]:
    first = max(p50 or soonest, soonest)
    return first, max(p80 or soonest, first)


def _is_late(project: Project, spell: StageSpell, today: date, around: Surroundings) -> bool:
    since = spell.since.astimezone(clock.zone(project.account.time_zone)).date()
    times, calendar = around.stage_times(project), around.calendar(project)
    return stage_end(spell.stage, since, times, calendar, spell.expected_until)[0] < today


def _write(project_ids: Collection[int], around: Surroundings) -> int:
    """Look again under locks at what has changed, leaving out what somebody is at work on."""
    locked = list(
        Project.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("account")
        .filter(pk__in=project_ids, status__in=[s.value for s in HOLDING])
        .order_by("pk")
    )
    moved = _expect(locked, around)
    write_fields(moved, _DAYS)
    stir_all([(project.wallet_id, cause) for project, cause in moved.items()])
    return len(moved)
