"""What happens by itself as days begin: grants, standing orders, expiry, renewals, pauses, dates.

Each wallet is a command of its own, so that one wallet's trouble holds nobody else up. Running it
twice, or after days of downtime, does what is due once and nothing more.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db.models import F, Q, QuerySet

from callsheet.credits import lots
from callsheet.credits.book import Book
from callsheet.credits.kinds import Kind
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Billing, Grant, Lot, StandingOrder, Subscription
from callsheet.credits.post import Move
from callsheet.insight.snapshots import today_of
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import CLOCK
from callsheet.kit.errors import CallsheetError
from callsheet.kit.once import reading_once
from callsheet.services.clock_running import run_clocks
from callsheet.services.closing import end_those_due
from callsheet.services.invitation_reminders import remind_invitations
from callsheet.services.queue_looks import stirring_wallets
from callsheet.services.settling import settle
from callsheet.services.subscribing import catch_up
from callsheet.tenants.models import AccountStatus

log = structlog.get_logger(__name__)


def due_wallets() -> list[int]:
    """Wallets for which something may be due: a little too many (time zones), never too few."""
    latest = (clock.now() + timedelta(days=1)).date()
    due: set[int] = set()
    due.update(waiting_grants().filter(starts_on__lte=latest).values_list("wallet_id", flat=True))
    due.update(
        StandingOrder.objects.filter(
            canceled_at__isnull=True, taken__lt=F("amount"), due_on__lte=latest
        ).values_list("source_id", flat=True)
    )
    due.update(
        Lot.objects.filter(available__gt=0, expires_on__lte=latest).values_list(
            "wallet_id", flat=True
        )
    )
    due.update(
        Subscription.objects.filter(
            Q(status=Subscription.Status.PAUSED, paused_until__lte=latest)
            | Q(status=Subscription.Status.ACTIVE, renews_on__lte=latest)
            | Q(~Q(status=Subscription.Status.ENDED), ends_on__lte=latest)
        ).values_list("wallet_id", flat=True)
    )
    return sorted(due | stirring_wallets())


def waiting_grants() -> QuerySet[Grant]:
    """Grants that are still to begin; an account that has ended gets none any more."""
    return Grant.objects.filter(posted=False).exclude(wallet__account__status=AccountStatus.ENDED)


def begin_day(wallet_id: int, *, key: str | None = None) -> Answer:
    """Do what is due in one wallet. Answers what started."""

    def work(command: OpenCommand) -> Answer:
        locked = lock_wallets([wallet_id])
        book = Book(locked)
        wallet = locked.wallets[wallet_id]
        today = today_of([wallet])[wallet_id]
        subscription = Subscription.objects.filter(wallet_id=wallet_id).first()
        if subscription is not None and catch_up(command, subscription, today):
            book.touched.extend(pk for pk in locked.wallets if pk not in book.touched)
        begun = waiting_grants().filter(wallet_id=wallet_id, starts_on__lte=today)
        for grant in begun.order_by("starts_on", "id"):
            book.add(Move(Kind.GRANT, grant.credits, wallet_id, grant=grant.pk))
        if wallet.billing == Billing.PAY_AS_YOU_GO:
            lots.expire(book, wallet, today)
        if wallet_id not in book.touched:
            book.touched.append(wallet_id)
        return {"wallet": wallet_id, "started": settle(command, book)}

    return run(CLOCK, "begin_day", key, {"wallet": wallet_id, "at": clock.now()}, work)


def tick() -> dict[str, int]:
    """Do everything that is due now: wallet by wallet, then clock by clock, then end the accounts
    whose notice has run out. Answers counts; what fails is logged, counted and tried again at the
    next tick. The studio's settings are read once: a tick goes by what it found.
    """
    with reading_once():
        return _tick()


def _tick() -> dict[str, int]:
    done = failed = started = 0
    for wallet_id in due_wallets():
        try:
            started += len(begin_day(wallet_id)["started"])
            done += 1
        except CallsheetError as error:
            failed += 1
            log.error("begin_day_failed", wallet=wallet_id, code=error.code, error=str(error))
    ran = run_clocks()
    remind_invitations()
    ended = len(end_those_due(CLOCK))
    return {
        "wallets": done,
        "clocks": ran.steps,
        "started": started + ran.started,
        "ended": ended,
        "failed": failed + ran.failed,
    }
