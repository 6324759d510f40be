"""Wallets for tests of the ledger alone: no services, the one funnel only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count

from callsheet.credits.kinds import Kind
from callsheet.credits.models import Billing, Domain, Grant, Lot, StandingOrder, Wallet
from callsheet.credits.post import Move, Posting, post_once
from callsheet.kit.actor import CONSOLE
from callsheet.tenants.models import Account, AccountType, Organization

TODAY = date(2026, 3, 2)
_numbers = count(1)


def do(*moves: Move, name: str = "test", key: str | None = None) -> Posting:
    """Post these moves as one command with a key of its own."""
    return post_once(CONSOLE, name, key or f"ledger-{next(_numbers)}", moves)


def standalone(credits: int = 0, *, billing: str = Billing.SUBSCRIPTION) -> Wallet:
    """A standalone account's wallet with that many credits (a lot of them, under pay-as-you-go)."""
    n = next(_numbers)
    account = Account.objects.create(key=f"alone-{n}", name=f"Alone {n}")
    wallet = Wallet.objects.create(account=account, domain=Domain.objects.create(), billing=billing)
    if credits and billing == Billing.SUBSCRIPTION:
        do(Move(Kind.ADJUST, credits, wallet.pk))
    elif credits:
        bought(wallet, credits)
    wallet.refresh_from_db()
    return wallet


@dataclass(slots=True)
class Group:
    """An organization that borrows: its pool and its integrated accounts' wallets."""

    organization: Organization
    domain: Domain
    pool: Wallet
    wallets: list[Wallet]


def group(pool: int, *credits: int) -> Group:
    """An organization with that many credits in its pool and allocated to its accounts."""
    n = next(_numbers)
    organization = Organization.objects.create(key=f"org-{n}", name=f"Organization {n}")
    domain = Domain.objects.create(organization=organization, borrowing=True)
    pool_wallet = Wallet.objects.create(organization=organization, domain=domain, may_lend=None)
    wallets = []
    for number, _ in enumerate(credits):
        account = Account.objects.create(
            key=f"team-{n}-{number}",
            name=f"Team {n}/{number}",
            type=AccountType.INTEGRATED,
            organization=organization,
        )
        wallets.append(
            Wallet.objects.create(account=account, domain=domain, may_lend=None, may_borrow=None)
        )
    total = pool + sum(credits)
    if total:
        do(Move(Kind.ADJUST, total, pool_wallet.pk))
    for wallet, amount in zip(wallets, credits, strict=True):
        if amount:
            do(Move(Kind.ALLOCATE, amount, pool_wallet.pk, wallet.pk))
    return Group(organization, domain, pool_wallet, wallets)


def bought(wallet: Wallet, credits: int, expires_on: date | None = None) -> Lot:
    """A lot of that many credits, bought into the wallet."""
    lot = Lot.objects.create(wallet=wallet, bought_on=TODAY, expires_on=expires_on, credits=credits)
    do(Move(Kind.GRANT, credits, wallet.pk, lot=lot.pk))
    return lot


def granted(wallet: Wallet, credits: int, *, posted: bool = True) -> Grant:
    """A booster for the wallet, posted or still to be."""
    grant = Grant.objects.create(
        wallet=wallet, category=Grant.Category.BOOSTER, credits=credits, starts_on=TODAY
    )
    if posted:
        do(Move(Kind.GRANT, credits, wallet.pk, grant=grant.pk))
    return grant


def order(
    source: Wallet, target: Wallet | None, amount: int, *, after: StandingOrder | None = None
) -> StandingOrder:
    """A standing order that is due."""
    return StandingOrder.objects.create(
        kind=StandingOrder.Kind.RECALL,
        source=source,
        target=target,
        amount=amount,
        due_on=TODAY,
        after=after,
    )
