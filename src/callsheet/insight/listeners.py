"""Who may hear of a batch of events, read in bulk: the number of queries is the same for one event
and for two hundred, for one customer and for a thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q

from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.asked import Asked
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


_MEMBERS = Asked(
    lambda accounts, organizations: Membership.objects.filter(
        Q(account__any_of=accounts) | Q(organization__any_of=organizations), user__is_active=True
    ).values_list("user", "account", "organization", "role")
)
_MANAGERS = Asked(
    lambda today, accounts, this_day: (
        AccountManagerAssignment.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today),
            account__any_of=accounts,
            starts_on__lte=this_day,
        )
        .order_by("starts_on", "id")
        .values_list("account", "manager", "deputy")
    )
)
_STUDIO = Asked(
    lambda: User.objects.filter(is_active=True).exclude(staff_role="").values_list("pk")
)
_DOERS = Asked(
    lambda projects, actors: (
        Event.objects.filter(
            subject_type="project", subject_id__any_of=projects, actor__any_of=actors
        )
        .values_list("subject_id", "actor")
        .distinct()
    )
)
_PEOPLE = Asked(
    lambda projects: ProjectPerson.objects.filter(project__any_of=projects).values_list(
        "project", "user", "part"
    )
)
_THESE = Asked(
    lambda users: User.objects.filter(pk__any_of=users, is_active=True).values_list(
        "pk", "time_zone", "staff_role"
    )
)
_THESE_AND_STAFF = Asked(
    lambda users: User.objects.filter(
        Q(pk__any_of=users) | ~Q(staff_role=""), is_active=True
    ).values_list("pk", "time_zone", "staff_role")
)
_CHOICES = Asked(
    lambda users: Preference.objects.filter(user__any_of=users).values_list(
        "user", "group", "channel", "scope", "timing"
    )
)
_TIMES = Asked(
    lambda users: PersonalTimes.objects.filter(user__any_of=users).values_list(
        "user", "quiet_from", "quiet_until", "digest_at", "language"
    )
)
_BRANDS = Asked(
    lambda users: ChosenBrand.objects.filter(user__any_of=users).values_list("user", "brand")
)


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
    for user, account, organization, role in _MEMBERS.rows(list(accounts), list(organizations)):
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
            for account, manager, deputy in _MANAGERS.rows(today, list(accounts), today)
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
    people = (_THESE_AND_STAFF if with_staff else _THESE).rows(list(set(users)))
    numbers = [pk for pk, _, _ in people]
    choices: dict[int, dict[tuple[str, str], Choice]] = defaultdict(dict)
    for user, group, channel, scope, timing in _CHOICES.rows(numbers):
        choices[user][group, channel] = Choice(Scope(scope), Timing(timing))
    times: dict[int, tuple[Times, str]] = {
        user: (Times(quiet_from, quiet_until, digest_at), language)
        for user, quiet_from, quiet_until, digest_at, language in _TIMES.rows(numbers)
    }
    brands: dict[int, set[int]] = defaultdict(set)
    for user, brand in _BRANDS.rows(numbers):
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
    staff = {f"{_USER}{pk}": pk for (pk,) in _STUDIO.rows()}
    found: dict[int, set[int]] = defaultdict(set)
    for project, actor in _DOERS.rows(list(projects), list(staff)):
        found[project].add(staff[actor])
    return {project: frozenset(users) for project, users in found.items()}


def _parts(projects: Collection[int]) -> dict[int, dict[Who, frozenset[int]]]:
    """Reviewers and required approvers of each project."""
    found: dict[int, dict[Who, set[int]]] = defaultdict(lambda: defaultdict(set))
    for project, user, part in _PEOPLE.rows(list(projects)):
        found[project][_PARTS[part]].add(user)
    return {
        project: {who: frozenset(users) for who, users in parts.items()}
        for project, parts in found.items()
    }
