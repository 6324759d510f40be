"""Costs: whose part of the price is how much, and that all parts are the price, to the cent."""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from typer.testing import CliRunner

from callsheet.catalogue import defaults
from callsheet.cli.main import build
from callsheet.credits.models import Grant, Lot, Subscription, Wallet
from callsheet.credits.prices import set_price
from callsheet.insight.chargeback import chargeback
from callsheet.insight.cost_lines import BY, Costs, grouped, total
from callsheet.insight.costs import account_costs
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError, Conflict, Refused
from callsheet.projects.models import Occupancy, Project
from callsheet.services import (
    clockwork,
    crediting,
    production,
    subscribing,
    transferring,
)
from callsheet.services.cost_labels import change_cost_labels
from callsheet.tenants.models import Account
from tests.builders import (
    assert_books_balance,
    delivered,
    draft,
    finalized,
    organization_with,
    paying_wallet,
    somebody,
    submitted,
    wallet_with,
)

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 9, 1, 12, tzinfo=UTC)
APRIL = (date(2026, 4, 1), date(2026, 4, 30))


def at(day: int, hour: int = 0, month: int = 4) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
def wallet() -> Wallet:
    """Growth: 60 credits for 2,400 a month since 1 April 2026; UTC."""
    defaults.install()
    one = wallet_with(0)
    with clock.at(at(1)):
        subscribing.subscribe(CONSOLE, one.pk, "growth", price=Decimal(2400))
    one.refresh_from_db()
    return one


def costs_of(wallet: Wallet, first: date = APRIL[0], last: date = APRIL[1]) -> Costs:
    assert wallet.account_id is not None
    with clock.at(LATER):
        return account_costs(CONSOLE, wallet.account_id, first, last)


def started(wallet: Wallet, credits: int, moment: datetime, title: str = "A brief", **more):
    with clock.at(moment):
        return submitted(wallet, credits, title, **more)


def ended(project: Project, moment: datetime) -> None:
    with clock.at(moment):
        finalized(project)


def assert_adds_up(costs: Costs) -> None:
    parts = [*(one.amount for one in costs.lines), *(one.amount for one in costs.idle)]
    days = [*(one.credit_days for one in costs.lines), *(one.credit_days for one in costs.idle)]
    assert total(parts) == costs.price
    assert total(days) == costs.credit_days
    assert min(days, default=0) >= 0
    for by in BY:
        assert total(one.amount for one in grouped(costs.lines, by)) == total(
            one.amount for one in costs.lines
        )


def amounts(costs: Costs) -> dict[str, Decimal | None]:
    return {one.title: one.amount for one in costs.lines} | {
        one.what: one.amount for one in costs.idle
    }


def test_projects_bear_their_credit_days_and_the_rest_is_idle(wallet: Wallet) -> None:
    ended(started(wallet, 20, at(1), "First"), at(16))  # 300 credit-days of 1,800
    started(wallet, 30, at(11), "Second")  # still in production: 600
    costs = costs_of(wallet)
    assert (costs.price, costs.credit_days) == (Decimal(2400), Decimal(1800))
    assert amounts(costs) == {"First": 400, "Second": 800, "idle": 1200}
    assert_adds_up(costs)


def test_parts_of_days_count_exactly(wallet: Wallet) -> None:
    ended(started(wallet, 20, at(2, 6), "Half a day"), at(2, 18))
    costs = costs_of(wallet, date(2026, 4, 2), date(2026, 4, 2))
    # 80 a day; half of it for 20 of 60 credits.
    assert amounts(costs) == {"Half a day": Decimal("13.33"), "idle": Decimal("66.67")}
    assert costs.lines[0].credit_days == 10
    assert_adds_up(costs)


def test_days_are_the_accounts_own_also_when_clocks_change(wallet: Wallet) -> None:
    Account.objects.filter(pk=wallet.account_id).update(time_zone="Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")
    # 25 October 2026 has 25 hours: 12:30 hours of it are half of the day.
    ended(
        started(wallet, 30, datetime(2026, 10, 25, 0, tzinfo=berlin), "Half"),
        datetime(2026, 10, 25, 11, 30, tzinfo=berlin),
    )
    with clock.at(datetime(2026, 11, 2, tzinfo=UTC)):
        costs = account_costs(CONSOLE, wallet.account_id, date(2026, 10, 25), date(2026, 10, 25))
    assert costs.lines[0].credit_days == 15
    assert costs.credit_days == 60
    assert_adds_up(costs)


