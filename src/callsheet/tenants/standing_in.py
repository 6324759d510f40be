"""Who stands in for whom today, and what a deputy inherits.

An absence's days are days of the person who is away, in their own time zone: it begins and ends at
one moment, wherever the accounts are. Deputies of deputies inherit nothing.

What is inherited are memberships, and those only within a customer (an account, or an organization
with its accounts) to which the deputy belongs too: nobody comes to know of another customer by
standing in, and who is taken out of a customer's places is out of all of them. The studio's roles
are not inherited: whoever stands in there has a role of their own that suffices.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Q

from callsheet.kit import clock
from callsheet.tenants.models import Absence, Account, Membership

_DAY = timedelta(days=1)

_PLACES = """
SELECT who.stands_in_for, who.zone, who.starts_on, who.ends_on,
       u.name, u.email, u.staff_role, m.account_id, m.role
  FROM (SELECT %(actor)s::bigint AS id, NULL::bigint AS stands_in_for, NULL AS zone,
               NULL::date AS starts_on, NULL::date AS ends_on
         UNION ALL
        SELECT a.user_id, a.user_id, away.time_zone, a.starts_on, a.ends_on
          FROM tenants_absence a
          JOIN tenants_user away ON away.id = a.user_id
         WHERE a.deputy_id = %(actor)s
           AND a.starts_on <= %(latest)s AND a.ends_on >= %(earliest)s
           AND EXISTS (
                 SELECT 1
                   FROM tenants_membership own
                   LEFT JOIN tenants_account there ON there.id = own.account_id
                  WHERE own.user_id = %(actor)s
                    AND (own.account_id = %(account)s
                         OR own.organization_id = %(organization)s
                         OR there.organization_id = %(organization)s))) AS who
  JOIN tenants_user u ON u.id = who.id AND u.is_active
  LEFT JOIN tenants_membership m
    ON m.user_id = u.id
   AND (m.account_id = %(account)s OR m.organization_id = %(organization)s)
 ORDER BY who.stands_in_for NULLS FIRST
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What one person is in one place, as themselves or for somebody who is away.

    ``stands_in_for`` is that somebody's number (None: themselves) and ``name`` theirs.
    """

    stands_in_for: int | None
    name: str
    staff_role: str
    account_role: str = ""
    organization_role: str = ""


def roles_of(user_id: int, account_id: int | None, organization_id: int | None) -> list[Held]:
    """What that person is to an account (and its organization), themselves first, then for each
    for whom they stand in at this moment. One query; empty for a login that is closed.
    """
    today = clock.now().date()
    given = {
        "actor": user_id,
        "account": account_id,
        "organization": organization_id,
        "earliest": today - _DAY,  # it is yesterday, or tomorrow already, somewhere
        "latest": today + _DAY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, given)
        rows = cursor.fetchall()
    found: dict[int | None, Held] = {}
    for away, zone, starts_on, ends_on, name, email, staff_role, account, role in rows:
        if away is not None and not starts_on <= clock.today(zone) <= ends_on:
            continue
        held = found.get(away) or Held(away, name or email, staff_role)
        account_role = role if account is not None else held.account_role
        organization_role = role if role and account is None else held.organization_role
        found[away] = Held(away, held.name, staff_role, account_role, organization_role)
    return list(found.values()) if None in found else []


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who is away at this moment, until which day, and who stands in for them."""

    user: int
    name: str
    deputy: int | None
    until: date


def away_now(user_ids: Iterable[int] | None = None) -> dict[int, StandIn]:
    """Who of these people (None: of all) is away at this moment. One query."""
    today = clock.now().date()
    absences = Absence.objects.filter(starts_on__lte=today + _DAY, ends_on__gte=today - _DAY)
    if user_ids is not None:
        absences = absences.filter(user_id__in=set(user_ids))
    return {
        absence.user_id: StandIn(
            absence.user_id, str(absence.user), absence.deputy_id, absence.ends_on
        )
        for absence in absences.select_related("user").order_by("-pk")
        if absence.starts_on <= clock.today(absence.user.time_zone) <= absence.ends_on
    }


def stood_in_for(user_id: int) -> dict[int, StandIn]:
    """For whom that person stands in at this moment. One query."""
    today = clock.now().date()
    absences = Absence.objects.filter(
        deputy_id=user_id, starts_on__lte=today + _DAY, ends_on__gte=today - _DAY,
        user__is_active=True,
    ).select_related("user")  # fmt: skip
    return {
        absence.user_id: StandIn(absence.user_id, str(absence.user), user_id, absence.ends_on)
        for absence in absences
        if absence.starts_on <= clock.today(absence.user.time_zone) <= absence.ends_on
    }


def inherited(user_id: int) -> Q:
    """Finds the memberships that somebody has as a deputy at this moment: for lists; the guards ask
    :func:`roles_of` for one place. One query.
    """
    absent = stood_in_for(user_id)
    if not absent:
        return Q(pk__in=[])
    own = Membership.objects.filter(user_id=user_id)
    above = Account.objects.filter(
        pk__in=own.values("account_id"), organization__isnull=False
    ).values("organization_id")
    organizations = Q(organization__in=above) | Q(organization__in=own.values("organization_id"))
    same_customer = (
        organizations
        | Q(account__in=own.values("account_id"))
        | Q(account__organization__in=above)
        | Q(account__organization__in=own.values("organization_id"))
    )
    return Q(user__in=list(absent)) & same_customer
