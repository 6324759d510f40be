"""The accounts that somebody can open, for the switcher. Reads only, two queries."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from callsheet.kit.actor import Actor
from callsheet.tenants.models import Account, Membership, Role, User
from callsheet.tenants.standing_in import inherited

MOST = 50


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """An account to go to. ``organization`` is empty for a standalone one; ``overseen``: only its
    queue can be opened, with keys in place of titles.
    """

    key: str
    name: str
    organization: str
    ended: bool
    overseen: bool = False


def places_of(actor: Actor, search: str = "", most: int = MOST) -> list[PlaceLine]:
    """The accounts whose pages ``actor`` may open, by name; ``search`` narrows them by name or key.

    Members and those who stand in for them; organization admins all of their accounts, those that
    do not share their briefs as ``overseen``; staff all. Empty for a login that is closed.
    """
    user = User.objects.filter(pk=actor.user_id or 0, is_active=True).first()
    if user is None:
        return []
    accounts = known_accounts(user).select_related("organization")
    if not user.staff_role:
        own = _places(user).filter(account_id=OuterRef("pk"))
        accounts = accounts.annotate(own=Exists(own))
    if search:
        accounts = accounts.filter(Q(name__icontains=search) | Q(key__icontains=search))
    return [
        PlaceLine(
            key=account.key,
            name=account.name,
            organization=account.organization.name if account.organization else "",
            ended=account.ended_on is not None and account.status == "ended",
            overseen=not (getattr(account, "own", True) or account.shares_briefs),
        )
        for account in accounts.order_by("name", "pk")[:most]
    ]


def known_accounts(user: User) -> QuerySet[Account]:
    """The accounts that this active person may know of: staff all, members and those who stand in
    for them their own, organization admins those of their organization.
    """
    if user.staff_role:
        return Account.objects.all()
    places = _places(user)
    overseen = places.filter(role=Role.ADMIN, organization__isnull=False)
    return Account.objects.filter(
        Q(pk__in=places.values("account_id"))
        | Q(organization_id__in=overseen.values("organization_id"))
    )


def _places(user: User) -> QuerySet[Membership]:
    return Membership.objects.filter(Q(user=user) | inherited(user.pk))
