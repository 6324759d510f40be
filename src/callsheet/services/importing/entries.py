"""The credits sheet: boosters, goodwill, trials, lots, loans, downgrades."""

from __future__ import annotations

from collections.abc import Iterable

from callsheet.credits.models import Grant, Lot, StandingOrder, Subscription, Wallet
from callsheet.services.importing.work import Work
from callsheet.sheets.records import CreditEntry

GRANTED = {
    "booster": Grant.Category.BOOSTER,
    "goodwill": Grant.Category.GOODWILL,
    "trial": Grant.Category.TRIAL,
}


def import_entries(work: Work, entries: Iterable[CreditEntry]) -> None:
    """Give what is new; what was imported before is changed in Callsheet, not by a sheet."""
    for entry in entries:
        comparison = work.memory.compare("credits", entry.key, entry)
        wallet = work.wallets[entry.account]
        exists = comparison.old is not None
        if exists:
            work.memory.refuse(
                comparison, "Credits that were given are adjusted in Callsheet.",
                *comparison.changed,
            )  # fmt: skip
        elif entry.kind in GRANTED:
            _grant(work, wallet, entry)
        elif entry.kind == "lot":
            _lot(work, wallet, entry)
        elif entry.kind == "loan":
            _loan(work, work.wallets[entry.lender or ""], wallet, entry)
        else:
            _downgrade(work, wallet, entry)
        work.memory.remember(
            work.command, comparison, "wallet", wallet.pk, exists=exists,
            account_id=wallet.account_id, organization_id=wallet.organization_id,
        )  # fmt: skip


def _grant(work: Work, wallet: Wallet, entry: CreditEntry) -> None:
    given = Grant.objects.create(
        wallet=wallet, category=GRANTED[entry.kind], credits=entry.credits, starts_on=entry.start,
        ends_on=entry.end, price=entry.price,
    )  # fmt: skip
    if entry.end is not None:
        StandingOrder.objects.create(
            kind=StandingOrder.Kind.GRANT_END, source=wallet, grant=given, amount=entry.credits,
            due_on=entry.end, reason=entry.note[:200],
        )  # fmt: skip
    if entry.start <= work.today:
        work.grant(wallet, entry.credits, grant=given.pk)


def _lot(work: Work, wallet: Wallet, entry: CreditEntry) -> None:
    lot = Lot.objects.create(
        wallet=wallet, bought_on=min(entry.start, work.today), expires_on=entry.end,
        credits=entry.credits, price=entry.price, currency=entry.currency or wallet.owner.currency,
    )  # fmt: skip
    work.grant(wallet, entry.credits, lot=lot.pk)


def _loan(work: Work, lender: Wallet, borrower: Wallet, entry: CreditEntry) -> None:
    """Two standing orders; one that has begun is taken before anything is held."""
    if entry.end is None:
        raise ValueError("the reader lets no loan pass that has no end")
    out = StandingOrder.objects.create(
        kind=StandingOrder.Kind.LOAN_OUT, source=lender, target=borrower, amount=entry.credits,
        due_on=entry.start, reason=entry.note[:200],
    )  # fmt: skip
    StandingOrder.objects.create(
        kind=StandingOrder.Kind.LOAN_RETURN, source=borrower, target=lender, amount=entry.credits,
        due_on=entry.end, after=out, reason=entry.note[:200],
    )  # fmt: skip
    work.touched |= {lender.pk, borrower.pk}


def _downgrade(work: Work, wallet: Wallet, entry: CreditEntry) -> None:
    subscription = Subscription.objects.filter(wallet=wallet).first()
    if subscription is None:
        return
    StandingOrder.objects.create(
        kind=StandingOrder.Kind.DOWNGRADE, source=wallet,
        amount=subscription.credits - entry.credits, due_on=entry.start, reason=entry.note[:200],
    )  # fmt: skip
    subscription.next_plan = next(
        (plan for plan in work.plans.values() if plan.credits == entry.credits), None
    )
    subscription.renews_on = entry.start
    subscription.save(update_fields=["next_plan", "renews_on"])
