"""Customers become organizations and accounts, each with its wallet, plan and credits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from callsheet.credits.models import (
    Billing,
    Grant,
    Policy,
    StandingOrder,
    Subscription,
    Wallet,
)
from callsheet.credits.opening import open_pool, open_wallet
from callsheet.credits.prices import set_price
from callsheet.credits.terms import TERM_MONTHS, add_months
from callsheet.services.importing.catalogue import plan_of
from callsheet.services.importing.memory import Comparison
from callsheet.services.importing.work import Work, studio_zone
from callsheet.sheets.records import Customer
from callsheet.tenants.models import (
    Account,
    AccountStatus,
    AccountType,
    Organization,
    ReleasePolicy,
)

CREDIT_FIELDS = ("plan", "credits", "allocation")
LIFE_FIELDS = ("ended", "ended_reason", "notice", "paused_until", "trial_until")


def known_customers() -> tuple[Customer, ...]:
    """Accounts and organizations as the sheets would write them, with their present capacity.

    An organization's credits are, as in a sheet, those of the pool with what is allocated from it.
    """
    pools: dict[int | None, int] = defaultdict(int)
    for wallet in Wallet.objects.select_related("account"):
        pool = wallet.organization_id
        if wallet.account is not None and wallet.account.type == AccountType.INTEGRATED:
            pool = wallet.account.organization_id
        pools[pool] += wallet.capacity
    organizations = [
        Customer(
            row=0,
            key=o.key,
            name=o.name,
            type="organization",
            currency=o.currency,
            credits=pools[o.pk],
        )
        for o in Organization.objects.all()
    ]
    accounts = []
    for wallet in Wallet.objects.filter(account__isnull=False).select_related(
        "account__organization"
    ):
        account = wallet.account
        if account is None:
            continue
        accounts.append(
            Customer(
                row=0,
                key=account.key,
                name=account.name,
                type=account.type,
                organization=account.organization.key if account.organization else None,
                billing="pay-as-you-go" if _pays(wallet) else "subscription",
                credits=max(0, wallet.capacity) if account.type != AccountType.INTEGRATED else None,
                allocation=(
                    max(0, wallet.capacity) if account.type == AccountType.INTEGRATED else None
                ),
                ended=account.ended_on,
            )
        )
    return (*organizations, *accounts)


def _pays(wallet: Wallet) -> bool:
    return wallet.billing == Billing.PAY_AS_YOU_GO


def import_customers(work: Work, customers: Iterable[Customer]) -> None:
    """Create or update organizations first, then accounts."""
    rows = list(customers)
    for customer in sorted(rows, key=lambda c: not c.is_organization):
        comparison = work.memory.compare("customers", customer.key, customer)
        if comparison.takes("account_manager", "deputy"):
            work.reassigned.add(customer.key)
        if customer.is_organization:
            _organization(work, customer, comparison)
        else:
            _account(work, customer, comparison)


def _place(row: Organization | Account, customer: Customer, changed: set[str]) -> None:
    """Name, calendar and currency, where the sheet has changed them."""
    row.key = row.key or customer.key
    if "name" in changed:
        row.name = customer.name
    if "time_zone" in changed or not row.pk:
        row.time_zone = customer.time_zone or studio_zone()
    if "country" in changed:
        row.country = customer.country or ""
    if "currency" in changed:
        row.currency = customer.currency or "EUR"


def _organization(work: Work, customer: Customer, comparison: Comparison) -> None:
    organization = work.organizations.get(customer.key)
    exists = organization is not None
    organization = organization or Organization()
    if comparison.changed or not exists:
        _place(organization, customer, comparison.changed)
        organization.save()
    if not exists:
        work.organizations[customer.key] = organization
        work.wallets[customer.key] = open_pool(organization)
    wallet = work.wallets[customer.key]
    if comparison.takes("borrowing") and customer.borrowing is not None:
        wallet.domain.borrowing = customer.borrowing
        wallet.domain.save(update_fields=["borrowing"])
        work.touched.add(wallet.pk)
    _wallet(wallet, customer, comparison, created=not exists)
    _credits(work, wallet, customer, comparison, created=not exists)
    work.memory.remember(
        work.command, comparison, "organization", organization.pk, exists=exists,
        organization_id=organization.pk,
    )  # fmt: skip


def _account(work: Work, customer: Customer, comparison: Comparison) -> None:
    account = work.accounts.get(customer.key)
    exists = account is not None
    account = account or Account(
        type=customer.type,
        organization=work.organizations[customer.organization] if customer.organization else None,
    )
    if exists and customer.is_over(work.today) and account.status != AccountStatus.ENDED:
        work.memory.refuse(
            comparison, "An account is ended in Callsheet, so that its credits end with it.",
            *LIFE_FIELDS,
        )  # fmt: skip
    changed = comparison.changed - comparison.refused
    if changed or not exists:
        _place(account, customer, changed)
        if "started" in changed:
            account.started_on = customer.started
        if not changed.isdisjoint(LIFE_FIELDS) or not exists:
            account.ended_on = customer.ended
            account.ended_reason = customer.ended_reason
            account.status = _status(work, customer)
        if "release" in changed:
            account.release_policy = (
                ReleasePolicy.PER_CONCEPT
                if customer.release == "per concept"
                else ReleasePolicy.PER_PROJECT
            )
        if "approval" in changed:
            account.needs_approval = bool(customer.approval)
        if "consent" in changed:
            account.shares_briefs = bool(customer.consent)
        account.save()
    if not exists:
        work.accounts[customer.key] = account
        work.wallets[customer.key] = open_wallet(
            account,
            billing=Billing.PAY_AS_YOU_GO if customer.pays_as_it_goes else Billing.SUBSCRIPTION,
        )
    elif comparison.old is not None:
        work.memory.refuse(
            comparison, "Who pays for an account is changed in Callsheet, not by an import.",
            "type", "organization", "billing",
        )  # fmt: skip
    wallet = work.wallets[customer.key]
    _wallet(wallet, customer, comparison, created=not exists)
    if not customer.is_over(work.today):
        _credits(work, wallet, customer, comparison, created=not exists)
    work.memory.remember(
        work.command, comparison, "account", account.pk, exists=exists, account_id=account.pk,
        organization_id=account.organization_id,
    )  # fmt: skip


def _status(work: Work, customer: Customer) -> str:
    if customer.is_over(work.today):
        return AccountStatus.ENDED
    if customer.notice:
        return AccountStatus.NOTICE
    if customer.paused_until and customer.paused_until > work.today:
        return AccountStatus.PAUSED
    if customer.trial_until and customer.trial_until > work.today:
        return AccountStatus.TRIAL
    return AccountStatus.ACTIVE


def _wallet(wallet: Wallet, customer: Customer, comparison: Comparison, *, created: bool) -> None:
    """How the queue is admitted, and what may be lent and borrowed."""
    settings: dict[str, Any] = {}
    if comparison.takes("policy") and not _pays(wallet):
        settings["policy"] = customer.policy or Policy.BACKFILL
    if created and customer.type == AccountType.INTEGRATED:
        # In a sheet a blank limit is none; a new wallet would not borrow or lend at all.
        settings |= {"may_borrow": None, "may_lend": None}
    for name in ("may_borrow", "may_lend", "weight"):
        if comparison.takes(name):
            settings[name] = getattr(customer, name)
    if comparison.takes("floor"):
        settings["floor"] = customer.floor or 0
    if settings:
        for name, value in settings.items():
            setattr(wallet, name, value)
        wallet.save(update_fields=list(settings))


# --- credits -----------------------------------------------------------------------------------


def _credits(
    work: Work, wallet: Wallet, customer: Customer, comparison: Comparison, *, created: bool
) -> None:
    """The plan or the allocation: given the first time, afterwards the difference."""
    before = comparison.old
    if not created and before is None:
        work.memory.refuse(
            comparison, "The account was in Callsheet already; its credits are changed there.",
            *CREDIT_FIELDS,
        )  # fmt: skip
        return
    had = _capacity(before) if before else 0
    subscription = Subscription.objects.filter(wallet=wallet).first()
    if not created and subscription is not None:
        _life(work, subscription, customer, comparison)
    if customer.pays_as_it_goes:
        return
    difference = customer.capacity - had
    if created and customer.type != AccountType.INTEGRATED and customer.capacity:
        _begin(work, wallet, customer)
    elif difference and customer.type == AccountType.INTEGRATED:
        pool = work.wallets[customer.organization or ""]
        if difference > 0:
            work.allocate(pool, wallet, difference)
        else:
            _take_later(work, wallet, pool, -difference)
    elif difference and not created and subscription is not None:
        subscription.plan = plan_of(work, customer.plan, customer.capacity)
        subscription.credits = customer.capacity
        subscription.save()
        if difference > 0:
            given = Grant.objects.create(
                wallet=wallet, category=Grant.Category.PLAN, credits=difference,
                starts_on=work.today,
            )  # fmt: skip
            work.grant(wallet, difference, grant=given.pk)
        else:
            _take_later(work, wallet, None, -difference)


def _capacity(row: dict[str, Any]) -> int:
    """The capacity that a remembered row had given."""
    return int(row.get("allocation" if row.get("type") == "integrated" else "credits") or 0)


def _take_later(work: Work, source: Wallet, target: Wallet | None, credits: int) -> None:
    """Take credits back: what is available now, the rest as it comes free."""
    kind = StandingOrder.Kind.REALLOCATION if target else StandingOrder.Kind.DOWNGRADE
    StandingOrder.objects.create(
        kind=kind, source=source, target=target, amount=credits, due_on=work.today,
        reason="The imported sheet was corrected.",
    )  # fmt: skip
    work.touched.add(source.pk)


def _begin(work: Work, wallet: Wallet, customer: Customer) -> None:
    """The subscription (none on trial), its price, and its credits."""
    trial_ends = customer.trial_until
    if trial_ends is not None and trial_ends <= work.today:
        trial_ends = None
    given = Grant.objects.create(
        wallet=wallet,
        category=Grant.Category.TRIAL if trial_ends else Grant.Category.PLAN,
        credits=customer.capacity,
        starts_on=min(customer.started or work.today, work.today),
        ends_on=trial_ends,
    )
    work.grant(wallet, customer.capacity, grant=given.pk)
    if trial_ends:
        StandingOrder.objects.create(
            kind=StandingOrder.Kind.GRANT_END, source=wallet, grant=given,
            amount=customer.capacity, due_on=trial_ends,
        )  # fmt: skip
        return
    started = customer.started or work.today
    renews = customer.renews or add_months(started, TERM_MONTHS)
    while renews <= work.today:
        renews = add_months(renews, TERM_MONTHS)
    paused = customer.paused_until is not None and customer.paused_until > work.today
    subscription = Subscription.objects.create(
        wallet=wallet,
        plan=plan_of(work, customer.plan, customer.capacity),
        credits=customer.capacity,
        status=Subscription.Status.PAUSED if paused else Subscription.Status.ACTIVE,
        starts_on=started,
        renews_on=renews,
        notice_on=customer.notice,
        ends_on=(customer.ended or renews) if customer.notice else None,
        paused_on=work.today if paused else None,
        paused_until=customer.paused_until if paused else None,
        currency=customer.currency or wallet.owner.currency,
    )
    set_price(subscription, started, customer.price, customer.capacity)


def _life(
    work: Work, subscription: Subscription, customer: Customer, comparison: Comparison
) -> None:
    """Renewal, notice, pause and price of a subscription that runs already."""
    if comparison.takes("renews") and customer.renews and customer.renews > work.today:
        subscription.renews_on = customer.renews
    if comparison.takes("notice"):
        subscription.notice_on = customer.notice
        subscription.ends_on = (
            (customer.ended or subscription.renews_on) if customer.notice else None
        )
    if comparison.takes("paused_until"):
        paused = customer.paused_until is not None and customer.paused_until > work.today
        subscription.status = Subscription.Status.PAUSED if paused else Subscription.Status.ACTIVE
        subscription.paused_on = work.today if paused else None
        subscription.paused_until = customer.paused_until if paused else None
        work.touched.add(subscription.wallet_id)
    subscription.save()
    if comparison.takes("price") and customer.price is not None:
        # A price that was agreed is never rewritten, only followed by another.
        set_price(subscription, work.today, customer.price, customer.capacity)
