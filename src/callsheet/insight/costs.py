"""What an account's projects cost.

The price of a span falls on the credits of the wallet, day by day: on each project in proportion to
the credit-days that it occupied, the rest on what lay idle, which is shown apart. An integrated
account bears its part of its organization's price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from callsheet.credits.models import Billing, Wallet
from callsheet.insight.cost_lines import Costs
from callsheet.insight.cost_occupied import OccupiedCredits
from callsheet.insight.cost_of_capacity import costs_of_capacity
from callsheet.insight.cost_of_lots import costs_of_lots
from callsheet.insight.cost_span import span_of
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.tenants.access import check_can_administer
from callsheet.tenants.models import Account, AccountType


def account_costs(actor: Actor, account_id: int, first: date, last: date) -> Costs:
    """What an account's projects cost from ``first`` to ``last``, both included.

    Prices are shown to admins of the account, admins of its organization, and those who manage
    accounts in the studio. Days are days of the account; for an integrated one, of the organization
    that pays. Raises ``NotFound("account")``, ``Forbidden("admins_only")``,
    ``Refused("period_reversed")``, ``Refused("period_not_over")``, ``Refused("period_too_long")``.
    """
    account = Account.objects.select_related("organization").filter(pk=account_id).first()
    if account is None:
        raise NotFound("account")
    rights = check_can_administer(actor, account)
    if account.type == AccountType.INTEGRATED and account.organization_id is not None:
        whole = pool_costs(account.organization_id, first, last)
        costs = whole.of_account(account.key, account.name)
    else:
        wallet = Wallet.objects.select_related("account", "organization").get(account=account)
        costs = read_costs(wallet, [wallet], first, last)
    if rights.may_read:
        return costs
    return replace(costs, lines=tuple(line.without_contents() for line in costs.lines))


def pool_costs(organization_id: int, first: date, last: date) -> Costs:
    """What an organization's pool cost, divided among its integrated accounts. Asks nobody: for
    reports that have asked who may see which part of it.
    """
    pools = Wallet.objects.select_related("account", "organization")
    pool = pools.get(organization_id=organization_id)
    teams = pools.filter(
        account__organization_id=organization_id, account__type=AccountType.INTEGRATED
    ).order_by("account__name", "pk")
    return read_costs(pool, [*teams, pool], first, last)


def read_costs(payer: Wallet, wallets: Sequence[Wallet], first: date, last: date) -> Costs:
    """What the wallet ``payer`` cost in those days, divided among the projects in ``wallets``
    (itself included). Days are days of the payer's time zone.
    """
    span = span_of(first, last, payer.owner.time_zone)
    occupied = OccupiedCredits(wallets, span)
    if payer.billing == Billing.PAY_AS_YOU_GO:
        return costs_of_lots(payer, span, occupied)
    return costs_of_capacity(payer, wallets, span, occupied)
