"""A project's page by requests: its tabs, its forms with good and bad input, who sees what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from callsheet.journal.commands import new_key
from callsheet.journal.models import Command
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, Actor
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Amendment, Comment, Deliverable, Project, StopRequest
from callsheet.services import (
    amending,
    briefing,
    commenting,
    parking,
    production,
    reopening,
    uploading,
)
from callsheet.tenants.models import Account, Role, StaffRole, User
from tests.builders import (
    assert_books_balance,
    delivered,
    draft,
    finalize_by_clock,
    finalized,
    paying_wallet,
    somebody,
    status_of,
    submitted,
    wallet_with,
)
from tests.files import PNG, film, picture
from tests.scope_builders import more, proposed

pytestmark = pytest.mark.django_db

NASTY = '<script>alert("x")</script> 🍊 \u202e'


def browser_of(actor: Actor) -> Client:
    """A client in which that person is signed in."""
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def member_of(project: Project) -> Client:
    """A member of the project's account, signed in."""
    return browser_of(somebody(project.account))


def address(project: Project, more: str = "") -> str:
    """The project's page, or one below it."""
    return f"/a/{project.account.key}/projects/{project.key}/{more}"


@pytest.fixture
def project() -> Project:
    """A brief of 20 credits that the studio reads, in a wallet of 60."""
    return submitted(wallet_with(60), 20, "Summer launch")


def test_the_page_says_where_it_stands_and_offers_the_next_step(project: Project) -> None:
    delivered(project)
    submitted(project.wallet, 50, "Autumn drop")
    client = member_of(project)
    page = client.get(address(project)).content.decode()
    assert "Everything is delivered; the next step is yours." in page
    assert "it is finalized by itself on" in page
    form = client.get(address(project, "do/finalize/")).content.decode()
    assert "Gives back 20 credits; “Autumn drop” starts now." in form
    answer = client.post(address(project, "do/finalize/"), {"command_key": new_key()})
    assert answer.status_code == 303
    assert status_of(project) == Status.FINALIZED
    said = client.get(address(project)).content.decode()
    assert "20 credits came back. 1 more brief started by it." in said
    assert_books_balance()


@pytest.mark.parametrize("tab", ["", "brief/", "timeline/", "credits/"])
def test_every_tab_is_there_for_its_people_alone(project: Project, tab: str) -> None:
    finalized(project)
    url = address(project, tab)
    assert (
        "Summer launch"
        in browser_of(somebody(project.account, Role.VIEWER)).get(url).content.decode()
    )
    stranger = browser_of(somebody(wallet_with(10).account)).get(url)
    assert stranger.status_code == 404
    assert b"Summer launch" not in stranger.content
    assert member_of(project).post(url).status_code == 405


def test_a_key_that_is_none_is_not_found(project: Project) -> None:
    client = member_of(project)
    for key in ("no-such", "B-%00", "x" * 500, "<b>"):
        assert client.get(f"/a/{project.account.key}/projects/{key}/").status_code == 404
    assert client.get(address(project, "do/no-such-act/")).status_code == 404
    assert client.get(address(project, "files/999999/")).status_code == 404
    settle = client.post(address(project, "comments/999999/settle"))
    assert settle.status_code == 404


def test_staff_see_no_private_draft(project: Project) -> None:
    private = draft(project.wallet, 10, "Private thought")
    manager = browser_of(somebody(staff=StaffRole.ACCOUNT_MANAGER))
    assert manager.get(address(private)).status_code == 404
    assert manager.get(address(private, "brief/")).status_code == 404


def test_an_account_manager_accepts_hands_in_and_delivers(project: Project) -> None:
    manager = browser_of(somebody(staff=StaffRole.ACCOUNT_MANAGER))
    day = clock.today(project.account.time_zone) + timedelta(days=20)
    manager.post(address(project, "do/accept/"), {"promised_on": day.isoformat()})
    assert status_of(project) == Status.IN_PROGRESS
    line = Deliverable.objects.get(concept__project=project)
    file = SimpleUploadedFile("hero.png", PNG, content_type="text/html")
    answer = manager.post(
        address(project, "do/add-file/"), {"deliverable": line.pk, "file": file, "name": ""}
    )
    assert answer.status_code == 303
    assert b"hero" not in member_of(project).get(address(project)).content
    answer = manager.post(address(project, "do/deliver/"), {"deliverables": [line.pk]})
    assert answer.status_code == 303
    assert status_of(project) == Status.DELIVERED
    page = member_of(project).get(address(project)).content.decode()
    assert "hero" in page
    assert f'src="/files/{line.assets.get().versions.get().pk}/"' in page


