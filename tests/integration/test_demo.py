"""The demo: imported, played, told; twice the same, once only."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction
from rich.console import Console

from callsheet.cli.storytelling import draw_story
from callsheet.credits.models import Wallet
from callsheet.demo import building, logins, quarter, telling
from callsheet.demo.moments import Kind
from callsheet.journal.models import Command, Event
from callsheet.kit import clock
from callsheet.kit.errors import Conflict, Refused
from callsheet.notifications.models import Notification, Untold
from callsheet.projects.models import Clock, Project, PublishedRange, Stirred
from callsheet.tenants.models import User
from tests.builders import assert_books_balance, wallet_with
from tests.small_studio import small_studio

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)  # a Monday, after work


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    """The example studio with its most telling accounts only, and without its history."""
    return small_studio(tmp_path)


def build(sheets: Path, now: datetime = NOW, weeks: int = 2) -> building.Demo:
    """The demo as it is made at that moment, in short."""
    with clock.at(now):
        return building.build(sheets, weeks=weeks)


def play_until(sheets: Path, last: str) -> None:
    """Make the demo of one week, and be interrupted after that day."""

    def stop(day: date) -> None:
        if day.isoformat() == last:
            raise KeyboardInterrupt

    with clock.at(NOW), pytest.raises(KeyboardInterrupt):
        building.build(sheets, weeks=1, played=stop)


def texts() -> list[str]:
    """The story so far, without what is random in it (there must be nothing)."""
    return [f"{m.at:%a %H:%M} {m.account} {m.kind}: {m.text}" for m in quarter.story()]


@pytest.mark.soak
def test_the_same_seed_and_the_same_day_tell_the_same_story(sheets: Path) -> None:
    with transaction.atomic():
        play_until(sheets, "2026-11-19")
        before = texts()
        transaction.set_rollback(True)
    play_until(sheets, "2026-11-19")
    assert texts() == before
    assert len(before) > 10


def test_the_first_weeks_show_what_follows_from_each_situation(sheets: Path) -> None:
    made = build(sheets, weeks=3)
    assert made.fresh
    assert made.begins == datetime(2026, 11, 2, 18, tzinfo=UTC)
    told = "\n".join(texts())
    for line in (
        "“Gravel bike relaunch: the complete set” (80 credits) starts by itself, thanks to the",
        "halden-run credits: Samir Keller transfers 20 idle credits from Halden Golf to",
        "thanks to 20 credits from Halden Golf.",
        "finds a forgotten delivery and finalizes",
        "lumiere clock: “Campaign teaser: party dresses” was delivered a fortnight ago",
        "is back and finds that “",
        "brixen started: “Launch of the pocket projector” (100 credits) starts by itself",
    ):
        assert line in told
    moments = quarter.story()
    assert {moment.kind for moment in moments} >= {
        Kind.QUEUED, Kind.STARTED, Kind.ACCEPTED, Kind.DELIVERED, Kind.FINALIZED, Kind.CLOCK,
        Kind.SAMPLE, Kind.DATES,
    }  # fmt: skip
    assert all(made.begins < moment.at <= NOW for moment in moments)
    # People did it, with their own names and rights.
    doers = set(Event.objects.filter(kind="finalize").values_list("actor_name", flat=True))
    assert "Freya Bianchi" in doers
    assert not {"Demo", "Import"} & doers
    with clock.at(NOW):
        story = telling.tell(made.begins)
    check_story(story)
    check_logins()
    check_worked_off()


def check_story(story: telling.Story) -> None:
    """What is printed: every chapter, a bridge that adds up, books that are right."""
    assert story.audit.clean
    assert story.standing.nobody_asked == ()
    for counts in (story.standing.by_status, story.standing.asked):
        assert list(counts.items()) == sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    assert story.bridge is not None
    assert story.bridge.adds_up
    assert story.bridge.opening.head != story.bridge.closing.head
    wallet = Wallet.objects.get(account__key=story.bridged)
    closing = story.bridge.closing
    assert (closing.available, closing.held) == (wallet.available, wallet.held)
    assert [chapter.view.key for chapter in story.chapters] == list(telling.CHOSEN)
    assert len(story.weeks) == 3
    assert story.told.notifications == Notification.objects.count() > 100
    console = Console(width=100, record=True, file=StringIO())
    with clock.at(NOW):
        draw_story(console, story)
    told = console.export_text()
    for words in (
        "The quarter, week by week", "Halden Running (halden-run)", "starts by itself, thanks to",
        "Notable moments", "The launch slips: Aksel Kowalski moves “The launch” to",
        "Opening balance", "Closing balance", closing.head, "no difference",
        "There is none of which nobody is asked.",
    ):  # fmt: skip
        assert words in told, words


def check_worked_off() -> None:
    """What a worker would have had to do is done, each in its time."""
    assert not Untold.objects.exists()
    assert not Stirred.objects.exists()
    assert not Clock.objects.filter(due_at__lte=NOW - timedelta(days=1)).exists()
    assert PublishedRange.objects.filter(at__lt=NOW - timedelta(days=14)).exists()


def check_logins() -> None:
    """One person of each kind, and nobody else, has the demo's password."""
    people = logins.logins()
    assert [one.role for one in people] == [
        "studio admin", "account manager", "producer", "account admin of Brixen Audio",
        "content manager of Halden Running", "content manager of Atelier Lumière",
        "viewer of Atelier Lumière", "organization admin of Halden Sports",
    ]  # fmt: skip
    emails = {one.email for one in people}
    with_passwords = User.objects.exclude(password__startswith="!")
    assert {user.email for user in with_passwords} == emails
    assert all(user.check_password(logins.PASSWORD) for user in with_passwords)
    verified = EmailAddress.objects.filter(verified=True, primary=True)
    assert emails <= set(verified.values_list("email", flat=True))


def test_it_happens_once_and_goes_on_where_it_was_interrupted(sheets: Path) -> None:
    play_until(sheets, "2026-11-18")
    half = texts()
    days = Command.objects.filter(name="demo_day")
    assert days.count() == 2
    assert not build(sheets, weeks=13).fresh  # how long it is was said at the first start
    story = texts()
    assert story[: len(half)] == half
    assert days.count() == 7
    commands = Command.objects.count()
    build(sheets, NOW + timedelta(hours=1))  # the next start finds everything done
    assert Command.objects.count() == commands
    assert texts() == story
    # After days of rest the clock catches up: what is overdue by then is expected the next day.
    later = NOW + timedelta(days=14)
    build(sheets, later)
    assert days.count() == 7
    heads = Project.objects.filter(status="queued", reserved_for__isnull=False)
    assert heads.exists()
    assert all(head.reserved_for > later.date() for head in heads if head.reserved_for)
    assert_books_balance()


def test_another_studio_is_left_alone(sheets: Path) -> None:
    wallet_with(60)
    with pytest.raises(Conflict, match="not the demo"):
        build(sheets)
    assert not User.objects.exists()


def test_missing_and_unreadable_sheets_are_said(tmp_path: Path, sheets: Path) -> None:
    with pytest.raises(Refused, match="examples/studio"):
        build(tmp_path / "nowhere")
    (sheets / "projects.csv").write_text("Key,Account,Title\nx,nobody,A title\n")
    with pytest.raises(Refused, match="do not read"):
        build(sheets)
