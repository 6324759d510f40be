"""Accounts as they stand: whose they are, who looks after them, how much is in production."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from callsheet.insight.places import known_accounts
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.tenants.access import rights_in_account
from callsheet.tenants.models import Account, AccountManagerAssignment, Membership, Role, User


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in a list; credits are what is in production, of the capacity."""

    account: int
    key: str
    name: str
    type: str
    status: str
    organization: str
    held: int
    capacity: int
    running: int
    waiting: int


@dataclass(frozen=True, slots=True)
class AccountPage:
    """An account with what concerns it as a whole; days are days of its own time zone."""

    line: AccountLine
    time_zone: str
    country: str
    currency: str
    billing: str
    manager: str
    deputy: str
    started_on: date | None
    ended_on: date | None
    ended_reason: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in an account or in its organization (``place`` says which)."""

    membership: int
    name: str
    email: str
    role: str
    place: str


def list_accounts(actor: Actor) -> list[AccountLine]:
    """The accounts that ``actor`` may know of, by name.

    Staff all of them, members their own, organization admins those of their organization; deputies
    also those of whom they stand in for.
    """
    accounts = Account.objects.all()
    if not actor.is_system:
        user = User.objects.filter(pk=actor.user_id or 0, is_active=True).first()
        if user is None:
            return []
        accounts = known_accounts(user)
    return [_line(account) for account in _with_counts(accounts).order_by("name", "pk")]


def show_account(actor: Actor, account_id: int) -> AccountPage:
    """One account. Raises ``NotFound("account")`` to whoever does not belong to it or to the
    organization's admins.
    """
    account = _with_counts(Account.objects.filter(pk=account_id)).first()
    if account is None:
        raise NotFound("account")
    _check_may_know(actor, account)
    today = clock.today(account.time_zone)
    care = (
        AccountManagerAssignment.objects.filter(account=account, starts_on__lte=today)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
        .select_related("manager", "deputy")
        .first()
    )
    return AccountPage(
        line=_line(account),
        time_zone=account.time_zone,
        country=account.country,
        currency=account.currency,
        billing=account.wallet.billing,
        manager=str(care.manager) if care else "",
        deputy=str(care.deputy) if care and care.deputy else "",
        started_on=account.started_on,
        ended_on=account.ended_on,
        ended_reason=account.ended_reason,
    )


def list_members(actor: Actor, account_id: int) -> list[Member]:
    """The people of an account and of its organization. Raises ``NotFound("account")``."""
    account = Account.objects.select_related("organization").filter(pk=account_id).first()
    if account is None:
        raise NotFound("account")
    _check_may_know(actor, account)
    here = Q(account=account)
    if account.organization_id:
        here |= Q(organization=account.organization_id)
    rows = Membership.objects.filter(here).select_related("user", "account", "organization")
    return [
        Member(
            row.pk, row.user.name, row.user.email, row.role, str(row.account or row.organization)
        )
        for row in rows.order_by("organization_id", "user__name", "pk")
    ]


def _check_may_know(actor: Actor, account: Account) -> None:
    rights = rights_in_account(actor, account)
    if not (rights.may_read or rights.organization_role == Role.ADMIN):
        raise NotFound("account")


def _with_counts(accounts: QuerySet[Account]) -> QuerySet[Account]:
    holding = [status.value for status in HOLDING]
    return accounts.select_related("organization", "wallet").annotate(
        running=Count("projects", filter=Q(projects__status__in=holding)),
        waiting=Count("projects", filter=Q(projects__status=Status.QUEUED)),
    )


def _line(account: Account) -> AccountLine:
    return AccountLine(
        account=account.pk,
        key=account.key,
        name=account.name,
        type=account.type,
        status=account.status,
        organization=account.organization.name if account.organization else "",
        held=account.wallet.held,
        capacity=account.wallet.capacity,
        running=getattr(account, "running", 0),
        waiting=getattr(account, "waiting", 0),
    )
