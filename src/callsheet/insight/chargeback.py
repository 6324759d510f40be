"""Charging an organization's price back to its teams: by what they occupied, idle credits apart.

A team bears what its projects occupied, lent credits included, and what lay idle of its allocation;
what the pool had not allocated stays with the organization.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from callsheet.insight.cost_lines import ZERO, Costs, total
from callsheet.insight.costs import pool_costs
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.tenants.access import check_can_administer_organization
from callsheet.tenants.models import Account, Organization


@dataclass(frozen=True, slots=True)
class TeamCosts:
    """What falls on one team (or, for the pool, on the organization). None: no price agreed."""

    account: str
    name: str
    projects: int
    credit_days: Decimal
    amount: Decimal | None
    idle_days: Decimal
    idle_amount: Decimal | None
    whole: Decimal | None


@dataclass(frozen=True, slots=True)
class Chargeback:
    """An organization's costs, team by team; the teams add up to the price of the span."""

    costs: Costs
    teams: tuple[TeamCosts, ...]


def chargeback(actor: Actor, organization_id: int, first: date, last: date) -> Chargeback:
    """The chargeback table of an organization from ``first`` to ``last``, both included.

    For its admins, and those who manage accounts in the studio. Days are days of the organization.
    Titles, campaigns, brands and owners are named only of accounts that share their briefs. Raises
    ``NotFound("organization")``, ``Forbidden("organization_admins_only")`` and what `account_costs`
    raises for a span that cannot be.
    """
    organization = Organization.objects.filter(pk=organization_id).first()
    if organization is None:
        raise NotFound("organization")
    rights = check_can_administer_organization(actor, organization)
    costs = pool_costs(organization_id, first, last)
    if not rights.is_staff:
        sharing = set(
            Account.objects.filter(organization_id=organization_id, shares_briefs=True).values_list(
                "key", flat=True
            )
        )
        lines = (
            line if line.account in sharing else line.without_contents() for line in costs.lines
        )
        costs = replace(costs, lines=tuple(lines))
    return Chargeback(costs, _teams(costs))


def _teams(costs: Costs) -> tuple[TeamCosts, ...]:
    names = {line.account: line.account_name for line in costs.lines}
    names |= {line.account: line.account_name for line in costs.idle}
    teams = []
    for key, name in names.items():
        lines = [line for line in costs.lines if line.account == key]
        idle = [line for line in costs.idle if line.account == key]
        amount, idle_amount = (total(line.amount for line in some) for some in (lines, idle))
        priced = costs.price is not None
        teams.append(
            TeamCosts(
                account=key,
                name=name,
                projects=len(lines),
                credit_days=total(line.credit_days for line in lines),
                amount=amount if priced else None,
                idle_days=total(line.credit_days for line in idle),
                idle_amount=idle_amount if priced else None,
                whole=amount + idle_amount if priced else None,
            )
        )
    return tuple(
        sorted(teams, key=lambda one: (one.account.startswith("pool:"), -(one.whole or ZERO),
                                       one.name))
    )  # fmt: skip
