"""A subscription as its parties read it: plan, term, notice, prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from callsheet.credits.models import Subscription
from callsheet.credits.prices import periods
from callsheet.credits.terms import last_day_for_notice
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.tenants.access import check_can_administer, check_can_administer_organization


@dataclass(frozen=True, slots=True)
class Price:
    """What a calendar month costs from a day to before a day. None: no price agreed."""

    starts_on: date
    ends_on: date | None
    monthly_price: Decimal | None
    credits: int


@dataclass(frozen=True, slots=True)
class ContractPage:
    """A subscription. ``notice_until`` is the last day on which notice for the next renewal is in
    time; ``ends_on`` the first day without, once notice was given.
    """

    name: str
    plan: str
    credits: int
    status: str
    currency: str
    starts_on: date
    term_months: int
    renews_on: date
    notice_days: int
    notice_until: date
    notice_on: date | None
    ends_on: date | None
    next_plan: str
    next_price: Decimal | None
    prices: tuple[Price, ...]


def show_contract(actor: Actor, wallet_id: int) -> ContractPage:
    """The subscription of a wallet, for those who see its prices: admins of the account or of its
    organization, and those who manage accounts. Raises ``NotFound("subscription")``,
    ``Forbidden``.
    """
    found = (
        Subscription.objects.filter(wallet_id=wallet_id)
        .select_related("plan", "next_plan", "wallet__account", "wallet__organization")
        .first()
    )
    if found is None:
        raise NotFound("subscription")
    account, organization = found.wallet.account, found.wallet.organization
    try:
        if account is not None:
            check_can_administer(actor, account)
        elif organization is not None:
            check_can_administer_organization(actor, organization)
    except NotFound:
        raise NotFound("subscription") from None
    return ContractPage(
        name=str(found.wallet),
        plan=found.plan.name,
        credits=found.credits,
        status=found.status,
        currency=found.currency,
        starts_on=found.starts_on,
        term_months=found.term_months,
        renews_on=found.renews_on,
        notice_days=found.notice_days,
        notice_until=last_day_for_notice(found.renews_on, found.notice_days),
        notice_on=found.notice_on,
        ends_on=found.ends_on,
        next_plan=found.next_plan.name if found.next_plan is not None else "",
        next_price=found.next_price,
        prices=tuple(
            Price(one.starts_on, one.ends_on, one.monthly_price, one.credits)
            for one in periods(found)
        ),
    )
