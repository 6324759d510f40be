"""The brief editor in a real browser: written, saved by itself, shared by two, handed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from callsheet.catalogue import defaults
from callsheet.credits.models import Wallet
from callsheet.kit import clock
from callsheet.kit.actor import person
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.models import Deliverable, Project
from callsheet.services import briefing
from callsheet.tenants.models import User
from tests.builders import assert_books_balance, somebody, submitted, wallet_with
from tests.functional.browser import People, Watched, axe


@dataclass
class Desk:
    """An account of 60 credits of which 45 are in production, two writers, and a draft."""

    wallet: Wallet
    anna: User
    ben: User
    draft: Project

    def address(self, step: str = "") -> str:
        return f"/a/{self.wallet.account.key}/briefs/{self.draft.key}/{step}"

    def now(self) -> Project:
        return Project.objects.get(pk=self.draft.pk)


@pytest.fixture
def desk(people: People) -> Desk:
    defaults.install()
    wallet = wallet_with(60, name="Nordlicht Skincare")
    submitted(wallet, 25, "Summer launch")
    submitted(wallet, 20, "Winter care")
    actor, other = somebody(wallet.account), somebody(wallet.account)
    brief = BriefInput(
        "Spring breakfast",
        "original_creative",
        concepts=(
            ConceptInput(
                "Breakfast outdoors",
                (
                    DeliverableInput("video", 1, placement="Reels 9:16"),
                    DeliverableInput("text-variation", 2, 0, placement="German, French"),
                    DeliverableInput("static", 2),
                ),
            ),
            ConceptInput("Still life", (DeliverableInput("static", 3),)),
        ),
        campaign="Spring",
        wanted_by=clock.today("UTC") + timedelta(days=45),
        fields={"objective": "More first orders in April.", "creative_style": "lifestyle"},
    )
    number = briefing.write(actor, wallet.account_id, brief)["project"]
    return Desk(
        wallet,
        User.objects.get(pk=actor.user_id),
        User.objects.get(pk=other.user_id),
        Project.objects.get(pk=number),
    )


def is_saved(page: Page) -> None:
    expect(page.locator("#saved-line")).to_contain_text("Saved")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_it_can_be_read_by_everybody(people: People, desk: Desk, phone: bool, dark: bool) -> None:
    page = people.page(desk.anna, phone=phone, dark=dark)
    for address in (desk.address(), f"/a/{desk.wallet.account.key}/briefs/new"):
        page.goto(address)
        page.wait_for_timeout(200)
        assert axe(page) == []
        overflow = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not overflow, "the page is wider than the screen"


def test_from_nothing_to_the_queue_by_keyboard(people: People, desk: Desk) -> None:
    page = people.page(desk.anna)
    page.goto(f"/a/{desk.wallet.account.key}/briefs/new")
    page.get_by_role("textbox", name="Title").fill("Mugs on a table")
    page.get_by_role("button", name="Content Creation").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mugs on a table")
    page.wait_for_selector(".brief[data-alive]")
    page.get_by_role("button", name="Add a concept").press("Enter")
    expect(page.get_by_label("Name of concept 2")).to_be_focused()
    page.get_by_role("button", name="Remove concept 2").press("Enter")
    expect(page.get_by_label("Name of concept 2")).to_have_count(0)
    page.get_by_label("Name of concept 1").fill("On linen")
    page.get_by_label("Deliverable to add to concept 1").select_option("photo-set")
    page.get_by_role("button", name="Add to concept 1").press("Enter")
    expect(page.locator(".brief-cost")).to_have_text("10 credits")
    expect(page.locator("#row-0-0-type")).to_be_focused()
    page.get_by_role("button", name="One more").press("Enter")
    expect(page.locator(".brief-cost")).to_have_text("20 credits")
    expect(page.locator("#row-0-0 .brief-price")).to_have_text("20 credits")
    page.get_by_role("button", name="Text variation").press("Enter")
    expect(page.locator("#row-0-1")).to_contain_text("complimentary")
    page.get_by_label("Creative style").select_option("studio")
    page.get_by_role("textbox", name="Setting").fill("A white table by a window")
    page.get_by_label("Product information").fill("Mug, 300 ml")
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", name="Ready to hand in")).to_be_visible()
    expect(page.locator("#does")).to_contain_text("holds nothing until it starts")
    page.get_by_role("button", name="Submit").press("Enter")
    page.wait_for_url(re.compile("/projects/"))
    expect(page.locator(".flashes")).to_contain_text("number 1 in the queue")
    written = Project.objects.get(title="Mugs on a table")
    assert (written.status, written.credits) == ("queued", 20)
    master, variation = Deliverable.objects.filter(concept__project=written).order_by("position")
    assert (master.quantity, variation.master) == (2, master)
    assert_books_balance()


def test_the_checklist_leads_to_the_field(people: People, desk: Desk) -> None:
    page = people.page(desk.anna)
    page.goto(desk.address())
    page.get_by_role("link", name="Say something about central idea.").click()
    expect(page.get_by_label("Central idea")).to_be_focused()
    page.keyboard.type("Breakfast where nobody expects it")
    expect(page.get_by_role("heading", name="Ready to hand in")).to_be_visible()
    assert desk.now().fields["central_idea"] == "Breakfast where nobody expects it"


def test_two_write_one_draft(people: People, desk: Desk, watched: Watched) -> None:
    watched.allowed = ("409",)
    anna, ben = people.page(desk.anna), people.page(desk.ben)
    anna.goto(desk.address())
    ben.goto(desk.address())
    # What is chosen to be added next is nothing yet to be saved, and stays chosen all the same.
    choice = anna.locator("[name='concepts.0.adds']")
    choice.select_option("video")
    # Different fields go together, and appear at the other's place without a reload.
    anna.evaluate("window.notReloaded = true")
    ben.get_by_label("Campaign").fill("Spring and Easter")
    expect(anna.get_by_label("Campaign")).to_have_value("Spring and Easter", timeout=9_000)
    assert anna.evaluate("window.notReloaded")
    expect(choice).to_have_value("video")
    anna.get_by_label("Cost centre").fill("4711")
    is_saved(anna)
    # The same field, at the same moment: both are shown, nothing is lost.
    version = desk.now().version
    anna.route("**/pulse*", lambda route: route.fulfill(status=204))
    ben.route("**/pulse*", lambda route: route.fulfill(status=204))
    anna.get_by_label("Title").fill("Spring breakfast, Anna's")
    anna.get_by_label("Objective").focus()
    expect(anna.locator("#summary")).not_to_have_attribute("data-version", str(version))
    ben.get_by_label("Title").fill("Spring breakfast, Ben's")
    ben.get_by_label("Storyboard & copy").fill("Sun rises. Coffee.")
    clashes = ben.locator("#clashes")
    expect(clashes).to_contain_text(f"{desk.anna.name} saved this draft while you were writing")
    expect(clashes).to_contain_text("Spring breakfast, Anna's")
    expect(clashes).to_contain_text("Spring breakfast, Ben's")
    assert axe(ben) == []
    assert desk.now().title == "Spring breakfast, Anna's"
    ben.get_by_role("radio", name=re.compile(desk.anna.name)).check()
    ben.get_by_role("button", name="Save with these choices").click()
    expect(clashes).to_have_count(0)
    now = desk.now()
    assert now.title == "Spring breakfast, Anna's"
    assert now.fields["storyboard"] == "Sun rises. Coffee."
    assert now.cost_centre == "4711"


def test_offline_nothing_is_lost(people: People, desk: Desk, watched: Watched) -> None:
    watched.allowed = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
    page = people.page(desk.anna)
    page.goto(desk.address())
    page.wait_for_selector(".brief[data-alive]")
    page.context.set_offline(True)
    page.get_by_label("Central idea").fill("Written in a tunnel")
    expect(page.locator("#saved-line")).to_contain_text("you seem to be offline")
    page.context.set_offline(False)
    is_saved(page)
    assert desk.now().fields["central_idea"] == "Written in a tunnel"
    # And when the page goes away before: the browser offers what it kept.
    page.context.set_offline(True)
    page.get_by_label("Central idea").fill("Written in the next tunnel")
    expect(page.locator("#saved-line")).to_contain_text("you seem to be offline")
    page.on("dialog", lambda dialog: dialog.accept())
    page.route("**/briefs/**", lambda route: route.abort() if route.request.method == "POST"
               else route.continue_())  # fmt: skip
    page.context.set_offline(False)
    page.reload()
    page.unroute("**/briefs/**")
    page.get_by_role("button", name="Put them in").click()
    expect(page.get_by_label("Central idea")).to_have_value("Written in the next tunnel")
    is_saved(page)
    assert desk.now().fields["central_idea"] == "Written in the next tunnel"


def test_without_scripts(people: People, desk: Desk, watched: Watched) -> None:
    watched.allowed = ("422",)
    page = people.page(desk.anna, scripts=False)
    page.goto(desk.address())
    expect(page.locator("#summary")).to_contain_text("Starts around")
    page.get_by_role("button", name="Add a concept").click()
    page.get_by_label("Name of concept 3").fill("Close-ups")
    page.get_by_label("Deliverable to add to concept 3").select_option("video")
    page.get_by_role("button", name="Add to concept 3").click()
    page.locator("#concept-2").get_by_role("button", name="One more").click()
    expect(page.locator("#row-2-0-quantity")).to_have_value("2")
    page.get_by_role("button", name="Move concept 3 up").click()
    expect(page.get_by_label("Name of concept 2")).to_have_value("Close-ups")
    page.get_by_label("Central idea").fill("Breakfast where nobody expects it")
    page.get_by_label("Wanted by").fill("2020-01-01")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#f-wanted_by-said")).to_contain_text("has passed")
    expect(page.get_by_label("Central idea")).to_have_value("Breakfast where nobody expects it")
    page.get_by_label("Wanted by").fill("")
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url(re.compile("/projects/"))
    assert desk.now().status == "queued"
    assert desk.now().credits == 55


def test_a_double_click_hands_in_once_and_delete_is_undone(people: People, desk: Desk) -> None:
    page = people.page(desk.anna, phone=True)
    page.goto(desk.address())
    page.get_by_role("button", name="Delete draft").click()
    page.wait_for_url(re.compile("/projects/"))
    assert not Project.objects.filter(pk=desk.draft.pk).exists()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(re.compile("/briefs/"))
    again = Project.objects.get(title="Spring breakfast")
    assert (again.credits, again.pk == desk.draft.pk) == (35, False)
    page.get_by_label("Central idea").fill("Breakfast where nobody expects it")
    page.get_by_role("button", name="Submit").dblclick()
    page.wait_for_url(re.compile("/projects/"))
    again.refresh_from_db()
    assert again.status == "queued"
    assert Project.objects.filter(account=desk.wallet.account).count() == 3
    assert_books_balance()


def slow_down(page: Page) -> None:
    """Let every answer to this page's script come a second and a half later."""
    page.evaluate(
        """() => { const send = window.fetch; window.fetch = async (...what) => {
        const answer = await send(...what); await new Promise((go) => setTimeout(go, 1500));
        return answer; }; }"""
    )


