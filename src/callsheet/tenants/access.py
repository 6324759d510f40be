"""Who may do what, apart from what the state allows.

Guards come in pairs: ``check_can_x`` raises, ``can_x`` answers. Unknown and forbidden look the
same to a stranger (``NotFound``); a member without the right gets ``Forbidden``. The system (clock,
queue, import) may do everything.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import FilteredRelation, Q

from callsheet.kit.actor import Actor
from callsheet.kit.errors import Forbidden, NotFound
from callsheet.tenants.models import Account, Membership, Organization, Role, StaffRole, User

STAFF = frozenset({StaffRole.ACCOUNT_MANAGER, StaffRole.PRODUCER, StaffRole.STUDIO_ADMIN})
MANAGERS = frozenset({StaffRole.ACCOUNT_MANAGER, StaffRole.STUDIO_ADMIN})
WRITERS = frozenset({Role.ADMIN, Role.MEMBER})


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person is to an account: their role in it, in its organization, in the studio."""

    account_role: str = ""
    organization_role: str = ""
    staff_role: str = ""
    system: bool = False
    consent: bool = False

    @property
    def is_manager(self) -> bool:
        """An account manager or studio admin, or the system."""
        return self.system or self.staff_role in MANAGERS

    @property
    def is_staff(self) -> bool:
        """Anybody of the studio, or the system."""
        return self.system or self.staff_role in STAFF

    @property
    def may_read(self) -> bool:
        """Sees the account and its projects; organization admins where the account consents."""
        overseen = self.consent and self.organization_role == Role.ADMIN
        return self.is_staff or bool(self.account_role) or overseen

    @property
    def may_write(self) -> bool:
        """Writes and submits briefs; staff act on behalf of the customer, visibly logged."""
        return self.is_manager or self.account_role in WRITERS

    @property
    def may_administer(self) -> bool:
        """Orders the whole queue and looks after the account's people."""
        return self.is_manager or self.account_role == Role.ADMIN

    @property
    def may_administer_organization(self) -> bool:
        """Moves credits between the pool and the accounts."""
        return self.is_manager or self.organization_role == Role.ADMIN


def staff_role_of(actor: Actor) -> str | None:
    """The studio role of a person who may act at all, or None for one who may not."""
    if actor.user_id is None:
        return None
    return (
        User.objects.filter(pk=actor.user_id, is_active=True)
        .values_list("staff_role", flat=True)
        .first()
    )


def rights_in_account(actor: Actor, account: Account) -> Rights:
    """What ``actor`` is to ``account``. A deactivated person is a stranger."""
    if actor.user_id is None:
        return Rights(system=True)
    place = Q(memberships__account_id=account.pk)
    if account.organization_id:
        place |= Q(memberships__organization_id=account.organization_id)
    staff_role = account_role = organization_role = ""
    for staff_role, account_id, role in (  # noqa: B007 -- one row at least, if the person exists
        User.objects.filter(pk=actor.user_id, is_active=True)
        .annotate(here=FilteredRelation("memberships", condition=place))
        .values_list("staff_role", "here__account_id", "here__role")
    ):
        if account_id:
            account_role = role
        elif role:
            organization_role = role
    return Rights(account_role, organization_role, staff_role, consent=account.shares_briefs)


def rights_in_organization(actor: Actor, organization: Organization) -> Rights:
    """What ``actor`` is to ``organization``."""
    if actor.user_id is None:
        return Rights(system=True)
    staff_role = staff_role_of(actor)
    if staff_role is None:
        return Rights()
    role = (
        Membership.objects.filter(user_id=actor.user_id, organization=organization)
        .values_list("role", flat=True)
        .first()
    )
    return Rights(organization_role=role or "", staff_role=staff_role)


def _require(seen: bool, allowed: bool, what: str, code: str, message: str) -> None:
    if not seen:
        raise NotFound(what)
    if not allowed:
        raise Forbidden(code, message)


def check_can_read(actor: Actor, account: Account) -> Rights:
    """Raise unless ``actor`` sees the account and its projects."""
    rights = rights_in_account(actor, account)
    _require(rights.may_read, True, "account", "", "")
    return rights


def check_can_write(actor: Actor, account: Account) -> Rights:
    """Raise unless ``actor`` may write and submit briefs in the account."""
    rights = rights_in_account(actor, account)
    _require(
        rights.may_read,
        rights.may_write,
        "account",
        "viewer_may_not_write",
        "You can read this account, but not change it. Ask an account admin for the member role.",
    )
    return rights


def check_can_administer(actor: Actor, account: Account) -> Rights:
    """Raise unless ``actor`` is an admin of the account (or its account manager)."""
    rights = rights_in_account(actor, account)
    _require(
        rights.may_read or rights.organization_role == Role.ADMIN,
        rights.may_administer or rights.may_administer_organization,
        "account",
        "admins_only",
        "Only an admin of this account can do that.",
    )
    return rights


def check_can_administer_organization(actor: Actor, organization: Organization) -> Rights:
    """Raise unless ``actor`` is an admin of the organization (or studio staff who manage)."""
    rights = rights_in_organization(actor, organization)
    _require(
        rights.is_staff or bool(rights.organization_role),
        rights.may_administer_organization,
        "organization",
        "organization_admins_only",
        "Only an admin of this organization can do that.",
    )
    return rights


def check_can_produce(actor: Actor, account: Account) -> Rights:
    """Raise unless ``actor`` is of the studio: accept, return, deliver."""
    rights = rights_in_account(actor, account)
    _require(
        rights.may_read,
        rights.is_staff,
        "project",
        "studio_only",
        "Only the studio can do that.",
    )
    return rights


def check_can_manage(actor: Actor, account: Account) -> Rights:
    """Raise unless ``actor`` is an account manager or studio admin: credits, plans, pause."""
    rights = rights_in_account(actor, account)
    _require(
        rights.may_read or rights.organization_role == Role.ADMIN,
        rights.is_manager,
        "account",
        "account_managers_only",
        "Only the account manager can do that.",
    )
    return rights


def check_can_manage_organization(actor: Actor, organization: Organization) -> Rights:
    """Raise unless ``actor`` is an account manager or studio admin: the pool's credits and plan."""
    rights = rights_in_organization(actor, organization)
    _require(
        rights.is_staff or bool(rights.organization_role),
        rights.is_manager,
        "organization",
        "account_managers_only",
        "Only the account manager can do that.",
    )
    return rights


def check_is_manager(actor: Actor) -> None:
    """Raise unless ``actor`` is an account manager or studio admin of this studio: ``NotFound`` to
    customers, ``Forbidden`` to other staff.
    """
    if actor.is_system:
        return
    role = staff_role_of(actor) or ""
    _require(
        role in STAFF,
        role in MANAGERS,
        "page",
        "account_managers_only",
        "Only an account manager can do that.",
    )
