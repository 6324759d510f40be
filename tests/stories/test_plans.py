"""Plans that grow, shrink and pause while work goes on."""

from datetime import timedelta

import pytest

from callsheet.catalogue import defaults
from callsheet.credits.capacity import schedule
from callsheet.credits.models import StandingOrder, Subscription
from callsheet.credits.opening import open_wallet
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.services import clockwork, closing, crediting, production, subscribing, transferring
from callsheet.tenants.models import Account
from tests.builders import (
    assert_books_balance,
    delivered,
    organization_with,
    status_of,
    submitted,
)

pytestmark = pytest.mark.django_db


def subscribed(plan: str, days_to_renewal: int = 30):
    defaults.install()
    account = Account.objects.create(key=f"account-{plan}", name=plan.title())
    wallet = open_wallet(account)
    renews_on = clock.today("UTC") + timedelta(days=days_to_renewal)
    subscribing.subscribe(CONSOLE, wallet.pk, plan, renews_on=renews_on)
    wallet.refresh_from_db()
    return wallet


def now_has(wallet) -> tuple[int, int]:
    wallet.refresh_from_db()
    return wallet.available, wallet.held


def test_a_downgrade_under_load_takes_what_is_free_and_collects_the_rest() -> None:
    wallet = subscribed("scale")  # 120
    running = [submitted(wallet, 50, "One"), submitted(wallet, 50, "Two")]  # 20 free
    subscribing.change_plan(CONSOLE, wallet.pk, "growth")  # 60, from renewal on
    assert now_has(wallet) == (20, 100)
    assert [credits for _, credits in schedule(wallet, clock.today("UTC"))] == [120, 60]
    with clock.at(clock.now() + timedelta(days=30)):
        clockwork.tick()
        assert now_has(wallet) == (0, 100)  # 20 taken, 40 due back
        assert StandingOrder.objects.get().due_back == 40
        waiting = submitted(wallet, 10, "Next")
        assert waiting.wait_reason == "due_back_first"
        delivered(running[0])
        answer = production.finalize(CONSOLE, running[0].pk)
        # 50 come free: 40 are due back, 10 are left and start the next brief.
        assert answer["started"] == [waiting.pk]
        assert now_has(wallet) == (0, 60)
        subscription = Subscription.objects.get()
        assert (subscription.plan.key, subscription.credits) == ("growth", 60)
        assert subscription.renews_on > clock.today("UTC")
    assert_books_balance()


def test_an_upgrade_is_there_at_once_and_starts_what_waited() -> None:
    wallet = subscribed("starter")  # 30
    submitted(wallet, 30)
    waiting = submitted(wallet, 30)
    answer = subscribing.change_plan(CONSOLE, wallet.pk, "growth")
    assert (answer["started"], now_has(wallet)) == ([waiting.pk], (0, 60))
    assert_books_balance()


def test_a_pause_starts_nothing_and_moves_the_renewal() -> None:
    wallet = subscribed("growth")
    running = submitted(wallet, 40)
    renewal = Subscription.objects.get().renews_on
    until = clock.today("UTC") + timedelta(days=10)
    subscribing.pause(CONSOLE, wallet.pk, until)
    waiting = submitted(wallet, 10)
    assert waiting.wait_reason == "subscription_paused"
    delivered(running)  # production and releases go on
    assert production.finalize(CONSOLE, running.pk)["started"] == []
    with clock.at(clock.now() + timedelta(days=10)):
        assert clockwork.tick()["started"] == 1
    assert status_of(waiting) == "pending_review"
    assert Subscription.objects.get().renews_on == renewal + timedelta(days=10)
    assert_books_balance()


def test_a_booster_ends_on_its_day() -> None:
    wallet = subscribed("growth")
    today = clock.today("UTC")
    crediting.grant(CONSOLE, wallet.pk, 20, "booster", ends_on=today + timedelta(days=14))
    running = submitted(wallet, 70)
    assert now_has(wallet) == (10, 70)
    with clock.at(clock.now() + timedelta(days=14)):
        clockwork.tick()
        assert now_has(wallet) == (0, 70)
        delivered(running)
        production.finalize(CONSOLE, running.pk)
        assert now_has(wallet) == (60, 0)
        clockwork.tick()
        assert now_has(wallet) == (60, 0)
    assert_books_balance()


