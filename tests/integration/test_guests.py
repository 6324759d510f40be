"""Guests: one project through one link, until it expires, is revoked, or the review is in."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client

from callsheet.journal.models import Command, Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError, Conflict, Forbidden, NotFound, Refused
from callsheet.projects.models import Comment, Deliverable, GuestLink, Project
from callsheet.services import briefing, guest_reviewing, guesting, production, uploading
from callsheet.services.commenting import Pin
from callsheet.tenants.models import Role
from tests.builders import delivered, draft, somebody, status_of, submitted, wallet_with
from tests.files import PNG, picture

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOON):
        yield


def refused(what: type[CallsheetError], call, *args, **more) -> str:
    with pytest.raises(what) as refusal:
        call(*args, **more)
    return refusal.value.code


class Review:
    def __init__(self) -> None:
        self.wallet = wallet_with(40)
        self.member = somebody(self.wallet.account)
        self.project = delivered(submitted(self.wallet, 10, title="Autumn mugs"))
        self.link = self.another()
        self.token = guesting.token_of(self.link)

    def another(self, **more) -> GuestLink:
        answer = guesting.invite_guest(self.member, self.project.pk, "Mia Stern", **more)
        return GuestLink.objects.get(pk=answer["link"])


def test_a_guest_sees_what_was_delivered_and_nothing_else() -> None:
    review = Review()
    draft(review.wallet, 10, title="Secret plan")
    page = guest_reviewing.open_guest_page(review.token)
    assert (page.title, page.guest) == ("Autumn mugs", "Mia Stern")
    assert [item.quantity for item in page.deliverables] == [2]
    review.link.refresh_from_db()
    assert review.link.last_used_at == NOON
    shown = Client().get(f"/review/{review.token}/")
    assert shown.status_code == 200
    assert "Secret plan" not in shown.content.decode()
    assert review.wallet.account.name not in shown.content.decode()
    assert shown.headers["Referrer-Policy"] == "no-referrer"


def test_what_a_guest_says_is_a_comment_and_handing_in_uses_the_link_up() -> None:
    review = Review()
    guest_reviewing.comment_as_guest(review.token, "The handle is cut off.")
    answer = guest_reviewing.hand_in_review(review.token, "looks_good", "Apart from the handle.")
    assert status_of(review.project) == "delivered"  # nothing is approved by it
    comments = list(Comment.objects.order_by("pk"))
    assert [comment.author_name for comment in comments] == ["Mia Stern"] * 2
    assert comments[1].pk == answer["comment"]
    assert comments[1].text.startswith("Looks good.")
    kinds = set(Event.objects.filter(actor__startswith="guest:").values_list("kind", flat=True))
    assert kinds == {"comment_added", "guest_review_handed_in"}
    event = Event.objects.get(kind="guest_review_handed_in")
    assert event.actor_name == "Mia Stern (guest)"
    for call in (
        lambda: guest_reviewing.open_guest_page(review.token),
        lambda: guest_reviewing.comment_as_guest(review.token, "One more thing."),
        lambda: guest_reviewing.hand_in_review(review.token, "looks_good"),
    ):
        assert refused(NotFound, call) == "not_found"
    assert refused(Conflict, guesting.revoke_guest, review.member, review.link.pk) == "link_closed"


def test_unknown_expired_revoked_and_used_links_look_the_same() -> None:
    review = Review()
    revoked, expired = review.another(), review.another(days=1)
    guesting.revoke_guest(review.member, revoked.pk)
    guest_reviewing.hand_in_review(review.token, "looks_good")
    tokens = ["f" * 64, review.token, guesting.token_of(revoked), guesting.token_of(expired)]
    with clock.at(NOON + timedelta(days=1)):
        for token in tokens:
            with pytest.raises(NotFound) as refusal:
                guest_reviewing.open_guest_page(token)
            assert refusal.value.as_dict() == NotFound("link").as_dict()
        pages = {Client().get(f"/review/{token}/").content for token in tokens}
    assert len(pages) == 1


def test_a_link_opens_nothing_once_the_brief_is_a_draft_again_or_the_project_has_ended() -> None:
    review = Review()
    production.finalize(review.member, review.project.pk)
    assert refused(NotFound, guest_reviewing.open_guest_page, review.token) == "not_found"
    brief = submitted(review.wallet, 10)
    link = GuestLink.objects.get(pk=guesting.invite_guest(review.member, brief.pk, "Mia")["link"])
    guest_reviewing.open_guest_page(guesting.token_of(link))
    briefing.withdraw(review.member, brief.pk)
    assert (
        refused(NotFound, guest_reviewing.open_guest_page, guesting.token_of(link)) == "not_found"
    )


def test_who_invites_whom_to_what() -> None:
    review = Review()
    invite, project = guesting.invite_guest, review.project.pk
    viewer = somebody(review.wallet.account, Role.VIEWER)
    assert refused(Forbidden, invite, viewer, project, "Mia") == "viewer_may_not_write"
    assert refused(NotFound, invite, somebody(), project, "Mia") == "not_found"
    assert refused(Refused, invite, review.member, project, " ") == "name_missing"
    assert refused(Refused, invite, review.member, project, "M", email="no") == "email_malformed"
    for days in (0, 31):
        assert (
            refused(Refused, invite, review.member, project, "M", days=days) == "days_out_of_range"
        )
    secret = draft(review.wallet, 10)
    assert refused(Conflict, invite, review.member, secret.pk, "M") == "guests_see_no_drafts"
    for _ in range(guesting.MOST_OPEN - 1):
        review.another()
    assert refused(Conflict, invite, review.member, project, "M") == "too_many_links"
    guesting.revoke_guest(review.member, review.link.pk)
    review.another()


def test_what_a_guest_says_has_its_limits(monkeypatch) -> None:
    review = Review()
    say = guest_reviewing.comment_as_guest
    assert refused(Refused, say, review.token, " ") == "comment_missing"
    assert refused(Refused, say, review.token, "x" * 20_001) == "too_long"
    hand_in = guest_reviewing.hand_in_review
    assert refused(Refused, hand_in, review.token, "approve") == "unknown_verdict"
    assert refused(Refused, hand_in, review.token, "change") == "comment_missing"
    assert say(review.token, "Once", key="k") == say(review.token, "Once", key="k")
    assert Comment.objects.count() == 1
    monkeypatch.setattr(guest_reviewing, "MOST_COMMENTS", 1)
    assert refused(Conflict, say, review.token, "Twice") == "too_many_comments"


def test_the_link_goes_out_by_mail_and_its_token_is_nowhere_else() -> None:
    review = Review()
    link = review.another(email="Mia@Example.com")
    assert guesting.send_guest_link(link.pk)
    assert guesting.send_guest_link(link.pk)  # a job may run twice: the same link
    tokens = {re.search(r"/review/(\w+)/", sent.body)[1] for sent in mail.outbox}
    assert tokens == {guesting.token_of(link)}
    assert mail.outbox[0].to == ["mia@example.com"]
    token = tokens.pop()
    stored = str(list(Command.objects.values())) + str(list(Event.objects.values()))
    assert token not in stored
    assert guest_reviewing.open_guest_page(token).title == "Autumn mugs"
    guesting.revoke_guest(review.member, link.pk)
    assert not guesting.send_guest_link(link.pk)


def test_the_page_takes_words_and_hands_them_in() -> None:
    review = Review()
    guest = Client()
    address = f"/review/{review.token}/"
    assert guest.post(address, {"step": "comment", "text": ""}).status_code == 422
    assert guest.post(address, {"step": "comment", "text": "Warmer light?"}).status_code == 302
    assert "Warmer light?" in guest.get(address).content.decode()
    assert "used up" in guest.post(address, {"step": "looks_good"}).content.decode()
    assert guest.get(address).status_code == 404


def test_a_guest_fetches_the_files_of_what_was_delivered_and_no_others(assets_folder) -> None:
    wallet = wallet_with(60)
    member = somebody(wallet.account)

    def with_file(name: str) -> tuple[Project, int]:
        project = submitted(wallet, 10)
        production.accept(CONSOLE, project.pk)
        part = Deliverable.objects.get(concept__project=project)
        added = uploading.add_asset(CONSOLE, part.pk, picture(name))
        return project, added["version"]

    project, hero = with_file("hero.png")
    other, secret = with_file("secret.png")
    production.deliver(CONSOLE, other.pk)
    link = GuestLink.objects.get(pk=guesting.invite_guest(member, project.pk, "Mia")["link"])
    token = guesting.token_of(link)
    address = f"/review/{token}/files/{hero}/"
    guest = Client()
    assert guest.get(address).status_code == 404  # not delivered yet
    production.deliver(CONSOLE, project.pk)
    assert "hero.png" in guest.get(f"/review/{token}/").content.decode()
    assert b"".join(guest.get(address).streaming_content) == PNG
    assert guest.get(f"/review/{token}/files/{secret}/").status_code == 404
    said = guest_reviewing.comment_as_guest(
        token, "Too dark here.", version_id=hero, pin=Pin(x=0.5, y=0.25)
    )
    assert Comment.objects.get(pk=said["comment"]).pin_x == 0.5
    assert (
        refused(Refused, guest_reviewing.comment_as_guest, token, "There", version_id=secret)
        == "unknown_file"
    )
    guesting.revoke_guest(member, link.pk)
    assert guest.get(address).status_code == 404
