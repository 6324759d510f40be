"""One hold and its release, as each contestant does it through Django.

A movement takes one credit from what a wallet has available into what it holds, never below zero,
or brings it back, and leaves an entry with its two sides. Callsheet also keeps the hold, the
idempotency key and the hash chain; the others do not.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import count
from random import Random
from typing import Any

from django.db import models, transaction
from django.utils import timezone

Round = Callable[[], None]
"""Two movements, a hold and its release; or one brief submitted."""


def callsheet(first: int, wallets: int, number: int, clients: int) -> Round:
    """The ledger's funnel: one call of the database function for each movement."""
    from callsheet.credits.kinds import Kind
    from callsheet.credits.post import Move, post_once
    from callsheet.kit.actor import CONSOLE

    dice = Random(os.getpid())
    numbers = count()
    run = os.urandom(6).hex()

    def both() -> None:
        wallet = first + dice.randrange(wallets)
        n = next(numbers)
        held = post_once(CONSOLE, "hold", f"{run}-{n}", [Move(Kind.HOLD, 1, wallet)])
        moves = [Move(Kind.RELEASE, 1, wallet, hold=held.holds[0])]
        post_once(CONSOLE, "release", f"{run}-{n}", moves)

    return both


def plain_orm(first: int, wallets: int, number: int, clients: int) -> Round:
    """What a Django application usually does: lock the row, check, save, create the entries."""
    bare = bare_models()
    dice = Random(os.getpid())

    def move(wallet_id: int, kind: str, giver: str, taker: str) -> None:
        with transaction.atomic():
            wallet = bare.wallet.objects.select_for_update().get(pk=wallet_id)
            if getattr(wallet, giver) < 1:
                raise ValueError("not enough")
            setattr(wallet, giver, getattr(wallet, giver) - 1)
            setattr(wallet, taker, getattr(wallet, taker) + 1)
            wallet.save()
            entry = bare.transfer.objects.create(kind=kind, amount=1, at=timezone.now())
            bare.posting.objects.create(transfer=entry, wallet=wallet, bucket=giver, amount=-1)
            bare.posting.objects.create(transfer=entry, wallet=wallet, bucket=taker, amount=1)

    def both() -> None:
        wallet_id = 1 + dice.randrange(wallets)
        move(wallet_id, "hold", "available", "held")
        move(wallet_id, "release", "held", "available")

    return both


def hordak(first: int, wallets: int, number: int, clients: int) -> Round:
    """django-hordak's own transfer between two accounts, under a lock on one of them.

    Without a check of the balance, which the library has to sum up from all entries: that makes it
    faster than a ledger with this rule could be.
    """
    from hordak.models import Account
    from moneyed import Money

    dice = Random(os.getpid())
    one = Money(1, "EUR")

    def move(available: int, held: int, *, back: bool) -> None:
        with transaction.atomic():
            # A full lock would deadlock with the foreign keys of the entries.
            one_side = Account.objects.select_for_update(no_key=True).get(pk=available)
            other_side = Account.objects.get(pk=held)
            giver, taker = (other_side, one_side) if back else (one_side, other_side)
            giver.transfer_to(taker, one)

    def both() -> None:
        available = first + 2 * dice.randrange(wallets)
        move(available, available + 1, back=False)
        move(available, available + 1, back=True)

    return both


def submit(first: int, wallets: int, number: int, clients: int) -> Round:
    """One brief submitted by Callsheet's service."""
    from benchmarks.ledger_submit import service

    return service(number, clients)


def submit_plain(first: int, wallets: int, number: int, clients: int) -> Round:
    """One brief submitted in plain ORM."""
    from benchmarks.ledger_submit import plain

    return plain(number, clients)


# What a client does in each of its rounds, and how many of what is counted that is.
PEERS = {
    "callsheet": (callsheet, 2),
    "plain ORM": (plain_orm, 2),
    "django-hordak": (hordak, 2),
    "submit": (submit, 1),
    "submit in plain ORM": (submit_plain, 1),
}


@dataclass(frozen=True, slots=True)
class BareModels:
    """Models over the tables of the barest ledger."""

    wallet: Any
    transfer: Any
    posting: Any
    hold: Any


@cache
def bare_models() -> BareModels:
    """Make the models; Django must be set up."""

    class BareWallet(models.Model):
        available = models.IntegerField()
        held = models.IntegerField()

        class Meta:
            app_label = "benchmarks"
            db_table = "bare_wallet"
            managed = False

    class BareTransfer(models.Model):
        id = models.BigAutoField(primary_key=True)
        kind = models.CharField(max_length=10)
        amount = models.IntegerField()
        at = models.DateTimeField()

        class Meta:
            app_label = "benchmarks"
            db_table = "bare_transfer"
            managed = False

    class BarePosting(models.Model):
        id = models.BigAutoField(primary_key=True)
        transfer = models.ForeignKey(BareTransfer, on_delete=models.PROTECT)
        wallet = models.ForeignKey(BareWallet, on_delete=models.PROTECT)
        bucket = models.CharField(max_length=10)
        amount = models.IntegerField()

        class Meta:
            app_label = "benchmarks"
            db_table = "bare_posting"
            managed = False

    class BareHold(models.Model):
        id = models.BigAutoField(primary_key=True)
        wallet = models.ForeignKey(BareWallet, on_delete=models.PROTECT)
        credits = models.IntegerField()
        opened_at = models.DateTimeField()

        class Meta:
            app_label = "benchmarks"
            db_table = "bare_hold"
            managed = False

    return BareModels(BareWallet, BareTransfer, BarePosting, BareHold)