def test_an_upgrade_in_the_middle_counts_each_day_at_its_own_price(wallet: Wallet) -> None:
    started(wallet, 30, at(1), "Running")
    with clock.at(at(16)):
        subscribing.change_plan(CONSOLE, wallet.pk, "scale", price=Decimal(3600))
    costs = costs_of(wallet)
    # 15 days at 80 for half of the credits, then 15 days at 120 for a quarter.
    assert costs.price == 15 * 80 + 15 * 120
    assert amounts(costs)["Running"] == 15 * 40 + 15 * 30
    assert costs.credit_days == 15 * 60 + 15 * 120
    assert_adds_up(costs)


def test_an_overdrawn_wallet_bears_the_whole_price_and_no_more(wallet: Wallet) -> None:
    started(wallet, 40, at(1), "Big")
    started(wallet, 20, at(1), "Small")
    with clock.at(at(11)):
        crediting.adjust(CONSOLE, wallet.pk, -30, permanent=True, note="Booked twice")
    costs = costs_of(wallet)
    assert amounts(costs) == {"Big": 1600, "Small": 800}
    assert_adds_up(costs)


def test_a_wallet_without_capacity_still_costs_its_price(wallet: Wallet) -> None:
    with clock.at(at(1, 1)):
        crediting.adjust(CONSOLE, wallet.pk, -60, permanent=True, note="None left")
    costs = costs_of(wallet)
    assert amounts(costs) == {"idle": 2400}
    assert_adds_up(costs)


def test_adjoining_spans_add_up(wallet: Wallet) -> None:
    with clock.at(at(2)):
        crediting.grant(CONSOLE, wallet.pk, 10, ends_on=date(2026, 5, 9), price=Decimal("99.99"))
    parts = [
        costs_of(wallet, first, last).price
        for first, last in (
            (date(2026, 4, 1), date(2026, 4, 7)), (date(2026, 4, 8), date(2026, 5, 3)),
            (date(2026, 5, 4), date(2026, 5, 31)),
        )
    ]  # fmt: skip
    whole = costs_of(wallet, date(2026, 4, 1), date(2026, 5, 31)).price
    assert total(parts) == whole == Decimal("4899.99")


def test_a_grant_without_an_end_costs_in_the_month_in_which_it_begins(wallet: Wallet) -> None:
    with clock.at(at(16)):
        crediting.grant(CONSOLE, wallet.pk, 30, price=Decimal(300))
    assert Grant.objects.filter(price=300).exists()
    assert costs_of(wallet).price == 2700
    assert costs_of(wallet, date(2026, 4, 1), date(2026, 4, 15)).price == 1200
    assert costs_of(wallet, date(2026, 5, 1), date(2026, 5, 31)).price == 2400


def test_without_a_price_only_credit_days_are_shown(wallet: Wallet) -> None:
    started(wallet, 20, at(1), "Unpriced")
    subscription = Subscription.objects.get(wallet=wallet)
    set_price(subscription, date(2026, 4, 11), None, 60)
    costs = costs_of(wallet)
    assert costs.price == 800
    assert costs.notes == ("No price agreed on 20 of these 30 days; they add nothing to the sums.",)
    assert_adds_up(costs)
    set_price(subscription, date(2026, 4, 1), None, 60)
    costs = costs_of(wallet)
    assert (costs.price, costs.lines[0].amount, costs.lines[0].credit_days) == (None, None, 600)
    assert costs.notes == ("No price agreed: only credit-days are shown.",)


def test_before_the_books_begin_the_contracts_credits_count(wallet: Wallet) -> None:
    # As after an import: prices and finished work reach further back than the ledger.
    other = wallet_with(0)
    with clock.at(at(1, month=6)):
        subscribing.subscribe(CONSOLE, other.pk, "growth", price=Decimal(2400))
    set_price(Subscription.objects.get(wallet=other), date(2026, 4, 1), Decimal(2400), 60)
    set_price(Subscription.objects.get(wallet=other), date(2026, 6, 1), Decimal(2400), 60)
    with clock.at(at(1, month=6)):
        past = draft(other, 30, "Past")
    Occupancy.objects.create(
        account_id=other.account_id, wallet=other, project=past, credits=30, since=at(1),
        until=at(16), imported=True,
    )  # fmt: skip
    costs = costs_of(other)
    assert amounts(costs) == {"Past": 600, "idle": 1800}
    assert_adds_up(costs)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (date(2026, 4, 2), date(2026, 4, 1), "period_reversed"),
        (date(2026, 8, 31), date(2026, 9, 2), "period_not_over"),
        (date(2000, 1, 1), date(2026, 4, 1), "period_too_long"),
    ],
)
def test_spans_that_cannot_be(wallet: Wallet, first: date, last: date, code: str) -> None:
    with pytest.raises(Refused) as refused:
        costs_of(wallet, first, last)
    assert refused.value.code == code


