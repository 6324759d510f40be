"""The list of projects by requests: who sees what, filters, bad addresses, the table as CSV."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from callsheet.kit.actor import Actor
from callsheet.projects.models import Project
from callsheet.tenants.models import Role, StaffRole, User
from tests.builders import draft, finalized, somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db


def browser_of(actor: Actor) -> Client:
    """A client in which that person is signed in."""
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def titles(client: Client, address: str) -> list[str]:
    """The titles on that page of the list, in their order."""
    return [row.title for row in client.get(address).context["found"].rows]


def test_each_tab_has_what_belongs_to_it() -> None:
    wallet = wallet_with(60)
    finalized(submitted(wallet, 10, "Done"))
    submitted(wallet, 50, "At work")
    submitted(wallet, 30, "Waits")
    draft(wallet, 10, "Thought")
    client = browser_of(somebody(wallet.account))
    base = f"/a/{wallet.account.key}/projects/"
    assert set(titles(client, base)) == {"At work", "Waits", "Thought"}
    for tab, expected in {
        "drafts": ["Thought"], "queue": ["Waits"], "production": ["At work"],
        "finalized": ["Done"], "needs-you": [], "parked": [], "canceled": [],
    }.items():  # fmt: skip
        assert titles(client, f"{base}?tab={tab}") == expected
    counts = client.get(base).context["tabs"]
    assert [tab["count"] for tab in counts] == [3, 1, 1, 1, 0, 0, 1, 0]


def test_search_and_filters_narrow_the_list_and_its_counts() -> None:
    wallet = wallet_with(60)
    owner = somebody(wallet.account)
    submitted(wallet, 10, "Hero film", campaign="Spring", actor=owner)
    submitted(wallet, 10, "Hero stills", campaign="Autumn")
    client = browser_of(owner)
    base = f"/a/{wallet.account.key}/projects/"
    assert titles(client, f"{base}?q=hero+spring") == ["Hero film"]
    assert titles(client, f"{base}?owner={owner.user_id}") == ["Hero film"]
    assert titles(client, f"{base}?campaign=Autumn") == ["Hero stills"]
    assert titles(client, f"{base}?type=original_creative") == []
    assert titles(client, f"{base}?q=100%25") == []
    page = client.get(f"{base}?campaign=Autumn&q=hero")
    assert [chip.words for chip in page.context["chips"]] == ["“hero”", "Campaign: Autumn"]
    assert page.context["chips"][0].without == "?campaign=Autumn"


def test_the_order_is_the_readers() -> None:
    wallet = wallet_with(100)
    for credits, title in ((20, "beta"), (10, "Alpha"), (30, "gamma")):
        submitted(wallet, credits, title)
    client = browser_of(somebody(wallet.account))
    base = f"/a/{wallet.account.key}/projects/"
    assert titles(client, f"{base}?sort=title") == ["Alpha", "beta", "gamma"]
    assert titles(client, f"{base}?sort=-credits") == ["gamma", "beta", "Alpha"]
    assert 'aria-sort="descending"' in client.get(f"{base}?sort=-credits").content.decode()


def test_long_lists_have_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callsheet.insight.project_list.PAGE", 2)
    wallet = wallet_with(100)
    for n in range(5):
        draft(wallet, 10, f"Draft {n}")
    client = browser_of(somebody(wallet.account))
    base = f"/a/{wallet.account.key}/projects/?sort=title"
    assert titles(client, base) == ["Draft 0", "Draft 1"]
    assert titles(client, f"{base}&page=3") == ["Draft 4"]
    assert titles(client, f"{base}&page=99") == ["Draft 4"]


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=99999999999999999999", "page=x", "owner=99999999999999",
        "owner=²",
        "tab=nonsense", "sort=--", "sort=password", "from=yesterday", "to=9999-99-99", "q=%00",
        "q=%F0%9F%8D%8A", "q=" + "x" * 10_000, "campaign=%3Cscript%3Ealert(1)%3C/script%3E",
        "status=submitted'--",
    ],
)  # fmt: skip
def test_addresses_that_make_no_sense_show_a_list(query: str) -> None:
    wallet = wallet_with(20)
    submitted(wallet, 10, "Something")
    client = browser_of(somebody(wallet.account))
    for page in ("projects/", "projects.csv"):
        answer = client.get(f"/a/{wallet.account.key}/{page}?{query}")
        assert answer.status_code == 200
        assert b"<script>alert" not in b"".join(iter(answer))


def test_strangers_find_nothing_and_staff_no_private_drafts() -> None:
    wallet = wallet_with(20)
    draft(wallet, 10, "Private thought")
    other = browser_of(somebody(wallet_with(10).account))
    staff = browser_of(somebody(staff=StaffRole.ACCOUNT_MANAGER))
    viewer = browser_of(somebody(wallet.account, Role.VIEWER))
    for page in ("projects/", "projects.csv"):
        address = f"/a/{wallet.account.key}/{page}"
        hidden = other.get(address)
        assert hidden.status_code == 404
        assert b"Private thought" not in hidden.content
        assert b"Private thought" not in b"".join(iter(staff.get(address)))
        assert b"Private thought" in b"".join(iter(viewer.get(address)))
        assert viewer.post(address).status_code == 405


def test_the_csv_is_what_the_list_shows_and_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callsheet.insight.project_list.CHUNK", 2)
    monkeypatch.setattr("callsheet.web.projects._CHUNK", 2)
    wallet = wallet_with(60)
    for title in ("=HYPERLINK(1)", "b", "c", "d", "e"):
        submitted(wallet, 10, title)
    Project.objects.filter(title="c").update(campaign="+1")
    client = browser_of(somebody(wallet.account))
    answer = client.get(f"/a/{wallet.account.key}/projects.csv?sort=title&q=")
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(iter(answer)).decode())))
    assert [row["title"] for row in rows] == ["'=HYPERLINK(1)", "b", "c", "d", "e"]
    assert rows[2]["campaign"] == "'+1"
    assert {row["credits"] for row in rows} == {"10"}


def test_an_empty_account_is_told_how_projects_begin() -> None:
    wallet = wallet_with(20)
    client = browser_of(somebody(wallet.account))
    base = f"/a/{wallet.account.key}/projects/"
    assert b"There are no projects yet" in client.get(base).content
    draft(wallet, 10)
    assert b"Nothing matches" in client.get(f"{base}?q=elsewhere").content
    assert b"Nothing here" in client.get(f"{base}?tab=canceled").content
