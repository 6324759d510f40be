"""Which queues the clock looks at: those that are due and those that were stirred, no others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from callsheet.catalogue import defaults
from callsheet.credits.models import Wallet
from callsheet.insight import stirring
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict
from callsheet.projects.models import NextLook, Stirred
from callsheet.services import accounts, clockwork, publishing, subscribing
from callsheet.services.queue_looks import stirring_wallets
from callsheet.tenants.models import StudioClosure
from tests.builders import organization_with, status_of, submitted, wallet_with

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[], set[int]]:
    """Lets the clock look, and answers the wallets whose queues it read."""
    seen: set[int] = set()
    look = stirring.look

    def noting(read: list[stirring.Group], *rest: object) -> object:
        seen.update(wallet.pk for group, _ in read for wallet in group)
        return look(read, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("callsheet.services.queue_looks.look", noting)

    def looked() -> set[int]:
        seen.clear()
        stirring_wallets()
        return set(seen)

    return looked


def waiting(**more: object) -> Wallet:
    """A wallet in use to its last credit, with a brief that waits."""
    wallet = wallet_with(60)
    submitted(wallet, 60, "Running")
    submitted(wallet, 20, "Waiting", **more)
    return wallet


def test_what_waits_as_it_is_noted_is_left_alone(looked_at: Callable[[], set[int]]) -> None:
    with clock.at(NOON):
        wallet, other = waiting(), waiting()
        assert looked_at() == {wallet.pk, other.pk}
        publishing.publish_stirred()
        assert not Stirred.objects.exists()
        assert looked_at() == set()
        submitted(wallet, 20, "One more")
        assert looked_at() == {wallet.pk}
        publishing.publish_stirred()
        assert looked_at() == set()


def test_nothing_that_waits_goes_unseen_for_an_hour(looked_at: Callable[[], set[int]]) -> None:
    with clock.at(NOON):
        wallet = waiting()
        publishing.publish_stirred()
    with clock.at(NOON + HOUR - MINUTE):
        assert looked_at() == set()
    with clock.at(NOON + HOUR):
        assert looked_at() == {wallet.pk}
        assert looked_at() == set()


@pytest.mark.parametrize("by_publishing", [True, False])
def test_days_begin_where_the_customer_is(
    looked_at: Callable[[], set[int]], by_publishing: bool
) -> None:
    with clock.at(NOON):
        wallet = wallet_with(60)
        wallet.account.time_zone = "Asia/Kolkata"  # half past six in the evening, UTC
        wallet.account.save()
        submitted(wallet, 20, not_before=date(2026, 5, 5))
        publishing.publish_stirred()
    with clock.at(datetime(2026, 5, 4, 18, 10, tzinfo=UTC)):
        if not by_publishing:
            assert looked_at() == {wallet.pk}
        else:
            Stirred.objects.create(wallet=wallet, at=clock.now())
            publishing.publish_stirred()
    with clock.at(datetime(2026, 5, 4, 18, 29, tzinfo=UTC)):
        assert clockwork.tick()["started"] == 0
        assert looked_at() == set()
    with clock.at(datetime(2026, 5, 4, 18, 30, tzinfo=UTC)):
        assert clockwork.tick()["started"] == 1


def test_after_days_without_a_worker_the_first_tick_looks(
    looked_at: Callable[[], set[int]],
) -> None:
    with clock.at(NOON):
        wallet = wallet_with(60)
        brief = submitted(wallet, 20, not_before=date(2026, 5, 7))
        publishing.publish_stirred()
    with clock.at(NOON + timedelta(days=10)):
        assert clockwork.tick()["started"] == 1
    assert status_of(brief) == "pending_review"
    with clock.at(NOON + timedelta(days=10, minutes=10)):
        publishing.publish_stirred()
        assert looked_at() == set()
        assert not NextLook.objects.exists()  # nothing waits there any more


def test_what_could_not_be_done_is_tried_at_the_next_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.at(NOON):
        brief = submitted(wallet_with(60), 20, not_before=date(2026, 5, 7))
        publishing.publish_stirred()

    def refuse(*_: object) -> None:
        raise Conflict("busy", "Not now.")

    with clock.at(NOON + timedelta(days=3)):
        with monkeypatch.context() as broken:
            broken.setattr(clockwork, "settle", refuse)
            assert clockwork.tick()["failed"] == 1
        assert clockwork.tick()["started"] == 1
    assert status_of(brief) == "pending_review"


def test_where_admission_would_do_something_publishing_tells_the_clock() -> None:
    with clock.at(NOON):
        wallet = waiting()
        publishing.publish_stirred()
        # As by a program that does not know of admission.
        Wallet.objects.filter(pk=wallet.pk).update(may_lend=0)
        wallet.account.projects.filter(title="Waiting").update(wait_reason="not_before")
        Stirred.objects.create(wallet=wallet, at=clock.now())
        publishing.publish_stirred()
        assert not Stirred.objects.exists()
        assert stirring_wallets() == {wallet.pk}


def test_new_settings_have_all_queues_looked_at(looked_at: Callable[[], set[int]]) -> None:
    with clock.at(NOON):
        wallets = {waiting().pk, waiting().pk}
        publishing.publish_stirred()
        assert looked_at() == set()
        StudioClosure.objects.create(day=date(2026, 5, 25))
        assert looked_at() == wallets
        assert looked_at() == set()


def test_another_time_zone_or_country_has_the_queue_looked_at(
    looked_at: Callable[[], set[int]],
) -> None:
    with clock.at(NOON):
        wallet = waiting()
        publishing.publish_stirred()
        accounts.change_account(CONSOLE, wallet.account_id, name="Another name")
        assert looked_at() == set()
        accounts.change_account(CONSOLE, wallet.account_id, time_zone="Asia/Tokyo")
        assert looked_at() == {wallet.pk}


def test_teams_are_paused_with_their_pool_at_once() -> None:
    with clock.at(NOON):
        defaults.install()
        pool, teams = organization_with(0, run=40)
        subscribing.subscribe(CONSOLE, pool.pk, "starter")
        submitted(teams["run"], 40, "Running")
        brief = submitted(teams["run"], 20, "Waiting")
        publishing.publish_stirred()
        subscribing.pause(CONSOLE, pool.pk, date(2026, 6, 1))
        brief.refresh_from_db()
        assert brief.wait_reason == "subscription_paused"
        assert stirring_wallets() == set()


def test_a_domain_whose_dates_are_published_at_this_moment_is_noted_by_who_publishes(
    looked_at: Callable[[], set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.at(NOON):
        wallet = waiting()
        with monkeypatch.context() as busy:
            busy.setattr("callsheet.services.queue_looks.lock_domains", lambda ids: [])
            assert looked_at() == {wallet.pk}
            assert not NextLook.objects.exists()
        looked_at()
        assert NextLook.objects.get().at == NOON + HOUR
