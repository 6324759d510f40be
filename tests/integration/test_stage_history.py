"""What finished projects took: read from their spells and intervals, measured every night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.catalogue.models import BriefType, Stage, StageTime
from callsheet.insight.expected_times import WHOLE, expected_times
from callsheet.insight.stage_history import read_history
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.once import reading_once
from callsheet.projects.models import Occupancy, Project, StageSpell
from callsheet.services import production, staging
from callsheet.services.measuring import measure_stage_times
from tests.builders import finalized, submitted, wallet_with

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.at(MONDAY):
        yield


def after(days: int) -> object:
    return clock.at(MONDAY + timedelta(days=days))


def lived(days: int = 1) -> Project:
    """A project whose stages take so many weeks each; one question takes a week in review."""
    project = submitted(wallet_with(20), 20)
    steps = [
        lambda: production.request_clarification(CONSOLE, project.pk, "Which?"),
        lambda: production.clarify(CONSOLE, project.pk, "That one."),
        lambda: production.accept(CONSOLE, project.pk),
        lambda: staging.enter_stage(CONSOLE, project.pk, "creation"),
        lambda: staging.enter_stage(CONSOLE, project.pk, "creation", waiting_for="customer"),
        lambda: production.deliver(CONSOLE, project.pk),
        lambda: production.finalize(CONSOLE, project.pk),
    ]
    for number, step in enumerate(steps, start=1):
        with clock.at(MONDAY + timedelta(days=7 * days * number)):
            step()
    return project


def test_a_studio_stage_counts_its_time_with_the_studio() -> None:
    lived()
    with after(60):
        took = list(read_history())
    assert len(took) == 1
    assert took[0].whole == 35  # seven weeks, whoever was waited for
    assert {stage: days for stage, days in took[0].stages.items() if days} == {
        Stage.REVIEW: 10, Stage.BOOKING: 5, Stage.CREATION: 5, Stage.CUSTOMER_REVIEW: 5,
    }  # fmt: skip


def test_what_is_measured_is_what_commands_read() -> None:
    for _ in range(3):
        lived()
    with after(60):
        assert measure_stage_times() > 0
        assert measure_stage_times() > 0
    row = StageTime.objects.get(stage=Stage.BOOKING)
    assert (row.p50_days, row.p80_days, row.n) == (5, 5, 3)
    known = expected_times().stage(BriefType.CONTENT_CREATION, Stage.BOOKING, 20)
    # 3/13 of 5 and 10/13 of (2, 3): 2.7 and 3.5.
    assert (known.days, known.n) == ((3, 4), 3)
    with after(60):
        fresh = submitted(wallet_with(20), 20)
    assert fresh.returns_p50 is not None
    whole = expected_times().duration(BriefType.CONTENT_CREATION, 20)
    assert whole.n == 3
    assert whole.p50 > 23  # the sum of the defaults


def test_who_has_it_measured_goes_by_the_new_figures_from_there_on() -> None:
    lived()
    with after(60), reading_once():
        before = expected_times().stage(BriefType.CONTENT_CREATION, Stage.BOOKING, 20)
        measure_stage_times()
        assert expected_times().stage(BriefType.CONTENT_CREATION, Stage.BOOKING, 20) != before


def test_imported_projects_tell_the_whole_time_only() -> None:
    project = lived()
    StageSpell.objects.all().delete()
    Occupancy.objects.filter(project=project).update(imported=True)
    with after(60):
        measure_stage_times()
    assert list(StageTime.objects.values_list("stage", "p50_days")) == [(WHOLE, 35)]


def test_a_project_whose_beginning_is_unknown_tells_nothing_of_its_stages() -> None:
    project = lived()
    StageSpell.objects.filter(project=project, stage=Stage.REVIEW).delete()
    with after(60):
        assert [took.stages for took in read_history()] == [{}]


def test_canceled_and_long_past_projects_tell_nothing() -> None:
    stopped = submitted(wallet_with(20), 20)
    production.cancel(CONSOLE, stopped.pk, note="Off")
    finalized(submitted(wallet_with(20), 20))
    with after(800):
        assert not list(read_history())
        assert measure_stage_times() == 0
    assert len(list(read_history())) == 1


def test_figures_that_are_not_known_any_more_go_away() -> None:
    finalized(submitted(wallet_with(20), 20))
    measure_stage_times()
    assert StageTime.objects.exists()
    with after(800):
        measure_stage_times()
    assert not StageTime.objects.exists()


def test_history_is_read_with_the_same_queries_however_long_it_is() -> None:
    def asked(projects: int) -> int:
        for _ in range(projects):
            finalized(submitted(wallet_with(20), 20))
        with CaptureQueriesContext(connection) as queries:
            list(read_history())
        return len(queries)

    assert asked(1) == asked(4)
