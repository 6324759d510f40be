"""Moments and quoted texts as mails show them."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import dateformat
from django.utils.text import Truncator
from django.utils.translation import pgettext

register = template.Library()

LONGEST = 600


@register.filter
def mail_moment(moment: datetime) -> str:
    """A moment as "Thu 12 May, 09:40", in the time zone that it carries."""
    # Said directly: the |date filter would turn it into the zone that is active.
    # Translators: how a moment is written, in the letters of Django's date filter
    return dateformat.format(moment, pgettext("format of a moment", "D j M, H:i"))


@register.filter
def mail_excerpt(text: str) -> str:
    """The beginning of a text that somebody wrote: a mail is no place for twenty pages."""
    return Truncator(text.strip()).chars(LONGEST)


@register.filter
def mail_quote(text: str) -> str:
    """A text as plain mails quote it."""
    return "\n".join(f"> {line}" for line in text.splitlines())
