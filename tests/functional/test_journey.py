"""From an empty account to a finalized project: customer and account manager, in browsers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from callsheet.catalogue import defaults
from callsheet.tenants.models import Role, StaffRole, User
from tests.builders import assert_books_balance, somebody, wallet_with
from tests.files import picture
from tests.functional.browser import People, axe


@pytest.fixture
def empty(people: People) -> tuple[User, User]:
    """An account of 60 credits in which nothing has happened; its admin and a manager."""
    defaults.install()
    account = wallet_with(60, name="Nordlicht Skincare").account
    customer = somebody(account, Role.ADMIN)
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    return User.objects.get(pk=customer.user_id), User.objects.get(pk=manager.user_id)


def write_and_submit(page: Page) -> None:
    """A customer's first brief: a film and a static of one concept, then handed in."""
    page.goto("/")
    page.get_by_role("link", name=re.compile("brief", re.IGNORECASE)).locator(
        "visible=true"
    ).first.click()
    page.locator("#title").fill("Spring serum")
    page.get_by_role("button", name=re.compile("Content Creation")).click()
    expect(page).to_have_url(re.compile("/briefs/"))
    page.locator("[data-alive]").wait_for()
    page.locator("[name='concepts.0.title']").fill("Morning light")
    rows = page.get_by_role("list", name="Deliverables of concept 1").get_by_role("listitem")
    for number, kind in enumerate(("video", "static"), start=1):
        page.locator("[name='concepts.0.adds']").select_option(kind)
        page.get_by_role("button", name="Add to concept 1").click()
        expect(rows.and_(page.locator("[aria-label]"))).to_have_count(number)  # not "nothing yet"
    page.locator("[name='fields.creative_style']").select_option(index=1)
    page.locator("[name='fields.setting']").fill("A bathroom in the morning")
    page.locator("[name='fields.product_information']").fill("The new serum <b>30 ml</b> 🧴")
    page.get_by_role("button", name="Submit").locator("visible=true").first.click()
    expect(page).to_have_url(re.compile("/projects/"))
    expect(page.locator("#stands")).to_contain_text("The studio reads the brief")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_from_an_empty_account_to_finalized(
    people: People, empty: tuple[User, User], assets_folder: Path, phone: bool
) -> None:
    customer, manager = (people.page(user, phone=phone) for user in empty)
    write_and_submit(customer)
    assert axe(customer) == []

    manager.goto(customer.url)
    expect(manager.locator("main")).to_contain_text("on behalf of the customer")
    manager.get_by_role("link", name="Accept", exact=True).click()
    manager.get_by_role("button", name="Accept into production").click()
    # The customer looks on, and sees it without a reload.
    expect(customer.locator("#stands")).to_contain_text("It is in production", timeout=8_000)
    for name in ("spot.png", "still.png"):
        manager.goto(customer.url)
        manager.get_by_role("link", name=re.compile("^Add a file for")).nth(
            int(name == "still.png")
        ).click()
        manager.get_by_label("File", exact=True).set_input_files(
            {"name": name, "mimeType": "image/png", "buffer": picture(salt=name).read()}
        )
        manager.get_by_role("button", name="Upload").click()
        expect(manager.get_by_role("link", name=name.removesuffix(".png"))).to_be_visible()
    manager.goto(customer.url)
    manager.get_by_role("link", name="Deliver", exact=True).click()
    manager.get_by_role("button", name="Deliver", exact=True).click()

    expect(customer.get_by_role("link", name="Finalize", exact=True)).to_be_visible(timeout=8_000)
    customer.get_by_role("link", name="Finalize", exact=True).click()
    expect(customer.get_by_role("dialog")).to_contain_text("Gives back 15 credits")
    customer.get_by_role("button", name="Finalize", exact=True).dblclick()
    expect(customer.locator("#stands")).to_contain_text("finalized")
    customer.goto("/")
    expect(customer.get_by_role("heading", level=1)).to_contain_text("0 of 60 credits")
    assert_books_balance()
