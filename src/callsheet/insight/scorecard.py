"""How often what customers were told came true: ranges of starts and finishes, and promises.

Judged is what people could plan on: the first range that was published (since the project was
last without one), not the last, which had become easy by then. Of a good P50-P80 range the start
lies before about half of all outcomes, the end behind about four of five. Below thirty outcomes
nothing is said, because it would be an anecdote.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import Exists, F, OuterRef, QuerySet

from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import PublishedRange
from callsheet.tenants.access import check_can_read, staff_role_of
from callsheet.tenants.models import Account

LEAST_OUTCOMES = 30
JUDGED_DAYS = 365
"""Calendar days back from now in which an outcome counts."""

MOST_OUTCOMES = 10_000
What = PublishedRange.What


@dataclass(frozen=True, slots=True)
class Score:
    """How one kind of date was kept. Shares are parts of 1, None below thirty outcomes.

    ``kept``: came true by the end of the range, or by the promised day. ``within``: inside the
    range; ``early``: before it. ``days_late`` is the usual (median) number of calendar days by
    which the others were missed.
    """

    what: str
    outcomes: int
    kept: float | None = None
    within: float | None = None
    early: float | None = None
    days_late: float | None = None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The scores of starts, finishes, promises as first given, and as changed last."""

    starts: Score
    finishes: Score
    promises: Score
    changed_promises: Score


def scorecard(actor: Actor, account_id: int | None = None) -> Scorecard:
    """The scorecard of an account, for its people and staff; without one, of the whole studio, for
    staff. Four queries, whatever their number.

    Raises ``NotFound``.
    """
    ranges = PublishedRange.objects.all()
    if account_id is not None:
        account = Account.objects.select_related("organization").filter(pk=account_id).first()
        if account is None:
            raise NotFound("account")
        check_can_read(actor, account)
        ranges = ranges.filter(account=account)
    elif not actor.is_system and not staff_role_of(actor):
        raise NotFound("page")
    since = clock.now() - timedelta(days=JUDGED_DAYS)
    started = ranges.filter(what=What.START, project__started_at__gte=since)
    ended = ranges.filter(
        what=What.FINISH, project__ended_at__gte=since, project__status=Status.FINALIZED
    )
    promised = ranges.filter(what=What.PROMISE, project__delivered_at__gte=since)
    return Scorecard(
        starts=judge(What.START, _first(started, "project__started_at")),
        finishes=judge(What.FINISH, _first(ended, "project__ended_at")),
        promises=judge(What.PROMISE, _first(promised, "project__delivered_at")),
        changed_promises=judge(What.PROMISE, _last(promised, "project__delivered_at")),
    )


Outcome = tuple[date, date, date]
"""First and last day of the range, and the day on which it came true."""


def judge(what: str, outcomes: Iterable[Outcome]) -> Score:
    """How often the ranges were kept. Pure."""
    found = list(outcomes)
    n = len(found)
    if n < LEAST_OUTCOMES:
        return Score(what, n)
    early = sum(came < first for first, _, came in found)
    late = [(came - last).days for _, last, came in found if came > last]
    return Score(
        what=what,
        outcomes=n,
        kept=(n - len(late)) / n,
        within=(n - len(late) - early) / n,
        early=early / n,
        days_late=median(late) if late else None,
    )


def _first(ranges: QuerySet[PublishedRange], outcome: str) -> list[Outcome]:
    """The first range of each project since it was last without one."""
    withdrawn = PublishedRange.objects.filter(
        project=OuterRef("project"),
        what=OuterRef("what"),
        first__isnull=True,
        pk__gt=OuterRef("pk"),
    )
    rows = ranges.filter(~Exists(withdrawn), first__isnull=False).order_by("-project", "pk")
    return _outcomes(rows, outcome)


def _last(ranges: QuerySet[PublishedRange], outcome: str) -> list[Outcome]:
    """The last range of each project; a promise taken back is none."""
    rows = ranges.filter(at__lte=F(outcome)).order_by("-project", "-pk")
    return _outcomes(rows, outcome)


def _outcomes(rows: QuerySet[PublishedRange], outcome: str) -> list[Outcome]:
    found = (
        rows.filter(at__lte=F(outcome))
        .distinct("project")
        .values_list("first", "last", outcome, "project__account__time_zone")[:MOST_OUTCOMES]
    )
    return [(first, last, _day(came, zone)) for first, last, came, zone in found if first and last]


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(clock.zone(zone)).date()
