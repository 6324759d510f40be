"""What happens by itself on its day: once, late if need be, and by each account's own midnight."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from callsheet.catalogue import defaults
from callsheet.credits.models import Grant, Lot, StandingOrder, Subscription, Wallet
from callsheet.credits.opening import open_wallet
from callsheet.journal.models import Command
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.services import (
    briefing,
    clockwork,
    closing,
    crediting,
    production,
    sequencing,
    subscribing,
    transferring,
)
from callsheet.tenants.models import Account, AccountType, Organization
from tests.builders import (
    assert_books_balance,
    delivered,
    draft,
    fill,
    organization_with,
    paying_wallet,
    status_of,
    submitted,
    wallet_with,
)
from tests.races.support import assert_all_is_well, contents

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = MONDAY.date()


@contextmanager
def on_day(number: int) -> Iterator[date]:
    """At nine o'clock (UTC), so many days after that Monday."""
    with clock.at(MONDAY + timedelta(days=number)):
        yield TODAY + timedelta(days=number)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with on_day(0):
        yield


def has(wallet: Wallet) -> tuple[int, int]:
    wallet.refresh_from_db()
    return wallet.available, wallet.held


def state() -> dict[str, tuple[int, str]]:
    """Everything but the commands, of which each tick is one, and when the clock looks next."""
    left_out = {"journal_command", "projects_nextlook"}
    return {table: rows for table, rows in contents().items() if table not in left_out}


def tick() -> int:
    """Tick, and again: the second must change nothing. Answers how many briefs started."""
    done = clockwork.tick()
    assert done["failed"] == 0
    after = state()
    again = clockwork.tick()
    assert (again["started"], again["failed"]) == (0, 0)
    assert state() == after
    return done["started"]


def subscribed(plan: str, renews_in: int = 30, zone: str = "UTC") -> Wallet:
    defaults.install()
    account = Account.objects.create(
        key=f"{plan}-{Account.objects.count()}", name=plan, time_zone=zone
    )
    wallet = open_wallet(account)
    renews_on = clock.today(zone) + timedelta(days=renews_in)
    subscribing.subscribe(CONSOLE, wallet.pk, plan, renews_on=renews_on)
    wallet.refresh_from_db()
    return wallet


def test_a_grant_begins_and_ends_on_its_days() -> None:
    wallet = wallet_with(10)
    crediting.grant(CONSOLE, wallet.pk, 20, starts_on=TODAY + timedelta(days=2),
                    ends_on=TODAY + timedelta(days=5))  # fmt: skip
    waiting = submitted(wallet, 30)
    seen = []
    for number in range(7):
        with on_day(number):
            tick()
            seen.append((has(wallet), status_of(waiting)))
            if number == 3:
                production.cancel(CONSOLE, waiting.pk, note="Off")
    assert [available + held for (available, held), _ in seen] == [10, 10, 30, 30, 30, 10, 10]
    assert [status for _, status in seen[:4]] == ["queued", "queued", "pending_review",
                                                  "pending_review"]  # fmt: skip
    assert_books_balance()


def test_a_grant_that_came_and_went_while_the_clock_stood_still() -> None:
    """Ten days of downtime: it begins and ends in one tick, and starts nothing in between."""
    wallet = wallet_with(10)
    crediting.grant(CONSOLE, wallet.pk, 20, starts_on=TODAY + timedelta(days=2),
                    ends_on=TODAY + timedelta(days=5))  # fmt: skip
    waiting = submitted(wallet, 30)
    with on_day(10):
        tick()
        assert (has(wallet), status_of(waiting)) == ((10, 0), "queued")
        assert StandingOrder.objects.get().taken == 20
    assert_books_balance()


def test_credits_come_home_before_the_clock_has_begun_a_grant_that_has_ended() -> None:
    """Somebody finalizes after days without a clock: the end of a grant that never began takes
    nothing, and is no reason to refuse."""
    wallet = wallet_with(30)
    project = delivered(submitted(wallet, 30))
    crediting.grant(CONSOLE, wallet.pk, 20, starts_on=TODAY + timedelta(days=2),
                    ends_on=TODAY + timedelta(days=5))  # fmt: skip
    with on_day(10):
        production.finalize(CONSOLE, project.pk)
        assert has(wallet) == (30, 0)
        tick()
        assert has(wallet) == (30, 0)
    assert_books_balance()


