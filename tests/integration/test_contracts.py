"""Contracts: terms, notice in time and too late, renewals by the clock, prices that adjoin."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from typer.testing import CliRunner

from callsheet.catalogue import defaults
from callsheet.catalogue.models import SubscriptionPlan
from callsheet.cli.main import build
from callsheet.credits.capacity import schedule
from callsheet.credits.models import PricePeriod, StandingOrder, Subscription, Wallet
from callsheet.credits.opening import open_pool
from callsheet.credits.prices import periods
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError, Conflict, Refused
from callsheet.services import accounts, clockwork, closing, noticing, pricing, subscribing
from callsheet.tenants.models import Account, Organization
from tests.builders import assert_books_balance, submitted, wallet_with

pytestmark = pytest.mark.django_db

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture
def wallet() -> Wallet:
    """Growth (60 credits) for 2,400 a month since 1 March 2026: twelve months, 90 days' notice."""
    defaults.install()
    one = wallet_with(0)
    with clock.at(BEGAN):
        subscribing.subscribe(CONSOLE, one.pk, "growth", price=Decimal(2400))
    one.refresh_from_db()
    return one


def contract(wallet: Wallet) -> Subscription:
    return Subscription.objects.get(wallet=wallet)


def prices(wallet: Wallet) -> list[tuple[date, date | None, Decimal | None]]:
    return list(periods(contract(wallet)).values_list("starts_on", "ends_on", "monthly_price"))


def refusal(do, *arguments, **more) -> CallsheetError:
    with pytest.raises(CallsheetError) as refused:
        do(CONSOLE, *arguments, **more)
    return refused.value


def test_the_term_rolls_on_by_the_clock(wallet: Wallet) -> None:
    assert contract(wallet).renews_on == date(2027, 3, 1)
    with clock.at(noon(date(2027, 3, 1))):
        clockwork.tick()
        assert contract(wallet).renews_on == date(2028, 3, 1)
        noticing.change_terms(CONSOLE, wallet.pk, term_months=3, notice_days=30)
    with clock.at(noon(date(2028, 4, 2))):  # nobody ran the clock for a while
        clockwork.tick()
        assert contract(wallet).renews_on == date(2028, 6, 1)


def test_notice_in_time_ends_the_subscription_at_its_renewal(wallet: Wallet) -> None:
    # 90 days before 1 March 2027 is 1 December 2026.
    with clock.at(noon(date(2026, 12, 1))):
        answer = noticing.give_notice(CONSOLE, wallet.pk, reason="in_house", note="They hire.")
        assert answer["ends_on"] == "2027-03-01"
        account = Account.objects.get(wallet=wallet)
        assert (account.status, account.ended_on, account.ended_reason) == (
            "notice", date(2027, 3, 1), "in_house",
        )  # fmt: skip
        # Whoever plans sees the end.
        assert schedule(wallet, date(2026, 12, 1))[-1] == (date(2027, 3, 1), 0)
        assert refusal(subscribing.change_plan, wallet.pk, "scale").code == "on_notice"
        assert refusal(noticing.give_notice, wallet.pk).code == "on_notice"
    with clock.at(noon(date(2027, 2, 28))):
        clockwork.tick()
        assert contract(wallet).status == "active"
    with clock.at(noon(date(2027, 3, 1))):
        clockwork.tick()
    assert contract(wallet).status == "ended"
    assert prices(wallet) == [(date(2026, 3, 1), date(2027, 3, 1), Decimal(2400))]
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held) == (0, 0)
    assert Account.objects.get(wallet=wallet).status == "ended"
    assert_books_balance()


def test_what_is_in_production_at_the_end_is_finished_and_then_taken(wallet: Wallet) -> None:
    with clock.at(noon(date(2026, 11, 20))):
        noticing.give_notice(CONSOLE, wallet.pk, reason="price")
    with clock.at(noon(date(2027, 2, 20))):
        running = submitted(wallet, 40)
    with clock.at(noon(date(2027, 3, 1))):
        clockwork.tick()
        wallet.refresh_from_db()
        assert (contract(wallet).status, wallet.available, wallet.held) == ("ended", 0, 40)
        assert StandingOrder.objects.get(source=wallet).due_back == 40
        assert submitted(wallet, 10).status == "queued"
        assert Account.objects.get(wallet=wallet).status == "notice"  # something still runs
        running.refresh_from_db()
        assert running.status == "pending_review"
    assert_books_balance()


