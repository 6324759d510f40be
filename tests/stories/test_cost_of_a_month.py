"""The examples of docs/explanation/cost.md, played through services; each number is looked up."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from callsheet.catalogue import defaults
from callsheet.catalogue.models import SubscriptionPlan
from callsheet.credits.opening import open_pool, open_wallet
from callsheet.insight.chargeback import chargeback
from callsheet.insight.costs import account_costs
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.services import subscribing, transferring
from callsheet.tenants.models import Account, AccountType, Organization
from tests.builders import assert_books_balance, finalized, submitted, wallet_with

pytestmark = pytest.mark.django_db

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "cost.md").read_text()
APRIL = (date(2026, 4, 1), date(2026, 4, 30))


def at(day: int, hour: int = 0, month: int = 4):
    return clock.at(datetime(2026, month, day, hour, tzinfo=UTC))


def table(heading: str) -> list[list[str]]:
    """The rows of the page's table that begins with ``heading``."""
    (block,) = re.findall(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in block.splitlines()]


def money(amount: Decimal | None) -> str:
    assert amount is not None
    return f"{amount:,.2f}"


def test_the_first_example() -> None:
    defaults.install()
    wallet = wallet_with(0)
    with at(1):
        subscribing.subscribe(CONSOLE, wallet.pk, "growth", price=Decimal(2400))
        launch = submitted(wallet, 20, "Spring launch")
    with at(11):
        submitted(wallet, 30, "Recipe videos")
    with at(14, 12):
        stop_motion = submitted(wallet, 10, "Stop motion")
    with at(16):
        finalized(launch)
    with at(16, 18):
        finalized(stop_motion)
    with at(2, month=5):
        costs = account_costs(CONSOLE, wallet.account_id, *APRIL)
    played = [[one.title, money(one.credit_days), money(one.amount)] for one in costs.lines]
    played += [[one.what, money(one.credit_days), money(one.amount)] for one in costs.idle]
    played.append(["all", money(costs.credit_days), money(costs.price)])
    assert played == table("project")
    assert_books_balance()


def test_the_organization_of_the_example() -> None:
    defaults.install()
    SubscriptionPlan.objects.create(key="house", name="House", credits=100)
    organization = Organization.objects.create(key="halden", name="Halden")
    pool, team = open_pool(organization), {}
    with at(1):
        subscribing.subscribe(CONSOLE, pool.pk, "house", price=Decimal(3000))
        for name in ("North", "South"):
            account = Account.objects.create(
                key=f"halden-{name.lower()}", name=name, type=AccountType.INTEGRATED,
                organization=organization,
            )  # fmt: skip
            team[name] = open_wallet(account)
            transferring.transfer(CONSOLE, pool.pk, team[name].pk, 40)
        spring = submitted(team["North"], 20)
        submitted(team["South"], 40)
    with at(16):
        finalized(spring)
    with at(2, month=5):
        answer = chargeback(CONSOLE, organization.pk, *APRIL)
    played = [
        [
            "not allocated" if one.account.startswith("pool:") else one.name,
            money(one.amount), money(one.idle_amount), money(one.whole),
        ]
        for one in answer.teams
    ]  # fmt: skip
    assert played == table("team")
    assert_books_balance()
