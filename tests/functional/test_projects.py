"""The list of projects, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from callsheet.catalogue import defaults
from callsheet.tenants.models import Account, User
from tests.builders import delivered, draft, somebody, submitted, wallet_with
from tests.functional.browser import People, axe


@pytest.fixture
def member(people: People) -> User:
    """A member of an account with a delivered project, one in review, one that waits, a draft."""
    defaults.install()
    wallet = wallet_with(60, name="Nordlicht Skincare")
    delivered(submitted(wallet, 40, "Summer launch", campaign="Summer"))
    submitted(wallet, 20, "Cold creams")
    submitted(wallet, 30, "Autumn drop", campaign="Autumn")
    draft(wallet, 10, "Thoughts on winter")
    return User.objects.get(pk=somebody(wallet.account).user_id)


def account_of(member: User) -> Account:
    """The account of which somebody is a member."""
    account = member.memberships.get().account
    assert account is not None
    return account


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_list_is_read_everywhere(people: People, member: User, phone: bool, dark: bool) -> None:
    page = people.page(member, phone=phone, dark=dark)
    page.goto(f"/a/{account_of(member).key}/projects/?campaign=Summer&sort=title")
    expect(page.get_by_role("link", name="Summer launch")).to_be_visible()
    expect(page.get_by_role("link", name="Autumn drop")).to_have_count(0)
    assert axe(page) == []
    overflow = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not overflow, "the page is wider than the screen"
    page.get_by_role("link", name=re.compile("Campaign: Summer")).click()
    expect(page.locator("[data-row]")).to_have_count(4)


def test_one_finds_sorts_and_opens_by_keyboard(people: People, member: User) -> None:
    page = people.page(member)
    page.goto(f"/a/{account_of(member).key}/projects/")
    page.keyboard.press("/")
    page.keyboard.type("drop")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=drop"))
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("button", name="Filter and sort").click()
    page.get_by_label("Campaign", exact=True).select_option("Autumn")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"q=drop.*campaign=Autumn"))
    page.goto(f"/a/{account_of(member).key}/projects/")
    page.get_by_role("searchbox").fill("drop")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.go_back()
    expect(page.locator("[data-row]")).to_have_count(4)
    page.locator("#content").focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = page.locator('[data-row][aria-selected="true"] a')
    expect(chosen).to_be_focused()
    title = chosen.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def test_others_changes_come_into_the_list(people: People, member: User) -> None:
    page = people.page(member)
    page.goto(f"/a/{account_of(member).key}/projects/")
    page.get_by_role("searchbox").focus()
    submitted(account_of(member).wallet, 15, "A late idea")
    expect(page.get_by_role("link", name="A late idea")).to_be_visible(timeout=6_000)
    expect(page.get_by_role("searchbox")).to_be_focused()