def test_notice_too_late_says_the_rule_and_its_days(wallet: Wallet) -> None:
    with clock.at(noon(date(2026, 12, 2))):
        refused = refusal(noticing.give_notice, wallet.pk)
    assert (refused.code, refused.field) == ("notice_too_late", "on")
    assert refused.message == (
        "Notice is given at least 90 days before a renewal. For the renewal on 2027-03-01 that was"
        " until 2026-12-01; 2026-12-02 is too late. The subscription renews, and notice for"
        " 2028-03-01 can be given from 2027-03-01 until 2027-12-02."
    )
    with clock.at(noon(date(2026, 12, 2))):  # the letter came in time, and is recorded a day later
        answer = noticing.give_notice(CONSOLE, wallet.pk, on=date(2026, 12, 1))
    assert answer["ends_on"] == "2027-03-01"


def test_days_of_notice_that_cannot_be(wallet: Wallet) -> None:
    with clock.at(noon(date(2026, 5, 1))):
        later, early = date(2026, 5, 2), date(2026, 2, 27)
        assert refusal(noticing.give_notice, wallet.pk, on=later).code == "notice_in_the_future"
        assert (
            refusal(noticing.give_notice, wallet.pk, on=early).code == "notice_of_an_earlier_term"
        )
        assert refusal(noticing.give_notice, wallet.pk, reason="bored").code == "unknown_reason"
        for terms in ((0, 30), (121, 30), (12, -1), (12, 731)):
            with pytest.raises(Refused):
                noticing.change_terms(
                    CONSOLE, wallet.pk, term_months=terms[0], notice_days=terms[1]
                )
    with clock.at(noon(date(2027, 3, 2))):  # the clock has not come by: the term is rolled on first
        refused = refusal(noticing.give_notice, wallet.pk, on=date(2026, 11, 1))
        assert refused.code == "notice_of_an_earlier_term"


def test_notice_is_taken_back(wallet: Wallet) -> None:
    with clock.at(noon(date(2026, 11, 1))):
        assert refusal(noticing.take_back_notice, wallet.pk).code == "no_notice"
        noticing.give_notice(CONSOLE, wallet.pk)
        refused = refusal(accounts.change_account, wallet.account_id, status="active")
        assert refused.code == "subscription_on_notice"
        noticing.take_back_notice(CONSOLE, wallet.pk)
        assert schedule(wallet, date(2026, 11, 1)) == [(date(2026, 11, 1), 60)]
        assert Account.objects.get(wallet=wallet).status == "active"
        kinds = Event.objects.filter(subject_type="wallet").values_list("kind", flat=True)
        assert list(kinds)[-2:] == ["subscription_on_notice", "subscription_notice_taken_back"]
    with clock.at(noon(date(2027, 3, 1))):
        clockwork.tick()
    assert (contract(wallet).status, contract(wallet).renews_on) == ("active", date(2028, 3, 1))
    with clock.at(noon(date(2027, 4, 1))):
        noticing.give_notice(CONSOLE, wallet.pk)
    with clock.at(noon(date(2028, 3, 1))):  # too late, even where the clock has not come by
        assert refusal(noticing.take_back_notice, wallet.pk).code == "subscription_ended"
    assert_books_balance()


def test_a_pause_moves_the_end_as_it_moves_the_renewal(wallet: Wallet) -> None:
    with clock.at(noon(date(2026, 11, 1))):
        noticing.give_notice(CONSOLE, wallet.pk)
        subscribing.pause(CONSOLE, wallet.pk, date(2026, 11, 11))
        assert contract(wallet).ends_on == date(2027, 3, 11)
        assert schedule(wallet, date(2026, 11, 1))[-1] == (date(2027, 3, 11), 0)


