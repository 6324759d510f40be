"""What *Today* fetches when it is seen: ways to free credits, and what has changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from callsheet.catalogue import defaults
from callsheet.credits.models import Wallet
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.services import production
from callsheet.tenants.models import User
from tests.builders import delivered, somebody, submitted, wallet_with
from tests.functional.browser import People, axe


@pytest.fixture
def morning(people: People) -> Wallet:
    """Something delivered that holds what waits for it."""
    defaults.install()
    with clock.at(clock.now() - timedelta(minutes=5)):
        wallet = wallet_with(60, name="Nordlicht Skincare")
        delivered(submitted(wallet, 40, "Summer launch"))
        submitted(wallet, 40, "Autumn drop")
    return wallet


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_parts_are_fetched_when_they_are_seen(
    people: People, morning: Wallet, phone: bool, dark: bool
) -> None:
    page = people.page(
        User.objects.get(pk=somebody(morning.account).user_id), phone=phone, dark=dark
    )
    page.goto(f"/a/{morning.account.key}/")
    ways = page.locator("#ways")
    expect(ways).to_contain_text("Finalize Summer launch (40), and “Autumn drop” starts at once.")
    news = page.locator("#news")
    news.scroll_into_view_if_needed()
    expect(news).to_contain_text("“Summer launch” is delivered")
    assert axe(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    news.get_by_role("button", name="Mark as seen").click()
    expect(news).to_contain_text("Nothing is new since you looked")
    # Somebody finalizes it: what was said is true, and the page says the next thing.
    project = morning.projects.get(title="Summer launch")
    production.finalize(CONSOLE, project.pk)
    expect(ways).to_have_count(0, timeout=6_000)
    expect(news).to_contain_text("“Autumn drop” starts", timeout=6_000)


def test_an_empty_account_and_an_empty_queue_are_for_everybody(people: People) -> None:
    wallet = wallet_with(60, name="Fresh")
    page = people.page(User.objects.get(pk=somebody(wallet.account).user_id))
    page.goto(f"/a/{wallet.account.key}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("60 credits are ready")
    assert axe(page) == []
    page.locator(".rail").get_by_role("link", name="Queue").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nothing waits.")
    assert axe(page) == []
