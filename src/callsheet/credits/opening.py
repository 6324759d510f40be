"""Opening wallets: every account and organization has one from its first moment."""

from __future__ import annotations

from callsheet.credits.models import Billing, Domain, Policy, Wallet
from callsheet.tenants.models import Account, AccountType, Organization


def organization_domain(organization: Organization) -> Domain:
    """The one admission domain of an organization's pool and integrated accounts."""
    domain, _ = Domain.objects.get_or_create(organization=organization)
    return domain


def open_pool(organization: Organization, **settings: object) -> Wallet:
    """The empty pool wallet of a new organization."""
    return Wallet.objects.create(
        organization=organization, domain=organization_domain(organization), **settings
    )


def open_wallet(
    account: Account, *, billing: str = Billing.SUBSCRIPTION, **settings: object
) -> Wallet:
    """The empty wallet of a new account.

    An integrated account stands in its organization's domain, every other one in its own. The
    queue of a pay-as-you-go wallet is strict, because its holds give nothing back.
    """
    if account.type == AccountType.INTEGRATED and account.organization is not None:
        domain = organization_domain(account.organization)
    else:
        domain = Domain.objects.create()
    if billing == Billing.PAY_AS_YOU_GO:
        settings["policy"] = Policy.STRICT
    return Wallet.objects.create(account=account, domain=domain, billing=billing, **settings)
