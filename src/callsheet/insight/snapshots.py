"""What admission needs to know, read from the database: wallets, queue, production, schedule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from callsheet.admission.snapshot import (
    Billing,
    Brief,
    Occupant,
    Policy,
    Snapshot,
    Step,
    WalletState,
)
from callsheet.catalogue.lead_times import Duration, durations
from callsheet.catalogue.models import studio_rules
from callsheet.credits.capacity import scheduled_changes
from callsheet.credits.collect import due_orders, still_due
from callsheet.credits.models import Borrowing, Lot, Subscription, Wallet
from callsheet.insight.calendars import Calendars
from callsheet.kit import clock
from callsheet.kit.workdays import WorkCalendar
from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.projects.models import Project
from callsheet.tenants.models import AccountType


@dataclass(frozen=True, slots=True)
class QueueReading:
    """A snapshot with the rows it was made from."""

    snapshot: Snapshot
    queued: Mapping[int, Project]
    calendars: Mapping[int, WorkCalendar]
    durations: Mapping[str, Duration]


def today_of(wallets: Sequence[Wallet]) -> dict[int, date]:
    """The day that it is now in each wallet's time zone, by wallet id."""
    return {wallet.pk: clock.today(wallet.owner.time_zone) for wallet in wallets}


def read_queue(wallets: Sequence[Wallet], *, borrowing: bool) -> QueueReading | None:
    """The admission snapshot of these wallets (one domain), or None when nothing is queued.

    ``wallets`` come with account, organization and subscription; under a lock when the reading is
    to be acted on. Each wallet's day is the day of the first one's owner, because the wallets of
    one domain are admitted at one moment; not-before days are moved by as much as a wallet's own
    day differs from it, so that none comes early.
    """
    ids = [wallet.pk for wallet in wallets]
    queued = {
        project.pk: project
        for project in Project.objects.filter(
            wallet_id__in=ids, status=Status.QUEUED.value
        ).order_by("pk")
    }
    if not queued:
        return None
    own_today = today_of(wallets)
    today = own_today[wallets[0].pk]
    calendars = Calendars()
    by_wallet = {wallet.pk: calendars.of(wallet.owner) for wallet in wallets}
    lead_times = durations()
    changes = scheduled_changes(wallets, today)
    overdue: dict[int, int] = defaultdict(int)
    pauses = _pauses(wallets)
    usable = _usable(wallets, today)
    for order in due_orders(ids, dict.fromkeys(ids, today)):
        overdue[order.source_id] += still_due(order)
    snapshot = Snapshot(
        today=today,
        wallets=tuple(
            _wallet_state(
                wallet,
                by_wallet[wallet.pk],
                tuple(Step(change.day, change.delta) for change in changes[wallet.pk]),
                overdue[wallet.pk],
                pauses.get(wallet.pk),
                usable.get(wallet.pk),
            )
            for wallet in wallets
        ),
        briefs=_briefs(
            queued, wallets, lead_times, {pk: today - day for pk, day in own_today.items()}
        ),
        occupants=_occupants(ids, today),
        borrowing=borrowing,
        patience_days=studio_rules().backfill_patience_days,
    )
    return QueueReading(snapshot, queued, by_wallet, lead_times)


def _wallet_state(
    wallet: Wallet,
    calendar: WorkCalendar,
    steps: tuple[Step, ...],
    due_back: int,
    paused_until: date | None,
    usable: int | None,
) -> WalletState:
    # What is lent out now comes home; what is borrowed goes.
    own = capacity = most = wallet.capacity + wallet.lent - wallet.borrowed
    for step in steps:
        capacity += step.delta
        most = max(most, capacity)
    return WalletState(
        id=wallet.pk,
        available=wallet.available if usable is None else min(wallet.available, usable),
        policy=Policy(wallet.policy),
        billing=Billing(wallet.billing),
        calendar=calendar,
        max_capacity=most,
        paused_until=paused_until,
        due_back=due_back,
        steps=steps,
        lent=wallet.lent,
        floor=wallet.floor,
        may_borrow=wallet.may_borrow,
        may_lend=wallet.may_lend,
        weight=wallet.weight if wallet.weight is not None else max(0, own),
        is_pool=wallet.organization_id is not None,
    )


