"""The year's end of an organization that shrinks from 900 to 750 credits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from callsheet.catalogue import defaults
from callsheet.catalogue.models import SubscriptionPlan
from callsheet.credits.capacity import schedule
from callsheet.credits.models import Hold, StandingOrder, Subscription, Wallet
from callsheet.credits.opening import open_pool, open_wallet
from callsheet.credits.prices import periods
from callsheet.insight.chargeback import Chargeback, chargeback
from callsheet.insight.cost_lines import total
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Refused
from callsheet.projects.models import Project
from callsheet.services import (
    clockwork,
    crediting,
    noticing,
    production,
    subscribing,
    transferring,
)
from callsheet.services.giving_back import set_give_back_order
from callsheet.tenants.models import Account, AccountType, Organization
from tests.builders import (
    assert_books_balance,
    delivered,
    somebody,
    status_of,
    submitted,
    wallet_with,
)

pytestmark = pytest.mark.django_db


def on(year: int, month: int, day: int, hour: int = 8):
    return clock.at(datetime(year, month, day, hour, tzinfo=UTC))


class House:
    """Halden: 900 credits for 27,000 a month since 1 January 2026, allocated to three teams."""

    def __init__(self) -> None:
        defaults.install()
        for credits in (900, 750):
            SubscriptionPlan.objects.create(
                key=f"house-{credits}", name=f"House {credits}", credits=credits,
                monthly_price=Decimal(30 * credits),
            )  # fmt: skip
        self.organization = Organization.objects.create(key="halden", name="Halden")
        self.pool = open_pool(self.organization)
        self.team: dict[str, Wallet] = {}
        with on(2026, 1, 1, 0):
            subscribing.subscribe(CONSOLE, self.pool.pk, "house-900")
            for name, credits in {"north": 350, "south": 350, "east": 200}.items():
                account = Account.objects.create(
                    key=f"halden-{name}", name=name.title(), type=AccountType.INTEGRATED,
                    organization=self.organization,
                )  # fmt: skip
                self.team[name] = open_wallet(account)
                transferring.transfer(CONSOLE, self.pool.pk, self.team[name].pk, credits)
            transferring.set_lending_limits(
                CONSOLE, self.team["east"].pk, may_borrow=0, may_lend=0, floor=40
            )

    def has(self) -> dict[str, tuple[int, int]]:
        """What each team has free and in production."""
        for wallet in self.team.values():
            wallet.refresh_from_db()
        return {name: (w.available, w.held) for name, w in self.team.items()}

    def capacity(self) -> int:
        self.pool.refresh_from_db()
        return self.pool.capacity + sum(sum(pair) for pair in self.has().values())

    def costs(self, first: date, last: date) -> Chargeback:
        return chargeback(CONSOLE, self.organization.pk, first, last)


def assert_adds_up(table: Chargeback, price: int) -> None:
    assert table.costs.price == price
    assert total(team.whole for team in table.teams) == price
    lines = [*(one.amount for one in table.costs.lines), *(one.amount for one in table.costs.idle)]
    assert total(lines) == price


def test_a_pool_that_shrinks_at_renewal_touches_nothing_in_production() -> None:
    house = House()
    with on(2026, 11, 3):
        answer = subscribing.change_plan(CONSOLE, house.pool.pk, "house-750")
        assert (answer["change"], answer["on"]) == (-150, "2027-01-01")
    with on(2026, 12, 1, 0):
        # 340 of 350, 300 of 350 and 150 of 200 are at work; a brief of North's waits.
        running = {
            "north": [submitted(house.team["north"], 340, "North")],
            "south": [submitted(house.team["south"], n, f"South {n}") for n in (100, 200)],
            "east": [submitted(house.team["east"], 150, "East")],
        }
        waiting = submitted(house.team["south"], 60, "Spring")
        assert house.has() == {"north": (10, 340), "south": (50, 300), "east": (50, 150)}
        assert schedule(house.pool, date(2026, 12, 1))[-1] == (date(2027, 1, 1), -150)
    holds = dict(Hold.objects.values_list("pk", "credits"))

    with on(2027, 1, 1, 0):
        clockwork.tick()
        # Idle above the floors are 10, 50 and 10: all of it is taken, 80 stay due back.
        assert house.has() == {"north": (0, 340), "south": (0, 300), "east": (40, 150)}
        order = StandingOrder.objects.get(kind="downgrade")
        assert (order.amount, order.due_back) == (150, 80)
        assert house.capacity() == 750 + 80
        subscription = Subscription.objects.get(wallet=house.pool)
        assert (subscription.plan.key, subscription.renews_on) == ("house-750", date(2028, 1, 1))
    assert dict(Hold.objects.values_list("pk", "credits")) == holds
    for project in Project.objects.exclude(pk=waiting.pk):
        assert project.status == "pending_review"

    with on(2027, 1, 11, 0):
        small, big = running["south"]
        delivered(small)
        answer = production.finalize(CONSOLE, small.pk)
        # 100 come home: 80 are due back and go first; 20 are not enough for the brief of 60.
        assert answer["started"] == []
        order.refresh_from_db()
        assert order.due_back == 0
        assert house.has()["south"] == (20, 200)
        assert house.capacity() == 750
    with on(2027, 1, 21, 0):
        delivered(big)
        assert production.finalize(CONSOLE, big.pk)["started"] == [waiting.pk]
        assert house.has() == {"north": (0, 340), "south": (160, 60), "east": (40, 150)}
        assert status_of(running["north"][0]) == "pending_review"
    assert_books_balance()

    with on(2027, 2, 1):
        december = house.costs(date(2026, 12, 1), date(2026, 12, 31))
        january = house.costs(date(2027, 1, 1), date(2027, 1, 31))
        both = house.costs(date(2026, 12, 1), date(2027, 1, 31))
    assert [period.monthly_price for period in periods(subscription)] == [27_000, 22_500]
    assert_adds_up(december, 27_000)
    assert_adds_up(january, 22_500)
    assert_adds_up(both, 27_000 + 22_500)
    # In December each of 900 credits cost 30: North bears 340 at work and 10 idle.
    assert {team.name: (team.amount, team.idle_amount) for team in december.teams} == {
        "North": (10_200, 300), "South": (9_000, 1_500), "East": (4_500, 1_500),
    }  # fmt: skip
    # In January 830 credits share the smaller price for ten days, then 750: what is still due
    # back is at work and is paid for by who keeps it at work.
    share = Decimal(22_500) / 31
    north = 340 * (share * 10 / 830 + share * 21 / 750)
    (of_north,) = (team for team in january.teams if team.name == "North")
    assert abs(of_north.amount - north) < Decimal("0.01")
    assert of_north.idle_amount == 0


def test_the_admin_says_who_gives_back_first() -> None:
    house = House()
    with on(2026, 12, 1):
        boss = somebody(organization=house.organization, role="admin")
        order = [house.team[name].account_id for name in ("east", "south")]
        set_give_back_order(boss, house.organization.pk, order)
        submitted(house.team["south"], 330, "South")
        StandingOrder.objects.create(
            kind="downgrade", source=house.pool, amount=200, due_on=date(2026, 12, 2)
        )
    with on(2026, 12, 2):
        clockwork.tick()
        # East gives what lies above its floor of 40, South its 20, North the other 20.
        assert house.has() == {"north": (330, 0), "south": (0, 330), "east": (40, 0)}
        set_give_back_order(boss, house.organization.pk, [])  # again pro rata
        assert not Wallet.objects.filter(gives_back__isnull=False).exists()
    assert_books_balance()


def test_an_order_names_accounts_of_the_pool_and_each_once() -> None:
    house = House()
    north = house.team["north"].account_id
    for accounts, code in (
        ([north, north], "named_twice"), ([wallet_with(10).account_id], "not_in_the_pool"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            set_give_back_order(CONSOLE, house.organization.pk, accounts)
        assert refused.value.code == code


def test_an_organization_that_leaves_finishes_its_work_first() -> None:
    house = House()
    with on(2026, 9, 30):
        answer = noticing.give_notice(CONSOLE, house.pool.pk, reason="merged")
        assert answer["ends_on"] == "2027-01-01"
    with on(2026, 12, 10):
        project = submitted(house.team["north"], 200, "Last")
    with on(2027, 1, 1, 0):
        clockwork.tick()
        assert house.capacity() == 200  # what is at work; nobody pays for East's floor any more
        assert submitted(house.team["south"], 10, "Too late").status == "queued"
    with on(2027, 1, 15):
        delivered(project)
        production.finalize(CONSOLE, project.pk)
        assert house.capacity() == 0
    with on(2027, 2, 1):
        table = house.costs(date(2026, 12, 1), date(2027, 1, 31))
    assert_adds_up(table, 27_000)  # January costs nothing any more
    assert_books_balance()


def test_a_booster_over_the_turn_of_the_year_is_charged_day_by_day() -> None:
    house = House()
    with on(2026, 12, 22, 0):
        crediting.grant(
            CONSOLE, house.pool.pk, 100, ends_on=date(2027, 1, 11), price=Decimal(2000),
            note="Holiday campaign",
        )  # fmt: skip
    with on(2027, 2, 1):
        december = house.costs(date(2026, 12, 1), date(2026, 12, 31))
        january = house.costs(date(2027, 1, 1), date(2027, 1, 31))
    assert_adds_up(december, 27_000 + 1_000)  # ten of its twenty days
    assert_adds_up(january, 27_000 + 1_000)
    assert_books_balance()
