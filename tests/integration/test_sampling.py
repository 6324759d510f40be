"""Samples: every refusal, and what their days do to the projects that wait for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.catalogue.models import BriefType
from callsheet.credits.models import Wallet
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError
from callsheet.projects.models import Clock, ClockKind, Project, Sample, StageSpell
from callsheet.services import briefing, production, sampling, staging
from callsheet.services.clock_running import run_clocks
from tests.builders import brief_of, draft, finalized, submitted, wallet_with

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = MONDAY.date()


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.at(MONDAY):
        yield


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def awaiting(wallet: Wallet, title: str = "Mug", **more: object) -> Project:
    """A project in production that waits for its sample."""
    project = submitted(wallet, 10, title, **more)
    production.accept(CONSOLE, project.pk)
    staging.enter_stage(CONSOLE, project.pk, "awaiting_sample")
    project.refresh_from_db()
    return project


def announce(*projects: Project, expected_on: date | None = None, name: str = "Mug") -> int:
    answer = sampling.create_sample(CONSOLE, projects[0].account_id, name,
                                    [p.pk for p in projects], expected_on=expected_on)  # fmt: skip
    return int(answer["sample"])


def refused(code: str, call: object, *given: object, **more: object) -> None:
    with pytest.raises(CallsheetError) as error:
        call(CONSOLE, *given, **more)  # type: ignore[operator]
    assert error.value.code == code


def again(project: Project) -> Project:
    project.refresh_from_db()
    return project


def test_the_expected_day_moves_the_forecast_of_all_its_projects() -> None:
    wallet = wallet_with(60)
    waiting, booked = awaiting(wallet), submitted(wallet, 10)
    production.accept(CONSOLE, booked.pk)
    before = again(booked).returns_p50
    sample = announce(waiting, booked, expected_on=day(14))  # Monday, 16 March
    # 16 March + 14 creation + 2 post-production + 1 check + 3 review by the customer.
    assert again(waiting).returns_p50 == again(booked).returns_p50 == date(2026, 4, 13)
    sampling.expect_sample(CONSOLE, sample, day(15), note="Customs")
    assert again(waiting).returns_p50 == again(booked).returns_p50 == date(2026, 4, 14)
    # A sample that is there before booking has ended moves nothing.
    sampling.expect_sample(CONSOLE, sample, day(1))
    assert again(booked).returns_p50 == before
    spell = StageSpell.objects.get(project=waiting, until__isnull=True)
    assert spell.expected_until == day(1)


def test_the_way_of_a_sample_and_its_events() -> None:
    project = awaiting(wallet_with(60))
    sample = announce(project, expected_on=day(3))
    sampling.ship_sample(CONSOLE, sample, TODAY, tracking="1Z99", expected_on=day(4))
    with clock.at(MONDAY + timedelta(days=4)):
        answer = sampling.receive_sample(CONSOLE, sample, day(4))
    assert answer["went_on"] == [project.pk]
    with clock.at(MONDAY + timedelta(days=30)):
        sampling.return_sample(CONSOLE, sample, day(29))
    row = Sample.objects.get()
    assert (row.expected_on, row.shipped_on, row.received_on, row.returned_on, row.tracking) == (
        day(4), TODAY, day(4), day(29), "1Z99",
    )  # fmt: skip
    kinds = Event.objects.filter(subject_id=project.pk, kind__startswith="sample_")
    assert list(kinds.order_by("pk").values_list("kind", flat=True)) == [
        "sample_created", "sample_shipped", "sample_received", "sample_returned",
    ]  # fmt: skip
    shipped = kinds.get(kind="sample_shipped").data
    assert shipped["changed"] == {
        "expected_on": "2026-03-06", "shipped_on": "2026-03-02", "tracking": "1Z99",
    }  # fmt: skip
    assert shipped["before"]["expected_on"] == "2026-03-05"


def test_receipt_starts_creation_where_nothing_else_is_missing() -> None:
    wallet = wallet_with(60)
    both, one, booked = awaiting(wallet, "Both"), awaiting(wallet, "One"), submitted(wallet, 10)
    production.accept(CONSOLE, booked.pk)
    mug = announce(both, one, booked, name="Mug")
    cup = announce(both, name="Cup", expected_on=day(9))
    assert sampling.receive_sample(CONSOLE, mug, TODAY)["went_on"] == [one.pk]
    assert [again(p).stage for p in (both, one, booked)] == [
        "awaiting_sample", "creation", "booking",
    ]  # fmt: skip
    assert sampling.receive_sample(CONSOLE, cup, TODAY)["went_on"] == [both.pk]
    assert again(both).stage == "creation"
    assert not Clock.objects.filter(kind=ClockKind.SAMPLE).exists()


def test_an_adaptation_goes_on_with_post_production() -> None:
    wallet = wallet_with(20)
    draft(wallet, 10)
    brief = brief_of(("static", 2), brief_type=BriefType.ADAPT_OPTIMIZE)
    project = Project.objects.get(pk=briefing.write(CONSOLE, wallet.account_id, brief)["project"])
    briefing.submit(CONSOLE, project.pk)
    production.accept(CONSOLE, project.pk)
    staging.enter_stage(CONSOLE, project.pk, "awaiting_sample")
    sampling.receive_sample(CONSOLE, announce(project), TODAY)
    assert again(project).stage == "post_production"


def test_a_day_that_has_passed_is_asked_about() -> None:
    """The clock is due on the working day after the expected one, and moves with it."""
    project = awaiting(wallet_with(20))
    sample = announce(project, expected_on=day(4))  # Friday
    assert Clock.objects.get(kind=ClockKind.SAMPLE).due_at.date() == day(7)  # Monday
    sampling.expect_sample(CONSOLE, sample, day(8))
    assert Clock.objects.get(kind=ClockKind.SAMPLE).due_at.date() == day(9)
    sampling.remove_sample(CONSOLE, sample, note="Shot without it")
    assert not Clock.objects.filter(kind=ClockKind.SAMPLE).exists()
    assert again(project).stage == "creation"
    assert not Sample.objects.exists()


def test_a_sample_announced_for_a_draft_is_asked_for_once_it_runs() -> None:
    project = draft(wallet_with(20), 20)
    announce(project, expected_on=day(40))
    assert not Clock.objects.exists()
    briefing.submit(CONSOLE, project.pk)
    assert Clock.objects.get(kind=ClockKind.SAMPLE).due_at.date() == date(2026, 4, 13)
    # Saturday, 11 April; then 14 + 2 + 1 + 3 working days from the Monday on.
    assert again(project).returns_p50 == date(2026, 5, 8)


def test_announcing_is_checked() -> None:
    wallet, other = wallet_with(60), wallet_with(60)
    mine, theirs = submitted(wallet, 10), submitted(other, 10)
    ended = finalized(submitted(wallet, 10))
    account = wallet.account_id
    create = sampling.create_sample
    refused("name_missing", create, account, " ", [mine.pk])
    refused("name_too_long", create, account, "x" * 201, [mine.pk])
    refused("projects_missing", create, account, "Mug", [])
    refused("project_elsewhere", create, account, "Mug", [mine.pk, theirs.pk])
    refused("project_elsewhere", create, account, "Mug", [2**40])
    refused("project_ended", create, account, "Mug", [ended.pk])
    refused("date_in_the_past", create, account, "Mug", [mine.pk], expected_on=day(-1))
    refused("not_found", create, 2**40, "Mug", [mine.pk])
    assert not Sample.objects.exists()


def test_days_that_cannot_be_are_refused() -> None:
    sample = announce(awaiting(wallet_with(60)), expected_on=day(3))
    refused("day_to_come", sampling.ship_sample, sample, day(1))
    refused("day_to_come", sampling.receive_sample, sample, day(1))
    refused("date_in_the_past", sampling.expect_sample, sample, day(-1))
    refused("nothing_changed", sampling.expect_sample, sample, day(3))
    refused("sample_not_received", sampling.return_sample, sample, TODAY)
    refused("too_long", sampling.ship_sample, sample, TODAY, tracking="x" * 201)
    refused("date_in_the_past", sampling.ship_sample, sample, TODAY, expected_on=day(-1))
    refused("not_found", sampling.receive_sample, 2**40, TODAY)
    sampling.ship_sample(CONSOLE, sample, TODAY)
    refused("received_before_shipped", sampling.receive_sample, sample, day(-1))
    with clock.at(MONDAY + timedelta(days=5)):
        sampling.ship_sample(CONSOLE, sample, day(5))
        sampling.receive_sample(CONSOLE, sample, day(5))
        refused("sample_received", sampling.receive_sample, sample, day(5))
        refused("sample_received", sampling.ship_sample, sample, day(5))
        refused("sample_received", sampling.expect_sample, sample, day(9))
        refused("sample_received", sampling.remove_sample, sample)
        refused("day_to_come", sampling.return_sample, sample, day(6))
        refused("returned_before_received", sampling.return_sample, sample, day(4))
        sampling.return_sample(CONSOLE, sample, day(5))
        refused("sample_returned", sampling.return_sample, sample, day(5))


@pytest.mark.parametrize("step", ["expect", "receive"])
def test_a_sample_of_many_projects_asks_the_database_no_more(step: str) -> None:
    def asked(projects: int) -> int:
        wallet = wallet_with(10 * projects)
        rows = [awaiting(wallet) for _ in range(projects)]
        sample = announce(*rows)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            if step == "expect":
                sampling.expect_sample(CONSOLE, sample, day(9))
            else:
                sampling.receive_sample(CONSOLE, sample, TODAY)
        return len(queries)

    assert asked(2) == asked(7)


def test_the_waiting_party_is_asked_when_the_day_has_passed() -> None:
    project = awaiting(wallet_with(20))
    sample = announce(project, expected_on=day(4))  # Friday
    asked = Event.objects.filter(kind="sample_expected_passed")
    with clock.at(MONDAY + timedelta(days=5)):
        run_clocks()
        assert not asked.exists()
    with clock.at(MONDAY + timedelta(days=7)):
        run_clocks()
        run_clocks()
        event = asked.get()
        assert (event.data["samples"], event.data["expected_on"]) == (["Mug"], "2026-03-06")
        assert event.data["waiting_for"] == "customer"
        sampling.ship_sample(CONSOLE, sample, day(7), expected_on=day(8))
    with clock.at(MONDAY + timedelta(days=12)):
        run_clocks()
    last = asked.order_by("pk").last()
    assert last is not None
    assert (last.data["waiting_for"], last.data["expected_on"]) == ("carrier", "2026-03-10")
    assert asked.count() == 2
