"""The forgotten delivery: nobody looks, the clock reminds, waits, finalizes; credits come home."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict
from callsheet.projects.models import Clock, Comment, Deliverable, Project
from callsheet.services import (
    clockwork,
    extending,
    parking,
    production,
    reopening,
    reviewing,
)
from tests.builders import (
    assert_books_balance,
    delivered,
    paying_wallet,
    somebody,
    status_of,
    submitted,
    wallet_with,
)

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


@contextmanager
def day(number: int, hours: float = 1) -> Iterator[None]:
    """The clock stands at that day after Monday, 2 March, an hour after the story began."""
    with clock.at(MONDAY + timedelta(days=number, hours=hours)):
        yield


def ticked(number: int, hours: float = 1) -> dict[str, int]:
    with day(number, hours):
        return clockwork.tick()


def reminders(project: Project) -> list[tuple[str, int]]:
    """The events of the clock in this project: (kind, days after Monday)."""
    return [
        (event.kind, (event.at - MONDAY).days)
        for event in Event.objects.filter(
            subject_type="project", subject_id=project.pk, actor="system:clock"
        ).order_by("pk")
    ]


def a_delivery(wallet, credits: int = 40) -> Project:
    with day(0, 0):
        return delivered(submitted(wallet, credits, "Spring drop"))


def test_reminded_twice_then_finalized_and_the_next_brief_starts() -> None:
    """Delivered on Monday. 7 and 12 days: reminders. 14 days: finalized, 40 credits come home, and
    the brief that waited for them starts in the same moment."""
    wallet = wallet_with(60)
    project = a_delivery(wallet)
    with day(0):
        waits = submitted(wallet, 40, "Autumn drop")
    for number in range(1, 15):
        assert status_of(waits) == "queued"
        ticked(number)
    assert reminders(project) == [
        ("finalize_reminder", 7), ("finalize_reminder", 12), ("finalize", 14),
        ("finalized_by_clock", 14),
    ]  # fmt: skip
    project.refresh_from_db()
    assert (project.status, project.ended_by_clock) == ("finalized", True)
    assert set(
        Deliverable.objects.filter(concept__project=project).values_list("state", flat=True)
    ) == {"approved"}
    assert status_of(waits) == "pending_review"
    assert not Clock.objects.filter(project=project).exists()
    assert_books_balance()


def test_nothing_happens_twice_however_often_it_ticks() -> None:
    project = a_delivery(wallet_with(60))
    for number in (7, 7, 8, 12, 12, 13, 14, 14, 15):
        ticked(number)
    kinds = [kind for kind, _ in reminders(project)]
    assert kinds == ["finalize_reminder", "finalize_reminder", "finalize", "finalized_by_clock"]
    assert_books_balance()


def test_ten_downtime_days() -> None:
    """The worker stands still from the 5th to the 15th day. When it is back, it reminds (once, for
    both reminders that were missed), leaves 48 hours to answer, and only then finalizes."""
    project = a_delivery(wallet_with(60))
    ticked(5)
    assert reminders(project) == []
    ticked(15)
    assert reminders(project) == [("finalize_reminder", 15)]
    ticked(16)
    assert status_of(project) == "delivered"
    ticked(17, hours=0.5)
    assert status_of(project) == "delivered", "the reminder is not 48 hours old"
    ticked(17, hours=1.5)
    assert status_of(project) == "finalized"
    assert_books_balance()


def test_an_unresolved_comment_stops_it() -> None:
    """Somebody asked something: nothing is finalized over an open question. Once it is resolved,
    there are 48 hours left."""
    wallet = wallet_with(60)
    project = a_delivery(wallet)
    with day(1):
        comment = Comment.objects.create(
            account=wallet.account, project=project, author_name="Mia", text="Is the logo right?",
            at=clock.now(),
        )  # fmt: skip
    for number in (7, 12, 14, 15, 20):
        ticked(number)
    assert status_of(project) == "delivered"
    Comment.objects.filter(pk=comment.pk).update(resolved_at=MONDAY + timedelta(days=21))
    ticked(22)
    assert status_of(project) == "finalized"
    assert_books_balance()


def test_more_time_once() -> None:
    wallet = wallet_with(60)
    project = a_delivery(wallet)
    member = somebody(wallet.account)
    with day(8):
        answer = extending.extend(member, project.pk)
        assert answer["finalizes_on"] == "2026-03-26"
        with pytest.raises(Conflict, match="once already"):
            extending.extend(member, project.pk)
    for number in (14, 17, 22):
        ticked(number)
    assert status_of(project) == "delivered"
    ticked(24)
    assert status_of(project) == "finalized"
    assert_books_balance()


def test_more_time_is_for_one_delivery() -> None:
    """Put off once; then changes are asked for and delivered on day 9. The new delivery is
    finalized 14 days later, not 24, and cannot be put off again."""
    wallet = wallet_with(60)
    project = a_delivery(wallet)
    with day(2):
        extending.extend(CONSOLE, project.pk)
        line = Deliverable.objects.filter(concept__project=project).values_list("pk", flat=True)[0]
        reviewing.ask_for_changes(CONSOLE, project.pk, {line: "Warmer light, please."})
    with day(9, 0):
        production.deliver(CONSOLE, project.pk)
        with pytest.raises(Conflict, match="once already"):
            extending.extend(CONSOLE, project.pk)
    for number in (16, 21, 23):
        assert status_of(project) == "delivered"
        ticked(number)
    assert status_of(project) == "finalized"
    assert_books_balance()


def test_opened_again_when_the_customer_is_back() -> None:
    """Finalized by itself on day 14, opened again on day 20: its credits are free, so it is held
    again at once, and the customer reviews as if nothing had happened."""
    wallet = wallet_with(60)
    project = a_delivery(wallet)
    for number in (7, 12, 14):
        ticked(number)
    member = somebody(wallet.account)
    with day(20):
        answer = reopening.reopen(member, project.pk)
    assert answer["status"] == "delivered"
    wallet.refresh_from_db()
    assert wallet.held == 40
    states = Deliverable.objects.filter(concept__project=project).values_list("state", flat=True)
    assert set(states) == {"delivered"}
    assert Clock.objects.get(project=project).kind == "finalize", "the clock begins anew"
    with day(21):
        production.finalize(member, project.pk)
        with pytest.raises(Conflict, match="Somebody finalized"):
            reopening.reopen(member, project.pk)
    assert_books_balance()


def test_opened_again_ahead_of_the_queue_when_its_credits_are_in_use() -> None:
    """The brief that started by the finalizing has the credits. The opened one waits, but ahead of
    all that wait; the moment they come back, it has them."""
    wallet = wallet_with(60)
    project = a_delivery(wallet)
    with day(0):
        second, third = submitted(wallet, 40, "Second"), submitted(wallet, 40, "Third")
    for number in (7, 12, 14):
        ticked(number)
    assert (status_of(second), status_of(third)) == ("pending_review", "queued")
    with day(15):
        answer = reopening.reopen(CONSOLE, project.pk)
        assert (answer["status"], answer["position"]) == ("finalized", 1)
        with pytest.raises(Conflict, match="waits for its credits already"):
            reopening.reopen(CONSOLE, project.pk)
        delivered(second)
        assert production.finalize(CONSOLE, second.pk)["started"] == [project.pk]
    project.refresh_from_db()
    assert (project.status, project.ended_at, project.ended_by_clock) == ("delivered", None, False)
    assert status_of(third) == "queued"
    assert_books_balance()


def test_changing_ones_mind_about_opening_again() -> None:
    wallet = wallet_with(40)
    project = a_delivery(wallet)
    with day(0):
        submitted(wallet, 40, "Second")
    for number in (7, 12, 14):
        ticked(number)
    with day(15):
        reopening.reopen(CONSOLE, project.pk)
        parking.rest(CONSOLE, project.pk)
    project.refresh_from_db()
    assert (project.status, project.rank, project.ended_by_clock) == ("finalized", None, True)
    assert_books_balance()


def test_under_pay_as_you_go_the_consumption_is_reversed() -> None:
    with day(0, 0):
        wallet = paying_wallet((50, MONDAY.date() + timedelta(days=16)))
    project = a_delivery(wallet, 30)
    for number in (7, 12, 14):
        ticked(number)
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held, wallet.consumed) == (20, 0, 30)
    with day(20):  # the lot has expired meanwhile; what is held does not expire
        assert reopening.reopen(CONSOLE, project.pk)["status"] == "delivered"
    wallet.refresh_from_db()
    assert (wallet.held, wallet.consumed) == (30, 0)
    with day(21):
        production.finalize(CONSOLE, project.pk)
    wallet.refresh_from_db()
    assert (wallet.held, wallet.consumed) == (0, 30)
    assert_books_balance()


def test_too_late_to_open_again() -> None:
    project = a_delivery(wallet_with(60))
    for number in (7, 12, 14):
        ticked(number)
    with day(25), pytest.raises(Conflict, match="too long ago"):
        reopening.reopen(CONSOLE, project.pk)


def test_a_question_that_nobody_answers_parks_the_project() -> None:
    """5 and 8 working days: reminders; 10 working days: parked, and its credits come home."""
    wallet = wallet_with(60)
    with day(0, 0):
        project = submitted(wallet, 40)
        production.request_clarification(CONSOLE, project.pk, "Which mug?")
        waits = submitted(wallet, 40)
    for number in range(1, 16):
        ticked(number)
    assert reminders(project) == [
        ("clarification_reminder", 7), ("clarification_reminder", 10), ("park", 14),
        ("clarification_parked", 14),
    ]  # fmt: skip
    project.refresh_from_db()
    assert (project.status, project.resumes_to) == ("parked", "clarification_requested")
    assert status_of(waits) == "pending_review"
    assert_books_balance()


def test_a_review_that_takes_too_long_is_escalated_until_it_is_done() -> None:
    with day(0, 0):
        project = submitted(wallet_with(60), 40)
    for number in range(1, 8):
        ticked(number)
    assert reminders(project) == [("review_escalated", 2), ("review_escalated", 4)]
    with day(8):
        production.accept(CONSOLE, project.pk)
    ticked(9)
    assert len(reminders(project)) == 2
