"""Projects that are in production when a studio moves in: in which stage they are, and what
happens to them by itself from now on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from callsheet.catalogue.models import Stage
from callsheet.kit import clock
from callsheet.kit.workdays import WorkCalendar
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import Project, StageSpell
from callsheet.projects.returns import StageTimes
from callsheet.projects.staging import PRODUCTION_STAGES, place_of
from callsheet.services.following import Surroundings, set_clocks


def take_over(projects: Sequence[Project]) -> None:
    """Begin the stages and clocks of imported projects that go on.

    A stage began when the sheets say so, or where the usual times put it; its clock begins now, so
    that nothing is done over the heads of people who have just moved in. The expected returns stay
    as the import has worked them out.
    """
    around = Surroundings()
    going = [project for project in projects if project.status not in (*ENDED, Status.DRAFT)]
    set_clocks(going, around)
    spells: list[StageSpell] = []
    for project in going:
        place = place_of(project.status, "")
        if place is None:
            continue
        since = project.delivered_at or project.started_at or clock.now()
        stage = place.stage
        if project.status == Status.IN_PROGRESS:
            zone = clock.zone(project.account.time_zone)
            stage, day = _reached(
                since.astimezone(zone).date(), clock.today(project.account.time_zone),
                around.stage_times(project), around.calendar(project),
            )  # fmt: skip
            since = clock.start_of(day, project.account.time_zone)
        project.stage = stage
        spells.append(
            StageSpell(
                account_id=project.account_id, project=project, stage=stage,
                waiting_for=place.waiting_for, since=min(since, clock.now()),
            )
        )  # fmt: skip
    StageSpell.objects.bulk_create(spells, batch_size=1000)
    Project.objects.bulk_update([spell.project for spell in spells], ["stage"], batch_size=500)


def _reached(
    started: date, today: date, times: StageTimes, calendar: WorkCalendar
) -> tuple[Stage, date]:
    """The production stage in which a project usually is that started so long ago, and the day on
    which it usually came there. What takes longer than usual is at the quality check.
    """
    begins = calendar.add(started, times.get(Stage.REVIEW, (0, 0))[0])
    stages = [s for s in PRODUCTION_STAGES if times.get(s, (0, 0))[0]]
    for stage in stages:
        ends = calendar.add(begins, times[stage][0])
        if ends > today or stage is stages[-1]:
            return stage, min(begins, today)
        begins = ends
    return Stage.BOOKING, started