def test_an_overdrawn_wallet_starts_nothing_and_says_so() -> None:
    wallet = subscribed("growth")
    running = submitted(wallet, 50)
    crediting.adjust(CONSOLE, wallet.pk, -30, permanent=True, note="Booked twice")
    assert now_has(wallet) == (-20, 50)
    waiting = submitted(wallet, 10)
    assert waiting.wait_reason == "wallet_overdrawn"
    delivered(running)
    assert production.finalize(CONSOLE, running.pk)["started"] == [waiting.pk]
    assert now_has(wallet) == (20, 10)
    assert_books_balance()


def test_an_eighty_credit_brief_on_a_sixty_credit_plan_can_never_start() -> None:
    wallet = subscribed("growth")
    big = submitted(wallet, 80)
    small = submitted(wallet, 20)
    assert (big.status, big.wait_reason) == ("queued", "exceeds_capacity")
    assert status_of(small) == "pending_review"  # it holds nobody up
    subscribing.change_plan(CONSOLE, wallet.pk, "scale")
    assert status_of(big) == "pending_review"
    assert_books_balance()


def test_a_pool_that_shrinks_takes_back_from_its_teams_pro_rata() -> None:
    pool, team = organization_with(0, north=60, south=30)
    running = submitted(team["north"], 30)
    # 30 and 30 are idle; a downgrade by 80 takes both, 20 stay due back.
    order = StandingOrder.objects.create(
        kind="downgrade", source=pool, amount=80, due_on=clock.today("UTC")
    )
    clockwork.tick()
    order.refresh_from_db()
    assert order.due_back == 20
    assert [now_has(team["north"]), now_has(team["south"]), now_has(pool)] == [
        (0, 30), (0, 0), (0, 0),
    ]  # fmt: skip
    delivered(running)
    production.finalize(CONSOLE, running.pk)
    order.refresh_from_db()
    assert (order.due_back, now_has(team["north"])) == (0, (10, 0))
    assert_books_balance()


def test_a_floor_is_left_when_the_pool_takes_back() -> None:
    pool, team = organization_with(0, north=60, south=30)
    transferring.set_lending_limits(CONSOLE, team["north"].pk, may_borrow=0, may_lend=0, floor=40)
    StandingOrder.objects.create(
        kind="downgrade", source=pool, amount=25, due_on=clock.today("UTC")
    )
    clockwork.tick()
    # idle above the floors: 20 and 30; 25 fall on them as 10 and 15.
    assert [now_has(team["north"])[0], now_has(team["south"])[0]] == [50, 15]
    assert_books_balance()


def test_a_pool_that_owes_one_team_does_not_take_from_another() -> None:
    pool, team = organization_with(0, north=60, south=30)
    order = StandingOrder.objects.create(
        kind="reallocation", source=pool, target=team["south"], amount=20,
        due_on=clock.today("UTC"),
    )  # fmt: skip
    clockwork.tick()
    order.refresh_from_db()
    assert (order.due_back, now_has(team["north"]), now_has(team["south"])) == (
        20, (60, 0), (30, 0),
    )  # fmt: skip
    transferring.transfer(CONSOLE, team["north"].pk, pool.pk, 15)
    # What reaches the pool goes where it is owed.
    assert (now_has(pool), now_has(team["south"])) == ((0, 0), (45, 0))
    assert_books_balance()


def test_an_account_that_has_ended_gets_no_credits_that_were_promised_for_later() -> None:
    wallet = subscribed("growth")
    later = clock.today("UTC") + timedelta(days=5)
    crediting.grant(CONSOLE, wallet.pk, 20, "booster", starts_on=later)
    closing.end_account(CONSOLE, wallet.account_id, reason="price")
    with clock.at(clock.now() + timedelta(days=5)):
        clockwork.tick()
    assert now_has(wallet) == (0, 0)
    assert_books_balance()