def test_one_is_approved_and_of_the_other_a_change_is_asked_for(project: Project) -> None:
    change = proposed(project, more(2, title="Second"), somebody(staff=StaffRole.ACCOUNT_MANAGER))
    amending.agree(somebody(project.account), change.pk)
    delivered(project)
    first, second = Deliverable.objects.filter(concept__project=project).order_by("pk")
    client = member_of(project)
    form = client.get(address(project, f"do/approve/?deliverable={first.pk}")).content.decode()
    assert form.count(" checked") == 1
    assert "An approval is for good" in form
    client.post(address(project, "do/approve/"), {"deliverables": first.pk, "note": ""})
    client.post(address(project, "do/revise/"), {f"changes.{second.pk}": "Warmer, please."})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.rounds) == ("approved", "changes_requested", 1)
    assert status_of(project) == Status.UNDER_REVISION
    page = client.get(address(project)).content.decode()
    assert "changes asked for, round 1" in page
    assert "Warmer, please." in page


def test_what_is_refused_comes_back_with_everything_typed(project: Project) -> None:
    delivered(project)
    line = Deliverable.objects.get(concept__project=project)
    client = member_of(project)
    key = new_key()
    answer = client.post(
        address(project, "do/revise/"), {f"changes.{line.pk}": "  ", "command_key": key}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'aria-invalid="true"' in page
    assert "Write what should change." in page
    assert key in page
    dates = {"wanted_by": "2001-01-01", "publish_on": "soon", "campaign": NASTY, "priority": "3"}
    answer = client.post(address(project, "do/dates/"), dates)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "<script>alert(" not in page
    assert "&lt;script&gt;alert" in page
    dates["publish_on"] = ""
    page = client.post(address(project, "do/dates/"), dates).content.decode()
    assert "2001-01-01 has passed." in page
    assert status_of(project) == Status.DELIVERED


@pytest.mark.parametrize(
    "typed",
    ["x" * 30_000, "a\0b", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "   ", ""],
    ids=["too long", "nul", "half a character", "blank", "nothing"],
)
def test_texts_that_nobody_can_keep_are_refused_in_a_sentence(project: Project, typed: str) -> None:
    client = member_of(project)
    answer = client.post(address(project, "do/comment/"), {"text": typed})
    assert answer.status_code in (303, 422)
    if answer.status_code == 422:
        assert b'class="problem"' in answer.content or b"notice error" in answer.content
        assert not Comment.objects.exists()


def test_html_and_oranges_are_only_words(project: Project) -> None:
    client = member_of(project)
    client.post(address(project, "do/comment/"), {"text": NASTY})
    page = client.get(address(project)).content.decode()
    assert "<script>alert(" not in page
    assert "🍊" in page


def test_a_double_click_is_one_command(project: Project) -> None:
    client = member_of(project)
    said = {"text": "Once.", "command_key": new_key()}
    assert [client.post(address(project, "do/comment/"), said).status_code for _ in "ab"] == [
        303,
        303,
    ]
    assert Comment.objects.count() == 1


def test_what_was_changed_meanwhile_is_not_done_on_an_old_reading(project: Project) -> None:
    delivered(project)
    client = member_of(project)
    old = {"version": str(project.version - 1), "command_key": new_key()}
    answer = client.post(address(project, "do/finalize/"), old)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "was changed by somebody else meanwhile" in page
    assert f'name="version" value="{project.version}"' in page
    assert status_of(project) == Status.DELIVERED


def test_viewers_and_wrong_moments_change_nothing(project: Project) -> None:
    viewer = browser_of(somebody(project.account, Role.VIEWER))
    commands = Command.objects.count()
    assert viewer.post(address(project, "do/withdraw/")).status_code == 403
    assert viewer.get(address(project, "do/withdraw/")).status_code == 302
    member = member_of(project)
    answer = member.post(address(project, "do/finalize/"))
    assert answer.status_code == 409
    assert "not possible while a project is pending review" in answer.content.decode()
    assert member.post(address(project, "do/accept/")).status_code == 403
    assert Command.objects.count() == commands
    assert status_of(project) == Status.PENDING_REVIEW


def test_a_form_needs_its_token(project: Project) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(pk=somebody(project.account).user_id))
    assert client.post(address(project, "do/withdraw/")).status_code == 403
    assert status_of(project) == Status.PENDING_REVIEW


def test_the_way_back_stays_on_this_site(project: Project) -> None:
    client = member_of(project)
    said = {"text": "Hm.", "next": "https://elsewhere.example/"}
    assert client.post(address(project, "do/comment/"), said)["Location"] == address(project)
    said["next"] = address(project, "timeline/")
    assert client.post(address(project, "do/comment/"), said)["Location"] == said["next"]


