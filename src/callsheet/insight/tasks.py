"""What one person is asked to do now, over all accounts. Reads only, in a number of queries that
depends neither on the tasks nor on the accounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from callsheet.insight.asked import Asked, asked_of
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import Project
from callsheet.tenants.access import staff_role_of
from callsheet.tenants.models import StaffRole, User
from callsheet.tenants.standing_in import stood_in_for

_UNSUBMITTED = (Status.DRAFT.value, Status.PENDING_APPROVAL.value)


@dataclass(frozen=True, slots=True)
class Task:
    """Something that one person is asked for. ``instead_of`` is whom they stand in for."""

    project: int
    account: str
    key: str
    title: str
    status: str
    what: str
    since: datetime
    due: datetime | None
    instead_of: str


def tasks_of(actor: Actor, user_id: int, *, waiting: bool = False) -> list[Task]:
    """What that person is asked for, most urgent first; with ``waiting``, also what only waits.

    Everybody sees their own, studio admins anybody's. Staff are asked about a draft only where it
    was shared with them. Raises ``NotFound("person")``.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not _may_see(actor, user):
        raise NotFound("person")
    absent = stood_in_for(user.pk)
    candidates = Project.objects.exclude(
        status__in=[status.value for status in ENDED], resuming_since__isnull=True
    )
    if user.staff_role:
        candidates = candidates.exclude(status__in=_UNSUBMITTED, shared_with_studio=False)
    else:
        people = {user.pk, *absent}
        candidates = candidates.filter(
            Q(account__memberships__user__in=people) | Q(owner__in=people)
        ).distinct()
    asked = asked_of(candidates.values_list("pk", flat=True))
    mine = [
        ask
        for asks in asked.values()
        for ask in asks
        if user.pk in ask.people and (waiting or ask.needs_somebody)
    ]
    projects = Project.objects.select_related("account").in_bulk({ask.project for ask in mine})
    return [
        _task(
            ask, projects[ask.project], user, absent_names={pk: s.name for pk, s in absent.items()}
        )
        for ask in sorted(mine, key=_urgency)
    ]


def _may_see(actor: Actor, user: User) -> bool:
    if actor.is_system:
        return True
    role = staff_role_of(actor)
    return role is not None and (actor.user_id == user.pk or role == StaffRole.STUDIO_ADMIN)


def _urgency(ask: Asked) -> tuple[bool, datetime, int]:
    return ask.due is None, ask.due or ask.since, ask.project


def _task(ask: Asked, project: Project, user: User, *, absent_names: dict[int, str]) -> Task:
    away = dict(ask.deputy_for).get(user.pk)
    return Task(
        project=project.pk,
        account=project.account.key,
        key=project.key,
        title=project.title,
        status=project.status,
        what=ask.what.value,
        since=ask.since,
        due=ask.due,
        instead_of=absent_names.get(away or 0, ""),
    )
