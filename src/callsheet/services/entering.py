"""Ending the stage that a project has left and beginning the one it has come to.

Every stage of every project passes through here, so that the studio's history of durations is
complete from the first day, and the expected return never belongs to another stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection

from callsheet.catalogue.models import Stage
from callsheet.kit import clock
from callsheet.kit.rows import insert_all, write_fields
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import Project, StageSpell
from callsheet.projects.returns import expected_return
from callsheet.projects.samples import Awaited, arrived_samples, awaited_samples
from callsheet.projects.staging import (
    ORDER,
    Place,
    place_of,
    stage_after_sample,
    usual_party,
)
from callsheet.services.surroundings import Surroundings

SAVED = ["stage", "returns_p50", "returns_p80"]
_BEFORE_CREATION = frozenset(ORDER[: ORDER.index(Stage.CREATION)])


def enter_stages(projects: Iterable[Project], around: Surroundings) -> dict[int, Awaited]:
    """End the stages that these projects have left and begin those of their statuses. Saves their
    ``stage`` and the days of their returns; answers the samples that they still wait for.
    """
    entering: dict[int, Place] = {}
    moving: list[Project] = []
    resting: list[Project] = []
    for project in projects:
        place = place_of(project.status, project.stage)
        if place is None:
            resting.append(project)
        else:
            entering[project.pk] = place
            moving.append(project)
    _go_on_with_samples(moving, entering)
    awaited = enter(moving, entering, around)
    _rest(resting)
    return awaited


def _go_on_with_samples(projects: Sequence[Project], places: dict[int, Place]) -> None:
    """What was parked while it waited for a sample that has come meanwhile goes on behind it."""
    waiting = [p for p in projects if places[p.pk].stage == Stage.AWAITING_SAMPLE]
    if not waiting:
        return
    arrived = arrived_samples([project.pk for project in waiting])
    for project in waiting:
        if project.pk in arrived:
            stage = stage_after_sample(project.brief_type)
            places[project.pk] = Place(stage, usual_party(stage))


def enter(
    projects: Sequence[Project], places: Mapping[int, Place], around: Surroundings
) -> dict[int, Awaited]:
    """Let each project begin its place now. Their rows are locked by the caller; saves ``stage``
    and the days of the returns. Answers the samples that those before creation still wait for.
    """
    if not projects:
        return {}
    now = clock.now()
    samples = awaited_samples(
        [pk for pk, place in places.items() if place.stage in _BEFORE_CREATION]
    )
    end_spells([project.pk for project in projects], now)
    spells = []
    changed = []
    for project in projects:
        place = places[project.pk]
        before = (project.stage, project.returns_p50, project.returns_p80)
        project.stage = place.stage
        spells.append(
            StageSpell(
                account_id=project.account_id, project=project, stage=place.stage,
                waiting_for=place.waiting_for, since=now, expected_until=place.expected_until,
            )
        )  # fmt: skip
        expect_return(project, spells[-1], samples.get(project.pk), around)
        if before != (project.stage, project.returns_p50, project.returns_p80):
            changed.append(project)
    insert_all(spells)
    write_fields(changed, SAVED)
    return samples


def expect_return(
    project: Project, spell: StageSpell, awaited: Awaited | None, around: Surroundings
) -> bool:
    """Work out the project's days of return from its open spell and the samples it waits for; not
    saved. Returns whether one of them is another day now.
    """
    before = project.returns_p50, project.returns_p80
    zone = clock.zone(project.account.time_zone)
    project.returns_p50, project.returns_p80 = expected_return(
        spell.stage,
        spell.since.astimezone(zone).date(),
        clock.today(project.account.time_zone),
        around.stage_times(project),
        around.calendar(project),
        spell.expected_until,
        awaited.expected_on if awaited else None,
    )
    return before != (project.returns_p50, project.returns_p80)


def _rest(projects: Sequence[Project]) -> None:
    """Projects whose status has no stage: what is parked keeps its own, what has ended keeps the
    days of its return on record.
    """
    if not projects:
        return
    end_spells([project.pk for project in projects], clock.now())
    changed = []
    for project in projects:
        before = (project.stage, project.returns_p50, project.returns_p80)
        if project.status != Status.PARKED:
            project.stage = ""
        if project.status not in ENDED:
            project.returns_p50 = project.returns_p80 = None
        if before != (project.stage, project.returns_p50, project.returns_p80):
            changed.append(project)
    write_fields(changed, SAVED)


_END_SPELLS = """
UPDATE projects_stagespell SET until = GREATEST(since, %s)
 WHERE project_id = ANY(%s) AND until IS NULL
"""


def end_spells(project_ids: Sequence[int], now: datetime) -> None:
    """End the open stage of these projects; never before it began."""
    with connection.cursor() as cursor:
        cursor.execute(_END_SPELLS, [now, list(project_ids)])
