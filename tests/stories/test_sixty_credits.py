"""A 60-credit account with several projects at a time."""

import pytest

from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import FairnessReceipt, Occupancy
from callsheet.services import briefing, production
from tests.builders import (
    assert_books_balance,
    delivered,
    draft,
    finalized,
    status_of,
    submitted,
    wallet_with,
)

pytestmark = pytest.mark.django_db


def test_what_fits_starts_and_the_rest_starts_by_itself() -> None:
    wallet = wallet_with(60)
    spring = submitted(wallet, 30, "Spring")  # 30 of 60 held
    summer = submitted(wallet, 20, "Summer")  # 50 of 60 held
    autumn = submitted(wallet, 25, "Autumn")  # needs 25, 10 are free: waits
    assert [status_of(p) for p in (spring, summer, autumn)] == [
        "pending_review", "pending_review", "queued",
    ]  # fmt: skip
    assert autumn.wait_reason == "waiting_for_credits"
    answer_before = Event.objects.filter(kind="started").count()
    finalized(summer)  # 20 come home: 30 free, autumn starts in the same moment
    assert status_of(autumn) == "pending_review"
    assert Event.objects.filter(kind="started").count() == answer_before + 1
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held) == (5, 55)
    assert Occupancy.objects.filter(wallet=wallet, until__isnull=True).count() == 2
    assert_books_balance()


def test_a_small_brief_overtakes_a_big_one_only_where_it_costs_it_nothing() -> None:
    wallet = wallet_with(60)
    submitted(wallet, 50, "Running")
    head = submitted(wallet, 60, "Big")  # reserved for the day the 50 come back
    small = submitted(wallet, 10, "Small")  # P80 is past that day and 60 leave no surplus
    assert (status_of(head), status_of(small)) == ("queued", "queued")
    assert small.wait_reason == "behind_reservation"
    head.refresh_from_db()
    assert head.reserved_for is not None
    assert not FairnessReceipt.objects.exists()
    assert_books_balance()


def test_surplus_beside_the_reservation_is_used_and_receipted() -> None:
    wallet = wallet_with(60)
    running = submitted(wallet, 50, "Running")
    head = submitted(wallet, 40, "Big")  # 60 free then, 40 needed: 20 are surplus
    small = submitted(wallet, 10, "Small")
    assert (status_of(head), status_of(small)) == ("queued", "pending_review")
    receipt = FairnessReceipt.objects.get()
    assert (receipt.project, receipt.overtaken, receipt.planned_delay) == (small, head, 0)
    finalized(running)  # 50 come home early: the head starts, the delay was none
    receipt.refresh_from_db()
    assert (status_of(head), receipt.realized_delay) == ("pending_review", 0)
    assert_books_balance()


def test_a_withdrawn_brief_keeps_its_place() -> None:
    wallet = wallet_with(60)
    submitted(wallet, 60, "Running")
    first, second = submitted(wallet, 20, "First"), submitted(wallet, 20, "Second")
    rank = first.rank
    briefing.withdraw(CONSOLE, first.pk)
    briefing.submit(CONSOLE, first.pk)
    first.refresh_from_db()
    assert first.rank == rank < second.rank
    assert_books_balance()


def test_withdrawing_from_review_gives_credits_back_and_the_queue_moves() -> None:
    wallet = wallet_with(60)
    running = submitted(wallet, 60, "Running")
    waiting = submitted(wallet, 20, "Waiting")
    answer = briefing.withdraw(CONSOLE, running.pk)
    assert (answer["released"], answer["started"]) == (60, [waiting.pk])
    assert status_of(waiting) == "pending_review"
    assert_books_balance()


def test_canceling_a_subscription_project_gives_everything_back() -> None:
    wallet = wallet_with(60)
    project = delivered(submitted(wallet, 40))
    production.cancel(CONSOLE, project.pk, note="The launch is off")
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held, status_of(project)) == (60, 0, "canceled")
    assert_books_balance()


def test_the_same_submission_twice_is_one() -> None:
    wallet = wallet_with(60)
    project = draft(wallet, 20)
    first = briefing.submit(CONSOLE, project.pk, key="same")
    assert briefing.submit(CONSOLE, project.pk, key="same") == first
    wallet.refresh_from_db()
    assert wallet.held == 20


def test_a_brief_may_overtake_the_same_head_again_at_the_same_moment() -> None:
    wallet = wallet_with(60)
    with clock.at(clock.now()):
        submitted(wallet, 50, "Running")
        head = submitted(wallet, 40, "Big")
        small = submitted(wallet, 10, "Small")
        assert (status_of(head), status_of(small)) == ("queued", "pending_review")
        briefing.withdraw(CONSOLE, small.pk)
        briefing.submit(CONSOLE, small.pk)
        assert status_of(small) == "pending_review"
    assert FairnessReceipt.objects.count() == 1
    assert_books_balance()
