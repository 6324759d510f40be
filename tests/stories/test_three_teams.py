"""An organization's pool of three teams that help each other out."""

from datetime import timedelta

import pytest

from callsheet.credits.models import Borrowing, StandingOrder
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict, Refused
from callsheet.projects.models import FairnessReceipt, Project
from callsheet.services import clockwork, production, transferring
from tests.builders import (
    assert_books_balance,
    delivered,
    organization_with,
    somebody,
    status_of,
    submitted,
    wallet_with,
)

pytestmark = pytest.mark.django_db


def balances(*wallets):
    for wallet in wallets:
        wallet.refresh_from_db()
    return [(wallet.available, wallet.held) for wallet in wallets]


def test_a_saturated_team_borrows_from_an_idle_one_and_repays_on_release() -> None:
    pool, team = organization_with(0, north=40, south=60, east=20)
    transferring.set_lending_limits(
        CONSOLE, team["south"].pk, may_borrow=0, may_lend=None, floor=20
    )
    transferring.set_lending_limits(CONSOLE, team["north"].pk, may_borrow=30, may_lend=0)
    transferring.set_borrowing(CONSOLE, pool.organization_id, True)
    submitted(team["north"], 30)  # 10 of 40 left
    launch = submitted(team["north"], 40, "Launch")  # 10 own + 30 of south's 60
    assert status_of(launch) == "pending_review"
    assert balances(team["north"], team["south"]) == [(0, 70), (30, 0)]
    assert team["south"].lent == team["north"].borrowed == 30
    # South needs its credits: 30 are here, 30 are lent out.
    south_brief = submitted(team["south"], 50, "South")
    assert (status_of(south_brief), south_brief.wait_reason) == ("queued", "lent_out")
    delivered(launch)
    answer = production.finalize(CONSOLE, launch.pk)
    # 40 released, 30 of them go straight home, where South starts in the same moment.
    assert answer["started"] == [south_brief.pk]
    assert balances(team["north"], team["south"]) == [(10, 30), (10, 50)]
    assert not Borrowing.objects.filter(credits__gt=0).exists()
    assert_books_balance()


def test_nothing_is_lent_below_the_floor() -> None:
    pool, team = organization_with(0, north=10, south=60)
    transferring.set_lending_limits(
        CONSOLE, team["south"].pk, may_borrow=0, may_lend=None, floor=45
    )
    transferring.set_lending_limits(CONSOLE, team["north"].pk, may_borrow=None, may_lend=0)
    transferring.set_borrowing(CONSOLE, pool.organization_id, True)
    waiting = submitted(team["north"], 30)  # 10 own, 60 - 45 = 15 to be had: 25 < 30
    fitting = submitted(team["north"], 25)
    assert status_of(waiting) == "queued"
    # 25 would fit, but may only overtake where the head loses nothing.
    assert status_of(fitting) in {"queued", "pending_review"}
    team["south"].refresh_from_db()
    assert team["south"].available >= 45
    assert_books_balance()


def test_credits_that_are_held_cannot_move() -> None:
    _, team = organization_with(0, north=40, south=0)
    submitted(team["north"], 30)
    with pytest.raises(Conflict) as refusal:
        transferring.transfer(CONSOLE, team["north"].pk, team["south"].pk, 20)
    assert refusal.value.code == "not_enough_available"
    assert balances(team["north"], team["south"]) == [(10, 30), (0, 0)]
    assert_books_balance()


def test_credits_do_not_leave_the_organization() -> None:
    _, team = organization_with(0, north=40)
    _, other = organization_with(0, west=40)
    alone = wallet_with(40)
    for target in (other["west"], alone):
        with pytest.raises(Refused) as refusal:
            transferring.transfer(CONSOLE, team["north"].pk, target.pk, 10)
        assert refusal.value.code == "other_organization"
    assert_books_balance()


def test_an_allocation_starts_what_waited_for_it() -> None:
    pool, team = organization_with(30, north=10)
    waiting = submitted(team["north"], 30)
    admin = somebody(organization=pool.organization, role="admin")
    answer = transferring.transfer(admin, pool.pk, team["north"].pk, 20)
    assert answer["started"] == [waiting.pk]
    assert_books_balance()


def test_a_dated_loan_goes_out_and_comes_back_before_anything_else_starts() -> None:
    _, team = organization_with(0, north=20, south=40)
    today = clock.today("UTC")
    transferring.lend(
        CONSOLE, team["south"].pk, team["north"].pk, 30,
        starts_on=today, ends_on=today + timedelta(days=7),
    )  # fmt: skip
    assert balances(team["north"], team["south"]) == [(50, 0), (10, 0)]
    running = submitted(team["north"], 40, "Running")  # 10 of 50 left
    waiting = submitted(team["north"], 20, "Waiting")
    with clock.at(clock.now() + timedelta(days=7)):
        clockwork.tick()
        order = StandingOrder.objects.get(kind="loan_return")
        # 10 were there, 20 are still due back.
        assert (order.taken, order.due_back) == (10, 20)
        assert balances(team["north"], team["south"]) == [(0, 40), (20, 0)]
        waiting.refresh_from_db()
        assert waiting.wait_reason == "due_back_first"
        delivered(running)
        answer = production.finalize(CONSOLE, running.pk)
        # 40 come free: 20 go home first, the other 20 start the brief that waited.
        assert answer["started"] == [waiting.pk]
        assert balances(team["north"], team["south"]) == [(0, 20), (40, 0)]
        order.refresh_from_db()
        assert order.due_back == 0
    assert_books_balance()


def test_a_recall_takes_what_is_idle_now_and_the_rest_as_it_comes_free() -> None:
    pool, team = organization_with(0, north=50)
    running = submitted(team["north"], 30)
    transferring.schedule_transfer(
        CONSOLE, team["north"].pk, pool.pk, 40, clock.today("UTC"), recall=True
    )
    assert balances(team["north"], pool) == [(0, 30), (20, 0)]
    delivered(running)
    production.finalize(CONSOLE, running.pk)
    assert balances(team["north"], pool) == [(10, 0), (40, 0)]
    assert Project.objects.get(pk=running.pk).status == "finalized"
    assert_books_balance()


def test_a_brief_overtaken_by_a_borrowing_team_learns_its_delay_also_without_that_team() -> None:
    pool, team = organization_with(0, north=0, south=60)
    for wallet in team.values():
        transferring.set_lending_limits(CONSOLE, wallet.pk, may_borrow=None, may_lend=None)
    transferring.set_borrowing(CONSOLE, pool.organization_id, True)
    running = submitted(team["south"], 40, "Running")
    head = submitted(team["south"], 30, "Head")  # 20 are free; 60 when Running ends: 30 are spare
    borrowing = submitted(team["north"], 20, "Borrowing")  # all 20 of it are South's
    assert (status_of(head), status_of(borrowing)) == ("queued", "pending_review")
    receipt = FairnessReceipt.objects.get()
    assert (receipt.wallet, receipt.overtaken) == (team["north"], head)
    transferring.set_borrowing(CONSOLE, pool.organization_id, False)
    delivered(running)
    assert production.finalize(CONSOLE, running.pk)["started"] == [head.pk]
    receipt.refresh_from_db()
    assert receipt.realized_delay == 0
    assert_books_balance()
