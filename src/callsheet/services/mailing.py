"""Handing mails over to the mail server: claim, hand over, mark.

A mail server cannot be asked whether it took a mail, so a worker that dies between handing over and
marking leaves a question that nobody can answer. It is not sent again: what is unread in it goes
into the next digest, under a heading that says why. See decision 0061.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

import structlog
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from callsheet.insight.listeners import read_listeners
from callsheet.kit import clock
from callsheet.notifications.choices import next_digest
from callsheet.notifications.kinds import Timing
from callsheet.notifications.models import Mail, Notification
from callsheet.services.mail_texts import Letter, write_mails

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=10)
"""Longer than any server takes for one mail: ours wait twenty seconds for each answer."""

STALE = timedelta(days=1)
"""A mail that could not leave for so long is not news any more: the next digest says it."""

MOST_TOGETHER = 50
"""Mails that are written together and leave over one connection."""

# Every mail takes these, so they are said to the database as they are; and a mail is claimed in the
# same breath in which the one before it is marked, because each of the two waits for the disk.
_CLAIM = """
WITH before AS (
    UPDATE notifications_mail SET state = 'sent', leased_until = NULL, error = '', sent_at = %s
     WHERE id = %s AND state = 'handing_over'
)
UPDATE notifications_mail SET state = 'handing_over', leased_until = %s, attempts = attempts + 1
 WHERE id = %s AND state = 'waiting'
"""
_MARK = """
UPDATE notifications_mail
   SET state = %s, leased_until = NULL, error = %s, sent_at = %s, due_at = coalesce(%s, due_at)
 WHERE id = %s AND state = 'handing_over'
