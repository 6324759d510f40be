"""In which language somebody is written to."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils import translation

from callsheet.notifications.models import PersonalTimes


def in_language(chosen: str) -> AbstractContextManager[None]:
    """Put texts into this language inside; into the studio's where nothing was chosen."""
    return translation.override(chosen or settings.STUDIO_LANGUAGE)


def language_for(*user_ids: int | None) -> str:
    """The language that the first of these people chose who chose one; empty: nobody did.

    For mail to somebody without a login, who could choose nothing: after them comes who asked for
    it to be sent.
    """
    wanted = [pk for pk in user_ids if pk]
    chosen = dict(
        PersonalTimes.objects.filter(user__in=wanted)
        .exclude(language="")
        .values_list("user", "language")
    )
    return next((chosen[pk] for pk in wanted if pk in chosen), "")
