"""Who may hear of a batch of events, read in bulk: the number of queries is the same for one event
and for two hundred, for one customer and for a thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q

from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.notifications.choices import Choice, Listener, Times
from callsheet.notifications.circle import ADMIN, Circle, Customer
from callsheet.notifications.kinds import Scope, Timing, Who
from callsheet.notifications.models import ChosenBrand, PersonalTimes, Preference
from callsheet.projects.models.people import Part, ProjectPerson
from callsheet.tenants.models import Account, AccountManagerAssignment, Membership, User
from callsheet.tenants.standing_in import away_now

_USER = "user:"
_PARTS = {Part.REVIEWER.value: Who.REVIEWERS, Part.APPROVER.value: Who.APPROVERS}


def user_of(actor_key: str) -> int | None:
    """The person behind a journal's actor, or None for the system."""
    return int(actor_key.removeprefix(_USER)) if actor_key.startswith(_USER) else None


def read_circle(
    accounts: Collection[int],
    organizations: Collection[int],
    projects: Collection[int],
    named: Collection[int],
) -> Circle:
    """Everybody who may hear of something in these places, and who is what there.

    ``named`` are people whom events name themselves. People without a login that works are not
    among them.
    """
    members: dict[int, dict[int, str]] = defaultdict(dict)
    overseers: dict[int, set[int]] = defaultdict(set)
    for user, account, organization, role in Membership.objects.filter(
        Q(account__in=accounts) | Q(organization__in=organizations), user__is_active=True
    ).values_list("user", "account", "organization", "role"):
        if account:
            members[account][user] = role
        elif role == ADMIN:
            overseers[organization].add(user)
    today = clock.now().date()
    stands_in = {away.user: away.deputy for away in away_now().values() if away.deputy is not None}
    customers = customers_of(stands_in.values())
    wanted = {*named, *stands_in.values()}.union(*members.values(), *overseers.values())
    return Circle(
        listeners=read_listeners(wanted, with_staff=True),
        members=members,
        organization_admins={key: frozenset(users) for key, users in overseers.items()},
        manages={
            account: (manager, deputy)
            for account, manager, deputy in AccountManagerAssignment.objects.filter(
                Q(ends_on__isnull=True) | Q(ends_on__gte=today),
                account__in=accounts,
                starts_on__lte=today,
            )
            .order_by("starts_on", "id")
            .values_list("account", "manager", "deputy")
        },
        working=_working(projects),
        parts=_parts(projects),
        stands_in=stands_in,
        customers=customers,
        customer=customer_of(accounts) if customers else {},
    )


def customers_of(users: Iterable[int]) -> dict[int, frozenset[Customer]]:
    """The customers to which each of these people belongs: organizations, or accounts alone."""
    found: dict[int, set[Customer]] = defaultdict(set)
    wanted = set(users)
    for user, account, over, organization in (
        Membership.objects.filter(user__in=wanted).values_list(
            "user", "account", "account__organization", "organization"
        )
        if wanted
        else ()
    ):
        found[user].add((None, organization or over) if organization or over else (account, None))
    return {user: frozenset(customers) for user, customers in found.items()}


def customer_of(accounts: Collection[int]) -> dict[int, Customer]:
    """Which customer each account is of."""
    return {
        pk: (None, organization) if organization else (pk, None)
        for pk, organization in Account.objects.filter(pk__in=accounts).values_list(
            "pk", "organization"
        )
    }


def read_listeners(users: Iterable[int], *, with_staff: bool = False) -> dict[int, Listener]:
    """These people (and, if asked for, everybody of the studio) with what they chose."""
    found = Q(pk__in=set(users))
    if with_staff:
        found |= ~Q(staff_role="")
    people = list(
        User.objects.filter(found, is_active=True).values_list("pk", "time_zone", "staff_role")
    )
    numbers = [pk for pk, _, _ in people]
    choices: dict[int, dict[tuple[str, str], Choice]] = defaultdict(dict)
    for row in Preference.objects.filter(user__in=numbers):
        choices[row.user_id][row.group, row.channel] = Choice(Scope(row.scope), Timing(row.timing))
    times: dict[int, tuple[Times, str]] = {
        row.user_id: (Times(row.quiet_from, row.quiet_until, row.digest_at), row.language)
        for row in PersonalTimes.objects.filter(user__in=numbers)
    }
    brands: dict[int, set[int]] = defaultdict(set)
    for user, brand in ChosenBrand.objects.filter(user__in=numbers).values_list("user", "brand"):
        brands[user].add(brand)
    usual = (Times(), "")
    return {
        pk: Listener(
            user=pk,
            zone=clock.zone(zone),
            language=times.get(pk, usual)[1],
            staff_role=staff_role,
            times=times.get(pk, usual)[0],
            choices=choices.get(pk, {}),
            brands=frozenset(brands.get(pk, ())),
        )
        for pk, zone, staff_role in people
    }


def _working(projects: Collection[int]) -> dict[int, frozenset[int]]:
    """Staff who did something on each project."""
    staff = {
        f"{_USER}{pk}": pk
        for pk in User.objects.filter(is_active=True)
        .exclude(staff_role="")
        .values_list("pk", flat=True)
    }
    found: dict[int, set[int]] = defaultdict(set)
    for project, actor in (
        Event.objects.filter(
            subject_type="project", subject_id__in=list(projects), actor__in=list(staff)
        )
        .values_list("subject_id", "actor")
        .distinct()
    ):
        found[project].add(staff[actor])
    return {project: frozenset(users) for project, users in found.items()}


def _parts(projects: Collection[int]) -> dict[int, dict[Who, frozenset[int]]]:
    """Reviewers and required approvers of each project."""
    found: dict[int, dict[Who, set[int]]] = defaultdict(lambda: defaultdict(set))
    for project, user, part in ProjectPerson.objects.filter(project__in=projects).values_list(
        "project", "user", "part"
    ):
        found[project][_PARTS[part]].add(user)
    return {
        project: {who: frozenset(users) for who, users in parts.items()}
        for project, parts in found.items()
    }
