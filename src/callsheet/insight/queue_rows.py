"""What stands in queues and what holds their credits, as rows of the database. A statement for each
kind of thing, however many wallets are asked about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Sum
from django.db.models.functions import JSONObject

from callsheet.credits.models import Billing, Borrowing, Lot, Subscription, Wallet
from callsheet.kit.asked import Asked
from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.projects.models import Amendment, Project
from callsheet.projects.waiting import IN_QUEUE
from callsheet.tenants.models import AccountType


class Running(NamedTuple):
    """A project that holds credits. ``borrowed``: whose they are, as (wallet, credits)."""

    project: int
    wallet: int
    hold: int | None
    credits: int
    returns_p50: date | None
    returns_p80: date | None
    key: str
    title: str
    status: str
    since: datetime
    borrowed: tuple[tuple[int, int], ...] = ()


class Awaited(NamedTuple):
    """An unfinished project that must be finalized before another starts."""

    project: int
    key: str
    title: str


_NEEDED = (
    "account_id", "wallet_id", "brief_type", "status", "credits", "settled", "rank", "not_before",
    "resuming_since", "planned_start", "wait_reason", "reserved_for", "first_reserved_for",
)  # fmt: skip
"""All that a snapshot says of a project that waits."""


def awaited_rows() -> ArraySubquery:
    """What a project is to come after and is not finalized, as an annotation: see
    :func:`awaited_by`.
    """
    return ArraySubquery(
        Project.predecessors.through.objects.filter(from_project_id=OuterRef("pk"))
        .exclude(to_project__status=Status.FINALIZED.value)
        .order_by("to_project_id")
        .values(
            row=JSONObject(
                project="to_project_id", key="to_project__key", title="to_project__title"
            )
        )
    )


def queued_projects(wallet_ids: Collection[int], *, narrow: bool = False) -> list[Project]:
    """What waits for credits of these wallets, with its account (``narrow``: with no more than a
    snapshot needs) and what it is to come after: see :func:`awaited_by`.
    """
    return (_QUEUED_NARROW if narrow else _QUEUED).rows(list(wallet_ids))


def _queued(wallets: object) -> QuerySet[Project]:
    return (
        Project.objects.filter(IN_QUEUE, wallet_id__any_of=wallets)
        .annotate(awaited=awaited_rows())
        .order_by("pk")
    )


_QUEUED = Asked(lambda wallets: _queued(wallets).select_related("account"))
_QUEUED_NARROW = Asked(lambda wallets: _queued(wallets).only(*_NEEDED))


def awaited_by(project: Project) -> list[Awaited]:
    """What the project, as :func:`queued_projects` read it, is to come after."""
    return [Awaited(**row) for row in getattr(project, "awaited", ())]


def _waiting(wallets: object) -> QuerySet[Amendment]:
    return (
        Amendment.objects.filter(
            status=Amendment.Status.WAITING, project__wallet_id__any_of=wallets
        )
        .select_related("project__account", "project__hold")
        .order_by("project_id", "pk")
    )


_WAITING = Asked(_waiting)
_WAITING_LOCKED = Asked(lambda wallets: _waiting(wallets).select_for_update(of=("self", "project")))


def waiting_amendments(wallets: Iterable[Wallet], *, lock: bool = False) -> list[Amendment]:
    """The agreed growth of scope that waits for credits of these wallets, with its projects; on
    request under the locks of both.
    """
    return (_WAITING_LOCKED if lock else _WAITING).rows([wallet.pk for wallet in wallets])


_RUNNING = Asked(
    lambda wallets: Project.objects.filter(
        wallet_id__any_of=wallets, status__in=[status.value for status in HOLDING]
    )
    .order_by("pk")
    .values_list(
        "pk", "wallet_id", "hold_id", "hold__credits", "returns_p50", "returns_p80", "key",
        "title", "status", "started_at", "changed_at",
    )
)  # fmt: skip


def running_projects(wallets: Sequence[Wallet]) -> list[Running]:
    """What holds credits of these wallets, by id; loans are read only where some are borrowed."""
    rows = _RUNNING.rows([wallet.pk for wallet in wallets])
    running = [
        Running(pk, wallet, hold, credits or 0, p50, p80, key, title, status, started or changed)
        for pk, wallet, hold, credits, p50, p80, key, title, status, started, changed in rows
    ]
    if not any(wallet.borrowed for wallet in wallets):
        return running
    loans: dict[int | None, list[tuple[int, int]]] = defaultdict(list)
    for hold, lender, credits in Borrowing.objects.filter(
        hold_id__in=[row.hold for row in running], credits__gt=0
    ).values_list("hold_id", "lender_id", "credits"):
        loans[hold].append((lender, credits))
    return [row._replace(borrowed=tuple(sorted(loans[row.hold]))) for row in running]


def good_lots(wallets: Sequence[Wallet], today: Mapping[int, date]) -> dict[int, int]:
    """The credits of pay-as-you-go wallets in lots that are still good, by id: an overdue lot that
    the clock has not expired yet starts nothing.
    """
    consuming = [wallet.pk for wallet in wallets if wallet.billing == Billing.PAY_AS_YOU_GO]
    if not consuming:
        return {}
    good = dict.fromkeys(consuming, 0)
    for wallet_id, expires_on, credits in (
        Lot.objects.filter(wallet_id__in=consuming, available__gt=0)
        .values_list("wallet_id", "expires_on")
        .annotate(credits=Sum("available"))
    ):
        if expires_on is None or expires_on > today[wallet_id]:
            good[wallet_id] += credits
    return good


def paused_until(wallets: Sequence[Wallet]) -> dict[int, date]:
    """Until when wallets are paused, by id. Integrated accounts follow their pool."""
    pools = {
        wallet.account.organization_id
        for wallet in wallets
        if wallet.account is not None and wallet.account.type == AccountType.INTEGRATED
    }
    paused_pools: dict[int | None, date | None] = {
        wallet.organization_id: _own_pause(wallet) for wallet in wallets if wallet.organization_id
    }
    if elsewhere := pools - paused_pools.keys():
        paused_pools |= dict(
            Subscription.objects.filter(
                wallet__organization__in=elsewhere, status=Subscription.Status.PAUSED
            ).values_list("wallet__organization_id", "paused_until")
        )
    until: dict[int, date] = {}
    for wallet in wallets:
        account = wallet.account
        if account is not None and account.type == AccountType.INTEGRATED:
            day = paused_pools.get(account.organization_id)
        else:
            day = _own_pause(wallet)
        if day is not None:
            until[wallet.pk] = day
    return until


def _own_pause(wallet: Wallet) -> date | None:
    own: Subscription | None = getattr(wallet, "subscription", None)
    paused = own is not None and own.status == Subscription.Status.PAUSED
    return own.paused_until if own is not None and paused else None