def test_a_pools_subscription_ends_and_the_organization_stays() -> None:
    defaults.install()
    organization = Organization.objects.create(key="house", name="House")
    pool = open_pool(organization)
    with clock.at(BEGAN):
        subscribing.subscribe(CONSOLE, pool.pk, "scale", term_months=1, notice_days=10)
    with clock.at(noon(date(2026, 3, 22))):
        noticing.give_notice(CONSOLE, pool.pk)
    with clock.at(noon(date(2026, 4, 1))):
        clockwork.tick()
        pool.refresh_from_db()
        assert (contract(pool).status, pool.capacity) == ("ended", 0)
        # It may begin again; in between there was nothing to pay for.
    with clock.at(noon(date(2026, 5, 1))):
        subscribing.subscribe(CONSOLE, pool.pk, "growth", price=Decimal(10))
    assert prices(pool)[1:] == [
        (date(2026, 4, 1), date(2026, 5, 1), None), (date(2026, 5, 1), None, Decimal(10)),
    ]  # fmt: skip
    assert_books_balance()


def test_an_imported_notice_with_words_of_its_own_does_not_stop_the_clock(wallet: Wallet) -> None:
    account = Account.objects.get(wallet=wallet)
    account.status, account.ended_reason = "notice", "moved in-house"
    account.ended_on = date(2026, 6, 1)
    account.save()
    with clock.at(noon(date(2026, 6, 1))):
        assert closing.end_those_due() == [account.pk]
    account.refresh_from_db()
    assert (account.status, account.ended_reason) == ("ended", "other")


# --- prices ------------------------------------------------------------------------------------


def test_a_price_changes_from_a_day_on_and_is_announced(wallet: Wallet) -> None:
    with clock.at(noon(date(2026, 5, 1))):
        for day in (date(2026, 5, 1), date(2026, 4, 1)):
            refused = refusal(pricing.announce_price, wallet.pk, Decimal(2500), day)
            assert refused.code == "price_not_announced"
        pricing.announce_price(CONSOLE, wallet.pk, Decimal(2600), date(2026, 7, 1))
        pricing.announce_price(CONSOLE, wallet.pk, Decimal(2500), date(2026, 6, 1))  # replaces it
    assert prices(wallet) == [
        (date(2026, 3, 1), date(2026, 6, 1), Decimal(2400)),
        (date(2026, 6, 1), None, Decimal(2500)),
    ]
    event = Event.objects.filter(kind="price_announced").latest("pk")
    assert event.data["price"] == ["2400.00", "2500"]
    with clock.at(noon(date(2026, 5, 2))):
        pricing.withdraw_price(CONSOLE, wallet.pk)
        assert prices(wallet) == [(date(2026, 3, 1), None, Decimal(2400))]
        assert refusal(pricing.withdraw_price, wallet.pk).code == "nothing_announced"
    assert PricePeriod.objects.count() == 3  # what was announced stays on record, without a day


@pytest.mark.parametrize("price", ["-1", "10000000000", "NaN", "2400.005"])
def test_prices_that_cannot_be(wallet: Wallet, price: str) -> None:
    with clock.at(noon(date(2026, 5, 1))), pytest.raises(Refused):
        pricing.announce_price(CONSOLE, wallet.pk, Decimal(price), date(2026, 7, 1))


def test_upgrades_bring_their_price_at_once_and_downgrades_at_renewal(wallet: Wallet) -> None:
    SubscriptionPlan.objects.filter(key="scale").update(monthly_price=None)
    SubscriptionPlan.objects.filter(key="growth").update(monthly_price=Decimal(2300))
    with clock.at(noon(date(2026, 5, 10))):
        subscribing.change_plan(CONSOLE, wallet.pk, "scale")  # no list price: none is agreed
        subscribing.change_plan(CONSOLE, wallet.pk, "growth")  # at renewal, at the list price
        refused = refusal(pricing.announce_price, wallet.pk, Decimal(1), date(2027, 3, 1))
        assert refused.code == "plan_change_waits"
    SubscriptionPlan.objects.filter(key="growth").update(monthly_price=Decimal(9999))
    with clock.at(noon(date(2027, 3, 2))):
        clockwork.tick()
    assert prices(wallet) == [
        (date(2026, 3, 1), date(2026, 5, 10), Decimal(2400)),
        (date(2026, 5, 10), date(2027, 3, 1), None),
        (date(2027, 3, 1), None, Decimal(2300)),  # as it was agreed
    ]
    assert_books_balance()


