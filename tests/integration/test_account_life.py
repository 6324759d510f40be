"""An account's status follows its subscription, by the one table, each station with its day."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from callsheet.catalogue import defaults
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict
from callsheet.services import accounts, clockwork, closing, noticing, subscribing
from callsheet.tenants.life import FOLLOWS, check_follows
from callsheet.tenants.models import Account, AccountStatus
from tests.builders import organization_with, wallet_with

NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)
TODAY = NOON.date()
with_plans = pytest.mark.usefixtures("catalogue")


@pytest.fixture
def catalogue(db) -> None:
    """Plans to subscribe to."""
    defaults.install()


def status(wallet) -> str:
    return Account.objects.get(pk=wallet.account_id).status


def stations(wallet) -> list[tuple[str, str, str]]:
    """Each change of status with its day."""
    return [
        (event.data["from"], event.data["to"], event.data["on"])
        for event in Event.objects.filter(
            kind="account_status_changed", account_id=wallet.account_id
        ).order_by("pk")
    ]


def test_every_pair_of_statuses_is_in_the_table_or_refused() -> None:
    assert set(FOLLOWS) == set(AccountStatus.values)
    for before, after in product(AccountStatus.values, repeat=2):
        if after in FOLLOWS[before]:
            check_follows(before, after)
        else:
            with pytest.raises(Conflict) as refusal:
                check_follows(before, after)
            assert refusal.value.code == "status_cannot_follow"
    assert not FOLLOWS["ended"]


@with_plans
def test_an_account_pauses_and_goes_on_with_its_subscription() -> None:
    with clock.at(NOON):
        wallet = wallet_with(0)
        subscribing.subscribe(CONSOLE, wallet.pk, "growth")
        subscribing.pause(CONSOLE, wallet.pk, TODAY + timedelta(days=10))
        assert status(wallet) == "paused"
        subscribing.resume(CONSOLE, wallet.pk)
        assert status(wallet) == "active"
        subscribing.pause(CONSOLE, wallet.pk, TODAY + timedelta(days=10))
    with clock.at(NOON + timedelta(days=12)):  # the clock comes two days late
        clockwork.tick()
    assert status(wallet) == "active"
    assert stations(wallet) == [
        ("active", "paused", "2026-07-06"),
        ("paused", "active", "2026-07-06"),
        ("active", "paused", "2026-07-06"),
        ("paused", "active", "2026-07-18"),
    ]


@with_plans
def test_integrated_accounts_follow_their_pool() -> None:
    with clock.at(NOON):
        pool, teams = organization_with(0, north=0, south=0)
        Account.objects.filter(pk=teams["south"].account_id).update(
            status="notice", ended_on=date(2026, 12, 31)
        )
        subscribing.subscribe(CONSOLE, pool.pk, "growth")
        subscribing.pause(CONSOLE, pool.pk, TODAY + timedelta(days=10))
        assert (status(teams["north"]), status(teams["south"])) == ("paused", "notice")
        subscribing.resume(CONSOLE, pool.pk)
        assert (status(teams["north"]), status(teams["south"])) == ("active", "notice")


@with_plans
def test_trial_notice_and_end_are_stations_with_day_and_reason() -> None:
    with clock.at(NOON):
        wallet = wallet_with(0)
        Account.objects.filter(pk=wallet.account_id).update(status="trial")
        accounts.change_account(CONSOLE, wallet.account_id, status="active")
        subscribing.subscribe(CONSOLE, wallet.pk, "growth")
        noticing.give_notice(CONSOLE, wallet.pk, reason="price")
        noticing.take_back_notice(CONSOLE, wallet.pk)
        closing.end_account(CONSOLE, wallet.account_id, reason="quality")
    assert [(before, after) for before, after, _ in stations(wallet)] == [
        ("trial", "active"), ("active", "notice"), ("notice", "active"), ("active", "ended"),
    ]  # fmt: skip
    last = Event.objects.filter(kind="account_status_changed").latest("pk")
    assert (last.data["on"], last.data["reason"]) == ("2026-07-06", "quality")
    account = Account.objects.get(pk=wallet.account_id)
    assert (account.ended_on, account.ended_reason) == (TODAY, "quality")
