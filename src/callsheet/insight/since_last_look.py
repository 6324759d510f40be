"""What has changed in an account since somebody last looked. Reads only; constant queries.

Dates that moved come first, as they were known then and as they are known now, with the reasons;
then what happened to projects, and credits that came or went. What somebody did themselves is no
news to them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from callsheet.credits.kinds import Kind
from callsheet.credits.models import Transfer
from callsheet.insight.happenings import say_event
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.notifications.expected import EXPECTED
from callsheet.notifications.rules import RULES
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import LastLook, Project, PublishedRange
from callsheet.tenants.access import Rights, check_can_read
from callsheet.tenants.models import Account

FIRST_LOOK_DAYS = 14
"""Who never looked is shown so many calendar days."""

STILL_COMMITTING = timedelta(seconds=10)
"""Numbers are given out before their transactions commit: what is younger than this may still have
an elder that nobody has seen. It is shown, and shown again at the next look."""

MOST = 200
_MOST_TRANSFERS = 500
_UNSUBMITTED = (Status.DRAFT, Status.PENDING_APPROVAL)
_PROMISE = "promise_changed"
_TOLD_BY_RANGES = EXPECTED | {_PROMISE}
KINDS = (
    frozenset(RULES)
    | {
        "stage_entered", "sample_created", "sample_expected", "sample_shipped", "sample_received",
        "sample_returned", "sample_removed",
    }
) - _TOLD_BY_RANGES  # fmt: skip
"""Events that are news; changed dates are told by the ranges, with what they were before."""

ADDS_OR_TAKES = frozenset(
    {
        Kind.GRANT, Kind.REVOKE, Kind.ALLOCATE, Kind.RECLAIM, Kind.REASSIGN, Kind.ADJUST,
        Kind.EXPIRE,
    }
)  # fmt: skip

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Moved:
    """A range of days that is another one now; None: nothing was, or can be, said. The reasons are
    those of every change in between, the latest first.
    """

    project: int
    key: str
    title: str
    what: str
    before: Days | None
    now: Days | None
    reasons: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a project; ``said`` is a sentence about it."""

    at: datetime
    by: str
    kind: str
    project: int
    key: str
    title: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class CreditChange:
    """Credits that were added (or, negative, removed) for good or for a while."""

    at: datetime
    kind: str
    credits: int


