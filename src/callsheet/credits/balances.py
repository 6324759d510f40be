"""Which wallet somebody means, what it is called, and what is in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, Sum
from django.db.models.functions import Greatest

from callsheet.credits.models import StandingOrder, Wallet
from callsheet.kit.errors import NotFound

POOL = "pool:"


def label(wallet: Wallet) -> str:
    """What a wallet is called on the command line: its account's key, or ``pool:`` and the
    organization's.
    """
    return f"{POOL}{wallet.owner.key}" if wallet.organization_id else wallet.owner.key


def labels(wallet_ids: Iterable[int] | None = None) -> dict[int, str]:
    """The label of each of these wallets (None: of all) by number."""
    wallets = Wallet.objects.select_related("account", "organization")
    if wallet_ids is not None:
        wallets = wallets.filter(pk__in=set(wallet_ids))
    return {wallet.pk: label(wallet) for wallet in wallets}


def find_wallet(text: str) -> Wallet:
    """The wallet of that account key, ``pool:ORGANIZATION`` or number, in this order.

    Raises ``NotFound`` when there is none.
    """
    wallets = Wallet.objects.select_related("account", "organization")
    if text.startswith(POOL):
        found = wallets.filter(organization__key=text.removeprefix(POOL)).first()
    else:
        found = wallets.filter(account__key=text).first()
        if found is None and text.isascii() and text.isdecimal() and len(text) < 19:
            found = wallets.filter(pk=int(text)).first()
    if found is None:
        raise NotFound("wallet")
    return found


@dataclass(frozen=True, slots=True)
class Balance:
    """What a wallet holds now, in credits. ``due_back`` is what standing orders may still take,
    whatever their day.
    """

    wallet: int
    label: str
    name: str
    billing: str
    capacity: int
    available: int
    held: int
    lent: int
    borrowed: int
    due_back: int
    consumed: int
    expired: int

    @property
    def is_overdrawn(self) -> bool:
        """True while more is held than the wallet has."""
        return self.available < 0


def balances(wallet_ids: Iterable[int] | None = None) -> list[Balance]:
    """The balance of each of these wallets (None: of all), pools first, then by label."""
    wallets = Wallet.objects.select_related("account", "organization")
    if wallet_ids is not None:
        wallets = wallets.filter(pk__in=set(wallet_ids))
    due = dict(
        StandingOrder.objects.filter(Q(canceled_at__isnull=True) & Q(taken__lt=F("amount")))
        .values_list("source_id")
        .annotate(due=Sum(Greatest(F("amount") - F("taken"), 0)))
    )
    found = [
        Balance(
            wallet=wallet.pk,
            label=label(wallet),
            name=str(wallet),
            billing=wallet.billing,
            capacity=wallet.capacity,
            available=wallet.available,
            held=wallet.held,
            lent=wallet.lent,
            borrowed=wallet.borrowed,
            due_back=due.get(wallet.pk, 0),
            consumed=wallet.consumed,
            expired=wallet.expired,
        )
        for wallet in wallets
    ]
    return sorted(found, key=lambda one: (not one.label.startswith(POOL), one.label))
