"""Ending an account: its reason and day, its credits given back, its churn counted."""

from __future__ import annotations

from datetime import date

from callsheet.credits.book import Book
from callsheet.credits.collect import order_move, still_due
from callsheet.credits.kinds import Kind
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Billing, StandingOrder, Subscription, Wallet
from callsheet.credits.post import Move
from callsheet.credits.prices import end_prices
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import CLOCK, Actor
from callsheet.kit.errors import Conflict, Refused
from callsheet.projects.lifecycle import RUNNING
from callsheet.projects.models import Project
from callsheet.services.account_life import change_status
from callsheet.services.accounts import check_not_ended, lock_account
from callsheet.services.loading import account_of
from callsheet.services.settling import settle
from callsheet.tenants.access import check_can_manage
from callsheet.tenants.models import Account, AccountStatus

# Why an account ends. Codes, so that churn can be counted by reason.
END_REASONS = {
    "price": "Too expensive",
    "too_few_briefs": "Too little to brief",
    "in_house": "Does it in-house now",
    "quality": "Not content with the work",
    "speed": "Took too long",
    "closed": "Brand or company closed",
    "merged": "Merged into another account",
    "other": "Another reason",
}


def check_end_reason(reason: str) -> None:
    """Raise ``Refused("unknown_reason")`` unless it is one of `END_REASONS`."""
    if reason not in END_REASONS:
        raise Refused(
            "unknown_reason",
            f"“{reason}” is no reason we count. It is one of: {', '.join(END_REASONS)}.",
            field="reason",
        )


def end_account(
    actor: Actor,
    account_id: int,
    *,
    reason: str,
    on: date | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """End an account on a day (default: today in its time zone); a later day gives notice.

    Account managers and studio admins; ``reason`` is one of `END_REASONS`. Nothing may run or wait
    in the queue on the last day. An integrated account's free credits go back to the pool, a
    subscription ends and its credits are taken out; pay-as-you-go credits stay in their lots.
    Answers ``{"account", "status", "ended_on", "credits"}`` (credits given back). Raises
    ``Refused("unknown_reason")``, ``Refused("end_before_start")``, ``Conflict("projects_run")``,
    ``Conflict("account_ended")``, ``Conflict("overdrawn")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = account_of(account_id)
        check_can_manage(actor, seen)
        check_end_reason(reason)
        today = clock.today(seen.time_zone)
        last = on or today
        if seen.started_on and last < seen.started_on:
            raise Refused(
                "end_before_start",
                f"The account began on {seen.started_on}; it cannot end before that.",
                field="on",
            )
        locked = lock_wallets([seen.wallet.pk])
        account = lock_account(account_id)
        check_not_ended(account)
        given_back = 0
        if last <= today:
            _check_idle(account)
        change_status(
            command, account, AccountStatus.NOTICE if last > today else AccountStatus.ENDED,
            on=last, reason=reason,
        )  # fmt: skip
        if account.status == AccountStatus.ENDED:
            given_back = _empty(command, Book(locked), locked.wallets[seen.wallet.pk])
        events.record(
            "account_ended" if account.status == AccountStatus.ENDED else "notice_given",
            "account", account.pk, command=command, account_id=account.pk,
            organization_id=account.organization_id,
            data={"on": last, "reason": reason, "credits": given_back},
        )  # fmt: skip
        return {
            "account": account.pk,
            "status": account.status,
            "ended_on": last,
            "credits": given_back,
        }

    given = {"account": account_id, "reason": reason, "on": on}
    return run(actor, "end_account", key, given, work, note=note)


def end_those_due(actor: Actor = CLOCK) -> list[int]:
    """End every account whose notice has run out and in which nothing runs; returns their ids.

    For the clock. An account in which something still runs stays on notice until it is finished.
    """
    ended = []
    for account in Account.objects.filter(status=AccountStatus.NOTICE).order_by("pk"):
        if account.ended_on is None or account.ended_on > clock.today(account.time_zone):
            continue
        # An imported notice has the customer's words for a reason, or none.
        known = account.ended_reason in END_REASONS
        try:
            end_account(
                actor, account.pk, reason=account.ended_reason if known else "other",
                on=account.ended_on, note="" if known else account.ended_reason,
            )  # fmt: skip
        except Conflict:
            continue
        ended.append(account.pk)
    return ended


def _empty(command: OpenCommand, book: Book, wallet: Wallet) -> int:
    """Give back what an ended account has free: to its pool, or out of issue."""
    if wallet.available < 0:
        raise Conflict(
            "overdrawn",
            f"The wallet is overdrawn by {-wallet.available} credits. Adjust it first.",
        )
    if wallet.billing == Billing.PAY_AS_YOU_GO:
        return 0
    _return_loans(book, wallet)
    for subscription in Subscription.objects.select_for_update().filter(wallet=wallet):
        end_prices(subscription, clock.today(wallet.owner.time_zone))
        subscription.status = Subscription.Status.ENDED
        subscription.paused_on = subscription.paused_until = None
        subscription.save()
    free = book.free(wallet.pk)
    if free:
        pool = book.locked.pool_of(wallet)
        if pool is not None:
            book.add(Move(Kind.RECLAIM, free, wallet.pk, pool.pk))
        else:
            book.add(Move(Kind.REVOKE, free, wallet.pk))
    settle(command, book)
    StandingOrder.objects.filter(source=wallet, canceled_at__isnull=True).update(
        canceled_at=clock.now()
    )
    return free


def _return_loans(book: Book, wallet: Wallet) -> None:
    """Give back what was lent to the wallet for a time, also before its day."""
    loans = StandingOrder.objects.filter(
        source=wallet, kind=StandingOrder.Kind.LOAN_RETURN, canceled_at__isnull=True
    ).select_related("after")
    for order in loans.order_by("due_on", "rank", "id"):
        part = min(still_due(order), book.free(wallet.pk))
        if part:
            book.add(order_move(book, order, part))


def _check_idle(account: Account) -> None:
    running = Project.objects.filter(
        account=account, status__in=[status.value for status in RUNNING]
    ).count()
    if running:
        raise Conflict(
            "projects_run",
            f"{running} project{'s' if running > 1 else ''} of this account still"
            f" run{'' if running > 1 else 's'} or wait. Finish or cancel"
            f" {'them' if running > 1 else 'it'} first, or give notice for a later day.",
            projects=running,
        )
