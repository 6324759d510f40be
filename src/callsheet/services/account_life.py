"""The stations of an account's life, each an event with its day: the record that churn is counted
from.
"""

from __future__ import annotations

from datetime import date

from callsheet.credits.models import Subscription
from callsheet.journal import events
from callsheet.journal.commands import OpenCommand
from callsheet.kit import clock
from callsheet.tenants.life import check_follows
from callsheet.tenants.models import Account, AccountStatus, AccountType


def change_status(
    command: OpenCommand, account: Account, status: str, *, on: date | None = None, reason: str = ""
) -> None:
    """Give an account, whose row the caller holds, another status; journal it with its day
    (default: today in its time zone) and, for notice and end, the reason.

    Saves the account. Raises ``Conflict("status_cannot_follow")``.
    """
    before = account.status
    check_follows(before, status)
    account.status = status
    leaving = status in (AccountStatus.NOTICE, AccountStatus.ENDED)
    account.ended_on = on if leaving else None
    account.ended_reason = reason if leaving else ""
    account.save()
    events.record(
        "account_status_changed", "account", account.pk, command=command, account_id=account.pk,
        organization_id=account.organization_id,
        data={
            "from": before,
            "to": status,
            "on": on or clock.today(account.time_zone),
            "reason": reason,
        },
    )  # fmt: skip


def follow_subscription(command: OpenCommand, subscription: Subscription) -> None:
    """Let the status of the accounts follow their subscription: paused with it, active again with
    it. Integrated accounts follow their pool's. One on notice stays on notice.

    The caller holds the wallets; the accounts' rows are locked here, by their numbers.
    """
    wallet = subscription.wallet
    if wallet.account_id is not None:
        accounts = Account.objects.filter(pk=wallet.account_id)
    else:
        accounts = Account.objects.filter(
            organization=wallet.organization, type=AccountType.INTEGRATED
        )
    paused = subscription.status == Subscription.Status.PAUSED
    concerned = [AccountStatus.TRIAL, AccountStatus.ACTIVE] if paused else [AccountStatus.PAUSED]
    for account in (
        accounts.filter(status__in=concerned)
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    ):
        change_status(command, account, AccountStatus.PAUSED if paused else AccountStatus.ACTIVE)
