"""People as pages and lists read them: of a project, its guests, absences, accounts in nobody's
care.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from callsheet.insight.asked import asked_of
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.projects.models import GuestLink, Project, ProjectPerson
from callsheet.tenants.access import staff_role_of
from callsheet.tenants.models import (
    Absence,
    Account,
    AccountManagerAssignment,
    AccountStatus,
    StaffRole,
    User,
)
from callsheet.tenants.standing_in import away_now


@dataclass(frozen=True, slots=True)
class ProjectPersonLine:
    """Somebody of a project. ``part`` is owner, reviewer or approver; ``stands_in`` names the
    deputy of somebody who is away today.
    """

    user: int
    name: str
    email: str
    part: str
    approved_at: datetime | None
    away_until: date | None
    stands_in: str


@dataclass(frozen=True, slots=True)
class GuestLine:
    """A guest's link: open, revoked, handed_in or expired."""

    link: int
    name: str
    email: str
    state: str
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """Days on which somebody is away (both included, in their own time zone)."""

    absence: int
    name: str
    starts_on: date
    ends_on: date
    deputy: str


def read_project_people(project_id: int) -> list[ProjectPersonLine]:
    """The people of that project, its owner first; permission is for the caller to check."""
    project = Project.objects.select_related("owner").get(pk=project_id)
    found: list[tuple[User, str, datetime | None]] = []
    if project.owner is not None:
        found.append((project.owner, "owner", None))
    people = ProjectPerson.objects.filter(project=project).select_related("user")
    found += [(one.user, one.part, one.approved_at) for one in people.order_by("part", "pk")]
    away = away_now(user.pk for user, _, _ in found)
    deputies = User.objects.in_bulk({one.deputy for one in away.values() if one.deputy})
    lines = []
    for user, part, approved_at in found:
        absence = away.get(user.pk)
        deputy = deputies.get(absence.deputy) if absence and absence.deputy else None
        lines.append(
            ProjectPersonLine(
                user.pk, str(user), user.email, part, approved_at,
                absence.until if absence else None, str(deputy) if deputy else "",
            )
        )  # fmt: skip
    return lines


def read_guests(project_id: int) -> list[GuestLine]:
    """The guests of that project, the newest first; permission is for the caller to check."""
    now = clock.now()
    return [
        GuestLine(
            link.pk, link.name, link.email, _state(link, now), link.expires_at, link.last_used_at
        )
        for link in GuestLink.objects.filter(project_id=project_id).order_by("-pk")
    ]


def _state(link: GuestLink, now: datetime) -> str:
    if link.ended_at:
        return "handed_in"
    if link.revoked_at:
        return "revoked"
    return "open" if link.expires_at > now else "expired"


def list_absences(actor: Actor, user_id: int) -> list[AbsenceLine]:
    """When that person is away, from today on. One's own, or anybody's by a studio admin.

    Raises ``NotFound("person")``.
    """
    user = User.objects.filter(pk=user_id).first()
    role = "" if actor.is_system else staff_role_of(actor)
    allowed = actor.is_system or role == StaffRole.STUDIO_ADMIN or actor.user_id == user_id
    if user is None or role is None or not allowed:
        raise NotFound("person")
    today = clock.today(user.time_zone)
    absences = Absence.objects.filter(user=user, ends_on__gte=today).select_related("deputy")
    return [
        AbsenceLine(
            one.pk, str(user), one.starts_on, one.ends_on, str(one.deputy) if one.deputy else ""
        )
        for one in absences.order_by("starts_on", "pk")
    ]


def accounts_without_manager(actor: Actor) -> list[str]:
    """The keys of accounts that nobody of the studio looks after today, by name. For staff.

    Raises ``NotFound("page")`` to customers.
    """
    if not actor.is_system and not staff_role_of(actor):
        raise NotFound("page")
    today = clock.now().date()
    care = AccountManagerAssignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), account=OuterRef("pk"),
        manager__is_active=True,
    )  # fmt: skip
    accounts = Account.objects.exclude(status=AccountStatus.ENDED).filter(~Exists(care))
    return list(accounts.order_by("name", "pk").values_list("key", flat=True))


@dataclass(frozen=True, slots=True)
class TurnLine:
    """Whose turn it is: what for, by name ("Amira Haddad for Jonas Weiss"), and until when."""

    what: str
    people: tuple[str, ...]
    since: datetime
    due: datetime | None


def read_turns(project_id: int) -> list[TurnLine]:
    """Who is asked for what in that project now; permission is for the caller to check."""
    asks = asked_of([project_id]).get(project_id, [])
    wanted = {user for ask in asks for user in ask.people}
    wanted |= {away for ask in asks for _, away in ask.deputy_for}
    names = {pk: str(user) for pk, user in User.objects.in_bulk(wanted).items()}
    lines = []
    for ask in asks:
        away = dict(ask.deputy_for)
        said = [
            f"{names[user]} for {names[away[user]]}" if user in away else names[user]
            for user in ask.people
        ]
        lines.append(TurnLine(ask.what.label, tuple(said), ask.since, ask.due))
    return lines
