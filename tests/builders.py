"""Builders that reach states the way people do: through services and the ledger's one funnel."""

from __future__ import annotations

from itertools import count

from callsheet.credits.kinds import Kind
from callsheet.credits.models import Domain, Wallet
from callsheet.credits.post import Move, post_once
from callsheet.kit.actor import CONSOLE
from callsheet.tenants.models import Account

_numbers = count(1)


def wallet_with(credits: int) -> Wallet:
    """A standalone account's wallet with that many credits available."""
    n = next(_numbers)
    account = Account.objects.create(key=f"account-{n}", name=f"Account {n}")
    wallet = Wallet.objects.create(account=account, domain=Domain.objects.create())
    if credits:
        post_once(CONSOLE, "adjust", f"opening-{n}", [Move(Kind.ADJUST, credits, wallet.pk)])
        wallet.refresh_from_db()
    return wallet
