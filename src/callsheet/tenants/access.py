"""Who may do what, apart from what the state allows.

Guards come in pairs: ``check_can_x`` raises, ``can_x`` answers. Unknown and forbidden look the
same to a stranger (``NotFound``); a member without the right gets ``Forbidden``. The system (clock,
queue, import) may do everything. Deputies have the rights of whom they stand in for
(:mod:`callsheet.tenants.standing_in`), and guards tell the journal by which right they let
somebody through (:mod:`callsheet.journal.capacity`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from callsheet.journal import capacity
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Forbidden, NotFound
from callsheet.tenants.models import Account, Organization, Role, StaffRole, User
from callsheet.tenants.standing_in import Held, roles_of

STAFF = frozenset({StaffRole.ACCOUNT_MANAGER, StaffRole.PRODUCER, StaffRole.STUDIO_ADMIN})
MANAGERS = frozenset({StaffRole.ACCOUNT_MANAGER, StaffRole.STUDIO_ADMIN})
WRITERS = frozenset({Role.ADMIN, Role.MEMBER})


_STRENGTH = ("", Role.VIEWER, Role.MEMBER, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person is to an account: their role in it, in its organization, in the studio.

    The roles are the strongest of their own and of those for whom they stand in today;
    ``held`` has them one by one, the person's own first.
    """

    account_role: str = ""
    organization_role: str = ""
    staff_role: str = ""
    system: bool = False
    consent: bool = False
    held: tuple[Held, ...] = ()

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

    def without_staff(self) -> Rights:
        """The same without the role in the studio: what is left is a customer's."""
        return Rights(self.account_role, self.organization_role, consent=self.consent)


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
    """What ``actor`` is to ``account``, their own and as a deputy. A deactivated person is a
    stranger, also where they would stand in.
    """
    if actor.user_id is None:
        return Rights(system=True)
    held = roles_of(actor.user_id, account.pk, account.organization_id)
    return _merged(held, consent=account.shares_briefs)


def rights_in_organization(actor: Actor, organization: Organization) -> Rights:
    """What ``actor`` is to ``organization``, their own and as a deputy."""
    if actor.user_id is None:
        return Rights(system=True)
    return _merged(roles_of(actor.user_id, None, organization.pk))


def _merged(held: Iterable[Held], *, consent: bool = False) -> Rights:
    held = tuple(held)
    own = [one.staff_role for one in held if one.stands_in_for is None]
    return Rights(
        account_role=max((one.account_role for one in held), key=_strength, default=""),
        organization_role=max((one.organization_role for one in held), key=_strength, default=""),
        staff_role=own[0] if own else "",
        consent=consent,
        held=held,
    )


def _strength(role: str) -> int:
    return _STRENGTH.index(role)


def _require(seen: bool, allowed: bool, what: str, code: str, message: str) -> None:
    if not seen:
        raise NotFound(what)
    if not allowed:
        raise Forbidden(code, message)


Allows = Callable[[Rights], bool]


def _let_through(
    actor: Actor,
    place: Account | Organization,
    rights: Rights,
    allows: Allows,
    *,
    customers: bool = False,
    studios: bool = False,
) -> None:
    """Tell the journal by which right ``actor`` was let through: as a deputy where their own would
    not have sufficed, on behalf where staff do what is a customer's.
    """
    if rights.system:
        return
    where = "organization_id" if isinstance(place, Organization) else "account_id"
    capacity.note(
        actor,
        **{where: place.pk},
        customers_right=customers and rights.is_staff and not allows(rights.without_staff()),
        studios_right=studios and rights.is_staff,
        deputy_for=_deputy_for(rights, allows),
    )


def _deputy_for(rights: Rights, allows: Allows) -> tuple[int, str] | None:
    """For whom the actor stands in where that is what lets them through."""
    if len(rights.held) < 2:
        return None
    own = _merged(rights.held[:1], consent=rights.consent)
    if allows(own):
        return None
    for one in rights.held[1:]:
        if one.stands_in_for is not None and allows(_merged([one], consent=rights.consent)):
            return one.stands_in_for, one.name
    return None


def check_can_read(actor: Actor, account: Account) -> Rights:
    """Raise unless ``actor`` sees the account and its projects."""
    rights = rights_in_account(actor, account)
    _require(rights.may_read, True, "account", "", "")
    _let_through(actor, account, rights, lambda r: r.may_read)
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
    _let_through(actor, account, rights, lambda r: r.may_write, customers=True)
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
    _let_through(
        actor, account, rights, lambda r: r.may_administer or r.may_administer_organization,
        customers=True,
    )  # fmt: skip
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
    _let_through(
        actor, organization, rights, lambda r: r.may_administer_organization, customers=True
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
    _let_through(actor, account, rights, lambda r: r.is_staff, studios=True)
    return rights


def check_can_take_part(actor: Actor, account: Account) -> Rights:
    """Raise unless ``actor`` is one of the two sides of a project's work: writers of the account
    and anybody of the studio.
    """
    rights = rights_in_account(actor, account)
    _require(
        rights.may_read,
        rights.may_write or rights.is_staff,
        "account",
        "viewer_may_not_write",
        "You can read this account, but not change it. Ask an account admin for the member role.",
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
    _let_through(actor, account, rights, lambda r: r.is_manager, studios=True)
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
    _let_through(actor, organization, rights, lambda r: r.is_manager, studios=True)
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