def test_what_is_added_is_what_was_chosen_at_the_click(people: People, desk: Desk) -> None:
    page = people.page(desk.anna)
    page.goto(desk.address())
    page.wait_for_selector(".brief[data-alive]")
    page.route("**/pulse*", lambda route: route.fulfill(status=204))
    slow_down(page)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Cost centre").fill("4711")
        page.get_by_label("Purchase order").focus()
    # That save is on its way, so both wait for their turn.
    for kind in ("video", "photo"):
        page.get_by_label("Deliverable to add to concept 2").select_option(kind)
        page.get_by_role("button", name="Add to concept 2").click()
    rows = page.get_by_role("list", name="Deliverables of concept 2").get_by_role("listitem")
    expect(rows).to_have_count(3, timeout=9_000)
    assert [row.get_attribute("aria-label") for row in rows.all()] == [
        "Static creative, 3", "Video creative, 1", "Photo, 1",
    ]  # fmt: skip


def test_what_is_typed_while_a_save_is_on_its_way_stays(people: People, desk: Desk) -> None:
    """Another's change draws the form anew: not over what was typed since, in whatever field."""
    page = people.page(desk.anna)
    page.goto(desk.address())
    page.wait_for_selector(".brief[data-alive]")
    page.route("**/pulse*", lambda route: route.fulfill(status=204))
    briefing.write(
        person(desk.ben.pk, desk.ben.name),
        desk.wallet.account_id,
        BriefInput("By Ben", "original_creative", campaign="Easter"),
        project_id=desk.draft.pk,
    )
    slow_down(page)
    page.get_by_label("Cost centre").fill("4711")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Purchase order").focus()
    page.get_by_label("Storyboard & copy").fill("Sun rises.")
    page.get_by_label("Components").fill("Mug")
    page.get_by_label("Note", exact=True).focus()
    expect(page.get_by_role("heading", level=1)).to_have_text("By Ben")
    expect(page.get_by_label("Campaign")).to_have_value("Easter")
    expect(page.get_by_label("Storyboard & copy")).to_have_value("Sun rises.")
    expect(page.locator("#summary")).to_have_attribute("data-version", "4")
    now = desk.now()
    assert (now.title, now.campaign, now.cost_centre) == ("By Ben", "Easter", "4711")
    assert now.fields["storyboard"] == "Sun rises."
    assert now.fields["components"] == "Mug"
