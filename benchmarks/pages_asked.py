"""Which pages are measured, where they are, and how many statements each takes.

    python -m benchmarks.pages_asked          speaks to the database of the environment

Prints one JSON object: the cookie of somebody who is signed in, and the pages. Those whose address
does not exist (yet) are left out and named under ``missing``. Statements are counted by Django's
test client at the second visit, when the process knows the studio's settings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

LIVE: Mapping[str, str] = {"HX-Request": "true", "HX-Target": "live"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the account. ``of`` is the status of the project that it is about; ``crowd``:
    also measured under many clients.
    """

    name: str
    url: str
    of: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    crowd: bool = False


PAGES = (
    Page("today", "dashboard", crowd=True),
    Page("today, its live part", "dashboard", headers=LIVE),
    Page("projects", "projects", crowd=True),
    Page("projects, searched", "projects", query="?q=spring"),
    Page("projects, searched, live part", "projects", query="?q=spring", headers=LIVE),
    Page("projects, finalized, second page", "projects", query="?tab=finalized&page=2"),
    Page("projects as CSV", "projects_csv", query="?tab=finalized"),
    Page("project, to review", "project", of="delivered", crowd=True),
    Page("project, to review, live part", "project", of="delivered", headers=LIVE),
    Page("project, at work", "project", of="in_progress"),
    Page("project, finalized", "project", of="finalized"),
    Page("project's brief", "project_brief", of="delivered"),
    Page("project's timeline", "project_timeline", of="finalized"),
    Page("project's credits", "project_credits", of="finalized"),
    Page("queue", "queue", crowd=True),
    Page("queue, its live part", "queue", headers=LIVE),
    Page("queue's receipts, part", "queue_receipts", headers={**LIVE, "HX-Target": "receipts"}),
    Page("brief editor", "brief", of="draft", crowd=True),
    Page("pulse, nothing moved", "pulse", query="?v={version}", crowd=True),
    Page("pulse, something moved", "pulse", query="?v=another"),
    Page("switcher of accounts", "places", query="?here={account}", headers=LIVE),
    Page("notifications", "notifications"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A page as it is asked for, and what it took of the database."""

    name: str
    address: str
    headers: Mapping[str, str]
    crowd: bool
    status: int
    bytes: int
    statements: int


def ask() -> dict[str, Any]:
    """Ask for every page there is, twice."""
    from django.test import Client
    from django.urls import NoReverseMatch

    from benchmarks.pages_account import ACCOUNT, READER
    from callsheet.insight.pulse import read_pulse
    from callsheet.projects.models import Project
    from callsheet.tenants.models import Account, User

    reader, account = User.objects.get(email=READER), Account.objects.get(key=ACCOUNT)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(reader)
    known = {"version": read_pulse(account.pk, reader.pk).version, "account": ACCOUNT}
    found, missing = [], []
    for page in PAGES:
        about = Project.objects.filter(account=account, status=page.of).order_by("pk").first()
        try:
            address = _address(page, account.key, about.key if about else "")
        except NoReverseMatch:
            missing.append(page.name)
            continue
        found.append(_asked(client.get, page, address + page.query.format(**known)))
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    return {"cookie": cookie, "missing": missing, "pages": [asdict(page) for page in found]}


def _address(page: Page, account: str, project: str) -> str:
    from django.urls import NoReverseMatch, reverse

    for known in ([account, project] if project else [account], []):
        try:
            return reverse(page.url, args=known)
        except NoReverseMatch:
            if not known:
                raise
    raise AssertionError


def _asked(get: Callable[..., Any], page: Page, address: str) -> Asked:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    b"".join(iter(get(address, headers=page.headers)))
    with CaptureQueriesContext(connection) as statements:
        answer = get(address, headers=page.headers)
        body = b"".join(iter(answer))
    return Asked(
        page.name, address, page.headers, page.crowd, answer.status_code, len(body), len(statements)
    )


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(ask()))
