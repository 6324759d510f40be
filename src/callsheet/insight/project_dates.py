"""The dates of one project: what its customer was told and why, its stages, its samples. Reads
only; constant queries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from callsheet.insight.calendars import Calendars
from callsheet.insight.expected_times import WHOLE, ExpectedTimes, expected_times
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.projects.models import Project, PublishedRange, Sample, StageSpell
from callsheet.tenants.access import check_can_read
from callsheet.tenants.models import Account


@dataclass(frozen=True, slots=True)
class Told:
    """What was published at a moment; both days None: nothing could be said any more."""

    at: datetime
    what: str
    first: date | None
    last: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Stay:
    """A stretch in one stage. ``since`` and ``until`` are days of the account, ``days`` working
    days so far; ``expected_until`` was said for it, ``expected`` is what such a stage takes (P50,
    P80) and ``source`` where that is known from.
    """

    stage: str
    waiting_for: str
    since: date
    until: date | None
    days: int
    expected_until: date | None
    expected: tuple[int, int]
    source: str


@dataclass(frozen=True, slots=True)
class SampleLine:
    """A sample with its days so far."""

    sample: int
    name: str
    projects: tuple[str, ...]
    expected_on: date | None
    shipped_on: date | None
    tracking: str
    received_on: date | None
    returned_on: date | None


@dataclass(frozen=True, slots=True)
class ProjectDates:
    """All dates of a project; ``whole`` is what such a project takes in working days."""

    project: int
    key: str
    title: str
    today: date
    stage: str
    returns_from: date | None
    returns_by: date | None
    promised_on: date | None
    whole: tuple[int, int]
    source: str
    told: tuple[Told, ...]
    stays: tuple[Stay, ...]
    samples: tuple[SampleLine, ...]


def read_dates(project_id: int) -> ProjectDates:
    """The dates of that project, whoever asks; permission is for the caller to check."""
    project = Project.objects.select_related("account").get(pk=project_id)
    times = expected_times()
    whole = times.duration(project.brief_type, project.credits)
    return ProjectDates(
        project=project.pk,
        key=project.key,
        title=project.title,
        today=clock.today(project.account.time_zone),
        stage=project.stage,
        returns_from=project.returns_p50,
        returns_by=project.returns_p80,
        promised_on=project.promised_on,
        whole=whole.days,
        source=times.stage(project.brief_type, WHOLE, project.credits).source,
        told=read_told(project),
        stays=_stays(project, times),
        samples=_lines(project.samples.prefetch_related("projects").order_by("pk")),
    )


def read_told(project: Project) -> tuple[Told, ...]:
    """What was published about that project (with its account), the oldest first; one query."""
    zone = clock.zone(project.account.time_zone)
    rows = PublishedRange.objects.filter(project=project).order_by("pk")
    return tuple(
        Told(row.at.astimezone(zone), row.what, row.first, row.last, row.reason) for row in rows
    )


def read_stays(project: Project) -> tuple[Stay, ...]:
    """The stages of that project (with its account), the oldest first; one query besides what the
    studio has set.
    """
    return _stays(project, expected_times())


def _stays(project: Project, times: ExpectedTimes) -> tuple[Stay, ...]:
    calendar = Calendars().of(project.account)
    zone = clock.zone(project.account.time_zone)
    today = clock.today(project.account.time_zone)
    stays = []
    for spell in StageSpell.objects.filter(project=project).order_by("since", "pk"):
        since = spell.since.astimezone(zone).date()
        until = spell.until.astimezone(zone).date() if spell.until else None
        expected = times.stage(project.brief_type, spell.stage, project.credits)
        stays.append(
            Stay(
                spell.stage, spell.waiting_for, since, until,
                calendar.between(since, until or today), spell.expected_until, expected.days,
                expected.source,
            )
        )  # fmt: skip
    return tuple(stays)


def list_samples(actor: Actor, account_id: int) -> tuple[SampleLine, ...]:
    """The samples of an account, those that are on their way first; its people and staff.

    Raises ``NotFound("account")``.
    """
    account = Account.objects.select_related("organization").filter(pk=account_id).first()
    if account is None:
        raise NotFound("account")
    check_can_read(actor, account)
    rows = Sample.objects.filter(account=account).prefetch_related("projects")
    return _lines(sorted(rows, key=lambda row: (row.received_on is not None, -row.pk)))


def _lines(samples: Iterable[Sample]) -> tuple[SampleLine, ...]:
    return tuple(
        SampleLine(
            sample=row.pk,
            name=row.name,
            projects=tuple(sorted(project.key for project in row.projects.all())),
            expected_on=row.expected_on,
            shipped_on=row.shipped_on,
            tracking=row.tracking,
            received_on=row.received_on,
            returned_on=row.returned_on,
        )
        for row in samples
    )
