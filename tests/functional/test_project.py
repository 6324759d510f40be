"""A project's page, in a real browser: look, approve, pin, finalize; accept and deliver."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from callsheet.catalogue import defaults
from callsheet.kit.actor import CONSOLE
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Comment, Deliverable, Project
from callsheet.services import commenting, production, uploading
from callsheet.tenants.models import StaffRole, User
from tests.builders import (
    assert_books_balance,
    somebody,
    status_of,
    submitted,
    wallet_with,
)
from tests.files import drawn_picture, film
from tests.functional.browser import People, axe


@dataclass
class Set:
    """A delivered project with a picture and a film, a brief that waits, and people."""

    project: Project
    member: User
    manager: User
    picture: int
    film: int

    def address(self, more: str = "") -> str:
        return f"/a/{self.project.account.key}/projects/{self.project.key}/{more}"


@pytest.fixture
def shown(people: People) -> Set:
    defaults.install()
    wallet = wallet_with(60, name="Nordlicht Skincare")
    project = submitted(wallet, 40, "Summer launch", campaign="Summer")
    submitted(wallet, 30, "Autumn drop")
    member = somebody(wallet.account)
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    production.accept(manager, project.pk)
    line = Deliverable.objects.get(concept__project=project)
    picture = uploading.add_asset(manager, line.pk, drawn_picture())["version"]
    spot = uploading.add_asset(manager, line.pk, film())["version"]
    production.deliver(manager, project.pk)
    users = [User.objects.get(pk=person.user_id) for person in (member, manager)]
    return Set(project, users[0], users[1], picture, spot)


def fits(page: Page) -> bool:
    """Whether the page is as wide as the screen."""
    return not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_every_tab_is_read_everywhere(people: People, shown: Set, phone: bool, dark: bool) -> None:
    pin = commenting.Pin(0.3, 0.4)
    said = commenting.Said("Warmer here?", version=shown.picture, pin=pin)
    commenting.comment(CONSOLE, shown.project.pk, said)
    page = people.page(shown.member, phone=phone, dark=dark)
    for tab in ("", "brief/", "timeline/", "credits/", f"files/{shown.picture}/", "do/revise/"):
        page.goto(shown.address(tab))
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert axe(page) == [], tab
        assert fits(page), tab


def test_one_finalizes_by_keyboard_and_reads_first_what_it_does(people: People, shown: Set) -> None:
    page = people.page(shown.member)
    page.goto(shown.address())
    page.get_by_role("link", name="Finalize", exact=True).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Gives back 40 credits; “Autumn drop” starts now.")
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert status_of(shown.project) == Status.DELIVERED
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Finalize", exact=True).dblclick()
    expect(page.get_by_role("status").filter(has_text="is finalized")).to_be_visible()
    expect(page.locator("#stands")).to_contain_text("It was finalized")
    assert status_of(shown.project) == Status.FINALIZED
    assert_books_balance()


def test_a_comment_is_pinned_by_a_click_and_by_numbers(people: People, shown: Set) -> None:
    page = people.page(shown.member)
    # A click on the picture waits for no script that comes after the page.
    page.route(re.compile(r"/assets/(?!main)[^/]*\.js"), lambda route: route.abort())
    page.goto(shown.address(f"files/{shown.picture}/"))
    picture = page.locator("[data-pin-here]")
    box = picture.bounding_box()
    assert box is not None
    picture.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.5})
    expect(page.get_by_label("Say something about it")).to_be_focused()
    expect(page.locator(".pin-new")).to_have_count(1)
    page.keyboard.type("Warmer here, please.")
    # What others say meanwhile comes in, and takes nothing away that is being written.
    commenting.comment(CONSOLE, shown.project.pk, commenting.Said("Seen.", version=shown.picture))
    page.locator("h1").click()
    expect(page.get_by_text("Seen.")).to_be_visible(timeout=6_000)
    expect(page.get_by_label("Say something about it")).to_have_value("Warmer here, please.")
    page.get_by_role("button", name="Send").last.click()
    expect(page.get_by_text("Warmer here, please.")).to_be_visible()
    expect(page.locator("svg.pins a")).to_have_count(1)
    pinned = Comment.objects.get(text="Warmer here, please.")
    assert (round(pinned.pin_x or 0, 2), round(pinned.pin_y or 0, 2)) == (0.25, 0.5)
    page.get_by_text("Place it by numbers").click()
    page.get_by_label("From the left, %").fill("80")
    page.get_by_label("From the top, %").fill("10")
    page.get_by_label("Say something about it").fill("And here.")
    page.get_by_role("button", name="Send").last.click()
    expect(page.locator("svg.pins a")).to_have_count(2)
    page.goto(shown.address(f"files/{shown.film}/"))
    page.get_by_label("At which second (optional)").fill("2.5")
    page.get_by_label("Say something about it").fill("Cut here.")
    page.get_by_role("button", name="Send").last.click()
    expect(page.get_by_role("button", name="At second 2.5")).to_be_visible()


def test_without_scripts_everything_is_done_by_forms(people: People, shown: Set) -> None:
    people.watched.allowed = ("422",)  # what is refused below
    page = people.page(shown.member, scripts=False)
    page.goto(shown.address())
    page.get_by_role("link", name=re.compile("^Ask for a change of")).click()
    page.get_by_role("textbox", name=re.compile("What should change")).fill("Warmer, please.")
    page.get_by_role("button", name="Ask for the changes").click()
    expect(page.locator("#stands")).to_contain_text("The studio works on the changes.")
    expect(page.get_by_text("changes asked for, round 1")).to_be_visible()
    page.locator("details.more summary").click()
    page.get_by_role("link", name="Dates and campaign").click()
    page.get_by_label("To be published on").fill("2001-01-01")
    page.get_by_role("textbox", name="Campaign").fill("Late summer")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("2001-01-01 has passed.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Campaign")).to_have_value("Late summer")


def test_an_account_manager_accepts_hands_in_and_delivers(people: People, shown: Set) -> None:
    production.finalize(CONSOLE, shown.project.pk)  # which starts the next one
    shown.project = Project.objects.get(title="Autumn drop")
    page = people.page(shown.manager)
    page.goto(shown.address())
    page.get_by_role("link", name="Accept", exact=True).click()
    page.get_by_role("button", name="Accept into production").click()
    expect(page.locator("#stands")).to_contain_text("It is in production")
    page.get_by_role("link", name=re.compile("^Add a file for")).click()
    file = drawn_picture()
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "autumn.png", "mimeType": "image/png", "buffer": file.read()}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("link", name="autumn")).to_be_visible()
    page.get_by_role("link", name="Deliver", exact=True).click()
    page.get_by_role("button", name="Deliver", exact=True).click()
    expect(page.get_by_text("Delivered", exact=True)).to_be_visible()
    assert status_of(shown.project) == Status.DELIVERED
