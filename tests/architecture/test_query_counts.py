"""How many statements commands, ticks and jobs take: committed numbers.

A number that falls is welcome and committed anew; one that rises needs a reason. All of them are
counted twice, in a studio of few and of many customers, and are the same: what a customer more
adds is work that is due, never statements to find it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.catalogue import defaults
from callsheet.credits.models import Wallet
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Clock, Project
from callsheet.services import (
    briefing,
    clockwork,
    listening,
    mailing,
    production,
    publishing,
    returning,
    reviewing,
    transferring,
)
from callsheet.services.queue_looks import stirring_wallets
from callsheet.tenants.models import StaffRole
from tests.builders import (
    brief_for,
    organization_with,
    somebody,
    submitted,
    wallet_with,
)

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)

TAKES = {
    "write": 14, "submit": 40, "accept": 19, "deliver": 22, "approve": 20, "finalize": 32,
    "tick, queues looked at": 20, "publish, whoever is stirred": 18, "tick, nothing due": 12,
    "notify, up to 200 events": 25, "mail, up to 50 at once": 16, "mail, each": 1,
}  # fmt: skip
"""Statements: of commands on a brief of four deliverables in an empty queue, of jobs at a run."""

FEW, MANY = 3, 12
"""Customers; few enough for one run of each job to do all at once."""


def queries(act: Callable[[], object]) -> int:
    """How many statements that takes, beginning and end of transactions among them."""
    with CaptureQueriesContext(connection) as caught:
        act()
    return len(caught)


@contextmanager
def days_later(days: int) -> Iterator[None]:
    with clock.at(MONDAY + timedelta(days=days)):
        yield


def taken(customers: int) -> dict[str, int]:
    """What everything takes in a studio of so many customers, each with work and with people."""
    wallet = wallet_with(60)
    member, manager = somebody(wallet.account), somebody(staff=StaffRole.ACCOUNT_MANAGER)
    for _ in range(customers - 1):
        other = wallet_with(20)
        owner = somebody(other.account)
        answer = briefing.write(owner, other.account_id, brief_for(20))
        briefing.submit(owner, answer["project"])
        submitted(other, 20)  # waits
        production.request_clarification(manager, answer["project"], "Which one comes first?")
    took = {"write": queries(lambda: briefing.write(member, wallet.account_id, brief_for(20)))}
    pk = Project.objects.get(wallet=wallet).pk
    took["submit"] = queries(lambda: briefing.submit(member, pk))
    took["accept"] = queries(lambda: production.accept(manager, pk))
    took["deliver"] = queries(lambda: production.deliver(manager, pk))
    took["approve"] = queries(lambda: reviewing.approve(member, pk))
    took["finalize"] = queries(lambda: production.finalize(member, pk))
    clockwork.tick()
    took["tick, queues looked at"] = queries(clockwork.tick)
    took["publish, whoever is stirred"] = queries(publishing.publish_stirred)
    took["tick, nothing due"] = queries(clockwork.tick)
    took["notify, up to 200 events"] = queries(listening.tell_waiting)
    sent: dict[str, int] = {}
    mailed = queries(lambda: sent.update(mailing.send_due()))
    assert customers <= sum(sent.values()) <= mailing.MOST_TOGETHER
    took["mail, each"] = TAKES["mail, each"]
    took["mail, up to 50 at once"] = mailed - TAKES["mail, each"] * sum(sent.values())
    return took


@pytest.mark.parametrize("customers", [FEW, MANY])
def test_what_everything_takes(customers: int) -> None:
    defaults.install()
    with days_later(0):
        assert taken(customers) == TAKES


def test_a_long_queue_takes_no_more_to_submit_to() -> None:
    wallet = wallet_with(20)
    member = somebody(wallet.account)
    submitted(wallet, 20)

    def submit_one_more() -> int:
        answer = briefing.write(member, wallet.account_id, brief_for(20))
        return queries(lambda: briefing.submit(member, answer["project"]))

    submit_one_more()
    short = submit_one_more()
    for _ in range(8):
        submitted(wallet, 20)
    assert submit_one_more() == short


def in_review(number: int) -> list[Wallet]:
    """So many accounts, each with a brief that the studio reads and one that waits."""
    wallets = [wallet_with(20) for _ in range(number)]
    for wallet in wallets:
        submitted(wallet, 20)
        submitted(wallet, 20)
    return wallets


def settle_down() -> None:
    """Do everything that is to be done by jobs at this moment."""
    clockwork.tick()
    publishing.publish_stirred()
    listening.tell_waiting()


def test_a_tick_takes_the_same_for_each_due_clock() -> None:
    with days_later(0):
        in_review(10)
        settle_down()
    with days_later(7):
        clockwork.tick()  # escalates ten; the next tick finds nothing to do
        ten_quiet = queries(clockwork.tick)
        assert not Clock.objects.filter(due_at__lte=clock.now()).exists()
    with days_later(8):
        in_review(10)
        publishing.publish_stirred()
    with days_later(14):
        ten = Clock.objects.filter(due_at__lte=clock.now()).count()
        took_ten = queries(clockwork.tick)
        forty_quiet = queries(clockwork.tick)
    with days_later(15):
        in_review(20)
        publishing.publish_stirred()
    with days_later(21):
        forty = Clock.objects.filter(due_at__lte=clock.now()).count()
        took_forty = queries(clockwork.tick)

    assert ten_quiet == forty_quiet == TAKES["tick, nothing due"]
    looked = TAKES["tick, queues looked at"]
    assert (took_ten - looked) / ten == (took_forty - looked) / forty == 10


def test_a_tick_that_finds_nothing_takes_the_same_for_any_number_of_organizations() -> None:
    def organization() -> None:
        pool, teams = organization_with(0, one=20, two=20)
        transferring.set_borrowing(CONSOLE, pool.organization_id or 0, True)
        for team in teams.values():
            submitted(team, 20)
            submitted(team, 20)

    with days_later(0):
        organization()
        one = queries(stirring_wallets)
        for _ in range(3):
            organization()
        assert queries(stirring_wallets) == one == 12


def test_publishing_takes_the_same_for_four_and_for_sixteen_accounts() -> None:
    with days_later(0):
        in_review(4)
        four = queries(publishing.publish_stirred)
        in_review(12)
        assert queries(publishing.publish_stirred) == four == 18


def test_telling_takes_the_same_for_four_and_for_sixteen_accounts() -> None:
    with days_later(0):
        for wallet in in_review(4):
            somebody(wallet.account)
        listening.tell_waiting()
        somebody(staff=StaffRole.ACCOUNT_MANAGER)
        for wallet in in_review(4):
            somebody(wallet.account)
        four = queries(listening.tell_waiting)
        for wallet in in_review(12):
            somebody(wallet.account)
        assert queries(listening.tell_waiting) == four == 21


def test_returns_are_worked_out_anew_in_the_same_number_for_four_and_for_sixteen() -> None:
    with days_later(0):
        for wallet in in_review(4):
            assert wallet.pk
    with days_later(30):
        four = queries(returning.refresh_returns)
    with days_later(0):
        in_review(12)
    with days_later(60):
        assert queries(returning.refresh_returns) == four == 11
