"""How many statements a page asks of the database: committed numbers, the same however much there
is to show. Of each, the frame takes five: session, person, account, roles, pulse.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from callsheet.credits.models import Wallet
from callsheet.projects.models import Project
from callsheet.tenants.models import User
from callsheet.web import frame
from tests.builders import delivered, draft, somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db

type Address = Callable[[Wallet, Project], str]


def of_account(name: str, query: str = "") -> Address:
    """The address of a page of the account."""
    return lambda wallet, project: reverse(name, args=[wallet.account.key]) + query


def of_project(name: str) -> Address:
    """The address of a page of the account's first project."""
    return lambda wallet, project: reverse(name, args=[wallet.account.key, project.key])


def of_step(act: str) -> Address:
    """The address of the form of an action on that project."""
    return lambda wallet, project: reverse(
        "project_step", args=[wallet.account.key, project.key, act]
    )


def of_draft(name: str) -> Address:
    """The address of a page of one of the account's drafts."""

    def address(wallet: Wallet, project: Project) -> str:
        found = Project.objects.filter(account=wallet.account, status="draft").earliest("pk")
        return reverse(name, args=[wallet.account.key, found.key])

    return address


PAGES: dict[str, tuple[Address, int]] = {
    "brief": (of_draft("brief"), 11),
    "new_brief": (of_account("new_brief"), 6),
    "projects": (of_account("projects"), 9),
    "projects_csv": (of_account("projects_csv"), 7),
    "project": (of_project("project"), 12),
    "project_brief": (of_project("project_brief"), 7),
    "project_timeline": (of_project("project_timeline"), 9),
    "project_credits": (of_project("project_credits"), 8),
    "project_step finalize": (of_step("finalize"), 12),
    "project_step approve": (of_step("approve"), 8),
    "project_step dates": (of_step("dates"), 6),
    "dashboard": (of_account("dashboard"), 11),
    "news": (of_account("news"), 11),
    "ways": (of_account("ways"), 10),
    "queue": (of_account("queue"), 10),
    "queue_receipts": (of_account("queue_receipts"), 6),
}


def an_account(projects: int) -> tuple[Wallet, Project]:
    """An account with so many projects of each sort."""
    wallet = wallet_with(20 * projects)
    first = delivered(submitted(wallet, 10, "First"))
    for n in range(projects):
        submitted(wallet, 10, f"At work {n}")
        submitted(wallet, 20, f"Next {n}", campaign=f"Campaign {n}")
        draft(wallet, 10, f"Thought {n}")
    return wallet, first


def statements(client: Client, address: str) -> int:
    """How many statements the page takes once the settings are known."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
        b"".join(iter(answer))
    assert answer.status_code == 200
    return len(asked)


def test_each_page_asks_as_often_as_is_committed_however_much_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # On a busy machine settings would grow old between two looks, and be read again.
    monkeypatch.setattr(frame, "SETTINGS_MAY_BE_OLD", 3600.0)
    counted: dict[int, dict[str, int]] = {}
    for projects in (1, 20):
        wallet, first = an_account(projects)
        client = Client()
        client.force_login(User.objects.get(pk=somebody(wallet.account).user_id))
        counted[projects] = {
            name: statements(client, address(wallet, first)) for name, (address, _) in PAGES.items()
        }
    committed = {name: number for name, (_, number) in PAGES.items()}
    assert counted[1] == committed
    assert counted[20] == committed
    assert max(committed.values()) <= 12
