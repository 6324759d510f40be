"""The clock: what is due is done, and where nothing is, nothing is written."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.journal.models import Command
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.services import clockwork, transferring
from callsheet.services.queue_looks import stirring_wallets
from tests.builders import organization_with, status_of, submitted, wallet_with

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday


def test_a_brief_starts_on_its_day_by_the_clock_alone() -> None:
    with clock.at(NOON):
        wallet = wallet_with(60)
        brief = submitted(wallet, 20, not_before=date(2026, 5, 7))
        assert clockwork.tick() == {
            "wallets": 0, "clocks": 0, "started": 0, "ended": 0, "failed": 0,
        }  # fmt: skip
    with clock.at(NOON + timedelta(days=3)):
        assert stirring_wallets() == {wallet.pk}
        assert clockwork.tick() == {
            "wallets": 1, "clocks": 0, "started": 1, "ended": 0, "failed": 0,
        }  # fmt: skip
    assert status_of(brief) == "pending_review"


def test_a_queue_in_which_nothing_changes_is_left_alone() -> None:
    with clock.at(NOON):
        wallet = wallet_with(60)
        submitted(wallet, 60, "Running")
        submitted(wallet, 20, "Waiting")
        before = Command.objects.count()
        clockwork.tick()
        assert Command.objects.count() == before


def test_an_overdue_return_moves_the_reservation_each_day() -> None:
    with clock.at(NOON):
        wallet = wallet_with(60)
        submitted(wallet, 60, "Running")
        head = submitted(wallet, 20, "Head")
    late = NOON + timedelta(days=120)
    with clock.at(late):
        clockwork.tick()
        head.refresh_from_db()
        first = head.reserved_for
    with clock.at(late + timedelta(days=1)):
        assert stirring_wallets() == {wallet.pk}
        clockwork.tick()
        head.refresh_from_db()
        assert head.reserved_for is not None
        assert first is not None
        assert head.reserved_for > first


def test_teams_that_borrow_are_looked_at_together() -> None:
    with clock.at(NOON):
        _, teams = organization_with(0, run=40, golf=60)
        for team in teams.values():
            transferring.set_lending_limits(CONSOLE, team.pk, may_borrow=30, may_lend=60)
        transferring.set_borrowing(CONSOLE, teams["run"].account.organization_id, True)
        brief = submitted(teams["run"], 60, "Launch", not_before=date(2026, 5, 6))
    with clock.at(NOON + timedelta(days=2)):
        assert stirring_wallets() == {teams["run"].pk}
        assert clockwork.tick()["started"] == 1
    assert status_of(brief) == "pending_review"


def test_looking_costs_no_more_queries_for_more_wallets() -> None:
    def wait_in_a_wallet() -> None:
        wallet = wallet_with(60)
        submitted(wallet, 60, "Running")
        submitted(wallet, 20, "Waiting")

    wait_in_a_wallet()
    with CaptureQueriesContext(connection) as one:
        stirring_wallets()
    for _ in range(4):
        wait_in_a_wallet()
    with CaptureQueriesContext(connection) as five:
        assert stirring_wallets() == set()
    assert len(five) == len(one) <= 15