def test_today_counts_as_if_nothing_changed_any_more(wallet: Wallet) -> None:
    with clock.at(at(1)):
        submitted(wallet, 30, "Running")
    with clock.at(at(1, 9)):
        costs = account_costs(CONSOLE, wallet.account_id, date(2026, 4, 1), date(2026, 4, 1))
    assert amounts(costs) == {"Running": 40, "idle": 40}


# --- pay-as-you-go -----------------------------------------------------------------------------


def bought(wallet: Wallet, credits: int, price: str | None, expires_on: date | None = None) -> None:
    crediting.buy_lot(
        CONSOLE, wallet.pk, credits, expires_on=expires_on,
        price=None if price is None else Decimal(price),
    )  # fmt: skip


def test_pay_as_you_go_costs_what_the_used_credits_cost() -> None:
    defaults.install()
    wallet = paying_wallet()
    with clock.at(at(1)):
        bought(wallet, 70, "1000", date(2026, 5, 20))
        bought(wallet, 30, None)
    projects = [started(wallet, 30, at(2), title) for title in ("One", "Two")]
    for project, month in zip(projects, (4, 5), strict=True):
        ended(project, at(10, month=month))
    with clock.at(at(21, month=5)):
        clockwork.tick()  # the last 10 of the dear lot are void
    april, may = costs_of(wallet), costs_of(wallet, date(2026, 5, 1), date(2026, 5, 31))
    # 30 of 70 credits for 1,000: 428.57; then 60 of 70: 857.14; then all.
    assert amounts(april) == {"One": Decimal("428.57"), "Two": 0}
    assert amounts(may) == {"Two": Decimal("428.57"), "expired": Decimal("142.86")}
    assert april.price is not None
    assert may.price is not None
    assert april.price + may.price == 1000
    for costs in (april, may):
        assert total([*(x.amount for x in costs.lines), *(x.amount for x in costs.idle)]) == (
            costs.price
        )
    assert_books_balance()


def test_credits_are_booked_on_their_project_also_when_it_has_another_hold_since() -> None:
    defaults.install()
    wallet = paying_wallet()
    with clock.at(at(1)):
        bought(wallet, 30, "300")
    project = started(wallet, 30, at(2), "Reopened")
    with clock.at(at(3)):
        submitted(wallet, 30, "Waits")
        bought(wallet, 30, "600")
    ended(project, at(10))
    Project.objects.filter(pk=project.pk).update(hold=None)  # as if it had been opened anew
    costs = costs_of(wallet)
    assert amounts(costs) == {"Reopened": 300, "Waits": 0}


def test_lots_without_a_price_say_so() -> None:
    defaults.install()
    wallet = paying_wallet()
    with clock.at(at(1)):
        bought(wallet, 60, None)
    ended(started(wallet, 30, at(2), "One"), at(10))
    costs = costs_of(wallet)
    assert (costs.price, costs.lines[0].amount, costs.lines[0].credits) == (None, None, 30)
    assert costs.notes[0].startswith("30 credits were used up of lots without a price in EUR")
    assert Lot.objects.get().price is None


# --- organizations -----------------------------------------------------------------------------


def house() -> tuple[Wallet, dict[str, Wallet]]:
    """A pool of 100: 40 with North, 40 with South, 20 not allocated; 3,000 a month from April."""
    defaults.install()
    with clock.at(at(1)):
        pool, team = organization_with(20, north=40, south=40)
        plan = subscribing.SubscriptionPlan.objects.get(key="scale")
        subscription = Subscription.objects.create(
            wallet=pool, plan=plan, credits=100, starts_on=date(2026, 4, 1),
            renews_on=date(2027, 4, 1),
        )  # fmt: skip
        set_price(subscription, date(2026, 4, 1), Decimal(3000), 100)
    return pool, team


def test_teams_bear_what_they_occupied_and_what_they_left_idle() -> None:
    pool, team = house()
    ended(started(team["north"], 20, at(1), "Spring"), at(16))
    started(team["south"], 40, at(1), "Summer")
    with clock.at(LATER):
        table = chargeback(CONSOLE, pool.organization_id, *APRIL)
    # A credit-day costs 1: 100 a day for 100 credits.
    assert [(t.name, t.amount, t.idle_amount, t.whole) for t in table.teams] == [
        ("North", 300, 900, 1200),
        ("South", 1200, 0, 1200),
        (str(pool), 0, 600, 600),
    ]
    assert_adds_up(table.costs)
    north = costs_of(team["north"])
    assert (north.price, amounts(north)) == (1200, {"Spring": 300, "idle": 900})
    assert_adds_up(north)


