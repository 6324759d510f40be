"""Fairness receipts: who overtook whom in a queue, what it was to cost and what it did."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from callsheet.credits.models import Wallet
from callsheet.insight.queue_facts import Receipt
from callsheet.kit import clock
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import FairnessReceipt, Project
from callsheet.tenants.models import Account

RECEIPT_DAYS = 30
MOST_RECEIPTS = 20


def read_receipts(account: Account, *, titles: bool = True) -> tuple[Receipt, ...]:
    """Receipts of briefs that still wait, and of the last thirty days; the latest first. One query.

    The permission is for the caller to check.
    """
    wallet: Wallet = account.wallet
    zone = clock.zone(account.time_zone)
    recent = clock.now() - timedelta(days=RECEIPT_DAYS)
    receipts = (
        FairnessReceipt.objects.filter(Q(wallet=wallet) | Q(overtaken__wallet=wallet))
        .filter(Q(overtaken__status=Status.QUEUED.value) | Q(at__gte=recent))
        .select_related("project__account", "overtaken__account")
        .order_by("-at", "-pk")[:MOST_RECEIPTS]
    )

    def named(project: Project) -> str:
        if project.wallet_id != wallet.pk:
            return project.account.name
        return project.title if titles else project.key

    return tuple(
        Receipt(
            day=receipt.at.astimezone(zone).date(),
            started=named(receipt.project),
            overtaken=named(receipt.overtaken),
            credits=receipt.credits,
            reserved_for=receipt.reserved_for,
            planned_delay=receipt.planned_delay,
            realized_delay=receipt.realized_delay,
        )
        for receipt in receipts
    )
