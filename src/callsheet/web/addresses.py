"""Where the pages of an account's things are; for links in pictures, mails and notifications."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse


def project_url(account_key: str, project_key: str) -> str:
    """A project's page; of a draft, its editor."""
    try:
        return reverse("project", args=[account_key, project_key])
    except NoReverseMatch:
        return ""