def test_lent_credits_are_charged_to_who_borrowed_them() -> None:
    pool, team = house()
    with clock.at(at(1)):
        transferring.set_lending_limits(CONSOLE, team["south"].pk, may_borrow=0, may_lend=None)
        transferring.set_lending_limits(CONSOLE, team["north"].pk, may_borrow=None, may_lend=0)
        transferring.set_borrowing(CONSOLE, pool.organization_id, True)
    launch = started(team["north"], 60, at(1), "Launch")
    assert launch.status == "pending_review"  # 40 of its own, 20 of others
    ended(launch, at(16))
    with clock.at(LATER):
        table = chargeback(CONSOLE, pool.organization_id, *APRIL)
    north = next(one for one in table.teams if one.name == "North")
    assert (north.amount, north.idle_amount) == (900, 600)  # idle: 40 for the other 15 days
    lenders = total(one.idle_amount for one in table.teams if one.name != "North")
    assert lenders == 60 * 30 - 20 * 15
    assert table.costs.price == 3000
    assert_adds_up(table.costs)
    assert_books_balance()


def test_an_overdrawn_team_bears_more_and_the_others_less() -> None:
    pool, team = house()
    started(team["north"], 40, at(1), "Big")
    with clock.at(at(1)):
        crediting.adjust(CONSOLE, team["north"].pk, -20, permanent=True, note="Booked twice")
    with clock.at(LATER):
        table = chargeback(CONSOLE, pool.organization_id, *APRIL)
    # North has 20 and occupies 40; with South's 40 and the pool's 20 that makes 100.
    assert [t.whole for t in table.teams] == [1200, 1200, 600]
    assert_adds_up(table.costs)


def test_titles_are_shown_of_accounts_that_share_their_briefs() -> None:
    pool, team = house()
    started(team["north"], 20, at(1), "Secret", campaign="Spring", cost_centre="4711")
    Account.objects.filter(pk=team["south"].account_id).update(shares_briefs=True)
    started(team["south"], 20, at(1), "Open", campaign="Spring")
    boss = somebody(organization=pool.organization, role="admin")
    with clock.at(LATER):
        costs = chargeback(boss, pool.organization_id, *APRIL).costs
        seen = {one.account_name: (one.title, one.campaign, one.cost_centre) for one in costs.lines}
        assert seen == {"North": ("", "", "4711"), "South": ("Open", "Spring", "")}
        assert {one.label for one in grouped(costs.lines, "campaign")} == {
            "Spring", "(briefs not shared)",
        }  # fmt: skip
        assert {one.title for one in chargeback(CONSOLE, pool.organization_id, *APRIL).costs.lines}
        hidden = account_costs(boss, team["north"].account_id, *APRIL)
        assert {one.title for one in hidden.lines} == {""}


# --- labels ------------------------------------------------------------------------------------


def test_labels_are_fixed_with_the_submission_and_changed_by_an_event(wallet: Wallet) -> None:
    member = somebody(wallet.account)
    project = started(wallet, 20, at(1), cost_centre="4711", purchase_order="PO-1")
    with clock.at(at(2)):
        answer = change_cost_labels(member, project.pk, cost_centre=" 4712 ", key="once")
        assert change_cost_labels(member, project.pk, cost_centre=" 4712 ", key="once") == answer
    assert answer["changed"] == {"cost_centre": ["4711", "4712"]}
    project.refresh_from_db()
    assert (project.cost_centre, project.purchase_order, project.version) == (
        "4712", "PO-1", answer["version"],
    )  # fmt: skip
    event = Event.objects.filter(kind="cost_labels_changed").get()
    assert (event.subject_id, event.data) == (project.pk, answer["changed"])
    ended(project, at(9))
    change_cost_labels(member, project.pk, purchase_order="")  # books are closed later
    (group,) = grouped(costs_of(wallet).lines, "cost-centre")
    assert (group.label, group.amount) == ("4712", total([costs_of(wallet).lines[0].amount]))


def test_labels_that_cannot_be(wallet: Wallet) -> None:
    writing = draft(wallet, 20, cost_centre="1")
    project = submitted(wallet, 20, cost_centre="1")
    for call, error, code in (
        (lambda: change_cost_labels(CONSOLE, writing.pk, cost_centre="2"), Conflict,
         "not_submitted"),
        (lambda: change_cost_labels(CONSOLE, project.pk, cost_centre="2" * 81), Refused,
         "too_long"),
        (lambda: change_cost_labels(CONSOLE, project.pk, cost_centre="1"), Refused,
         "nothing_to_change"),
        (lambda: change_cost_labels(CONSOLE, project.pk, cost_centre="2", version=0), Conflict,
         "stale"),
    ):  # fmt: skip
        with pytest.raises(CallsheetError) as refused:
            call()
        assert isinstance(refused.value, error)
        assert refused.value.code == code


