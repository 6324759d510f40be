"""Publishing expected dates: what customers are told is stored when it changes, with the reason.

Commands only note which wallets they have stirred. A job works the dates out afterwards, outside
every command's transaction, compares them with what was published last, keeps what is different,
and tells people of what is different enough.

Any number of workers may publish at once. Whoever looks at a domain holds its advisory lock until
they have committed, so that nobody compares with a range that somebody else is about to replace;
others pass the domain over, and what was stirred meanwhile stays for the next look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import structlog
from django.db import connection, transaction
from django.db.models import Min, Q

from callsheet.admission.ranges import expected_starts
from callsheet.credits.models import Wallet
from callsheet.insight.snapshots import read_queues
from callsheet.insight.stirring import groups, look, wallets_to_look_at
from callsheet.journal import events
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CLOCK
from callsheet.kit.asked import Asked
from callsheet.kit.once import reading_once
from callsheet.kit.rows import insert_all
from callsheet.notifications.expected import worth_telling
from callsheet.projects.lifecycle import ENDED, HOLDING, Status
from callsheet.projects.models import Project, PublishedRange, Stirred
from callsheet.projects.waiting import IN_QUEUE
from callsheet.services.queue_looks import lock_domains, note_look
from callsheet.services.reasons import reason_for
from callsheet.services.telling import tell_all

log = structlog.get_logger(__name__)

DOMAINS_TOGETHER = 50
"""Admission domains that are published in one transaction."""

_FIELDS = ", ".join(str(field.column) for field in Stirred._meta.concrete_fields)
_TAKE = f"""
DELETE FROM projects_stirred WHERE id IN (
    SELECT s.id FROM projects_stirred s JOIN credits_wallet w ON w.id = s.wallet_id
     WHERE w.domain_id = ANY(%s) FOR UPDATE OF s SKIP LOCKED
) RETURNING {_FIELDS}
"""  # noqa: S608  # a model's names

Days = tuple[date, date] | None
What = PublishedRange.What
KIND_OF = {What.START: "expected_start_changed", What.FINISH: "expected_finish_changed"}


@dataclass(slots=True)
class Published:
    """What a run came to: wallets looked at, ranges stored, events recorded, failures."""

    wallets: int = 0
    ranges: int = 0
    events: int = 0
    failed: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Last:
    """What was published last about a start or a finish, and when."""

    days: Days
    at: datetime


def publish_stirred() -> Published:
    """Publish the expected dates of every wallet that was stirred; for a job.

    Safe to run twice and on several workers at once. A domain that fails is logged and stays
    stirred; it holds nobody else up.
    """
    done = Published()
    with reading_once():
        while domains := _next_domains(done.failed):
            try:
                if not _publish(domains, done):
                    return done
            except Exception:
                # Whose fault it is shows one by one; the others are published.
                for domain in domains:
                    _publish_alone(domain, done)
    return done


def _publish_alone(domain: int, done: Published) -> None:
    try:
        _publish([domain], done)
    except Exception:
        log.exception("publishing_failed", domain=domain)
        done.failed.append(domain)


def _next_domains(without: Collection[int]) -> list[int]:
    """The domains that were stirred first."""
    rows = (
        Stirred.objects.exclude(wallet__domain_id__in=without)
        .values("wallet__domain_id")
        .annotate(first=Min("pk"))
        .order_by("first")
    )
    return [row["wallet__domain_id"] for row in rows[:DOMAINS_TOGETHER]]


def _publish(domain_ids: Sequence[int], done: Published) -> int:
    """Publish those of these domains that nobody else is at work on. Returns the rows taken."""
    with transaction.atomic():
        mine = lock_domains(domain_ids)
        # First away with them, then read: what is stirred while we read comes again.
        stirred = _take(mine)
        wallets = wallets_to_look_at({row.wallet_id for row in stirred}, mine)
        stored, told = _store(wallets, stirred)
    done.wallets += len(wallets)
    done.ranges += stored
    done.events += told
    return len(stirred)


def _take(domain_ids: Sequence[int]) -> list[Stirred]:
    """What was stirred in these domains, the oldest first; it is gone when we commit."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [list(domain_ids)])
        return [Stirred(*row) for row in sorted(cursor.fetchall())]


class Worked(NamedTuple):
    """All that publishing needs of a project: a stirred wallet may have hundreds."""

    pk: int
    account_id: int
    wallet_id: int
    status: str
    resuming_since: datetime | None
    returns_p50: date | None
    returns_p80: date | None
    wanted_by: date | None
    started_at: datetime | None


_WORKED_ON = Asked(
    lambda wallets: (
        Project.objects.filter(wallet__any_of=wallets)
        .filter(IN_QUEUE | ~Q(status__in=[s.value for s in ENDED]))
        .order_by("pk")
        .values_list(*Worked._fields)
    )
)


