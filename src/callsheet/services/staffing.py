"""People of the studio: who they are, and whom they look after."""

from __future__ import annotations

from datetime import date, timedelta

from allauth.account.models import EmailAddress

from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Forbidden, NotFound, Refused
from callsheet.services.accounts import check_not_ended, lock_account
from callsheet.services.handing_over import hand_over_accounts, hand_over_everywhere
from callsheet.services.loading import account_of
from callsheet.services.telling import tell
from callsheet.tenants import checks
from callsheet.tenants.access import MANAGERS, STAFF, check_can_manage, staff_role_of
from callsheet.tenants.models import (
    AccountManagerAssignment,
    StaffRole,
    User,
)


def check_is_studio_admin(actor: Actor) -> None:
    """Raise unless ``actor`` runs the studio: ``NotFound`` to customers, ``Forbidden`` to staff."""
    if actor.is_system:
        return
    role = staff_role_of(actor)
    if not role:
        raise NotFound()
    if role != StaffRole.STUDIO_ADMIN:
        raise Forbidden("studio_admins_only", "Only a studio admin can do that.")


def create_staff(
    actor: Actor,
    email: str,
    *,
    role: str,
    name: str = "",
    time_zone: str = "UTC",
    key: str | None = None,
) -> Answer:
    """Make somebody staff of the studio, with a verified address and, if new, without a password.

    Studio admins. A customer's login of the same address is never turned into a staff login:
    ``Conflict("email_taken")``. Answers ``{"user", "email", "role"}``. Raises
    ``Refused("unknown_role")`` and the refusals of an address, name or time zone.
    """

    def work(command: OpenCommand) -> Answer:
        check_is_studio_admin(actor)
        address = checks.email(email)
        _check_staff_role(role)
        if User.objects.filter(email=address).exists():
            raise Conflict("email_taken", f"{address} has a login already.", field="email")
        user = User.objects.create_user(
            address,
            name=checks.name(name) if name.strip() else "",
            staff_role=role,
            time_zone=checks.time_zone(time_zone),
        )
        mark_verified(user)
        events.record("staff_created", "user", user.pk, command=command, data={"role": role})
        return {"user": user.pk, "email": user.email, "role": role}

    given = {"email": email, "role": role, "name": name, "time_zone": time_zone}
    return run(actor, "create_staff", key, given, work)


def change_staff_role(
    actor: Actor, user_id: int, role: str, *, key: str | None = None, note: str = ""
) -> Answer:
    """Give somebody of the studio another role. Studio admins, who cannot change their own.

    Whoever manages no accounts any more hands theirs over: see `deactivate`. Answers ``{"user",
    "role", "before", "handed_over", "without_manager"}``. Raises ``Refused("unknown_role")``,
    ``NotFound`` for somebody who is not of the studio, ``Conflict("own_role")``.
    """

    def work(command: OpenCommand) -> Answer:
        check_is_studio_admin(actor)
        _check_staff_role(role)
        user = _lock_staff(user_id)
        if actor.user_id == user.pk:
            raise Conflict("own_role", "Ask another studio admin to change your own role.")
        before, user.staff_role = user.staff_role, role
        user.save(update_fields=["staff_role"])
        events.record(
            "staff_role_changed", "user", user.pk,
            command=command, data={"before": before, "after": role},
        )  # fmt: skip
        handed, alone = ([], []) if role in MANAGERS else hand_over_accounts(command, user)
        return {
            "user": user.pk,
            "role": role,
            "before": before,
            "handed_over": handed,
            "without_manager": alone,
        }

    return run(actor, "change_staff_role", key, {"user": user_id, "role": role}, work, note=note)


def deactivate(actor: Actor, user_id: int, *, key: str | None = None, note: str = "") -> Answer:
    """Close somebody's login, of the studio or of a customer; what they did stays under their name.

    Studio admins, who cannot lock themselves out. It is closed at once, whatever hangs on it: a
    customer's projects go to an admin of each account, a manager's accounts to their deputies.
    Answers ``{"user", "active"}``, and when closing ``"projects"`` that changed hands, accounts
    ``"handed_over"`` and those ``"without_manager"`` now.
    """
    return _switch(actor, user_id, False, key, note)


def activate(actor: Actor, user_id: int, *, key: str | None = None, note: str = "") -> Answer:
    """Open a closed login again. Studio admins. Answers ``{"user", "active"}``."""
    return _switch(actor, user_id, True, key, note)


