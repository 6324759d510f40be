"""The queue of an account as its people see it: who waits, why, for what, and until when.

Reads only, takes no lock, decides nothing: the sentences come from the same admission that starts
briefs. The number of queries does not grow with the queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from callsheet.admission.decide import decide
from callsheet.admission.ranges import ExpectedStart, expected_starts
from callsheet.credits.collect import due_orders, still_due
from callsheet.credits.models import Borrowing, Wallet
from callsheet.insight.queue_facts import Holder, LentOut, QueueView, Receipt, WaitingBrief
from callsheet.insight.queue_reasons import STARTS_NOW, policy_words, sentence
from callsheet.insight.snapshots import QueueReading, read_queue
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.projects.models import FairnessReceipt, Project
from callsheet.tenants.access import rights_in_account
from callsheet.tenants.models import Account, Role

__all__ = [
    "Holder",
    "LentOut",
    "QueueView",
    "Receipt",
    "WaitingBrief",
    "read_queue_view",
    "show_queue",
]

RECEIPT_DAYS = 30
MOST_RECEIPTS = 20


def show_queue(actor: Actor, account_id: int) -> QueueView:
    """The queue of that account, for somebody who may see it.

    Organization admins see credits and dates; titles only where the account shares its briefs.
    Raises ``NotFound("account")`` for strangers.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFound("account")
    rights = rights_in_account(actor, account)
    oversees = rights.organization_role == Role.ADMIN
    if not rights.may_read and not oversees:
        raise NotFound("account")
    return read_queue_view(account_id, titles=rights.may_read or account.shares_briefs)


def read_queue_view(account_id: int, *, titles: bool = True) -> QueueView:
    """The queue of that account, whoever asks. Without ``titles``, projects are named by key."""
    account = Account.objects.select_related("wallet__domain", "wallet__subscription").get(
        pk=account_id
    )
    wallet = account.wallet
    today = clock.today(account.time_zone)
    wallets = [wallet]
    if wallet.domain.borrowing:
        wallets = list(
            Wallet.objects.filter(domain_id=wallet.domain_id)
            .select_related("account", "organization", "subscription")
            .order_by("pk")
        )
    holding = _holding(wallet, account, titles=titles)
    return QueueView(
        account=account.pk,
        key=account.key,
        name=account.name,
        today=today,
        billing=wallet.billing,
        policy=wallet.policy,
        policy_words=policy_words(wallet, borrowing=wallet.domain.borrowing),
        borrowing=wallet.domain.borrowing,
        capacity=wallet.capacity,
        available=wallet.available,
        held=wallet.held,
        lent=wallet.lent,
        borrowed=wallet.borrowed,
        due_back=sum(still_due(order) for order in due_orders([wallet.pk], {wallet.pk: today})),
        waiting=_waiting(wallet, wallets, {h.project: h.title for h in holding}, titles=titles),
        holding=holding,
        lent_out=_lent_out(wallet, account),
        receipts=_receipts(wallet, account, titles=titles),
    )


def _name(project: Project, *, titles: bool) -> str:
    return project.title if titles else project.key


def _waiting(
    wallet: Wallet, wallets: Sequence[Wallet], known: dict[int, str], *, titles: bool
) -> tuple[WaitingBrief, ...]:
    reading = read_queue(wallets, borrowing=wallet.domain.borrowing)
    if reading is None:
        return ()
    decisions = decide(reading.snapshot)
    expected = {start.brief: start for start in expected_starts(reading.snapshot)}
    reserved = {r.brief: r.day for r in decisions.reservations}
    waits = {wait.brief: wait for wait in decisions.waits}
    starts = {start.brief for start in decisions.starts}
    named = known | {
        pk: _name(project, titles=titles)
        for pk, project in reading.queued.items()
        if project.wallet_id == wallet.pk
    }
    named |= _predecessors(reading, named, titles=titles)
    line = sorted(
        (p for p in reading.queued.values() if p.wallet_id == wallet.pk),
        key=lambda p: (waits[p.pk].position if p.pk in waits else 0, p.rank or 0, p.pk),
    )
    rows: list[WaitingBrief] = []
    ahead = 0
    for position, project in enumerate(line, start=1):
        wait = waits.get(project.pk)
        start = expected.get(project.pk, ExpectedStart(project.pk, None, None))
        rows.append(
            WaitingBrief(
                project=project.pk,
                key=project.key,
                title=named[project.pk],
                position=position,
                credits=project.credits,
                credits_ahead=ahead,
                missing=wait.missing if wait else 0,
                reason=wait.reason.value if wait else "",
                sentence=(
                    sentence(wait, named, reading.snapshot.today)
                    if wait and project.pk not in starts
                    else STARTS_NOW
                ),
                remedy=wait.reason.words.remedy if wait else "",
                reserved_for=reserved.get(project.pk),
                starts_from=start.p50,
                starts_by=start.p80,
                wanted_by=project.wanted_by,
            )
        )
        ahead += project.credits
    return tuple(rows)


def _predecessors(reading: QueueReading, known: dict[int, str], *, titles: bool) -> dict[int, str]:
    """The names of projects that others wait for and that neither wait nor hold credits."""
    wanted = {p for brief in reading.snapshot.briefs for p in brief.predecessors} - known.keys()
    return {p.pk: _name(p, titles=titles) for p in Project.objects.filter(pk__in=wanted)}


def _holding(wallet: Wallet, account: Account, *, titles: bool) -> tuple[Holder, ...]:
    zone = clock.zone(account.time_zone)
    projects = (
        Project.objects.filter(wallet=wallet, status__in=[status.value for status in HOLDING])
        .select_related("hold")
        .order_by("returns_p50", "pk")
    )
    loans: dict[int, int] = {}
    for hold_id, credits in Borrowing.objects.filter(
        hold__wallet=wallet, hold__closed_at__isnull=True, credits__gt=0
    ).values_list("hold_id", "credits"):
        loans[hold_id] = loans.get(hold_id, 0) + credits
    return tuple(
        Holder(
            project=p.pk,
            key=p.key,
            title=_name(p, titles=titles),
            status=p.status,
            credits=p.hold.credits if p.hold else 0,
            borrowed=loans.get(p.hold_id or 0, 0),
            since=(p.started_at or p.changed_at).astimezone(zone).date(),
            returns_from=p.returns_p50,
            returns_by=p.returns_p80,
        )
        for p in projects
    )


def _lent_out(wallet: Wallet, account: Account) -> tuple[LentOut, ...]:
    zone = clock.zone(account.time_zone)
    loans = (
        Borrowing.objects.filter(lender=wallet, credits__gt=0)
        .select_related("hold__wallet__account", "hold__wallet__organization", "hold__project")
        .order_by("hold__opened_at", "pk")
    )
    rows = []
    for loan in loans:
        project = getattr(loan.hold, "project", None)
        rows.append(
            LentOut(
                account=loan.hold.wallet.owner.name,
                credits=loan.credits,
                since=loan.hold.opened_at.astimezone(zone).date(),
                returns_from=project.returns_p50 if project else None,
                returns_by=project.returns_p80 if project else None,
            )
        )
    return tuple(rows)


def _receipts(wallet: Wallet, account: Account, *, titles: bool) -> tuple[Receipt, ...]:
    """Receipts of briefs that still wait, and of the last thirty days; the latest first."""
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
        return _name(project, titles=titles)

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
