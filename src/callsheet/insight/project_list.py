"""An account's projects as a list that can be searched, filtered, sorted and paged. Reads only: two
queries for a page of it, two more for what there is to filter by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from callsheet.kit import clock
from callsheet.projects.lifecycle import ENDED, HOLDING, Status
from callsheet.projects.models import Amendment, Project, PublishedRange
from callsheet.projects.waiting import IN_QUEUE
from callsheet.tenants.access import Rights
from callsheet.tenants.models import Account

PAGE = 50
"""Projects on one page of the list."""

CHUNK = 500
"""Projects that are read at a time where all of them are wanted."""

UNSUBMITTED = (Status.DRAFT.value, Status.PENDING_APPROVAL.value)
_ENDED = Q(status__in=[status.value for status in ENDED])
_PARKED = Q(status=Status.PARKED, resuming_since__isnull=True)
_PROPOSED_BY_STUDIO = Exists(
    Amendment.objects.filter(
        project=OuterRef("pk"),
        status=Amendment.Status.PROPOSED,
        proposed_by=Amendment.Side.STUDIO,
    )
)


class Tab(StrEnum):
    """A part of the list by what becomes of projects; its value stands in the address."""

    OPEN = "open"
    DRAFTS = "drafts"
    QUEUE = "queue"
    PRODUCTION = "production"
    NEEDS_YOU = "needs-you"
    PARKED = "parked"
    FINALIZED = "finalized"
    CANCELED = "canceled"


TABS: Mapping[Tab, Q] = {
    Tab.OPEN: ~_ENDED | Q(resuming_since__isnull=False),
    Tab.DRAFTS: Q(status__in=UNSUBMITTED),
    Tab.QUEUE: IN_QUEUE,
    Tab.PRODUCTION: Q(status__in=[status.value for status in HOLDING]),
    Tab.NEEDS_YOU: Q(
        status__in=[
            Status.PENDING_APPROVAL.value,
            Status.CLARIFICATION_REQUESTED.value,
            Status.INITIAL_DELIVERY.value,
            Status.DELIVERED.value,
        ]
    )
    | _PARKED
    | Q(_PROPOSED_BY_STUDIO),
    Tab.PARKED: _PARKED,
    Tab.FINALIZED: Q(status=Status.FINALIZED),
    Tab.CANCELED: Q(status=Status.CANCELED),
}
"""What belongs to each part, in the order in which they stand."""


class Sort(StrEnum):
    """By what the list is ordered."""

    CHANGED = "changed"
    WANTED_BY = "wanted_by"
    CREDITS = "credits"
    TITLE = "title"


FIRST_DOWN = frozenset({Sort.CHANGED, Sort.CREDITS})
"""What is ordered from the latest or largest down unless somebody turns it round."""


@dataclass(frozen=True, slots=True)
class ListChoice:
    """What somebody wants to see. Empty fields narrow nothing; days are days of the account."""

    tab: Tab = Tab.OPEN
    search: str = ""
    status: str = ""
    brief_type: str = ""
    owner: int | None = None
    campaign: str = ""
    wanted_from: date | None = None
    wanted_to: date | None = None
    sort: Sort = Sort.CHANGED
    down: bool = True

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab leaves projects out."""
        return bool(
            self.search or self.status or self.brief_type or self.owner or self.campaign
            or self.wanted_from or self.wanted_to
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListedProject:
    """A project in the list. ``credits`` is what it holds, or asks for.

    ``first`` and ``last`` are the expected days (P50, P80) of its start while it waits
    (``expects`` is "start"), else of the return of its credits ("back").
    """

    project: int
    key: str
    title: str
    status: str
    goes_on: bool
    credits: int
    brief_type: str
    brand: str
    campaign: str
    owner: str
    priority: str
    publish_on: date | None
    wanted_by: date | None
    expects: str
    first: date | None
    last: date | None
    submitted_at: datetime | None
    delivered_at: datetime | None
    ended_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ProjectList:
    """One page of the list. ``counts`` has the number of projects in each tab, as narrowed now;
    ``there_are_any`` says whether the account has projects at all.
    """

    rows: tuple[ListedProject, ...]
    counts: Mapping[Tab, int]
    total: int
    page: int
    pages: int
    there_are_any: bool


@dataclass(frozen=True, slots=True)
class ToFilterBy:
    """Owners (number, name) and campaigns of the account's projects, by name."""

    owners: tuple[tuple[int, str], ...]
    campaigns: tuple[str, ...]


def list_page(account: Account, rights: Rights, choice: ListChoice, page: int = 1) -> ProjectList:
    """A page of the account's projects, for somebody with these rights; pages count from 1, and one
    behind the last is the last. The permission is for the caller to check.
    """
    seen = visible(account, rights)
    narrowed = _narrowed(seen, choice)
    counted = narrowed.aggregate(
        **{tab.name: Count("pk", filter=wanted) for tab, wanted in TABS.items()}
    )
    counts = {tab: counted[tab.name] for tab in TABS}
    total = counts[choice.tab]
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    start = (page - 1) * PAGE
    rows: list[Project] = []
    if total:
        rows = list(
            _read(_ordered(narrowed.filter(TABS[choice.tab]), choice))[start : start + PAGE]
        )
    zone_name = account.time_zone
    return ProjectList(
        rows=tuple(_row(project, zone_name) for project in rows),
        counts=counts,
        total=total,
        page=page,
        pages=pages,
        there_are_any=any(counts.values()) or (choice.narrowed and seen.exists()),
    )


def every_row(account: Account, rights: Rights, choice: ListChoice) -> Iterator[ListedProject]:
    """All projects of that choice, a few hundred read at a time, in the list's order."""
    wanted = _narrowed(visible(account, rights), choice).filter(TABS[choice.tab])
    numbers = list(_ordered(wanted, choice).values_list("pk", flat=True))
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        found = {project.pk: project for project in _read(Project.objects.filter(pk__in=chunk))}
        yield from (_row(found[pk], account.time_zone) for pk in chunk if pk in found)


def to_filter_by(account: Account, rights: Rights, most: int = 200) -> ToFilterBy:
    """Whose projects there are in the account, and for which campaigns."""
    seen = visible(account, rights).order_by()
    owners = (
        seen.filter(owner__isnull=False)
        .values_list("owner_id", "owner__name", "owner__email")
        .distinct()[:most]
    )
    campaigns = seen.exclude(campaign="").values_list("campaign", flat=True).distinct()[:most]
    return ToFilterBy(
        owners=tuple(
            sorted(((pk, name or email) for pk, name, email in owners), key=lambda o: o[1].lower())
        ),
        campaigns=tuple(sorted(campaigns, key=str.lower)),
    )


def visible(account: Account, rights: Rights) -> QuerySet[Project]:
    """The account's projects that somebody with these rights sees: the studio drafts only where
    they were shared with it.
    """
    projects = Project.objects.filter(account=account)
    if not rights.account_role and not rights.system:
        projects = projects.exclude(status__in=UNSUBMITTED, shared_with_studio=False)
    return projects


def _narrowed(projects: QuerySet[Project], choice: ListChoice) -> QuerySet[Project]:
    exact: dict[str, Any] = {
        "status": choice.status,
        "brief_type": choice.brief_type,
        "owner": choice.owner,
        "campaign": choice.campaign,
        "wanted_by__gte": choice.wanted_from,
        "wanted_by__lte": choice.wanted_to,
    }
    projects = projects.filter(**{name: value for name, value in exact.items() if value})
    for word in choice.search.split():
        projects = projects.filter(
            Q(title__icontains=word) | Q(key__icontains=word) | Q(campaign__icontains=word)
        )
    return projects


def _ordered(projects: QuerySet[Project], choice: ListChoice) -> QuerySet[Project]:
    by: Any = {
        Sort.CHANGED: F("changed_at"),
        Sort.WANTED_BY: F("wanted_by"),
        Sort.CREDITS: F("credits"),
        Sort.TITLE: Lower("title"),
    }[choice.sort]
    first = by.desc(nulls_last=True) if choice.down else by.asc(nulls_last=True)
    return projects.order_by(first, "-pk")


def _read(projects: QuerySet[Project]) -> QuerySet[Project]:
    """With all that a row says, in one query."""
    published = PublishedRange.objects.filter(
        project=OuterRef("pk"), what=PublishedRange.What.START
    ).order_by("-pk")
    return projects.select_related("hold", "owner", "brand").annotate(
        start_first=Subquery(published.values("first")[:1]),
        start_last=Subquery(published.values("last")[:1]),
    )


def _row(project: Project, zone_name: str) -> ListedProject:
    zone = clock.zone(zone_name)
    waits = project.status == Status.QUEUED or project.resuming_since is not None
    holds = project.status in HOLDING

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone) if moment else None

    return ListedProject(
        project=project.pk,
        key=project.key,
        title=project.title or "Untitled",
        status=project.status,
        goes_on=project.resuming_since is not None,
        credits=project.hold.credits if holds and project.hold else project.credits,
        brief_type=project.get_brief_type_display(),
        brand=project.brand.name if project.brand else "",
        campaign=project.campaign,
        owner=str(project.owner) if project.owner else "",
        priority=project.get_priority_display(),
        publish_on=project.publish_on,
        wanted_by=project.wanted_by,
        expects="start" if waits else "back" if holds else "",
        first=_first_of(project, waits, holds),
        last=_last_of(project, waits, holds),
        submitted_at=local(project.submitted_at),
        delivered_at=local(project.delivered_at),
        ended_at=local(project.ended_at),
        changed_at=project.changed_at.astimezone(zone),
    )


def _first_of(project: Project, waits: bool, holds: bool) -> date | None:
    if waits:
        found: date | None = getattr(project, "start_first", None)
        return found
    return project.returns_p50 if holds else None


def _last_of(project: Project, waits: bool, holds: bool) -> date | None:
    if waits:
        found: date | None = getattr(project, "start_last", None)
        return found
    return project.returns_p80 if holds else None
