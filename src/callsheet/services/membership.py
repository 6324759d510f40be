"""Who belongs to an account or an organization, and as what."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import Actor
from callsheet.kit.errors import CallsheetError, Conflict, Forbidden, NotFound, Refused
from callsheet.services.accounts import organization_of
from callsheet.services.handing_over import hand_over_projects, successor_in
from callsheet.services.loading import account_of
from callsheet.services.staffing import mark_verified
from callsheet.services.telling import tell
from callsheet.tenants import checks
from callsheet.tenants.access import (
    check_can_administer,
    check_can_administer_organization,
    check_is_manager,
    staff_role_of,
)
from callsheet.tenants.models import Account, Membership, Organization, Role, User


@dataclass(frozen=True, slots=True)
class PlaceRef:
    """The account or the organization that a membership or an invitation is about."""

    account: Account | None = None
    organization: Organization | None = None

    @property
    def filter(self) -> Q:
        """Finds memberships and invitations of this place."""
        if self.account is not None:
            return Q(account=self.account)
        return Q(organization=self.organization)

    @property
    def ids(self) -> dict[str, int | None]:
        """The place as the journal and an answer name it."""
        return {
            "account_id": self.account.pk if self.account else None,
            "organization_id": self.organization.pk if self.organization else None,
        }

    def __str__(self) -> str:
        return str(self.account or self.organization)


def place_of(account_id: int | None, organization_id: int | None) -> PlaceRef:
    """The place of that id. Raises ``Refused("one_place")`` unless exactly one is named."""
    if account_id is not None and organization_id is None:
        return PlaceRef(account=account_of(account_id))
    if organization_id is not None and account_id is None:
        return PlaceRef(organization=organization_of(organization_id))
    raise Refused("one_place", "Name an account or an organization, one of them.", field="account")


def check_can_administer_place(actor: Actor, place: PlaceRef) -> None:
    """Raise unless ``actor`` looks after the people of the account or organization."""
    if place.account is not None:
        check_can_administer(actor, place.account)
    elif place.organization is not None:
        check_can_administer_organization(actor, place.organization)


def lock_place(place: PlaceRef) -> None:
    """Lock the place's row: whoever changes its people waits here for each other."""
    owner = place.account or place.organization
    if owner is not None:
        rows = type(owner)._default_manager.select_for_update(no_key=True, of=("self",))
        list(rows.filter(pk=owner.pk))


def check_role(role: str) -> str:
    """A member's role. Raises ``Refused("unknown_role")``."""
    if role not in Role.values:
        raise Refused(
            "unknown_role",
            f"“{role}” is no role. It is one of: {', '.join(Role.values)}.",
            field="role",
        )
    return role


