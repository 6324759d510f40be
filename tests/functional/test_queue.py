"""The queue's page in a real browser: ordered by keyboard, by hand, by two people, scripts off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from callsheet.catalogue import defaults
from callsheet.credits.models import Wallet
from callsheet.projects.models import Project
from callsheet.tenants.models import Role, User
from tests.builders import somebody, submitted, wallet_with
from tests.functional.browser import People, axe

# The page's own script for its order has come and lives.
ORDERED = "html[data-islands~='queue-order']"


@pytest.fixture
def busy(people: People) -> Wallet:
    """40 credits, all in production, and three briefs that wait for all of them."""
    defaults.install()
    wallet = wallet_with(40, name="Nordlicht Skincare")
    submitted(wallet, 40, "Summer launch")
    for title in ("Autumn drop", "Winter film", "Spring portraits"):
        submitted(wallet, 40, title)
    return wallet


def admin_of(wallet: Wallet) -> User:
    return User.objects.get(pk=somebody(wallet.account, Role.ADMIN).user_id)


def address(wallet: Wallet) -> str:
    return f"/a/{wallet.account.key}/queue/"


def saved(wallet: Wallet) -> list[str]:
    """The queue in its order, as it is in the database."""
    waiting = Project.objects.filter(wallet=wallet, status="queued").order_by("rank")
    return list(waiting.values_list("title", flat=True))


def rows(page: Page) -> list[str]:
    return page.locator(".queue-row .queue-main p:first-child a").all_inner_texts()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_brief_is_moved_by_its_button_seen_and_saved(
    people: People, busy: Wallet, phone: bool, dark: bool
) -> None:
    page = people.page(admin_of(busy), phone=phone, dark=dark)
    page.goto(address(busy))
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 briefs wait for 120 credits")
    assert axe(page) == []
    page.get_by_role("button", name="Move Spring portraits to the top").click()
    expect(page.get_by_text("Not saved yet.", exact=True)).to_be_visible()
    expect(page.locator(".queue-change.better")).to_have_count(1)
    expect(page.locator(".queue-change.worse")).to_have_count(2)
    assert saved(busy)[0] == "Autumn drop"
    assert axe(page) == []
    overflow = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not overflow, "the page is wider than the screen"
    page.get_by_role("button", name="Save order").click()
    expect(page.get_by_text("The queue is in its new order.")).to_be_visible()
    assert saved(busy) == ["Spring portraits", "Autumn drop", "Winter film"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".queue-row").first).to_contain_text("Autumn drop")
    assert saved(busy) == ["Autumn drop", "Winter film", "Spring portraits"]


def test_with_the_keyboard_alone(people: People, busy: Wallet) -> None:
    page = people.page(admin_of(busy))
    page.goto(address(busy))
    page.locator(ORDERED).wait_for()
    page.get_by_role("link", name="Spring portraits").last.focus()
    page.keyboard.press("Alt+ArrowUp")
    said = page.locator("#order-said")
    expect(said).to_contain_text("“Spring portraits” stands at place 2 of 3 now.")
    focused = "document.activeElement.innerText"
    page.wait_for_function(f"{focused} === 'Spring portraits'")
    page.keyboard.press("Alt+ArrowUp")
    expect(said).to_contain_text("“Spring portraits” stands at place 1 of 3 now.")
    page.wait_for_function(f"{focused} === 'Spring portraits'")
    page.keyboard.press("Alt+ArrowDown")
    expect(said).to_contain_text("“Spring portraits” stands at place 2 of 3 now.")
    page.reload()  # what is tried out stands in the address
    expect(page.get_by_text("Not saved yet.", exact=True)).to_be_visible()
    page.locator("#save-order").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The queue is in its new order.")).to_be_visible()
    assert saved(busy) == ["Autumn drop", "Spring portraits", "Winter film"]


def test_a_brief_is_dragged(people: People, busy: Wallet) -> None:
    page = people.page(admin_of(busy))
    page.goto(address(busy))
    page.locator(ORDERED).wait_for()
    handles = page.locator(".queue-handle")
    start, end = handles.nth(2).bounding_box(), handles.nth(0).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 8, start["y"] - 20, steps=5)
    page.mouse.move(end["x"] + 8, end["y"] - 4, steps=30)
    # As by hand: the row arrives beneath the pointer before it is let go. A page that is slow has
    # missed the moves on the way and waits for another one, as a browser sends while one holds.
    first = page.locator(".queue-row").first
    for shift in range(40):
        if "Spring portraits" in first.inner_text():
            break
        page.mouse.move(end["x"] + 8, end["y"] - 4 + shift % 3)
        page.wait_for_timeout(100)
    expect(first).to_contain_text("Spring portraits")
    page.mouse.up()
    expect(page.locator("#order-said")).to_contain_text("“Spring portraits” stands at place 1")
    assert rows(page)[0] == "Spring portraits"
    page.get_by_role("link", name="Discard").click()
    expect(page.locator(".queue-save")).to_have_count(0)
    assert saved(busy)[0] == "Autumn drop"


def test_two_people_on_one_queue(people: People, busy: Wallet) -> None:
    one, other = people.page(admin_of(busy)), people.page(admin_of(busy))
    people.watched.allowed = ("409",)  # the browser says that the answer was a conflict
    for page in (one, other):
        page.goto(address(busy))
    other.evaluate("window.notReloaded = true")
    one.get_by_role("button", name="Move Winter film up").click()
    one.get_by_role("button", name="Save order").click()
    expect(one.get_by_text("The queue is in its new order.")).to_be_visible()
    # The other one sees it within five seconds.
    expect(other.locator(".queue-row").first).to_contain_text("Winter film", timeout=5_500)
    assert other.evaluate("window.notReloaded")
    # Both order it: who saves last is told, and sees both orders.
    other.get_by_role("button", name="Move Spring portraits to the top").click()
    expect(other.get_by_text("Not saved yet.", exact=True)).to_be_visible()
    one.get_by_role("button", name="Move Autumn drop to the top").click()
    one.get_by_role("button", name="Save order").click()
    expect(one.get_by_text("The queue is in its new order.")).to_be_visible()
    expect(other.get_by_text("The queue has changed meanwhile")).to_be_visible(timeout=5_500)
    assert rows(other)[0] == "Spring portraits"
    other.get_by_role("button", name="Save order").click()
    expect(other.get_by_text("The queue is in its new order.")).to_be_visible()
    assert saved(busy) == ["Spring portraits", "Winter film", "Autumn drop"]


def test_without_scripts(people: People, busy: Wallet) -> None:
    page = people.page(admin_of(busy), scripts=False)
    page.goto(address(busy))
    page.get_by_role("button", name="Move Winter film up").click()
    expect(page.get_by_text("Not saved yet.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Save order").click()
    expect(page.get_by_text("The queue is in its new order.")).to_be_visible()
    assert saved(busy)[0] == "Winter film"
    page.locator("summary", has_text="Not-before date").first.click()
    page.get_by_label("Do not start before").first.fill("2199-12-31")
    page.get_by_role("button", name="Save date").first.click()
    expect(page.get_by_text("“Winter film” does not start before")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    page.locator("summary", has_text="Not-before date").first.click()
    page.get_by_role("button", name="Withdraw").first.click()
    expect(page.get_by_text("is a draft again. It keeps its place")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("is back in its place")).to_be_visible()
    assert saved(busy)[0] == "Winter film"
    page.get_by_text("Who went ahead of whom").click()
    page.get_by_role("link", name="Show the receipts").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Who went ahead of whom")
