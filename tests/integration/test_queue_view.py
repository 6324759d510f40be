"""The queue as its people see it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.credits.models import Wallet
from callsheet.insight.queue_view import QueueView, read_queue_view, show_queue
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import NotFound
from callsheet.services import crediting, sequencing, transferring
from callsheet.tenants.models import Organization, Role
from tests.builders import (
    draft,
    finalized,
    organization_with,
    somebody,
    submitted,
    wallet_with,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday


def view_of(wallet: Wallet) -> QueueView:
    """The queue of the wallet's account."""
    return read_queue_view(wallet.account_id)


def test_each_brief_says_where_it_stands_and_why() -> None:
    with clock.at(NOON):
        wallet = wallet_with(60)
        submitted(wallet, 50, "Running")
        submitted(wallet, 40, "Big")
        submitted(wallet, 30, "Later", not_before=date(2026, 5, 12))
        submitted(wallet, 80, "Too big")
        view = view_of(wallet)
    assert [(b.position, b.title, b.credits_ahead, b.reason) for b in view.waiting] == [
        (1, "Big", 0, "waiting_for_credits"),
        (2, "Later", 40, "not_before"),
        (3, "Too big", 70, "exceeds_capacity"),
    ]
    big, later, too_big = view.waiting
    assert big.sentence == "This brief waits for 30 more credits to come back."
    assert later.sentence == "You asked for this brief not to start before Tue 12 May."
    assert "at most 60 can be in production" in too_big.sentence
    (running,) = view.holding
    assert (running.title, running.credits, running.since) == ("Running", 50, NOON.date())
    assert running.returns_from == big.starts_from == big.reserved_for
    assert running.returns_by == big.starts_by
    assert too_big.starts_from is None
    assert (view.capacity, view.available, view.held) == (60, 10, 50)


def test_what_is_free_but_kept_is_hatched_and_explained() -> None:
    with clock.at(NOON):
        wallet = wallet_with(60)
        submitted(wallet, 50, "Running")
        submitted(wallet, 60, "Big")
        submitted(wallet, 10, "Small")
        view = view_of(wallet)
    assert view.waiting[1].reason == "behind_reservation"
    assert view.reserved == 10
    assert [cell.main.tone.value for cell in view.strip()] == ["waiting"] * 10 + ["reserved"] * 2


def test_a_predecessor_is_named_wherever_it_is() -> None:
    with clock.at(NOON):
        wallet = wallet_with(60)
        before = draft(wallet, 20, "Shooting")
        after = submitted(wallet, 60, "Cut-downs, all")  # takes everything, then waits
        sequel = submitted(wallet, 10, "Sequel")
        sequencing.set_predecessors(CONSOLE, sequel.pk, [before.pk])
        view = view_of(wallet)
    assert after.status == "pending_review"
    assert view.waiting[0].sentence == "This brief starts after project “Shooting” is finalized."


def test_overtaking_leaves_a_receipt_with_both_delays() -> None:
    with clock.at(NOON):
        wallet = wallet_with(60)
        running = submitted(wallet, 50, "Running")
        submitted(wallet, 40, "Big")
        submitted(wallet, 10, "Small")
        (receipt,) = view_of(wallet).receipts
        assert (receipt.started, receipt.overtaken, receipt.credits) == ("Small", "Big", 10)
        assert (receipt.planned_delay, receipt.realized_delay) == (0, None)
    with clock.at(NOON + timedelta(days=60)):
        finalized(running)
        assert not view_of(wallet).waiting
        assert view_of(wallet).receipts == ()  # settled, and long ago
    with clock.at(NOON + timedelta(days=20)):
        (receipt,) = view_of(wallet).receipts
        assert receipt.realized_delay is not None
        assert receipt.realized_delay > 0


def test_an_overdrawn_wallet_shows_how_much() -> None:
    with clock.at(NOON):
        wallet = wallet_with(60)
        submitted(wallet, 60, "Running")
        crediting.adjust(CONSOLE, wallet.pk, -20, permanent=True, note="A correction")
        submitted(wallet, 10, "Small")
        view = view_of(wallet)
    assert (view.overdrawn, view.capacity, view.waiting[0].reason) == (20, 40, "wallet_overdrawn")
    assert sum(cell.overdrawn for cell in view.strip()) == 4


def test_across_accounts_one_sees_credits_and_dates_never_titles() -> None:
    with clock.at(NOON):
        _, teams = organization_with(0, run=40, golf=60)
        organization = teams["run"].account.organization
        for team in teams.values():
            transferring.set_lending_limits(CONSOLE, team.pk, may_borrow=30, may_lend=60)
        transferring.set_borrowing(CONSOLE, organization.pk, True)
        submitted(teams["run"], 60, "Secret launch")  # 40 own, 20 from golf
        submitted(teams["golf"], 50, "Own")  # 40 left: waits for what is lent
        view = view_of(teams["golf"])
    assert view.waiting[0].reason == "lent_out"
    (loan,) = view.lent_out
    assert (loan.account, loan.credits, loan.since) == ("Run", 20, NOON.date())
    assert loan.returns_from is not None
    assert "Secret launch" not in repr(view)


def test_strangers_see_nothing_and_organization_admins_no_titles() -> None:
    _, teams = organization_with(0, run=40)
    account = teams["run"].account
    submitted(teams["run"], 40, "Race film")
    submitted(teams["run"], 20, "Shoe photos")
    with pytest.raises(NotFound):
        show_queue(somebody(), account.pk)
    with pytest.raises(NotFound):
        show_queue(somebody(), 0)
    member = somebody(account, Role.VIEWER)
    assert show_queue(member, account.pk).waiting[0].title == "Shoe photos"
    home = Organization.objects.get(pk=account.organization_id)
    overseer = somebody(organization=home, role=Role.ADMIN)
    view = show_queue(overseer, account.pk)
    assert (len(view.waiting), len(view.holding)) == (1, 1)
    assert "Shoe photos" not in repr(view)
    assert "Race film" not in repr(view)
    account.shares_briefs = True
    account.save()
    assert show_queue(overseer, account.pk).waiting[0].title == "Shoe photos"
    outsider = somebody(organization=home, role=Role.MEMBER)
    with pytest.raises(NotFound):
        show_queue(outsider, account.pk)


def test_the_number_of_queries_does_not_grow() -> None:
    wallet = wallet_with(60)
    submitted(wallet, 50, "Running")
    submitted(wallet, 40, "Big")
    with CaptureQueriesContext(
        connection,
    ) as few:
        view_of(wallet)
    for n in range(12):
        submitted(wallet, 10, f"Small {n}")
    with CaptureQueriesContext(connection) as many:
        view = view_of(wallet)
    assert len(view.waiting) >= 12
    assert len(many) == len(few) <= 20