def add_member(
    actor: Actor,
    email: str,
    role: str,
    *,
    account_id: int | None = None,
    organization_id: int | None = None,
    name: str = "",
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Make somebody a member at once; a new address gets a login without a password.

    Account managers and studio admins; customers invite instead (`services.inviting`), so that
    nobody can find out whose address is known. Answers ``{"membership", "user"}``. Raises
    ``Refused("unknown_role")``, ``Refused("staff_are_no_members")`` or
    ``Conflict("already_member")``.
    """

    def work(command: OpenCommand) -> Answer:
        place = place_of(account_id, organization_id)
        check_can_administer_place(actor, place)
        try:
            check_is_manager(actor)
        except (NotFound, Forbidden):
            raise Forbidden(
                "invite_instead", "Please invite people; the studio adds them directly."
            ) from None
        check_role(role)
        address = checks.email(email)
        lock_place(place)
        user = User.objects.filter(email=address).first()
        if user is None:
            user = User.objects.create_user(address, name=checks.name(name) if name.strip() else "")
            mark_verified(user)
        membership = join(command, place, user, role)
        return {"membership": membership.pk, "user": user.pk}

    given = {"email": email, "role": role, "account": account_id, "organization": organization_id}
    return run(actor, "add_member", key, given | {"name": name}, work, note=note)


def join(command: OpenCommand, place: PlaceRef, user: User, role: str) -> Membership:
    """Write a new membership and its event; the caller has checked and holds the place's lock."""
    if user.staff_role:
        raise Refused(
            "staff_are_no_members",
            f"{user} belongs to the studio and sees every account already.",
            field="email",
        )
    if Membership.objects.filter(place.filter, user=user).exists():
        raise Conflict("already_member", f"{user} is a member already.", field="email")
    membership = Membership.objects.create(
        user=user, account=place.account, organization=place.organization, role=role
    )
    tell(
        events.record(
            "member_added", "membership", membership.pk, command=command,
            data={"user": user.pk, "name": str(user), "role": role}, **place.ids,
        )
    )  # fmt: skip
    return membership


def change_role(
    actor: Actor, membership_id: int, role: str, *, key: str | None = None, note: str = ""
) -> Answer:
    """Give a member another role. Admins of the place, and managers of the studio.

    Whoever only reads from now on owns no project any more: see `remove_member`. Answers
    ``{"membership", "role", "before"}``. Raises ``Conflict("last_admin")`` when nobody would look
    after the place any more.
    """

    def work(command: OpenCommand) -> Answer:
        membership, place = _membership(actor, membership_id)
        check_can_administer_place(actor, place)
        check_role(role)
        membership = _lock_membership(membership, place)
        before = membership.role
        if before == Role.ADMIN and role != Role.ADMIN:
            _check_not_last_admin(membership, place)
        membership.role = role
        membership.save(update_fields=["role"])
        if role == Role.VIEWER and before != Role.VIEWER and place.account is not None:
            # Who only reads owns nothing; reviewing and approving they still may.
            successor = successor_in(place.account.pk, membership.user_id)
            hand_over_projects(command, place.account.pk, membership.user, successor, parts=False)
        tell(
            events.record(
                "role_changed", "membership", membership.pk, command=command,
                data={"user": membership.user_id, "before": before, "after": role}, **place.ids,
            )
        )  # fmt: skip
        return {"membership": membership.pk, "role": role, "before": before}

    given = {"membership": membership_id, "role": role}
    return run(actor, "change_role", key, given, work, note=note)


def remove_member(
    actor: Actor,
    membership_id: int,
    *,
    successor_id: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Take somebody out of an account or organization; everybody may leave by themselves.

    Admins of the place, managers of the studio, or the member. What they own in the account goes
    to ``successor_id``, by default to the admin who has been there longest. Answers ``{"user",
    "left", "projects"}`` (those that changed hands). Raises ``Conflict("last_admin")``: the last
    admin can never go; ``Refused("not_of_account")`` for a successor who does not write there.
    """

    def work(command: OpenCommand) -> Answer:
        membership, place = _membership(actor, membership_id)
        if membership.user_id != actor.user_id:
            check_can_administer_place(actor, place)
        membership = _lock_membership(membership, place)
        if membership.role == Role.ADMIN:
            _check_not_last_admin(membership, place)
        events.record(
            "member_removed", "membership", membership.pk, command=command,
            data={"user": membership.user_id, "role": membership.role}, **place.ids,
        )  # fmt: skip
        membership.delete()
        projects = _hand_over(command, membership, place, successor_id)
        return {
            "user": membership.user_id,
            "left": membership.user_id == actor.user_id,
            "projects": projects,
        }

    given = {"membership": membership_id, "successor": successor_id}
    return run(actor, "remove_member", key, given, work, note=note)


def _hand_over(
    command: OpenCommand, membership: Membership, place: PlaceRef, successor_id: int | None
) -> list[int]:
    if place.account is None:
        return []
    successor = successor_in(place.account.pk, membership.user_id, successor_id)
    return hand_over_projects(command, place.account.pk, membership.user, successor)


def _membership(actor: Actor, membership_id: int) -> tuple[Membership, PlaceRef]:
    """The membership and its place; ``NotFound("member")`` also for whom the place is unknown."""
    membership = (
        Membership.objects.select_related("user", "account__organization", "organization")
        .filter(pk=membership_id)
        .first()
    )
    if membership is None or not (actor.is_system or _is_active(actor)):
        raise NotFound("member")
    place = PlaceRef(membership.account, membership.organization)
    if membership.user_id != actor.user_id:
        try:
            check_can_administer_place(actor, place)
        except Forbidden:
            raise
        except CallsheetError:
            raise NotFound("member") from None
    return membership, place


def _is_active(actor: Actor) -> bool:
    return staff_role_of(actor) is not None


def _lock_membership(membership: Membership, place: PlaceRef) -> Membership:
    lock_place(place)
    locked = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=membership.pk)
        .first()
    )
    if locked is None:
        raise NotFound("member")
    return locked


def _check_not_last_admin(membership: Membership, place: PlaceRef) -> None:
    others = Membership.objects.filter(place.filter, role=Role.ADMIN, user__is_active=True).exclude(
        pk=membership.pk
    )
    if not others.exists():
        raise Conflict(
            "last_admin",
            f"This is the last admin of {place}. Make somebody else an admin first.",
            field="role",
        )
