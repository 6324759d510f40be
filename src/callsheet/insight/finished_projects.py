"""An account's finished projects, and when they held their credits. Reads only.

They are the columns of the sheet of finished projects (:mod:`callsheet.sheets.columns_history`), so
that the planner learns from, and plays again, what was recorded here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date, timedelta

from django.db.models import Max, Min, OuterRef, Subquery

from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import Project, PublishedRange
from callsheet.sheets.columns_history import HISTORY
from callsheet.sheets.writing import write_csv
from callsheet.tenants.access import check_can_read
from callsheet.tenants.models import Account

TOLD_WITHIN = timedelta(hours=1)
"""What was published last so soon after a start is what was expected as it started."""


@dataclass(frozen=True, slots=True)
class FinishedProject:
    """A project that is over. It held ``credits`` (the most at one time) from the day ``started``
    until the day ``finished``, time on ice in between included. Days are days of the account;
    ``submitted`` is None where an import did not say it. ``expected`` and ``expected_latest`` are
    the usual (P50) and the cautious (P80) day on which, as it started, its credits were expected
    back; None where nothing was published then. The order of the fields is that of the sheet's
    columns.
    """

    title: str
    brief_type: str
    credits: int
    submitted: date | None
    started: date
    finished: date
    expected: date | None = None
    expected_latest: date | None = None


def finished_projects(
    actor: Actor, account_id: int, *, canceled: bool = False
) -> tuple[FinishedProject, ...]:
    """The account's finalized projects in the order in which they were submitted; of one moment, in
    that of the queue. With ``canceled``, those too that were canceled after they had started.

    Whoever reads the account. Raises ``NotFound("account")``.
    """
    account = Account.objects.select_related("organization").filter(pk=account_id).first()
    if account is None:
        raise NotFound("account")
    check_can_read(actor, account)
    zone = clock.zone(account.time_zone)
    # A job publishes what is expected, soon after the start, and only what has changed by it.
    told = PublishedRange.objects.filter(
        project=OuterRef("pk"),
        what=PublishedRange.What.FINISH,
        at__lt=OuterRef("started_at") + TOLD_WITHIN,
    ).order_by("-pk")
    rows = (
        Project.objects.filter(
            account_id=account_id, status__in=ENDED if canceled else [Status.FINALIZED]
        )
        .annotate(
            most=Max("occupancies__credits"),
            since=Min("occupancies__since"),
            until=Max("occupancies__until"),
            expected=Subquery(told.values("first")[:1]),
            expected_latest=Subquery(told.values("last")[:1]),
        )
        .filter(most__gt=0, until__isnull=False)
        .order_by("submitted_at", "rank", "pk")
        .values_list(
            "title",
            "brief_type",
            "most",
            "submitted_at",
            "since",
            "until",
            "expected",
            "expected_latest",
        )
    )
    return tuple(
        FinishedProject(
            title,
            brief_type,
            credits,
            submitted.astimezone(zone).date() if submitted else None,
            since.astimezone(zone).date(),
            until.astimezone(zone).date(),
            expected,
            latest,
        )
        for title, brief_type, credits, submitted, since, until, expected, latest in rows
    )


def as_csv(projects: Iterable[FinishedProject]) -> str:
    """The sheet that ``callsheet replay``, ``durations`` and ``plan --history`` read."""
    return write_csv([column.title for column in HISTORY.columns], map(astuple, projects))