def _store(wallets: Sequence[Wallet], stirred: Sequence[Stirred]) -> tuple[int, int]:
    """Store the ranges that are others now and record what is worth telling; how many of each."""
    if not wallets:
        return 0, 0
    starts = _starts(wallets)
    projects = [Worked(*row) for row in _WORKED_ON.rows([wallet.pk for wallet in wallets])]
    last = _last_ranges([project.pk for project in projects])
    moved = [
        (project, what, days, before)
        for project in projects
        for what, days in _expected(project, starts, last.get((project.pk, What.START))).items()
        if days != ((before := last.get((project.pk, what))) and before.days)
    ]
    # Most looks find that nothing is different: what was told is read of what is.
    told = _last_told({project.pk for project, _, _, before in moved if before})
    causes = _causes(wallets, stirred)
    now = clock.now()
    ranges: list[PublishedRange] = []
    happened: list[Event] = []
    for project, what, days, before in moved:
        reason = reason_for(project.pk, causes[project.wallet_id])
        first, end = days or (None, None)
        ranges.append(
            PublishedRange(
                account_id=project.account_id, project_id=project.pk, what=what,
                first=first, last=end, at=now, reason=reason,
            )
        )  # fmt: skip
        kind = KIND_OF[what]
        # What is said for the first time is no change: it stands where one has just looked.
        known = told.get((project.pk, kind))
        if before and _goes_on(project) and worth_telling(known, days, project.wanted_by):
            happened.append(
                events.build(
                    kind, "project", project.pk, actor=CLOCK, account_id=project.account_id,
                    data={"from": known, "to": days, "reason": reason},
                )
            )  # fmt: skip
    insert_all(ranges)
    insert_all(happened)
    tell_all(happened)
    return len(ranges), len(happened)


def _starts(wallets: Sequence[Wallet]) -> dict[int, Days]:
    """The expected start of everything that waits in these wallets, by project.

    The clock is left a note where admission would do something, and when to look again elsewhere.
    """
    starts: dict[int, Days] = {}
    read = groups(wallets)
    since = clock.now()
    readings = read_queues(read, to_look_only=True)
    note_look(look(read, readings, since), wallets)
    for reading in readings:
        if reading is None:
            continue
        for start in expected_starts(reading.snapshot):
            if start.brief > 0:
                known = start.p50 and start.p80
                starts[start.brief] = (start.p50, start.p80) if known else None  # type: ignore[assignment]
    return starts


def _expected(
    project: Worked, starts: Mapping[int, Days], known: _Last | None
) -> dict[PublishedRange.What, Days]:
    """What can be said now about a project's start and finish; what has come true, or has ended,
    is left as it was said last.
    """
    if project.pk in starts or _waits(project):
        said = {What.START: starts.get(project.pk)}
    elif known and project.status not in HOLDING and not _came_true(project, known):
        said = {What.START: None}
    else:
        said = {}
    if project.status in HOLDING:
        p50, p80 = project.returns_p50, project.returns_p80
        said[What.FINISH] = (p50, p80) if p50 and p80 else None
    elif project.status not in ENDED:
        said[What.FINISH] = None
    return said


def _came_true(project: Worked, known: _Last) -> bool:
    """Whether what was said last about the start was followed by one; not what is parked and was
    to go on, nor a brief that was taken back.
    """
    unsubmitted = project.status in (Status.DRAFT, Status.PENDING_APPROVAL)
    return not unsubmitted and project.started_at is not None and known.at <= project.started_at


def _waits(project: Worked) -> bool:
    return project.status == Status.QUEUED or project.resuming_since is not None


def _goes_on(project: Worked) -> bool:
    """Whether anybody needs to be told: who has taken a brief back knows that it has no dates."""
    return _waits(project) or project.status in HOLDING


_LAST = Asked(
    lambda projects: (
        PublishedRange.objects.filter(project_id__any_of=projects, what__in=list(KIND_OF))
        .order_by("project_id", "what", "-pk")
        .distinct("project_id", "what")
        .values_list("project_id", "what", "first", "last", "at")
    )
)
_FIRST = Asked(
    lambda projects: (
        PublishedRange.objects.filter(
            project_id__any_of=projects, what__in=list(KIND_OF), first__isnull=False
        )
        .order_by("project_id", "what", "pk")
        .distinct("project_id", "what")
        .values_list("project_id", "what", "first", "last")
    )
)
_TOLD = Asked(
    lambda projects: (
        Event.objects.filter(
            subject_type="project", subject_id__any_of=projects, kind__in=list(KIND_OF.values())
        )
        .order_by("subject_id", "kind", "-pk")
        .distinct("subject_id", "kind")
        .values_list("subject_id", "kind", "data")
    )
)


def _last_ranges(project_ids: Collection[int]) -> dict[tuple[int, str], _Last]:
    return {
        (pk, what): _Last((first, last) if first and last else None, at)
        for pk, what, first, last, at in _LAST.rows(list(project_ids))
    }


def _last_told(project_ids: Collection[int]) -> dict[tuple[int, str], list[str] | None]:
    """What people were told last, by project and kind of event; to begin with, the first range."""
    if not project_ids:
        return {}
    projects = list(project_ids)
    known: dict[tuple[int, str], list[str] | None] = {
        (pk, KIND_OF[What(what)]): [str(first), str(last)]
        for pk, what, first, last in _FIRST.rows(projects)
    }
    return known | {(pk, kind): data.get("to") for pk, kind, data in _TOLD.rows(projects)}


def _causes(
    wallets: Iterable[Wallet], stirred: Sequence[Stirred]
) -> dict[int, list[tuple[Stirred, bool]]]:
    """What may have moved the dates of each wallet, the latest first, and whether it happened
    there or with somebody else on the same credits.
    """
    home = {wallet.pk: wallet for wallet in wallets}
    causes: dict[int, list[tuple[Stirred, bool]]] = defaultdict(list)
    by_domain: dict[int, list[Stirred]] = defaultdict(list)
    domain_of = dict(
        Wallet.objects.filter(pk__in={row.wallet_id for row in stirred}).values_list(
            "pk", "domain_id"
        )
    )
    for row in reversed(stirred):
        by_domain[domain_of[row.wallet_id]].append(row)
    for wallet in home.values():
        for row in by_domain[wallet.domain_id]:
            own = row.wallet_id == wallet.pk
            if own or wallet.domain.borrowing:
                causes[wallet.pk].append((row, own))
    return causes
