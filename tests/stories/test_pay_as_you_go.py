"""Credits that are bought in lots and used up."""

from datetime import timedelta

import pytest

from callsheet.credits.models import Lot
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Refusals
from callsheet.services import briefing, clockwork, crediting, production
from tests.builders import (
    assert_books_balance,
    delivered,
    draft,
    paying_wallet,
    status_of,
    submitted,
)

pytestmark = pytest.mark.django_db


def parts(wallet) -> list[tuple[int, int, int, int]]:
    return [
        (lot.available, lot.held, lot.consumed, lot.expired)
        for lot in Lot.objects.filter(wallet=wallet).order_by("id")
    ]


def test_lots_are_taken_soonest_to_expire_first_and_consumed_at_the_end() -> None:
    today = clock.today("UTC")
    wallet = paying_wallet((40, today + timedelta(days=300)), (20, today + timedelta(days=30)))
    project = submitted(wallet, 30)  # 20 of the second lot, 10 of the first
    assert parts(wallet) == [(30, 10, 0, 0), (0, 20, 0, 0)]
    delivered(project)
    production.finalize(CONSOLE, project.pk)
    assert parts(wallet) == [(30, 0, 10, 0), (0, 0, 20, 0)]
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held, wallet.consumed) == (30, 0, 30)
    assert_books_balance()


def test_what_is_not_there_waits_for_a_purchase() -> None:
    wallet = paying_wallet((30, None))
    running = submitted(wallet, 30)
    waiting = submitted(wallet, 30)
    assert waiting.wait_reason == "waiting_for_purchase"
    delivered(running)
    assert production.finalize(CONSOLE, running.pk)["started"] == []  # consumed, not released
    assert crediting.buy_lot(CONSOLE, wallet.pk, 50)["started"] == [waiting.pk]
    assert_books_balance()


def test_held_lots_do_not_expire_and_a_late_release_expires_at_once() -> None:
    today = clock.today("UTC")
    wallet = paying_wallet((50, today + timedelta(days=10)))
    project = submitted(wallet, 30)
    with clock.at(clock.now() + timedelta(days=10)):
        clockwork.tick()
        assert parts(wallet) == [(0, 30, 0, 20)]
        briefing.withdraw(CONSOLE, project.pk)
        assert parts(wallet) == [(0, 0, 0, 50)]
        clockwork.tick()
        assert parts(wallet) == [(0, 0, 0, 50)]
    assert_books_balance()


def test_canceling_after_acceptance_uses_up_what_the_manager_says() -> None:
    wallet = paying_wallet((60, None))
    early, late = submitted(wallet, 30), submitted(wallet, 30)
    production.cancel(CONSOLE, early.pk, note="Called off")  # before acceptance: all comes back
    delivered(late)
    production.cancel(CONSOLE, late.pk, consumed=10, note="Half the shoot was done")
    wallet.refresh_from_db()
    assert (wallet.available, wallet.consumed, status_of(late)) == (50, 10, "canceled")
    assert_books_balance()


def test_a_pay_as_you_go_project_has_a_minimum_that_is_a_readiness_rule() -> None:
    wallet = paying_wallet((60, None))
    small = draft(wallet, 20)
    with pytest.raises(Refusals) as refusal:
        briefing.submit(CONSOLE, small.pk)
    assert [problem.code for problem in refusal.value.problems] == ["project_under_minimum"]
    assert status_of(small) == "draft"


def test_the_queue_is_strict() -> None:
    wallet = paying_wallet((40, None))
    head = submitted(wallet, 60)
    small = submitted(wallet, 30)
    assert (status_of(head), status_of(small)) == ("queued", "queued")
    assert_books_balance()
