"""The frame around an account's pages, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from callsheet.catalogue import defaults
from callsheet.tenants.models import User
from tests.builders import somebody, submitted, wallet_with
from tests.functional.browser import People, Watched, axe


@pytest.fixture
def morning(people: People) -> User:
    """An account with something in production and something that waits; its member."""
    defaults.install()
    wallet = wallet_with(60, name="Nordlicht Skincare")
    submitted(wallet, 40, "Summer launch")
    submitted(wallet, 30, "Autumn drop")
    return User.objects.get(pk=somebody(wallet.account).user_id)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_today_says_how_things_stand(
    people: People, morning: User, phone: bool, dark: bool
) -> None:
    page = people.page(morning, phone=phone, dark=dark)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "40 of 60 credits are in production"
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("“Autumn drop” waits in the queue")
    assert axe(page) == []
    overflow = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not overflow, "the page is wider than the screen"


def test_others_changes_appear_without_a_reload(people: People, morning: User) -> None:
    page = people.page(morning)
    page.goto("/")
    page.evaluate("window.notReloaded = true")
    expect(page.get_by_role("heading", level=1)).to_contain_text("40 of 60")
    wallet = morning.memberships.get().account.wallet
    submitted(wallet, 15, "A small one")
    expect(page.get_by_role("heading", level=1)).to_contain_text("55 of 60", timeout=6_000)
    assert page.evaluate("window.notReloaded")


def test_the_theme_is_kept(people: People, morning: User) -> None:
    page = people.page(morning)
    page.goto("/")
    page.locator(".rail").get_by_role("button", name=morning.get_full_name()).click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_switcher_lists_my_accounts(people: People, morning: User) -> None:
    page = people.page(morning)
    page.goto("/")
    page.locator(".rail .place").click()
    expect(page.locator("#place-list")).to_contain_text("Nordlicht Skincare")
    expect(page).to_have_url(re.compile(r"/a/account-\d+/$"))


def test_without_a_connection_a_page_of_ours_says_so(
    people: People, morning: User, watched: Watched
) -> None:
    watched.allowed = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    page = people.page(morning)
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("no connection to Callsheet")
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("40 of 60")


def test_errors_have_pages_of_ours(people: People, morning: User, watched: Watched) -> None:
    watched.allowed = ("404", "403", "405")
    page = people.page(morning, dark=True)
    page.goto("/a/nobody-s/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("There is no such page")
    assert axe(page) == []
    page.goto("/admin/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("This is not for you")