@dataclass(frozen=True, slots=True)
class SinceLastLook:
    """All that is new. ``event_id`` and ``range_id`` say how far this goes; who has read it hands
    them to ``services.looking.mark_looked``. ``looked_at`` is None for who never looked.
    ``before`` is what happened lately besides, whoever did it, where that was asked for.
    """

    account: int
    key: str
    looked_at: datetime | None
    moved: tuple[Moved, ...]
    happened: tuple[Happening, ...]
    more_happened: bool
    credits: tuple[CreditChange, ...]
    event_id: int
    range_id: int
    before: tuple[Happening, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether there is nothing new."""
        return not (self.moved or self.happened or self.credits)


def since_last_look(actor: Actor, account_id: int) -> SinceLastLook:
    """What has changed in the account since ``actor`` last looked; members of it and staff.

    The system, which looks with nobody's eyes, is shown the last fortnight. Raises
    ``NotFound("account")``.
    """
    account = Account.objects.select_related("organization").filter(pk=account_id).first()
    if account is None:
        raise NotFound("account")
    return read_news(actor, account, check_can_read(actor, account))


def read_news(reader: Actor, account: Account, rights: Rights, *, recent: int = 0) -> SinceLastLook:
    """The same for an account that was read before, with ``rights`` that suffice; the permission
    is for the caller to check. Seven statements, or six without ``recent``, the number of latest
    happenings that are told besides.
    """
    settled = clock.now() - STILL_COMMITTING
    look, event_id, range_id = _read_look(reader, account, settled)
    since = look.at if look else clock.now() - timedelta(days=FIRST_LOOK_DAYS)
    ranges = PublishedRange.objects.filter(account=account)
    told = Event.objects.filter(
        account_id=account.pk, kind__in=KINDS, subject_type="project"
    ).order_by("-pk")
    if look:
        ranges = ranges.filter(pk__gt=look.range_id)
        happened = told.filter(pk__gt=look.event_id)
    else:
        ranges, happened = ranges.filter(at__gt=since), told.filter(at__gt=since)
    fresh = list(ranges.order_by("-pk")[: MOST * 5])
    events = list(happened.exclude(actor=reader.key)[: MOST + 1])
    new = {event.pk for event in events}
    lately = [event for event in told[: recent + len(new)] if event.pk not in new] if recent else []
    shown = (*events[:MOST], *lately[:recent])
    projects = _projects({r.project_id for r in fresh} | {e.subject_id for e in shown}, rights)

    def said(rows: Iterable[Event]) -> tuple[Happening, ...]:
        today = clock.today(account.time_zone)
        return tuple(
            Happening(
                e.at, e.actor_name, e.kind, e.subject_id, project.key, project.title,
                say_event(e, project.title, account.name, account.time_zone, today),
            )
            for e in rows
            if (project := projects.get(e.subject_id)) is not None
        )  # fmt: skip

    return SinceLastLook(
        account=account.pk,
        key=account.key,
        looked_at=look.at if look else None,
        moved=_moved(fresh, projects),
        happened=said(events[:MOST]),
        more_happened=len(events) > MOST,
        credits=_credits(account, since),
        event_id=max(event_id, look.event_id if look else 0),
        range_id=max(range_id, look.range_id if look else 0),
        before=said(lately[:recent]),
    )


_READ_LOOK = """
SELECT (SELECT e.id FROM journal_event e
         WHERE e.account_id = %(account)s AND e.at <= %(settled)s ORDER BY e.id DESC LIMIT 1),
       (SELECT r.id FROM projects_publishedrange r
         WHERE r.account_id = %(account)s AND r.at <= %(settled)s ORDER BY r.id DESC LIMIT 1),
       l.at, l.event_id, l.range_id
  FROM (SELECT 1) one
  LEFT JOIN projects_lastlook l ON l.user_id = %(user)s AND l.account_id = %(account)s
"""


def _read_look(
    reader: Actor, account: Account, settled: datetime
) -> tuple[LastLook | None, int, int]:
    """How far somebody has read, and the newest event and range that nobody can miss."""
    asked: dict[str, int | datetime] = {
        "account": account.pk, "user": reader.user_id or 0, "settled": settled,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_READ_LOOK, asked)
        event_id, range_id, at, seen_event, seen_range = cursor.fetchone()
    look = LastLook(at=at, event_id=seen_event, range_id=seen_range) if at else None
    return look, event_id or 0, range_id or 0


def _projects(ids: Collection[int], rights: Rights) -> dict[int, Project]:
    """The projects of those ids that may be seen: staff see drafts that were shared with them."""
    rows = Project.objects.filter(pk__in=ids).only("pk", "key", "title", "status")
    if not rights.account_role and not rights.system:
        rows = rows.exclude(status__in=_UNSUBMITTED, shared_with_studio=False)
    return {project.pk: project for project in rows}


def _moved(fresh: Iterable[PublishedRange], projects: dict[int, Project]) -> tuple[Moved, ...]:
    changes: dict[tuple[int, str], list[PublishedRange]] = defaultdict(list)
    for row in fresh:
        if row.project_id in projects:
            changes[row.project_id, row.what].append(row)
    oldest = {place: rows[-1].pk for place, rows in changes.items()}
    before: dict[tuple[int, str], Days | None] = {}
    known = PublishedRange.objects.filter(
        project_id__in={pk for pk, _ in changes}, pk__lt=min(oldest.values(), default=0)
    )
    for pk, what, first, last in (
        known.order_by("project_id", "what", "-pk")
        .distinct("project_id", "what")
        .values_list("project_id", "what", "first", "last")
    ):
        before[pk, what] = _days(first, last)
    found = []
    for place, rows in changes.items():
        project, (latest, *_) = projects[place[0]], rows
        was, is_now = before.get(place), _days(latest.first, latest.last)
        if was == is_now:
            continue
        reasons = tuple(dict.fromkeys(row.reason for row in rows if row.reason))
        found.append(
            Moved(project.pk, project.key, project.title, place[1], was, is_now, reasons, latest.at)
        )
    return tuple(sorted(found, key=lambda moved: (moved.at, moved.project), reverse=True))


def _days(first: date | None, last: date | None) -> Days | None:
    return (first, last) if first and last else None


def _credits(account: Account, since: datetime) -> tuple[CreditChange, ...]:
    """What the latest transfers of the account's wallet added or took, the latest first."""
    wallet = account.wallet
    changes: list[CreditChange] = []
    # The chain's places are the index: the latest of both directions, then those that matter.
    needed = ("at", "kind", "amount", "to_wallet", "to_bucket", "to_seq")
    left = Transfer.objects.filter(from_wallet=wallet).order_by("-from_seq").values_list(*needed)
    came = (
        Transfer.objects.filter(to_wallet=wallet, to_seq__isnull=False)
        .order_by("-to_seq")
        .values_list(*needed)
    )
    both = left[:_MOST_TRANSFERS].union(came[:_MOST_TRANSFERS], all=True)
    for at, kind, amount, target, bucket, seq in both:
        if at <= since or kind not in ADDS_OR_TAKES:
            continue
        comes = target == wallet.pk and (seq is not None or bucket == "available")
        changes.append(CreditChange(at, kind, amount if comes else -amount))
    return tuple(sorted(changes, key=lambda change: change.at, reverse=True))
