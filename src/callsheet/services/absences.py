"""When people are away, and who stands in for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, NotFound, Refused
from callsheet.projects.lifecycle import RUNNING
from callsheet.projects.models import Part, Project, ProjectPerson
from callsheet.services.staffing import check_is_studio_admin
from callsheet.services.telling import tell
from callsheet.tenants.access import MANAGERS, STAFF
from callsheet.tenants.models import (
    Absence,
    AccountManagerAssignment,
    Membership,
    StaffRole,
    User,
)

# Who may stand in for whom in the studio: roles are not inherited there, so one's own must do.
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
    """Say that somebody is away from a day to a day (both included, in their own time zone), and
    who stands in: the deputy has their tasks and rights meanwhile.

    One's own, or anybody's by a studio admin. Staff are stood in for by staff whose own role
    suffices, members by somebody who belongs to the same customers. Whoever has tasks needs a
    deputy. Answers ``{"absence", "user"}``. Raises ``Refused("ends_before_start")``,
    ``Refused("deputy_is_self")``, ``Refused("deputy_elsewhere")``, ``Refused("deputy_missing")``,
    ``Conflict("already_away")``, ``Conflict("deputy_away")``, ``Conflict("stands_in_then")``,
    ``Conflict("deputies_in_a_circle")``.
    """

    def work(command: OpenCommand) -> Answer:
        user, deputy = _people_for(actor, user_id, deputy_id)
        if ends_on < starts_on:
            raise Refused("ends_before_start", "The last day is before the first.", field="ends_on")
        if deputy_id == user.pk:
            raise Refused("deputy_is_self", "The deputy has to be somebody else.", field="deputy")
        meanwhile = Absence.objects.filter(starts_on__lte=ends_on, ends_on__gte=starts_on)
        if meanwhile.filter(user=user).exists():
            raise Conflict(
                "already_away", f"{user} is away on some of these days already.", field="starts_on"
            )
        if deputy_id is not None:
            if deputy is None or not may_stand_in(deputy, user):
                raise Refused(
                    "deputy_elsewhere",
                    "Only somebody who belongs to the same customers, or has a role in the studio"
                    " that suffices, can stand in.",
                    field="deputy",
                )
            _check_deputy_is_there(user, deputy, meanwhile.filter(user=deputy))
        _check_stands_in_for_nobody(user, meanwhile.filter(deputy=user))
        if deputy is None and (task := _task_of(user, starts_on, ends_on)):
            raise Refused(
                "deputy_missing",
                f"{user} {task}. Name somebody who stands in.",
                field="deputy",
            )
        absence = Absence.objects.create(
            user=user, deputy=deputy, starts_on=starts_on, ends_on=ends_on
        )
        event = events.record(
            "absence_set", "user", user.pk, command=command,
            data={"from": starts_on, "to": ends_on, "deputy": deputy_id},
        )  # fmt: skip
        tell(event)
        return {"absence": absence.pk, "user": user.pk}

    given = {"user": user_id, "starts_on": starts_on, "ends_on": ends_on, "deputy": deputy_id}
    return run(actor, "set_absence", key, given, work)


def remove_absence(actor: Actor, absence_id: int, *, key: str | None = None) -> Answer:
    """Take an absence back: from now on its deputy has no more rights than their own. One's own,
    or anybody's by a studio admin.
    """

    def work(command: OpenCommand) -> Answer:
        absence = Absence.objects.filter(pk=absence_id).first()
        if absence is None:
            raise NotFound("absence")
        try:
            user, _ = _people_for(actor, absence.user_id, None)
        except NotFound:
            raise NotFound("absence") from None
        gone, _ = Absence.objects.filter(pk=absence_id).delete()
        if not gone:  # somebody else took it back while we waited for the lock
            raise NotFound("absence")
        events.record(
            "absence_removed", "user", user.pk, command=command,
            data={
                "from": absence.starts_on, "to": absence.ends_on, "deputy": absence.deputy_id,
            },
        )  # fmt: skip
        return {"user": user.pk}

    return run(actor, "remove_absence", key, {"absence": absence_id}, work)


def _people_for(actor: Actor, user_id: int, deputy_id: int | None) -> tuple[User, User | None]:
    """The person whose days these are and the deputy, both locked (in the order of their numbers,
    so that two who name each other wait for each other); only for themselves and studio admins.
    """
    if actor.user_id != user_id:
        check_is_studio_admin(actor)
    people = {
        person.pk: person
        for person in User.objects.select_for_update(no_key=True)
        .filter(pk__in=[pk for pk in (user_id, deputy_id) if pk is not None], is_active=True)
        .order_by("pk")
    }
    if user_id not in people:
        raise NotFound("person")
    return people[user_id], None if deputy_id is None else people.get(deputy_id)


def _check_deputy_is_there(user: User, deputy: User, absences: Iterable[Absence]) -> None:
    """Deputies of deputies inherit nothing, so a deputy has to be there on all the days."""
    for absence in absences:
        if absence.deputy_id == user.pk:
            raise Conflict(
                "deputies_in_a_circle",
                f"{user} stands in for {deputy} on some of these days; they cannot stand in for"
                " each other.",
                field="deputy",
            )
        raise Conflict("deputy_away", f"{deputy} is away on some of these days.", field="deputy")


def _check_stands_in_for_nobody(user: User, absences: Iterable[Absence]) -> None:
    for absence in absences:
        raise Conflict(
            "stands_in_then",
            f"{user} stands in for {absence.user} on some of these days. Somebody else has to do"
            " that first.",
            field="starts_on",
        )


def _task_of(user: User, first: date, last: date) -> str:
    """A task that would wait for somebody on these days, in words; empty where there is none."""
    cares = AccountManagerAssignment.objects.filter(
        Q(manager=user) | Q(deputy=user),
        Q(ends_on__isnull=True) | Q(ends_on__gte=first),
        starts_on__lte=last,
    ).select_related("account")
    if care := cares.first():
        return f"looks after {care.account}"
    going = Project.objects.filter(status__in=[status.value for status in RUNNING])
    approved = ProjectPerson.objects.filter(user=user, part=Part.APPROVER)
    if project := going.filter(people__in=approved).first():
        return f"has to approve “{project}”"
    if project := going.filter(owner=user).first():
        return f"is the owner of “{project}”"
    return ""


def may_stand_in(deputy: User, user: User) -> bool:
    """Whether ``deputy`` may have the rights of ``user``: staff by their own role; for members, if
    they belong to every customer that the other belongs to, in any of its places.
    """
    if user.staff_role or deputy.staff_role:
        return deputy.staff_role in _STAND_INS.get(user.staff_role, frozenset())
    customers = _customers_of(user)
    return bool(customers) and customers <= _customers_of(deputy)


def _customers_of(user: User) -> set[tuple[str, int]]:
    """The customers that somebody belongs to: organizations, and accounts without one."""
    return {
        ("organization", organization or above) if organization or above else ("account", account)
        for account, above, organization in Membership.objects.filter(user=user).values_list(
            "account_id", "account__organization_id", "organization_id"
        )
    }