def test_forged_numbers_are_refused(project: Project) -> None:
    delivered(project)
    other = delivered(submitted(wallet_with(30), 20, "Somebody else's"))
    theirs = Deliverable.objects.get(concept__project=other)
    client = member_of(project)
    answer = client.post(address(project, "do/approve/"), {"deliverables": theirs.pk})
    assert answer.status_code == 422
    assert client.post(address(project, "do/approve/"), {"deliverables": "x"}).status_code == 422
    comment = commenting.comment(CONSOLE, other.pk, commenting.Said("Theirs."))["comment"]
    assert client.post(address(project, f"comments/{comment}/settle")).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == "delivered"


def test_comments_are_pinned_answered_resolved_and_opened_again(project: Project) -> None:
    production.accept(CONSOLE, project.pk)
    line = Deliverable.objects.get(concept__project=project)
    studio = somebody(staff=StaffRole.PRODUCER)
    still = uploading.add_asset(studio, line.pk, picture())["version"]
    spot = uploading.add_asset(studio, line.pk, film())["version"]
    production.deliver(CONSOLE, project.pk)
    client = member_of(project)
    say = address(project, "do/comment/")
    client.post(say, {"text": "Warmer here.", "file": still, "left": "25", "top": "50,5"})
    client.post(say, {"text": "Cut here.", "file": spot, "second": "3.5"})
    pinned, cut = Comment.objects.order_by("pk")
    assert (pinned.pin_x, pinned.pin_y, cut.pin_second) == (0.25, 0.505, 3.5)
    shown = client.get(address(project, f"files/{still}/")).content.decode()
    assert 'cx="25.00%" cy="50.50%"' in shown
    assert "Cut here." not in shown
    assert "At second 3.5" in client.get(address(project, f"files/{spot}/")).content.decode()
    browser_of(studio).post(say, {"text": "We will.", "answers": pinned.pk})
    assert "We will." in client.get(address(project)).content.decode()
    settle = address(project, f"comments/{pinned.pk}/settle")
    client.post(settle)
    pinned.refresh_from_db()
    assert pinned.resolved_at is not None
    assert f'action="{settle}?open=1"' in client.get(address(project)).content.decode()
    assert client.post(settle).status_code == 409
    client.post(f"{settle}?open=1")
    pinned.refresh_from_db()
    assert pinned.resolved_at is None
    for bad in ({"left": "150", "top": "5"}, {"left": "here"}, {"left": "5"}, {"second": "-3"}):
        answer = client.post(say, {"text": "Hm.", "file": still, **bad})
        assert answer.status_code == 422
        assert "Hm." in answer.content.decode()
        assert bad["left"] in answer.content.decode() if "left" in bad else True


def test_what_is_not_delivered_is_the_studios_own(project: Project) -> None:
    production.accept(CONSOLE, project.pk)
    line = Deliverable.objects.get(concept__project=project)
    studio = somebody(staff=StaffRole.PRODUCER)
    version = uploading.add_asset(studio, line.pk, picture())["version"]
    assert member_of(project).get(address(project, f"files/{version}/")).status_code == 404
    assert browser_of(studio).get(address(project, f"files/{version}/")).status_code == 200


def test_a_new_scope_is_looked_at_proposed_and_agreed(project: Project) -> None:
    production.accept(CONSOLE, project.pk)
    client = member_of(project)
    form = {
        "add_type": "static", "add_quantity": "2", "add_concept": "new", "add_title": "At the lake",
        "reason": "It grew on us.", "command_key": new_key(),
    }  # fmt: skip
    looked = client.post(address(project, "do/propose-change/"), {**form, "look": "1"})
    assert "10 credits more, 30 credits then." in looked.content.decode()
    assert not Amendment.objects.exists()
    assert client.post(address(project, "do/propose-change/"), form).status_code == 303
    manager = browser_of(somebody(staff=StaffRole.ACCOUNT_MANAGER))
    asked = manager.get(address(project, "do/agree/")).content.decode()
    assert "The project costs 10 credits more. They are free and held at once." in asked
    assert "Add 2 Static creative to “At the lake”, 10 credits" in asked
    manager.post(address(project, "do/agree/"), {"note": ""})
    project.refresh_from_db()
    assert project.credits == 30
    huge = {**form, "add_quantity": "99999999999", "command_key": new_key()}
    answer = client.post(address(project, "do/propose-change/"), huge)
    assert answer.status_code == 422
    assert "Write a whole number." in answer.content.decode()
    assert_books_balance()