def _switch(actor: Actor, user_id: int, active: bool, key: str | None, note: str) -> Answer:
    name = "activate" if active else "deactivate"

    def work(command: OpenCommand) -> Answer:
        check_is_studio_admin(actor)
        user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if user is None:
            raise NotFound("person")
        if actor.user_id == user.pk:
            raise Conflict("own_login", "Ask another studio admin to close your own login.")
        if user.is_active != active:
            user.is_active = active
            user.save(update_fields=["is_active"])
            events.record(f"person_{name}d", "user", user.pk, command=command)
        if active:
            return {"user": user.pk, "active": True}
        handed, alone = hand_over_accounts(command, user)
        return {
            "user": user.pk,
            "active": False,
            "projects": hand_over_everywhere(command, user),
            "handed_over": handed,
            "without_manager": alone,
        }

    return run(actor, name, key, {"user": user_id}, work, note=note)


def mark_verified(user: User) -> None:
    """Record that the address is theirs, so that a second factor can be set up for it."""
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def assign_account_manager(
    actor: Actor,
    account_id: int,
    *,
    manager_id: int,
    deputy_id: int | None = None,
    starts_on: date | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Put an account into somebody's care from a day on (default: today in its time zone).

    Account managers and studio admins. Ends the previous assignment on the day before; one of the
    same day is replaced. Answers ``{"account", "assignment", "ended"}``. Raises
    ``Refused("not_a_manager")`` for a manager or deputy who is not an active account manager or
    studio admin, ``Refused("deputy_is_manager")``, ``Refused("before_previous")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = account_of(account_id)
        check_can_manage(actor, seen)
        account = lock_account(account_id)
        check_not_ended(account)
        manager = _manager(manager_id, "manager")
        deputy = None if deputy_id is None else _manager(deputy_id, "deputy")
        if deputy == manager:
            raise Refused(
                "deputy_is_manager", "The deputy has to be somebody else.", field="deputy"
            )
        first = starts_on or clock.today(account.time_zone)
        current = AccountManagerAssignment.objects.filter(
            account=account, ends_on__isnull=True
        ).first()
        ended = None
        if current is not None and first < current.starts_on:
            raise Refused(
                "before_previous",
                f"{current.manager} looks after this account from {current.starts_on} on; the next"
                " one can only follow.",
                field="starts_on",
            )
        if current is not None and first == current.starts_on:
            current.delete()
        elif current is not None:
            current.ends_on = first - timedelta(days=1)
            current.save(update_fields=["ends_on"])
            ended = current.pk
        assignment = AccountManagerAssignment.objects.create(
            account=account, manager=manager, deputy=deputy, starts_on=first
        )
        tell(
            events.record(
                "manager_assigned", "account", account.pk,
                command=command, account_id=account.pk,
                data={
                    "manager": manager.pk,
                    "manager_name": str(manager),
                    "deputy": deputy.pk if deputy else None,
                    "starts_on": first,
                },
            )
        )  # fmt: skip
        return {"account": account.pk, "assignment": assignment.pk, "ended": ended}

    given = {
        "account": account_id,
        "manager": manager_id,
        "deputy": deputy_id,
        "starts_on": starts_on,
    }
    return run(actor, "assign_account_manager", key, given, work, note=note)


def _manager(user_id: int, field: str) -> User:
    user = User.objects.filter(pk=user_id, is_active=True, staff_role__in=MANAGERS).first()
    if user is None:
        raise Refused(
            "not_a_manager",
            "Only an account manager or a studio admin can look after an account.",
            field=field,
        )
    return user


def _lock_staff(user_id: int) -> User:
    user = (
        User.objects.select_for_update(no_key=True)
        .exclude(staff_role=StaffRole.NONE)
        .filter(pk=user_id)
        .first()
    )
    if user is None:
        raise NotFound("person")
    return user


def _check_staff_role(role: str) -> None:
    if role not in STAFF:
        raise Refused(
            "unknown_role",
            f"“{role}” is no role in the studio. It is one of: {', '.join(sorted(STAFF))}.",
            field="role",
        )


def offer_password(actor: Actor, user_id: int, *, key: str | None = None) -> Answer:
    """Record that somebody was offered a link to set a password. Studio admins.

    The link itself is made by the edge and kept nowhere. Answers ``{"user"}``. Raises ``NotFound``
    for an unknown person, ``Conflict("login_closed")``.
    """

    def work(command: OpenCommand) -> Answer:
        check_is_studio_admin(actor)
        user = User.objects.filter(pk=user_id).first()
        if user is None:
            raise NotFound("person")
        if not user.is_active:
            raise Conflict("login_closed", "This login is closed. Open it first.")
        mark_verified(user)
        events.record("password_offered", "user", user.pk, command=command)
        return {"user": user.pk}

    return run(actor, "offer_password", key, {"user": user_id}, work)
