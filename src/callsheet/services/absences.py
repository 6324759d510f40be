"""When people are away, and who stands in for them."""

from __future__ import annotations

from datetime import date

from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, NotFound, Refused
from callsheet.services.staffing import check_is_studio_admin
from callsheet.tenants.access import MANAGERS, STAFF
from callsheet.tenants.models import Absence, Membership, StaffRole, User

# Who may stand in for whom: nobody gains a right by it that their own role does not have.
_STAND_INS: dict[str, frozenset[StaffRole]] = {
    StaffRole.STUDIO_ADMIN: frozenset({StaffRole.STUDIO_ADMIN}),
    StaffRole.ACCOUNT_MANAGER: MANAGERS,
    StaffRole.PRODUCER: STAFF,
}


def set_absence(
    actor: Actor,
    user_id: int,
    *,
    starts_on: date,
    ends_on: date,
    deputy_id: int | None = None,
    key: str | None = None,
) -> Answer:
    """Say that somebody is away from a day to a day (both included), and who stands in.

    One's own, or anybody's by a studio admin. A deputy inherits rights, so staff are stood in for
    by staff, and members by somebody who shares every one of their accounts and organizations.
    Answers ``{"absence", "user"}``. Raises ``Refused("ends_before_start")``,
    ``Refused("deputy_is_self")``, ``Refused("deputy_elsewhere")``, ``Conflict("already_away")``,
    ``Conflict("deputy_away")``.
    """

    def work(command: OpenCommand) -> Answer:
        user = _person_for(actor, user_id)
        if ends_on < starts_on:
            raise Refused("ends_before_start", "The last day is before the first.", field="ends_on")
        if deputy_id == user.pk:
            raise Refused("deputy_is_self", "The deputy has to be somebody else.", field="deputy")
        if _away(user.pk, starts_on, ends_on):
            raise Conflict(
                "already_away", f"{user} is away on some of these days already.", field="starts_on"
            )
        deputy = None
        if deputy_id is not None:
            deputy = User.objects.filter(pk=deputy_id, is_active=True).first()
            if deputy is None or not _may_stand_in(deputy, user):
                raise Refused(
                    "deputy_elsewhere",
                    "Only somebody who works in the same places can stand in.",
                    field="deputy",
                )
            if _away(deputy.pk, starts_on, ends_on):
                raise Conflict(
                    "deputy_away", f"{deputy} is away on some of these days.", field="deputy"
                )
        absence = Absence.objects.create(
            user=user, deputy=deputy, starts_on=starts_on, ends_on=ends_on
        )
        events.record(
            "absence_set", "user", user.pk, command=command,
            data={"from": starts_on, "to": ends_on, "deputy": deputy_id},
        )  # fmt: skip
        return {"absence": absence.pk, "user": user.pk}

    given = {"user": user_id, "starts_on": starts_on, "ends_on": ends_on, "deputy": deputy_id}
    return run(actor, "set_absence", key, given, work)


def remove_absence(actor: Actor, absence_id: int, *, key: str | None = None) -> Answer:
    """Take an absence back. One's own, or anybody's by a studio admin."""

    def work(command: OpenCommand) -> Answer:
        absence = Absence.objects.filter(pk=absence_id).first()
        if absence is None:
            raise NotFound("absence")
        try:
            user = _person_for(actor, absence.user_id)
        except NotFound:
            raise NotFound("absence") from None
        absence.delete()
        events.record("absence_removed", "user", user.pk, command=command)
        return {"user": user.pk}

    return run(actor, "remove_absence", key, {"absence": absence_id}, work)


def _person_for(actor: Actor, user_id: int) -> User:
    """The person whose days these are, locked; only for themselves and studio admins."""
    if actor.user_id != user_id:
        check_is_studio_admin(actor)
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFound("person")
    return user


def _away(user_id: int, starts_on: date, ends_on: date) -> bool:
    return Absence.objects.filter(
        user_id=user_id, starts_on__lte=ends_on, ends_on__gte=starts_on
    ).exists()


def _may_stand_in(deputy: User, user: User) -> bool:
    if user.staff_role or deputy.staff_role:
        return deputy.staff_role in _STAND_INS.get(user.staff_role, frozenset())
    theirs = Membership.objects.filter(user=deputy)
    return all(
        theirs.filter(account=place.account_id, organization=place.organization_id).exists()
        for place in Membership.objects.filter(user=user)
    )
