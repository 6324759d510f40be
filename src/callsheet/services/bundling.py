"""Which mail carries which notification.

A mail is a bundle: what one job tells a person at once, what a quiet night held back, or a day's
digest. The database has each bundle of a person once, so no second worker makes a second mail of
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Case, DateTimeField, OuterRef, Q, QuerySet, Subquery, Value, When

from callsheet.insight.listeners import read_listeners
from callsheet.kit import clock
from callsheet.notifications.choices import digest_day, held_until, next_digest
from callsheet.notifications.kinds import Timing
from callsheet.notifications.models import Mail, Notification

MOST_PEOPLE = 500
"""People whose digests one transaction makes."""

OLD = timedelta(days=14)
"""What could not be mailed for so long is no news any more; it stays in the product."""

_INSERT = """
INSERT INTO notifications_mail
    (user_id, bundle, digest, state, due_at, attempts, error, created_at)
SELECT who, bundle, %s, 'waiting', due, 0, '', %s
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS wanted (who, bundle, due)
ORDER BY who, bundle
ON CONFLICT (user_id, bundle) DO NOTHING
RETURNING id, user_id
"""


def put_in_mails(rows: Iterable[Notification]) -> None:
    """Put those of ``rows`` (just written) that are mailed at once into one mail a person.

    What is held back until quiet hours end joins whatever else of theirs waits for that moment.
    """
    due: dict[int, datetime] = {}
    at_once = [row for row in rows if row.mail_timing == Timing.AT_ONCE]
    for row in at_once:
        if row.mail_due_at:
            due[row.user_id] = min(row.mail_due_at, due.get(row.user_id, row.mail_due_at))
    if not due:
        return
    now = clock.now()
    events = [row.event_id for row in at_once if row.event_id]
    commands = [row.command_id for row in at_once if row.command_id]
    # Named after what it tells first: the same for a job that runs again.
    name = f"event:{min(events)}" if events else f"command:{min(commands)}"
    wanted = {
        user: (name if at <= now else f"until:{at.isoformat()}", at) for user, at in due.items()
    }
    mails = _open_mails(wanted)
    # Sent at this very moment, so that nothing can join it any more: one of its own.
    late = {user: (name, now) for user in wanted if user not in mails}
    if late:
        mails |= _open_mails(late)
    _attach(
        Notification.objects.filter(
            Q(event__in=events) | Q(command__in=commands),
            user__in=list(mails),
            mail_timing=Timing.AT_ONCE,
        ),
        mails.values(),
    )


def _open_mails(wanted: Mapping[int, tuple[str, datetime]]) -> dict[int, int]:
    """The bundles as mails that are still to be sent, made where needed, locked: by person."""
    _insert({user: wanted[user] for user in sorted(wanted)}, digest=False)
    found = (
        Mail.objects.select_for_update(of=("self",))
        .filter(
            user__in=list(wanted),
            bundle__in={bundle for bundle, _ in wanted.values()},
            state=Mail.State.WAITING,
        )
        .order_by("pk")
        .values_list("user", "bundle", "pk")
    )
    return {user: pk for user, bundle, pk in found if wanted[user][0] == bundle}


def make_digests() -> int:
    """Make the digests that are due: one for a person and a day, of all that waits for it.

    Nothing to say makes none, nor do quiet hours. After days in which no worker ran there is one
    for all of them. Returns how many were made.
    """
    made = 0
    while people := list(
        _waiting(clock.now()).values_list("user", flat=True).distinct()[:MOST_PEOPLE]
    ):
        made += _make_digests(people)
    return made


def _waiting(now: datetime) -> QuerySet[Notification]:
    return Notification.objects.filter(
        mail_timing=Timing.DIGEST,
        mail__isnull=True,
        read_at__isnull=True,
        mail_due_at__lte=now,
        mail_due_at__gt=now - OLD,
    )


def _make_digests(people: list[int]) -> int:
    now = clock.now()
    listeners = read_listeners(people)
    with transaction.atomic():
        wanted, later = {}, {}
        for user in sorted(people):
            listener = listeners.get(user)
            if listener is None:  # no login that works; perhaps tomorrow
                later[user] = now + timedelta(days=1)
            elif (until := held_until(now, listener.zone, listener.times)) > now:
                later[user] = until
            else:
                wanted[user] = (f"digest:{digest_day(now, listener.zone)}", now)
        made = _insert(wanted, digest=True)
        for user in wanted.keys() - made.keys():  # today's has been made
            listener = listeners[user]
            later[user] = next_digest(now, listener.zone, listener.times)
        if later:
            _waiting(now).filter(user__in=list(later)).update(
                mail_due_at=Case(
                    *(When(user=user, then=Value(due)) for user, due in later.items()),
                    output_field=DateTimeField(),
                )
            )
        _attach(_waiting(now).filter(user__in=list(made)), made.values())
        return len(made)


def _insert(wanted: Mapping[int, tuple[str, datetime]], *, digest: bool) -> dict[int, int]:
    """Make the mails that are not there yet; answers those that this call made, by person."""
    if not wanted:
        return {}
    bundles, due = zip(*wanted.values(), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [digest, clock.now(), list(wanted), list(bundles), list(due)])
        return {user: pk for pk, user in cursor.fetchall()}


def _attach(rows: QuerySet[Notification], mails: Iterable[int]) -> None:
    of_person = Mail.objects.filter(pk__in=list(mails), user=OuterRef("user")).values("pk")[:1]
    rows.filter(mail__isnull=True).update(mail=Subquery(of_person))