# --- many --------------------------------------------------------------------------------------


def many(team: list[Wallet], count: int) -> None:
    """Finished work of the past, as an import brings it."""
    template = draft(team[0], 10)
    made = Project.objects.bulk_create(
        [
            Project(
                account_id=team[n % len(team)].account_id, wallet=team[n % len(team)],
                key=f"M-{n}", title=f"Brief {n}", brief_type=template.brief_type,
                campaign=f"Campaign {n % 7}", created_at=at(1), changed_at=at(1),
            )
            for n in range(count)
        ]
    )  # fmt: skip
    Occupancy.objects.bulk_create(
        [
            Occupancy(
                account_id=one.account_id, wallet_id=one.wallet_id, project=one,
                credits=5 + n % 3 * 5, since=at(1) + timedelta(minutes=37 * n),
                until=at(1) + timedelta(minutes=37 * n, days=1 + n % 11), imported=True,
            )
            for n, one in enumerate(made)
        ]
    )  # fmt: skip


def test_a_thousand_projects_take_no_more_queries_and_little_time() -> None:
    pool, team = house()
    teams = list(team.values())
    many(teams, 1)
    counts, took = [], 0.0
    for extra in (0, 1000):
        if extra:
            Project.objects.filter(key="M-0").update(key="M-first")
            many(teams, extra)
        with (
            clock.at(LATER),
            CaptureQueriesContext(
                connection,
            ) as queries,
        ):
            began = time.process_time()  # what others do on the machine does not count
            table = chargeback(CONSOLE, pool.organization_id, date(2026, 4, 1), date(2026, 6, 30))
            took = time.process_time() - began
        counts.append(len(queries))
        assert_adds_up(table.costs)
    assert len(table.costs.lines) > 700
    assert counts[0] == counts[1] <= 10
    assert took < 1.5  # about a quarter of a second where nobody else is at work


# --- the command line --------------------------------------------------------------------------


def run(*arguments: str) -> str:
    result = CliRunner().invoke(build(), ["cost", *arguments], env={"COLUMNS": "160"})
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def test_the_command_line_shows_costs_and_chargeback() -> None:
    pool, team = house()
    started(team["north"], 20, at(1), "=SUM(A1)", cost_centre="+49", campaign="Spring")
    project = started(team["south"], 20, at(1), "Summer")
    account = Account.objects.get(pk=team["north"].account_id)
    days = ("--from", "2026-04-01", "--to", "2026-04-30")
    with clock.at(LATER):
        text = run("account", account.key, *days, "--by", "campaign")
        assert "Spring" in text
        assert "600.00" in text
        assert "idle: North" in text
        answer = json.loads(run("account", account.key, *days, "--json"))
        assert (answer["price"], answer["from"], answer["groups"][0]["amount"]) == (
            "1200.00", "2026-04-01", "600.00",
        )  # fmt: skip
        text = run("chargeback", pool.organization.key, *days)
        assert "3,000.00" in text
        assert "North" in text
        table = json.loads(run("chargeback", pool.organization.key, *days, "--json"))
        assert [one["whole"] for one in table["teams"]] == ["1200.00", "1200.00", "600.00"]
        assert "(none)" in run("chargeback", pool.organization.key, *days, "--by", "cost-centre")
        found = list(csv.DictReader(io.StringIO(
            run("chargeback", pool.organization.key, *days, "--csv")
        )))  # fmt: skip
        label = run("label", f"{team['south'].account.key}/{project.key}", "--cost-centre", "77")
        assert "77" in label
    assert sum(Decimal(row["amount"]) for row in found) == 3000
    assert {(row["title"], row["cost centre"]) for row in found if row["what"] == "project"} == {
        ("'=SUM(A1)", "'+49"), ("Summer", ""),
    }  # fmt: skip
    result = CliRunner().invoke(build(), ["cost", "account", account.key, "--by", "moon"])
    assert "not by “moon”" in " ".join(result.output.split())


def test_production_goes_on_while_costs_are_read(wallet: Wallet) -> None:
    """Reading takes no locks: nothing is written by a report."""
    project = delivered(started(wallet, 20, at(1)))
    before = Event.objects.count()
    costs_of(wallet)
    assert Event.objects.count() == before
    production.finalize(CONSOLE, project.pk)
    assert_books_balance()
