"""What customers are told about dates: stored when it changes, with the reason, and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from callsheet.credits.models import Wallet
from callsheet.insight.scorecard import scorecard
from callsheet.insight.since_last_look import since_last_look
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError
from callsheet.projects.models import Project, PublishedRange, Stirred
from callsheet.services import (
    briefing,
    production,
    publishing,
    queueing,
    returning,
    sampling,
    staging,
    transferring,
)
from callsheet.services.publishing import publish_stirred
from tests.builders import finalized, organization_with, somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = MONDAY.date()


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.at(MONDAY):
        yield


def said(project: Project, what: str) -> list[tuple[date | None, date | None, str]]:
    rows = PublishedRange.objects.filter(project=project, what=what).order_by("pk")
    return [(row.first, row.last, row.reason) for row in rows]


def told(project: Project, kind: str) -> list[dict[str, object]]:
    rows = Event.objects.filter(subject_id=project.pk, kind=kind).order_by("pk")
    return [row.data for row in rows]


def test_what_waits_and_what_runs_have_their_ranges_with_reasons() -> None:
    wallet = wallet_with(20)
    running = submitted(wallet, 20, "Running")
    waiting = submitted(wallet, 20, "Waiting")
    done = publish_stirred()
    assert (done.wallets, done.ranges, done.events) == (1, 2, 0)  # nothing has changed yet
    # 1 + 2 + 14 + 2 + 1 + 3 = 23 working days from Monday; at worst 2 + 3 + 14 + 3 + 1 + 5 + 5.
    assert said(running, "finish") == [
        (date(2026, 4, 2), date(2026, 4, 16), "“Running” started"),
    ]  # fmt: skip
    assert said(waiting, "start") == [
        (date(2026, 4, 2), date(2026, 4, 16), "“Waiting” was submitted"),
    ]  # fmt: skip
    assert not Stirred.objects.exists()


def test_twice_publishes_nothing_twice() -> None:
    wallet = wallet_with(20)
    submitted(wallet, 20)
    publish_stirred()
    before = PublishedRange.objects.count(), Event.objects.count()
    assert publish_stirred().wallets == 0
    briefing.readiness(CONSOLE, Project.objects.get().pk)
    Stirred.objects.create(wallet=wallet, at=clock.now(), cause="Nothing at all")
    assert publish_stirred().wallets == 1
    assert (PublishedRange.objects.count(), Event.objects.count()) == before


def test_a_start_that_comes_true_stays_as_it_was_said() -> None:
    wallet = wallet_with(20)
    first, second = submitted(wallet, 20, "First"), submitted(wallet, 20, "Second")
    publish_stirred()
    with clock.at(MONDAY + timedelta(days=3)):
        finalized(first)
        publish_stirred()
    assert len(said(second, "start")) == 1
    assert said(second, "finish")[-1][2] == "“Second” started"
    assert len(said(first, "finish")) == 1


def test_a_brief_that_is_taken_back_has_no_dates_and_nobody_is_told() -> None:
    wallet = wallet_with(20)
    submitted(wallet, 20)
    waiting = submitted(wallet, 20, "Waiting")
    publish_stirred()
    briefing.withdraw(CONSOLE, waiting.pk)
    publish_stirred()
    assert said(waiting, "start")[-1] == (None, None, "“Waiting” became a draft again")
    assert not told(waiting, "expected_start_changed")


def test_small_steps_are_kept_and_told_when_they_have_become_three_days() -> None:
    wallet = wallet_with(20)
    running = submitted(wallet, 20, "Mug")
    production.accept(CONSOLE, running.pk)
    staging.enter_stage(CONSOLE, running.pk, "awaiting_sample")
    sample = sampling.create_sample(CONSOLE, wallet.account_id, "Mug", [running.pk],
                                    expected_on=date(2026, 3, 11))["sample"]  # fmt: skip
    waiting = submitted(wallet, 20, "Waiting")
    publish_stirred()
    starts, finishes = "expected_start_changed", "expected_finish_changed"
    assert (len(told(running, finishes)), len(told(waiting, starts))) == (0, 0)
    for number, events in ((12, 0), (13, 0), (16, 1), (17, 1), (18, 2)):
        sampling.expect_sample(CONSOLE, sample, date(2026, 3, number))
        publish_stirred()
        assert len(told(waiting, starts)) == events, number
    assert len(said(waiting, "start")) == 6
    assert ProcrastinateJob.objects.filter(task_name="notify").exists()
    last = told(waiting, starts)[-1]
    assert last["reason"] == "the sample “Mug” is expected on another day"
    assert told(waiting, starts)[0]["from"] == [str(day) for day in said(waiting, "start")[0][:2]]
    assert last["from"] == told(waiting, starts)[0]["to"]
    first, end = (date.fromisoformat(day) for day in last["to"])
    assert (first, end) == said(waiting, "start")[-1][:2]


def test_the_order_of_the_queue_is_a_reason() -> None:
    wallet = wallet_with(20)
    submitted(wallet, 20, "Running")
    one, two = submitted(wallet, 20, "One"), submitted(wallet, 20, "Two")
    publish_stirred()
    queueing.reorder(CONSOLE, wallet.account_id, [two.pk, one.pk])
    publish_stirred()
    for project in (one, two):
        assert said(project, "start")[-1][2] == "the queue was put into another order"


def test_other_teams_never_read_a_title() -> None:
    pool, team = organization_with(0, north=20, south=20)
    north, south = team["north"], team["south"]
    transferring.set_borrowing(CONSOLE, pool.organization_id, True)
    for wallet in (north, south):
        transferring.set_lending_limits(CONSOLE, wallet.pk, may_borrow=20, may_lend=20)
    secret = submitted(south, 20, "Secret launch")
    waiting = submitted(north, 40, "Big")
    publish_stirred()
    assert said(waiting, "start")[0][0] is not None
    production.accept(CONSOLE, secret.pk)
    staging.enter_stage(CONSOLE, secret.pk, "quality_check")
    publish_stirred()
    reasons = " ".join(reason for _, _, reason in said(waiting, "start"))
    assert "a project of another team" in reasons
    assert "Secret" not in reasons
    assert "“Secret launch”" in said(secret, "finish")[-1][2]
    for event in Event.objects.filter(account_id=north.account_id, kind__startswith="expected"):
        assert "Secret" not in str(event.data)


def test_an_overdue_stage_pushes_the_days_on_and_says_so() -> None:
    wallet = wallet_with(20)
    running = submitted(wallet, 20, "Slow")
    waiting = submitted(wallet, 20, "Waiting")
    publish_stirred()
    with clock.at(MONDAY + timedelta(days=1)):
        assert returning.refresh_returns() == 0  # review takes 1 to 2 days
    with clock.at(MONDAY + timedelta(days=4)):
        assert returning.refresh_returns() == 1
        assert returning.refresh_returns() == 0
        publish_stirred()
    running.refresh_from_db()
    # Friday, and everything after review: 22 working days, or 31 at worst.
    assert (running.returns_p50, running.returns_p80) == (date(2026, 4, 7), date(2026, 4, 20))
    assert said(waiting, "start")[-1] == (
        date(2026, 4, 7), date(2026, 4, 20), "“Slow” takes longer than expected",
    )  # fmt: skip


def test_one_domains_trouble_holds_nobody_else_up(monkeypatch: pytest.MonkeyPatch) -> None:
    wallets = [wallet_with(20) for _ in range(3)]
    for wallet in wallets:
        submitted(wallet, 20)
    store = publishing._store

    def troubled(rows: list[Wallet], stirred: list[Stirred]) -> tuple[int, int]:
        if wallets[1].pk in {row.pk for row in rows}:
            raise ValueError("trouble")
        return store(rows, stirred)

    monkeypatch.setattr(publishing, "_store", troubled)
    done = publish_stirred()
    assert (done.wallets, done.failed) == (2, [wallets[1].domain_id])
    assert set(Stirred.objects.values_list("wallet", flat=True)) == {wallets[1].pk}
    monkeypatch.undo()
    assert publish_stirred().wallets == 1


def test_many_wallets_ask_the_database_no_more() -> None:
    def asked(wallets: int) -> int:
        for _ in range(wallets):
            wallet = wallet_with(20)
            for _ in range(3):
                submitted(wallet, 20)
        with CaptureQueriesContext(connection) as queries:
            publish_stirred()
        return len(queries)

    assert asked(1) == asked(4)


def test_many_projects_are_refreshed_with_the_same_queries() -> None:
    def asked(projects: int) -> int:
        wallet = wallet_with(10 * projects)
        for _ in range(projects):
            submitted(wallet, 10)
        with clock.at(MONDAY + timedelta(days=9)), CaptureQueriesContext(connection) as queries:
            returning.refresh_returns()
        return len(queries)

    assert asked(2) == asked(6)


def test_a_brief_that_was_submitted_once_can_still_be_deleted() -> None:
    """What was said about it stays on record, by its number."""
    wallet = wallet_with(20)
    submitted(wallet, 20)
    waiting = submitted(wallet, 20)
    publish_stirred()
    briefing.withdraw(CONSOLE, waiting.pk)
    number = waiting.pk
    briefing.delete_draft(CONSOLE, number)
    publish_stirred()
    assert PublishedRange.objects.filter(project_id=number).count() == 1
    since_last_look(somebody(wallet.account), wallet.account_id)
    assert scorecard(CONSOLE, wallet.account_id).starts.outcomes == 0


def test_a_draft_that_somebody_overtook_stays() -> None:
    wallet = wallet_with(60)
    submitted(wallet, 50, "Running")
    head = submitted(wallet, 40, "Big")
    submitted(wallet, 10, "Small")  # overtakes, with a receipt
    briefing.withdraw(CONSOLE, head.pk)
    with pytest.raises(CallsheetError) as error:
        briefing.delete_draft(CONSOLE, head.pk)
    assert error.value.code == "not_deletable"