def test_two_upgrades_on_one_day_leave_the_last_price(wallet: Wallet) -> None:
    with clock.at(noon(date(2026, 5, 10))):
        subscribing.change_plan(CONSOLE, wallet.pk, "scale", price=Decimal(4000))
        subscribing.change_plan(CONSOLE, wallet.pk, "enterprise", price=Decimal(9000))
    assert prices(wallet) == [
        (date(2026, 3, 1), date(2026, 5, 10), Decimal(2400)),
        (date(2026, 5, 10), None, Decimal(9000)),
    ]


def attempt(sql: str, *values: object) -> str:
    """What the database says to the application's role; nothing is kept."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error)
    return "done"


@pytest.mark.parametrize("change", ["monthly_price = 1", "starts_on = '2020-01-01'", "credits = 1"])
def test_the_application_cannot_rewrite_a_price(wallet: Wallet, change: str) -> None:
    assert "permission denied" in attempt(f"UPDATE credits_priceperiod SET {change}")
    assert "permission denied" in attempt("DELETE FROM credits_priceperiod")
    assert attempt("UPDATE credits_priceperiod SET ends_on = '2026-09-01'") == "done"


@pytest.mark.parametrize(
    ("starts_on", "said"),
    [
        ("2026-06-02", "leave a gap or overlap"),
        ("2026-05-31", "leave a gap or overlap"),
        ("2026-03-01", "one_price_per_day"),
        ("2026-06-01", "done"),
    ],
)
def test_the_database_refuses_gaps_and_overlaps(wallet: Wallet, starts_on: str, said: str) -> None:
    subscription = contract(wallet)
    PricePeriod.objects.filter(subscription=subscription).update(ends_on=date(2026, 6, 1))
    insert = (
        "INSERT INTO credits_priceperiod (subscription_id, starts_on, monthly_price, credits)"
        " VALUES (%s, %s, 1, 60)"
    )
    assert said in attempt(insert, subscription.pk, starts_on)


def test_a_subscription_without_a_price_says_so(wallet: Wallet) -> None:
    other = wallet_with(0)
    SubscriptionPlan.objects.filter(key="growth").update(monthly_price=None)
    with clock.at(BEGAN):
        subscribing.subscribe(CONSOLE, other.pk, "growth")
    assert prices(other) == [(date(2026, 3, 1), None, None)]
    assert "no price agreed" in str(PricePeriod.objects.get(subscription=contract(other)))


def test_conflict_is_for_states_and_refused_for_input(wallet: Wallet) -> None:
    with clock.at(noon(date(2026, 11, 1))):
        noticing.give_notice(CONSOLE, wallet.pk)
        refused = refusal(pricing.announce_price, wallet.pk, Decimal(1), date(2027, 3, 1))
        assert isinstance(refused, Conflict)
        assert refused.code == "ends_before"


# --- the command line --------------------------------------------------------------------------


def command(*arguments: str) -> str:
    result = CliRunner().invoke(build(), ["contract", *arguments], env={"COLUMNS": "140"})
    assert result.exit_code == 0, (result.output, result.exception)
    return " ".join(result.stdout.split())


def test_the_command_line_shows_and_changes_a_contract(wallet: Wallet) -> None:
    key = Account.objects.get(wallet=wallet).key
    with clock.at(noon(date(2026, 5, 1))):
        assert "renews on 2027-03-01; notice 90 days before, until 2026-12-01" in command(
            "show", key
        )
        command("announce-price", key, "2500", "--from", "2026-06-01")
        assert "2026-06-01 60 2,500.00" in command("show", key)
        command("withdraw-price", key)
        command("terms", key, "--term-months", "6", "--notice-days", "30")
        command("give-notice", key, "--reason", "price", "--on", "2026-04-30")
        assert "notice was given on 2026-04-30; it ends on 2027-03-01" in command("show", key)
        command("take-notice-back", key)
        facts = json.loads(CliRunner().invoke(build(), ["contract", "show", key, "--json"]).stdout)
        assert (facts["term_months"], facts["ends_on"]) == (6, None)
        refused = CliRunner().invoke(
            build(), ["contract", "announce-price", key, "much", "--from", "2026-06-01"]
        )
        assert "is no price" in refused.output
