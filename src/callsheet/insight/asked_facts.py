"""Who could be asked about a batch of projects, read in bulk: the number of queries is the same for
one project and for a thousand. Reads only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.projects.models import (
    Amendment,
    Clock,
    Comment,
    Part,
    Project,
    ProjectPerson,
    StageSpell,
    StopRequest,
)
from callsheet.tenants.models import (
    Account,
    AccountManagerAssignment,
    Membership,
    Role,
    StaffRole,
    User,
)
from callsheet.tenants.standing_in import StandIn, away_now

_USER = "user:"


@dataclass(frozen=True, slots=True)
class People:
    """Everybody who could be asked in some accounts; active people only, by number.

    ``members``: of each account with their role, those who joined first before the others.
    ``belongs``: everybody of the account's customer (its organization and all its accounts).
    ``care``: each account's manager and the assignment's deputy today.
    """

    members: dict[int, dict[int, str]]
    belongs: dict[int, set[int]]
    care: dict[int, tuple[int, ...]]
    staff: dict[int, str]
    away: dict[int, StandIn]

    def admins(self, account_id: int) -> list[int]:
        """The account's admins."""
        members = self.members.get(account_id, {})
        return [user for user, role in members.items() if role == Role.ADMIN]

    def writers(self, account_id: int) -> list[int]:
        """The account's admins, then its members."""
        members = self.members.get(account_id, {})
        plain = [user for user, role in members.items() if role == Role.MEMBER]
        return self.admins(account_id) + plain

    def staff_as(self, *roles: str) -> list[int]:
        """The studio's people with one of these roles."""
        return [user for user, role in self.staff.items() if role in roles]


def read_people(account_ids: Collection[int]) -> People:
    """Read who could be asked in these accounts."""
    accounts = dict(Account.objects.filter(pk__in=account_ids).values_list("pk", "organization_id"))
    above = {organization for organization in accounts.values() if organization}
    members: dict[int, dict[int, str]] = defaultdict(dict)
    in_organization: dict[int, set[int]] = defaultdict(set)
    for user, account, organization, parent, role in (
        Membership.objects.filter(
            Q(account__in=account_ids)
            | Q(organization__in=above)
            | Q(account__organization__in=above),
            user__is_active=True,
        )
        .order_by("pk")
        .values_list("user_id", "account_id", "organization_id", "account__organization_id", "role")
    ):
        if account in accounts:
            members[account][user] = role
        if organization or parent:
            in_organization[organization or parent].add(user)
    return People(
        members=dict(members),
        belongs={
            account: in_organization[organization] if organization else {*members.get(account, ())}
            for account, organization in accounts.items()
        },
        care=_care(account_ids),
        staff=dict(
            User.objects.filter(is_active=True)
            .exclude(staff_role=StaffRole.NONE)
            .order_by("pk")
            .values_list("pk", "staff_role")
        ),
        away=away_now(),
    )


def _care(account_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    found = {}
    for care in AccountManagerAssignment.objects.filter(account__in=account_ids).select_related(
        "account"
    ):
        today = clock.today(care.account.time_zone)
        if care.starts_on <= today and (care.ends_on is None or care.ends_on >= today):
            pair = (care.manager_id, care.deputy_id)
            found[care.account_id] = tuple(user for user in pair if user is not None)
    return found


@dataclass(slots=True)
class Facts:
    """What stands open in some projects, by project."""

    projects: dict[int, Project]
    clocks: dict[int, dict[str, Clock]] = field(default_factory=dict)
    spells: dict[int, StageSpell] = field(default_factory=dict)
    reviewers: dict[int, list[int]] = field(default_factory=dict)
    approvers: dict[int, list[int]] = field(default_factory=dict)
    undecided: dict[int, list[int]] = field(default_factory=dict)
    amendments: dict[int, Amendment] = field(default_factory=dict)
    stops: dict[int, StopRequest] = field(default_factory=dict)
    comments: dict[int, list[Comment]] = field(default_factory=dict)
    worked_on: dict[int, int] = field(default_factory=dict)
    asked_for_approval: dict[int, int | None] = field(default_factory=dict)


def read_facts(project_ids: Collection[int], staff: Iterable[int]) -> Facts:
    """Read what stands open in these projects; ``staff`` are those who may have worked on them."""
    ids = set(project_ids)
    facts = Facts(
        projects={
            project.pk: project
            for project in Project.objects.filter(pk__in=ids).select_related("account")
        }
    )
    for running in Clock.objects.filter(project_id__in=ids):
        facts.clocks.setdefault(running.project_id, {})[running.kind] = running
    for spell in StageSpell.objects.filter(project_id__in=ids, until__isnull=True):
        facts.spells[spell.project_id] = spell
    for one in ProjectPerson.objects.filter(project_id__in=ids, user__is_active=True).order_by(
        "pk"
    ):
        kept = facts.approvers if one.part == Part.APPROVER else facts.reviewers
        kept.setdefault(one.project_id, []).append(one.user_id)
        if one.part == Part.APPROVER and one.approved_at is None:
            facts.undecided.setdefault(one.project_id, []).append(one.user_id)
    open_amendments = (Amendment.Status.PROPOSED, Amendment.Status.WAITING)
    for amendment in Amendment.objects.filter(project_id__in=ids, status__in=open_amendments):
        facts.amendments[amendment.project_id] = amendment
    for stop in StopRequest.objects.filter(project_id__in=ids, decided_at__isnull=True):
        facts.stops[stop.project_id] = stop
    for comment in Comment.objects.filter(
        project_id__in=ids, resolved_at__isnull=True, answers__isnull=True
    ).order_by("pk"):
        facts.comments.setdefault(comment.project_id, []).append(comment)
    facts.worked_on, facts.asked_for_approval = _from_the_journal(ids, staff)
    return facts


def _from_the_journal(
    ids: set[int], staff: Iterable[int]
) -> tuple[dict[int, int], dict[int, int | None]]:
    """Who of these staff did the last step on each project; who asked for approval last."""
    of_projects = Event.objects.filter(subject_type="project", subject_id__in=ids)
    worked = dict(
        of_projects.filter(actor__in=[f"{_USER}{user}" for user in staff])
        .order_by("subject_id", "-pk")
        .distinct("subject_id")
        .values_list("subject_id", "actor")
    )
    asked = dict(
        of_projects.filter(kind="ask_approval")
        .order_by("subject_id", "-pk")
        .distinct("subject_id")
        .values_list("subject_id", "actor")
    )
    return (
        {project: int(actor.removeprefix(_USER)) for project, actor in worked.items()},
        {project: person_behind(actor) for project, actor in asked.items()},
    )


def person_behind(actor_key: str) -> int | None:
    """The person behind a journal's actor, or None for the system."""
    return int(actor_key.removeprefix(_USER)) if actor_key.startswith(_USER) else None