def test_a_loan_goes_out_comes_back_and_is_collected_before_admission() -> None:
    _, team = organization_with(0, north=20, south=40)
    north, south = team["north"], team["south"]
    transferring.lend(CONSOLE, south.pk, north.pk, 30, starts_on=TODAY + timedelta(days=1),
                      ends_on=TODAY + timedelta(days=4))  # fmt: skip
    running = submitted(north, 20)
    big = submitted(north, 30)
    assert status_of(big) == "queued"
    with on_day(1):
        assert tick() == 1
        assert (has(north), has(south), status_of(big)) == ((0, 50), (10, 0), "pending_review")
    with on_day(4):
        tick()
        order = StandingOrder.objects.get(kind="loan_return")
        assert (order.taken, order.due_back) == (0, 30)
        next_one = submitted(north, 10)
        assert next_one.wait_reason == "due_back_first"
    with on_day(5):
        production.cancel(CONSOLE, running.pk, note="Off")  # 20 come free, all due back
        assert (has(north), has(south), status_of(next_one)) == ((0, 30), (30, 0), "queued")
        production.cancel(CONSOLE, big.pk, note="Off")  # 30 come free: 10 due back, 20 left
        assert (has(north), has(south)) == ((10, 10), (40, 0))
        assert status_of(next_one) == "pending_review"
        tick()
        assert_all_is_well()


def test_a_loan_that_could_not_go_out_need_not_come_back() -> None:
    _, team = organization_with(0, north=10, south=40)
    submitted(team["south"], 40)
    transferring.lend(CONSOLE, team["south"].pk, team["north"].pk, 30, starts_on=TODAY,
                      ends_on=TODAY + timedelta(days=2))  # fmt: skip
    for number in (1, 2, 3):
        with on_day(number):
            tick()
    assert (has(team["north"]), has(team["south"])) == ((10, 0), (0, 40))
    assert_books_balance()


def test_a_downgrade_at_renewal_under_load_with_ten_days_of_downtime() -> None:
    wallet = subscribed("scale", renews_in=5)  # 120
    first, second = submitted(wallet, 60), submitted(wallet, 50)
    subscribing.change_plan(CONSOLE, wallet.pk, "growth")  # 60 from day 5
    with on_day(10):
        tick()
        assert has(wallet) == (0, 110)  # 10 were free, 50 are due back
        subscription = Subscription.objects.get()
        assert (subscription.plan.key, subscription.next_plan) == ("growth", None)
        assert subscription.renews_on == date(2027, 3, 7)
        for project in (first, second):
            production.cancel(CONSOLE, project.pk, note="Off")
        assert has(wallet) == (60, 0)
    assert_books_balance()


@pytest.mark.parametrize("plan", ["scale", "starter", "enterprise"])
def test_a_plan_changed_on_its_renewal_day_before_the_clock(plan: str) -> None:
    """The downgrade that was agreed is carried out first; then the change starts from there."""
    wallet = subscribed("scale", renews_in=5)  # 120
    subscribing.change_plan(CONSOLE, wallet.pk, "growth")  # 60 from day 5
    with on_day(5):
        subscribing.change_plan(CONSOLE, wallet.pk, plan)
        tick()
        subscription = Subscription.objects.get()
        assert sum(has(wallet)) == subscription.credits
        expected = {"scale": 120, "starter": 60, "enterprise": 300}[plan]
        assert subscription.credits == expected
    with on_day(5 + 366):
        tick()
        assert sum(has(wallet)) == Subscription.objects.get().credits
    assert_books_balance()


def test_a_pause_on_the_renewal_day_before_the_clock() -> None:
    wallet = subscribed("scale", renews_in=5)
    subscribing.change_plan(CONSOLE, wallet.pk, "growth")
    with on_day(5) as today:
        subscribing.pause(CONSOLE, wallet.pk, today + timedelta(days=10))
        assert sum(has(wallet)) == 60 == Subscription.objects.get().credits
    with on_day(16):
        tick()
        assert sum(has(wallet)) == 60
        assert Subscription.objects.get().status == "active"
    assert_books_balance()


def test_a_pause_ends_on_its_day_also_after_downtime_and_renews_at_once() -> None:
    wallet = subscribed("growth", renews_in=5)
    subscribing.change_plan(CONSOLE, wallet.pk, "starter")
    subscribing.pause(CONSOLE, wallet.pk, TODAY + timedelta(days=3))  # renewal moves to day 8
    waiting = submitted(wallet, 20)
    assert waiting.wait_reason == "subscription_paused"
    with on_day(2):
        assert tick() == 0
    with on_day(12):
        assert tick() == 1
        assert status_of(waiting) == "pending_review"
        assert (has(wallet), Subscription.objects.get().plan.key) == ((10, 20), "starter")
    assert_books_balance()


