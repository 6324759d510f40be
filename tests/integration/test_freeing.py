"""What to finalize so that something that waits starts now: said, then done, and it does."""

from __future__ import annotations

import pytest

from callsheet.credits.models import Wallet
from callsheet.insight.freeing import Way, ways_to_free
from callsheet.insight.queue_view import read_account_queue
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Project
from callsheet.services import production, sequencing, transferring
from callsheet.tenants.models import Account
from tests.builders import (
    assert_books_balance,
    delivered,
    organization_with,
    paying_wallet,
    status_of,
    submitted,
    wallet_with,
)

pytestmark = pytest.mark.django_db


def ways(wallet: Wallet) -> tuple[Way, ...]:
    account = Account.objects.select_related("wallet__domain", "wallet__subscription").get(
        pk=wallet.account_id
    )
    return ways_to_free(read_account_queue(account), account.wallet.pk)


def said(wallet: Wallet) -> list[tuple[list[str], list[str]]]:
    return [
        ([one.title for one in way.finalize], [one.title for one in way.starts])
        for way in ways(wallet)
    ]


def test_the_smallest_sets_are_named_and_do_what_is_said() -> None:
    wallet = wallet_with(60)
    for credits, title in ((10, "Mug"), (15, "Plate"), (20, "Bowl")):
        delivered(submitted(wallet, credits, title))
    submitted(wallet, 15, "At work")
    waits = submitted(wallet, 25, "Autumn drop")
    # 0 free: Bowl and Mug are 30, Bowl and Plate 35, Plate and Mug 25: any two, no single one.
    assert said(wallet) == [
        (["Bowl", "Plate"], ["Autumn drop"]),
        (["Bowl", "Mug"], ["Autumn drop"]),
        (["Plate", "Mug"], ["Autumn drop"]),
    ]
    for one in ways(wallet)[2].finalize:
        assert status_of(waits) == "queued"
        production.finalize(CONSOLE, one.project)
    assert status_of(waits) == "pending_review"
    assert_books_balance()


def test_a_successor_starts_when_what_it_waits_for_is_finalized() -> None:
    wallet = wallet_with(60)
    first = delivered(submitted(wallet, 20, "Shooting"))
    submitted(wallet, 40, "At work")
    sequel = submitted(wallet, 10, "Cut-downs")
    sequencing.set_predecessors(CONSOLE, sequel.pk, [first.pk])
    assert said(wallet) == [(["Shooting"], ["Cut-downs"])]
    production.finalize(CONSOLE, first.pk)
    assert status_of(sequel) == "pending_review"


def lending_teams() -> dict[str, Wallet]:
    """Run's film holds 40 credits of its own and 20 of golf's, whose next brief waits for them."""
    _, teams = organization_with(0, run=40, golf=60)
    for team in teams.values():
        transferring.set_lending_limits(CONSOLE, team.pk, may_borrow=30, may_lend=60)
    organization = teams["run"].account.organization
    transferring.set_borrowing(CONSOLE, organization.pk, True)
    delivered(submitted(teams["run"], 60, "Race film"))
    submitted(teams["golf"], 40, "At work")
    submitted(teams["golf"], 20, "Own")
    return teams


@pytest.mark.parametrize(("credits", "starts"), [(40, True), (50, False)])
def test_what_is_borrowed_goes_home_first(credits: int, starts: bool) -> None:
    teams = lending_teams()
    shoes = submitted(teams["run"], credits, "Shoes")
    # Nothing of golf's is delivered; what run finalizes is for run to say.
    assert said(teams["golf"]) == []
    assert said(teams["run"]) == ([(["Race film"], ["Shoes"])] if starts else [])
    production.finalize(CONSOLE, Project.objects.get(title="Race film").pk)
    assert status_of(shoes) == ("pending_review" if starts else "queued")
    assert status_of(Project.objects.get(title="Own")) == "pending_review"


def test_nothing_is_promised_where_nothing_would_start() -> None:
    wallet = wallet_with(60)
    delivered(submitted(wallet, 20, "Mug"))
    submitted(wallet, 40, "At work")
    assert said(wallet) == []  # nothing waits
    submitted(wallet, 50, "Big")
    assert said(wallet) == []  # 20 are not enough


def test_bought_credits_do_not_come_back() -> None:
    wallet = paying_wallet((30, None))
    delivered(submitted(wallet, 30, "Mug"))
    submitted(wallet, 30, "Plate")
    assert said(wallet) == []
    assert Project.objects.get(title="Plate").wait_reason == "waiting_for_purchase"