def test_people_are_arranged_in_one_form(project: Project) -> None:
    colleague = somebody(project.account)
    client = browser_of(somebody(project.account, Role.ADMIN))
    for part in ("reviewer", "approver", "owner"):
        given = {"user": colleague.user_id, "part": part}
        assert client.post(address(project, "do/people/"), given).status_code == 303
    project.refresh_from_db()
    assert project.owner_id == colleague.user_id
    given = {"user": colleague.user_id, "part": "nothing"}
    assert client.post(address(project, "do/people/"), given).status_code == 303
    assert not project.people.exists()


def test_the_wish_to_stop_goes_to_the_studio_and_back(project: Project) -> None:
    production.accept(CONSOLE, project.pk)
    client = member_of(project)
    form = client.get(address(project, "do/ask-cancel/")).content.decode()
    assert "Canceling it gives back 20 credits." in form
    client.post(address(project, "do/ask-cancel/"), {"reason": "No launch."})
    assert StopRequest.objects.get(project=project).wish == "cancel"
    page = client.get(address(project)).content.decode()
    assert "wishes to cancel it: “No launch.”" in page
    assert f'action="{address(project, "do/take-back-wish/")}"' in page  # Undo
    client.post(address(project, "do/take-back-wish/"))
    assert StopRequest.objects.get(project=project).decided_at is not None
    client.post(address(project, "do/ask-cancel/"), {"reason": "No launch."})
    manager = browser_of(somebody(staff=StaffRole.ACCOUNT_MANAGER))
    manager.post(address(project, "do/refuse-wish/"), {"reason": "It is done tomorrow."})
    assert status_of(project) == Status.IN_PROGRESS


def test_the_timeline_speaks_in_words(project: Project) -> None:
    production.request_clarification(CONSOLE, project.pk, "Which blue?")
    client = member_of(project)
    assert "Which blue?" in client.get(address(project)).content.decode()
    assert "asks: “Which blue?”" in client.get(address(project, "do/clarify/")).content.decode()
    client.post(address(project, "do/clarify/"), {"note": "Navy."})
    assert "Which blue?" not in client.get(address(project)).content.decode()
    parking.park(CONSOLE, project.pk, "The sample is lost.")
    page = member_of(project).get(address(project, "timeline/")).content.decode()
    for words in (
        "asked a question", "Which blue?", "answered the question", "Navy.",
        "parked it: 20 credits came back", "The sample is lost.", "submitted the brief: 20 credits",
    ):  # fmt: skip
        assert words in page


def test_the_ledger_has_every_line_of_the_project_and_no_other(project: Project) -> None:
    client = member_of(project)
    client.post(address(project, "do/withdraw/"), {"note": "Too early."})
    submitted(project.wallet, 60, "In between")
    project.refresh_from_db()
    briefing.submit(CONSOLE, project.pk)
    between = Project.objects.get(title="In between")
    finalized(between)  # which starts the project again, in its own command
    project.refresh_from_db()
    assert project.status == Status.PENDING_REVIEW
    lines = client.get(address(project, "credits/")).context["lines"]
    assert [(line.title, line.held, line.held_after) for line in lines] == [
        ("Held", 20, 20),
        ("Released", -20, 0),
        ("Held", 20, 20),
    ]


def test_growth_and_opening_again_are_lines_of_the_ledger(project: Project) -> None:
    production.accept(CONSOLE, project.pk)
    change = proposed(project, more(2), somebody(staff=StaffRole.ACCOUNT_MANAGER))
    amending.agree(somebody(project.account), change.pk)
    production.deliver(CONSOLE, project.pk)
    finalize_by_clock(project.pk, project.wallet_id)
    reopening.reopen(CONSOLE, project.pk)
    lines = member_of(project).get(address(project, "credits/")).context["lines"]
    assert [line.held_after for line in lines] == [20, 30, 0, 30]
    assert len({line.ref for line in lines}) == 4


def test_bought_credits_are_used_up_in_the_ledger() -> None:
    project = finalized(submitted(paying_wallet((40, None)), 30))
    lines = member_of(project).get(address(project, "credits/")).context["lines"]
    assert [(line.title, line.held, line.held_after) for line in lines] == [
        ("Held", 30, 30),
        ("Consumed", -30, 0),
    ]


def test_a_draft_shows_its_brief_where_there_is_no_editor(project: Project) -> None:
    thought = draft(project.wallet, 10, "A thought")
    answer = member_of(project).get(address(thought))
    assert answer.status_code in (200, 302)


def test_concepts_that_come_back_alone_say_so(project: Project) -> None:
    Account.objects.filter(pk=project.account_id).update(release_policy="per_concept")
    delivered(project)
    form = member_of(project).get(address(project, "do/approve/")).content.decode()
    assert "completes concepts and gives back 20 credits" in form