def _usable(wallets: Sequence[Wallet], today: date) -> dict[int, int]:
    """The credits of pay-as-you-go wallets in lots that are still good, by id: an overdue lot that
    the clock has not expired yet starts nothing.
    """
    consuming = [wallet.pk for wallet in wallets if wallet.billing == Billing.PAY_AS_YOU_GO]
    if not consuming:
        return {}
    good = (
        Lot.objects.filter(wallet_id__in=consuming, available__gt=0)
        .exclude(expires_on__lte=today)
        .values_list("wallet_id")
        .annotate(credits=Sum("available"))
    )
    return dict.fromkeys(consuming, 0) | dict(good)


def _pauses(wallets: Sequence[Wallet]) -> dict[int, date]:
    """Until when wallets are paused, by id. Integrated accounts follow their pool."""
    pools = {
        wallet.account.organization_id
        for wallet in wallets
        if wallet.account is not None and wallet.account.type == AccountType.INTEGRATED
    }
    paused_pools: dict[int | None, date | None] = {}
    if pools:
        paused_pools = dict(
            Subscription.objects.filter(
                wallet__organization__in=pools, status=Subscription.Status.PAUSED
            ).values_list("wallet__organization_id", "paused_until")
        )
    until: dict[int, date] = {}
    for wallet in wallets:
        account = wallet.account
        own: Subscription | None = getattr(wallet, "subscription", None)
        day = None
        if account is not None and account.type == AccountType.INTEGRATED:
            day = paused_pools.get(account.organization_id)
        elif own is not None and own.status == Subscription.Status.PAUSED:
            day = own.paused_until
        if day is not None:
            until[wallet.pk] = day
    return until


def _briefs(
    queued: Mapping[int, Project],
    wallets: Sequence[Wallet],
    lead_times: Mapping[str, Duration],
    ahead: Mapping[int, timedelta],
) -> tuple[Brief, ...]:
    consuming = {wallet.pk for wallet in wallets if wallet.billing == Billing.PAY_AS_YOU_GO}
    unfinished: dict[int, list[int]] = defaultdict(list)
    links = Project.predecessors.through.objects.filter(from_project_id__in=queued)
    for follower, predecessor in links.exclude(
        to_project__status=Status.FINALIZED.value
    ).values_list("from_project_id", "to_project_id"):
        unfinished[follower].append(predecessor)
    return tuple(
        Brief(
            id=project.pk,
            wallet=project.wallet_id,
            credits=project.credits,
            rank=project.rank or 0,
            not_before=project.not_before and project.not_before + ahead[project.wallet_id],
            predecessors=tuple(sorted(unfinished[project.pk])),
            days_p50=lead_times[project.brief_type].p50,
            days_p80=lead_times[project.brief_type].p80,
            planned_start=project.planned_start,
            first_reserved=project.first_reserved_for,
            consumes=project.wallet_id in consuming,
        )
        for project in queued.values()
    )


def _occupants(wallet_ids: list[int], today: date) -> tuple[Occupant, ...]:
    running = list(
        Project.objects.filter(
            wallet_id__in=wallet_ids, status__in=[status.value for status in HOLDING]
        )
        .order_by("pk")
        .values_list("pk", "wallet_id", "hold_id", "hold__credits", "returns_p50", "returns_p80")
    )
    loans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for hold_id, lender_id, credits in Borrowing.objects.filter(
        hold_id__in=[row[2] for row in running], credits__gt=0
    ).values_list("hold_id", "lender_id", "credits"):
        loans[hold_id].append((lender_id, credits))
    return tuple(
        Occupant(
            project=pk,
            wallet=wallet_id,
            credits=credits,
            returns_p50=p50 or today,
            returns_p80=p80 or p50 or today,
            borrowed=tuple(sorted(loans[hold_id])),
        )
        for pk, wallet_id, hold_id, credits, p50, p80 in running
    )
