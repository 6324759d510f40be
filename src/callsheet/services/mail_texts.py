"""Writing mails: what a bundle says, as HTML and as text, in its reader's language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from callsheet.insight.languages import in_language
from callsheet.insight.listeners import read_listeners
from callsheet.insight.notification_view import may_still_see
from callsheet.insight.notification_words import read_words, with_subjects
from callsheet.notifications.choices import Listener
from callsheet.notifications.models import Mail, Notification
from callsheet.notifications.words import Words
from callsheet.services.unsubscribing import unsubscribe_token
from callsheet.tenants.models import User

log = structlog.get_logger(__name__)

Letter = EmailMessage | Exception | None
"""A written mail; None where nothing is left to say; or why it could not be written."""

MOST_ITEMS = 40
"""Things that one mail says; of more it says how many, and where they are."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened, as a mail shows it. ``at`` is in the reader's time zone."""

    words: Words
    url: str
    at: datetime
    needs_you: bool
    again: bool


@dataclass(slots=True)
class Section:
    """What a digest says of one project, or of an account as a whole."""

    title: str
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Chapter:
    """What a digest says of one account (or organization)."""

    title: str
    sections: list[Section] = field(default_factory=list)


def write_mails(mails: Sequence[Mail]) -> dict[int, Letter]:
    """The mails as messages. What was read meanwhile, and what the reader may not see any more, is
    left out; a mail that cannot be written holds no other up.

    The number of queries does not grow with the mails.
    """
    rows = list(
        with_subjects(Notification.objects.filter(mail__in=mails, read_at__isnull=True)).order_by(
            "pk"
        )
    )
    seen = may_still_see(rows)
    of_mail: dict[int, list[Notification]] = defaultdict(list)
    for row in rows:
        if row.pk in seen:
            of_mail[row.mail_id or 0].append(row)
    words = read_words(rows)
    listeners = read_listeners({mail.user_id for mail in mails})
    letters: dict[int, Letter] = {}
    for mail in mails:
        listener = listeners.get(mail.user_id)
        told = of_mail.get(mail.pk)
        letters[mail.pk] = None
        if not told or listener is None:
            continue
        try:
            with in_language(listener.language):
                letters[mail.pk] = _write(mail, told, words, listener)
        except Exception as error:
            log.exception("mail_not_written", mail=mail.pk)
            letters[mail.pk] = error
    return letters


def _write(
    mail: Mail,
    rows: list[Notification],
    words: Callable[[Notification], Words],
    listener: Listener,
) -> EmailMessage:
    shown = sorted(rows, key=lambda row: not row.needs_you)[:MOST_ITEMS]
    items = {
        row.pk: Item(
            words=words(row),
            url=settings.BASE_URL + reverse("open_notification", args=[row.pk]),
            at=row.at.astimezone(listener.zone),
            needs_you=row.needs_you,
            again=row.again,
        )
        for row in shown
    }
    first = items[shown[0].pk]
    subject = first.words.headline if len(rows) == 1 and not mail.digest else _many(mail, rows)
    token = unsubscribe_token(mail.user, {row.group for row in rows})
    unsubscribe = settings.BASE_URL + reverse("unsubscribe", args=[token])
    reasons = list(dict.fromkeys(item.words.why for item in items.values()))
    facts = {
        "reason": _("You get this because {reasons}.").format(
            reasons=pgettext("between two reasons", "; ").join(reasons)
        ),
        "preview": " · ".join(item.words.headline for item in list(items.values())[:3]),
        "studio": settings.STUDIO_NAME,
        "language": translation.get_language(),
        "name": mail.user.get_short_name(),
        "subject": subject,
        "digest": mail.digest,
        "single": first if len(rows) == 1 else None,
        "chapters": _chapters(shown, items),
        "more": len(rows) - len(shown),
        "again": any(row.again for row in rows),
        "list_url": settings.BASE_URL + reverse("notifications"),
        "choose_url": settings.BASE_URL + reverse("notification_choices"),
        "unsubscribe_url": unsubscribe,
    }
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string("mail/notification.txt", facts).strip() + "\n",
        to=[_address(mail.user)],
        headers={
            # The same for a copy, should a server ever make one.
            "Message-ID": f"<mail-{mail.pk}@{urlsplit(settings.BASE_URL).hostname}>",
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(render_to_string("mail/notification.html", facts), "text/html")
    return message


def _many(mail: Mail, rows: Sequence[Notification]) -> str:
    """The subject of several: how many wait for the reader, how many things happened."""
    places = {row.account.name for row in rows if row.account}
    where = f" ({places.pop()})" if len(places) == 1 else ""
    waiting = sum(row.needs_you for row in rows)
    if waiting:
        said = ngettext("{n} thing waits for you", "{n} things wait for you", waiting)
        return said.format(n=waiting) + where
    said = ngettext("{n} piece of news", "{n} pieces of news", len(rows))
    return said.format(n=len(rows)) + where


def _chapters(rows: Iterable[Notification], items: dict[int, Item]) -> list[Chapter]:
    """By account and by project; what waits for the reader first."""
    chapters: dict[str, Chapter] = {}
    sections: dict[tuple[str, str], Section] = {}
    for row in sorted(rows, key=lambda row: row.project_id is not None):
        place = str(row.account or row.organization or settings.STUDIO_NAME)
        title = str(row.project) if row.project else _("The account")
        chapter = chapters.setdefault(place, Chapter(place))
        if (place, title) not in sections:
            sections[place, title] = Section(title)
            chapter.sections.append(sections[place, title])
        sections[place, title].items.append(items[row.pk])
    return list(chapters.values())


def _address(user: User) -> str:
    return str(user.email)