def test_teams_rest_with_their_pool() -> None:
    pool, team = organization_with(0, north=30)
    defaults.install()
    subscribing.subscribe(CONSOLE, pool.pk, "starter")
    subscribing.pause(CONSOLE, pool.pk, TODAY + timedelta(days=2))
    waiting = submitted(team["north"], 30)
    assert waiting.wait_reason == "subscription_paused"
    with on_day(2):
        assert tick() == 1
    assert status_of(waiting) == "pending_review"


def test_lots_expire_on_their_day_and_what_is_held_does_not() -> None:
    wallet = paying_wallet((40, TODAY + timedelta(days=3)), (40, TODAY + timedelta(days=9)))
    submitted(wallet, 30)
    with on_day(2):
        tick()
        assert has(wallet) == (50, 30)
    with on_day(3):
        tick()
        assert has(wallet) == (40, 30)
    with on_day(20):
        tick()
        assert has(wallet) == (0, 30)
    assert list(Lot.objects.order_by("id").values_list("expired", "held")) == [(10, 30), (40, 0)]
    assert_books_balance()


def test_an_overdue_lot_starts_nothing_before_the_clock_has_come_by() -> None:
    wallet = paying_wallet((60, TODAY + timedelta(days=3)))
    project = draft(wallet, 30)
    with on_day(3):
        answer = briefing.submit(CONSOLE, project.pk)
        assert (answer["status"], answer["reason"]) == ("queued", "waiting_for_purchase")
        tick()
        assert has(wallet) == (0, 0)
        started = crediting.buy_lot(CONSOLE, wallet.pk, 30)["started"]
        assert started == [project.pk]
    assert_books_balance()


def test_a_brief_starts_on_its_not_before_day() -> None:
    wallet = wallet_with(30)
    project = draft(wallet, 20)
    sequencing.change_not_before(CONSOLE, project.pk, TODAY + timedelta(days=3))
    assert briefing.submit(CONSOLE, project.pk)["reason"] == "not_before"
    with on_day(2):
        assert tick() == 0
    with on_day(9):
        assert tick() == 1


def test_ten_days_of_downtime_end_as_ten_days_of_ticking_do() -> None:
    """Two accounts with the same agenda: one ticks every day, the other once at the end."""

    def agenda() -> Wallet:
        wallet = subscribed("growth", renews_in=4)
        subscribing.change_plan(CONSOLE, wallet.pk, "starter")
        for starts, ends, credits in ((1, 3, 10), (2, None, 20), (5, 8, 30), (6, 20, 40)):
            crediting.grant(CONSOLE, wallet.pk, credits, starts_on=TODAY + timedelta(days=starts),
                            ends_on=ends and TODAY + timedelta(days=ends))  # fmt: skip
        return wallet

    patient, late = agenda(), agenda()
    for number in range(1, 11):
        with on_day(number):
            clockwork.begin_day(patient.pk)
    with on_day(10):
        clockwork.begin_day(late.pk)
    assert has(patient) == has(late) == (30 + 20 + 40, 0)
    assert not Grant.objects.filter(posted=False).exists()
    assert_books_balance()


def account_in(zone: str, credits: int = 30) -> Wallet:
    key = zone.replace("/", "-").replace("_", "-").lower()
    return fill(open_wallet(Account.objects.create(key=key, name=zone, time_zone=zone)), credits)


def test_the_day_begins_at_each_accounts_own_midnight() -> None:
    """Auckland is 13 hours before UTC in March, Los Angeles 8 hours behind (7 from March 8 on)."""
    auckland, angeles = account_in("Pacific/Auckland"), account_in("America/Los_Angeles")
    third = date(2026, 3, 3)
    waiting = {}
    for wallet in (auckland, angeles):
        project = draft(wallet, 10)
        sequencing.change_not_before(CONSOLE, project.pk, third)
        briefing.submit(CONSOLE, project.pk)
        crediting.grant(CONSOLE, wallet.pk, 5, starts_on=third)
        waiting[wallet.pk] = project
    seen = []
    for moment in (
        datetime(2026, 3, 2, 10, 59, tzinfo=UTC),  # 23:59 on the 2nd in Auckland
        datetime(2026, 3, 2, 11, 0, tzinfo=UTC),  # 0:00 on the 3rd in Auckland
        datetime(2026, 3, 3, 7, 59, tzinfo=UTC),  # 23:59 on the 2nd in Los Angeles
        datetime(2026, 3, 3, 8, 0, tzinfo=UTC),  # 0:00 on the 3rd in Los Angeles
    ):
        with clock.at(moment):
            tick()
        seen.append([(status_of(waiting[w.pk]), sum(has(w))) for w in (auckland, angeles)])
    before, after = ("queued", 30), ("pending_review", 35)
    assert seen == [[before, before], [after, before], [after, before], [after, after]]