"""

Count = dict[str, int]


def send_due() -> Count:
    """Send every mail that is due. Answers how many ended in which state.

    Safe to run twice and beside others. ``away`` in the answer: the mail server could not be
    reached; what had not left by then was not claimed and is as it was.
    """
    count: Count = {}
    for state, number in (("unknown", _look_for_the_lost()), ("stale", _put_off_the_stale())):
        if number:
            count[state] = number
    last: tuple[datetime, int] | None = None
    try:
        while mails := _due(after=last):
            last = mails[-1].due_at, mails[-1].pk
            _send(mails, count)
    except (SMTPException, OSError) as away:  # of connecting; see `_hand_over` for the rest
        log.warning("mail_server_away", error=repr(away))
        count["away"] = 1
    return count


def _due(after: tuple[datetime, int] | None) -> list[Mail]:
    """The next mails that are due, behind the last one that was read: in the order of the index
    over what is to be sent, so that mail of years ago costs nothing.
    """
    due = Mail.objects.filter(state=Mail.State.WAITING, due_at__lte=clock.now())
    if after is not None:
        due = due.filter(due_at__gte=after[0]).exclude(due_at=after[0], pk__lte=after[1])
    return list(due.select_related("user").order_by("due_at", "pk")[:MOST_TOGETHER])


def _send(mails: list[Mail], count: Count) -> None:
    written = write_mails(mails)
    line = _Line()
    left: _Left | None = None
    try:
        for mail in mails:
            letter = written[mail.pk]
            if isinstance(letter, EmailMessage):
                line.open()
            claimed = claim(mail, left)
            left = None
            if claimed:  # else another worker has it
                state = _hand_over(line, mail, letter)
                count[state] = count.get(state, 0) + 1
                if state == Mail.State.SENT:
                    left = _Left(mail, clock.now())
    finally:
        if left is not None:
            _mark(left.mail, Mail.State.SENT, sent_at=left.at)
        line.close()


@dataclass(frozen=True, slots=True)
class _Left:
    """A mail that the server has taken, and when; that is still to be written down."""

    mail: Mail
    at: datetime


class _Line:
    """The connection to the mail server: opened when it is first needed, and after it broke."""

    def __init__(self) -> None:
        self.backend: BaseEmailBackend | None = None

    def open(self) -> None:
        """Connect; raises when the server is away. Comes before the claim, so that nothing is."""
        if self.backend is None:
            backend = mailers.default
            backend.open()
            self.backend = backend

    def send(self, letter: EmailMessage) -> None:
        """Hand over one mail."""
        if self.backend is not None:
            self.backend.send_messages([letter])

    def close(self) -> None:
        """Hang up, whatever the other side says to that."""
        backend, self.backend = self.backend, None
        if backend is not None:
            with suppress(SMTPException, OSError):
                backend.close()


def claim(mail: Mail, before: _Left | None = None) -> bool:
    """Take a mail for this worker alone, for the time of the lease; committed before it leaves.

    The one that left ``before`` it is marked in the same statement.
    """
    at, pk = (before.at, before.mail.pk) if before else (None, None)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [at, pk, clock.now() + LEASE, mail.pk])
        return bool(cursor.rowcount == 1)


def _hand_over(line: _Line, mail: Mail, letter: Letter) -> Mail.State:
    """Hand a claimed mail over and write down what became of it; that it was sent, the caller does,
    with the next claim.
    """
    if letter is None:
        return _mark(mail, Mail.State.SKIPPED)
    if isinstance(letter, Exception):
        return _mark(mail, Mail.State.GIVEN_UP, error=f"could not be written: {letter!r}")
    try:
        line.send(letter)
    except (SMTPRecipientsRefused, SMTPResponseException) as no:
        return _refused(mail, no)
    except (SMTPException, OSError) as lost:
        # The connection broke: before the server had it all, or after. Nobody knows.
        line.close()
        log.warning("mail_perhaps_sent", mail=mail.pk, error=repr(lost))
        return _mark_unknown(mail, repr(lost))
    return Mail.State.SENT


def _refused(mail: Mail, no: SMTPException) -> Mail.State:
    """For good (5xx), or for now (4xx): then later, at growing intervals, until it is stale."""
    if _code(no) >= 500:
        log.warning("mail_refused", mail=mail.pk, error=repr(no))
        return _mark(mail, Mail.State.REFUSED, error=repr(no))
    wait = timedelta(minutes=min(2 ** (mail.attempts + 1), 120))
    return _mark(mail, Mail.State.WAITING, error=repr(no), due_at=clock.now() + wait)


def _code(no: SMTPException) -> int:
    if isinstance(no, SMTPRecipientsRefused):
        return max((code for code, _ in no.recipients.values()), default=550)
    return int(no.smtp_code) if isinstance(no, SMTPResponseException) else 550


def _mark(
    mail: Mail,
    state: Mail.State,
    *,
    error: str = "",
    due_at: datetime | None = None,
    sent_at: datetime | None = None,
) -> Mail.State:
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [state, error[:300], sent_at, due_at, mail.pk])
    return state


def _mark_unknown(mail: Mail, error: str) -> Mail.State:
    with transaction.atomic():
        state = _mark(mail, Mail.State.UNKNOWN, error=error)
        _carry_over([mail.pk], again=True)
    return state


def _look_for_the_lost() -> int:
    """Mails whose worker died while it handed them over: nobody knows whether they left."""
    with transaction.atomic():
        lost = list(
            Mail.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(state=Mail.State.HANDING_OVER, leased_until__lt=clock.now())
            .values_list("pk", flat=True)
        )
        Mail.objects.filter(pk__in=lost).update(
            state=Mail.State.UNKNOWN, leased_until=None, error="the worker was killed"
        )
        _carry_over(lost, again=True)
    for pk in lost:
        log.warning("mail_perhaps_sent", mail=pk, error="the worker was killed")
    return len(lost)


def _put_off_the_stale() -> int:
    """Mails that could not leave for a day: certainly not sent, so the next digest says it."""
    with transaction.atomic():
        stale = list(
            Mail.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(state=Mail.State.WAITING, due_at__lte=clock.now())
            .filter(created_at__lt=clock.now() - STALE)
            .values_list("pk", flat=True)
        )
        Mail.objects.filter(pk__in=stale).update(state=Mail.State.GIVEN_UP)
        _carry_over(stale, again=False)
    return len(stale)


def _carry_over(mails: list[int], *, again: bool) -> None:
    """Leave what is unread in these mails to the next digest; a second time only what certainly
    did not leave.
    """
    if not mails:
        return
    rows = Notification.objects.filter(mail__in=mails, read_at__isnull=True)
    if again:
        rows = rows.filter(again=False)
    users = set(rows.values_list("user", flat=True))
    now = clock.now()
    due = {
        user: next_digest(now, listener.zone, listener.times)
        for user, listener in read_listeners(users).items()
    }
    for moment in set(due.values()):
        theirs = [user for user, at in due.items() if at == moment]
        changes: dict[str, object] = {
            "mail": None, "mail_timing": Timing.DIGEST, "mail_due_at": moment,
        }  # fmt: skip
        if again:
            changes["again"] = True
        rows.filter(user__in=theirs).update(**changes)
