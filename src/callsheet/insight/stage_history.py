"""How long the stages of finished projects took: the studio's history, measured. Reads only.

One observation is one finalized project: the working days, of its account's calendar, that it
spent in each stage over all its visits there, and the whole time for which it held credits.

* Its whole time counts whoever was waited for, because credits are held all the while.
* A stage that the studio works in counts its time with the studio only: what the customer or a
  carrier took in between shows where they are waited for, and says nothing about the work.
* Imported finished projects have intervals of occupancy and no stages: they tell the whole time.
* A project whose first stages are not known (it was running when the studio moved in) tells
  nothing about stages.
* Canceled projects, and time on ice, tell nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callsheet.catalogue.lead_times import size_of
from callsheet.catalogue.models import Stage
from callsheet.insight.calendars import Calendars
from callsheet.insight.credibility import quantile
from callsheet.insight.expected_times import ENOUGH, WHOLE, Expected, Place
from callsheet.kit import clock
from callsheet.kit.workdays import WorkCalendar
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Occupancy, Party, Project, StageSpell
from callsheet.tenants.models import Account

REMEMBERED_DAYS = 730
"""Calendar days back from today; a studio of three years ago was another one."""

MOST_PROJECTS = 20_000
"""The latest ones are enough: more would move no figure by a day."""

CHUNK = 1000

STUDIO_STAGES = frozenset(
    {
        Stage.REVIEW, Stage.BOOKING, Stage.CREATION, Stage.POST_PRODUCTION, Stage.QUALITY_CHECK,
        Stage.REVISION,
    }
)  # fmt: skip
"""Stages in which the studio works; in the others somebody else is what is waited for."""

_KNOWN_FROM_THE_START = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Took:
    """What one finished project took, in working days: in all, and by stage (empty: unknown)."""

    brief_type: str
    credits: int
    whole: int
    stages: Mapping[str, int]


def measure(history: Iterator[Took] | Sequence[Took]) -> dict[Place, Expected]:
    """Median and 80th percentile of every stage and of the whole, by brief type, and by size where
    there are enough projects of it. A stage that a project left out took it 0 days. Pure.
    """
    days: dict[Place, list[int]] = defaultdict(list)
    for took in history:
        for size in ("", size_of(took.credits)):
            days[took.brief_type, WHOLE, size].append(took.whole)
            if took.stages:
                for stage in Stage.values:
                    days[took.brief_type, stage, size].append(took.stages.get(stage, 0))
    return {
        place: Expected(quantile(values, 0.5), quantile(values, 0.8), len(values))
        for place, values in days.items()
        if not place[2] or len(values) >= ENOUGH
    }


def read_history() -> Iterator[Took]:
    """What the studio's finished projects took, a thousand at a time, the latest first."""
    since = clock.now() - timedelta(days=REMEMBERED_DAYS)
    ids = list(
        Project.objects.filter(status=Status.FINALIZED, ended_at__gte=since)
        .order_by("-ended_at", "-pk")
        .values_list("pk", flat=True)[:MOST_PROJECTS]
    )
    calendars = Calendars()
    for start in range(0, len(ids), CHUNK):
        yield from _chunk(ids[start : start + CHUNK], calendars)


def _chunk(ids: Sequence[int], calendars: Calendars) -> Iterator[Took]:
    intervals: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    spells: dict[int, list[tuple[str, str, datetime, datetime]]] = defaultdict(list)
    for pk, since, until in Occupancy.objects.filter(
        project_id__in=ids, until__isnull=False
    ).values_list("project_id", "since", "until"):
        intervals[pk].append((since, until or since))
    for pk, stage, party, since, until in (
        StageSpell.objects.filter(project_id__in=ids, until__isnull=False)
        .order_by("since", "pk")
        .values_list("project_id", "stage", "waiting_for", "since", "until")
    ):
        spells[pk].append((stage, party, since, until or since))
    projects = Project.objects.filter(pk__in=intervals).values_list(
        "pk", "account_id", "brief_type", "credits", "started_at"
    )
    accounts = Account.objects.in_bulk({account for _, account, *_ in projects})
    for pk, account_id, brief_type, credits, begun in projects:
        calendar = calendars.of(accounts[account_id])
        zone = clock.zone(accounts[account_id].time_zone)
        stages: dict[str, int] = defaultdict(int)
        visits = spells.get(pk, [])
        if visits and begun and visits[0][2] <= begun + _KNOWN_FROM_THE_START:
            for stage, party, since, until in visits:
                outside = stage in STUDIO_STAGES and party != Party.STUDIO
                stages[stage] += 0 if outside else _days(since, until, calendar, zone)
        whole = sum(_days(since, until, calendar, zone) for since, until in intervals[pk])
        yield Took(brief_type, credits, whole, dict(stages))


def _days(since: datetime, until: datetime, calendar: WorkCalendar, zone: ZoneInfo) -> int:
    """The working days between two moments, by the days of the account."""
    return calendar.between(since.astimezone(zone).date(), until.astimezone(zone).date())