@pytest.mark.parametrize("borrowing", [False, True])
def test_a_team_behind_its_organizations_day_is_not_started_early(borrowing: bool) -> None:
    organization = Organization.objects.create(
        key="far", name="Far and wide", time_zone="Pacific/Auckland"
    )
    from callsheet.credits.opening import open_pool

    pool = fill(open_pool(organization), 60)
    wallets = []
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        account = Account.objects.create(
            key=zone.split("/")[1].lower().replace("_", "-"), name=zone, time_zone=zone,
            type=AccountType.INTEGRATED, organization=organization,
        )  # fmt: skip
        wallets.append(open_wallet(account))
        transferring.transfer(CONSOLE, pool.pk, wallets[-1].pk, 30)
    transferring.set_borrowing(CONSOLE, organization.pk, borrowing)
    projects = []
    for wallet in wallets:
        project = draft(wallet, 10)
        sequencing.change_not_before(CONSOLE, project.pk, date(2026, 3, 3))
        briefing.submit(CONSOLE, project.pk)
        projects.append(project)
    with clock.at(datetime(2026, 3, 2, 12, tzinfo=UTC)):  # the 3rd in Auckland, the 2nd in LA
        tick()
        transferring.transfer(CONSOLE, wallets[0].pk, wallets[1].pk, 1)
        assert [status_of(p) for p in projects] == ["pending_review", "queued"]
    with clock.at(datetime(2026, 3, 3, 8, tzinfo=UTC)):
        tick()
        assert [status_of(p) for p in projects] == ["pending_review", "pending_review"]


def test_one_wallets_trouble_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from callsheet.kit.errors import Conflict

    wallets = [wallet_with(10) for _ in range(3)]
    for wallet in wallets:
        crediting.grant(CONSOLE, wallet.pk, 5, starts_on=TODAY + timedelta(days=1))
    begin_day = clockwork.begin_day

    def troubled(wallet_id: int) -> dict[str, object]:
        if wallet_id == wallets[1].pk:
            raise Conflict("trouble", "Not today.")
        return begin_day(wallet_id)

    monkeypatch.setattr(clockwork, "begin_day", troubled)
    with on_day(1):
        assert clockwork.tick() == {
            "wallets": 2, "clocks": 0, "started": 0, "ended": 0, "failed": 1,
        }  # fmt: skip
        assert [has(wallet)[0] for wallet in wallets] == [15, 10, 15]
        monkeypatch.undo()
        tick()
        assert [has(wallet)[0] for wallet in wallets] == [15, 15, 15]


def test_an_ended_account_gets_nothing_more() -> None:
    wallet = subscribed("growth", renews_in=2)
    closing.end_account(CONSOLE, wallet.account_id, reason="price")
    assert has(wallet) == (0, 0)
    with on_day(400):
        tick()
    assert has(wallet) == (0, 0)
    assert Command.objects.filter(name="begin_day").count() == 0


def test_a_team_that_ends_returns_its_loan_first() -> None:
    pool, team = organization_with(0, north=20, south=40)
    north, south = team["north"], team["south"]
    transferring.lend(CONSOLE, south.pk, north.pk, 30, starts_on=TODAY,
                      ends_on=TODAY + timedelta(days=30))  # fmt: skip
    waiting = submitted(south, 40)
    answer = closing.end_account(CONSOLE, north.account_id, reason="merged")
    assert answer["credits"] == 20
    assert (has(north), has(south), has(pool)) == ((0, 0), (0, 40), (20, 0))
    assert status_of(waiting) == "pending_review"  # what came home started it
    assert not StandingOrder.objects.filter(canceled_at__isnull=True, taken=0).exists()
    with on_day(31):
        tick()
        assert (has(north), has(south), has(pool)) == ((0, 0), (0, 40), (20, 0))
        assert_all_is_well()


def test_an_account_on_notice_ends_by_itself_when_nothing_runs_any_more() -> None:
    wallet = subscribed("growth")
    project = submitted(wallet, 20)
    closing.end_account(CONSOLE, wallet.account_id, reason="price", on=TODAY + timedelta(days=5))
    with on_day(6):
        tick()
        assert Account.objects.get(pk=wallet.account_id).status == "notice"
        production.cancel(CONSOLE, project.pk, note="Off")
        tick()
        account = Account.objects.get(pk=wallet.account_id)
        assert (account.status, account.ended_on) == ("ended", TODAY + timedelta(days=5))
        assert has(wallet) == (0, 0)
    assert_books_balance()
