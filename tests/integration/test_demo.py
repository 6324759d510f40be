"""The demo: imported, played, told; twice the same, once only."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.db import transaction
from rich.console import Console

from callsheet.cli.storytelling import draw_story
from callsheet.credits.models import Wallet
from callsheet.demo import building, fortnight, logins, telling
from callsheet.demo.moments import Kind
from callsheet.journal.models import Command, Event
from callsheet.kit import clock
from callsheet.kit.errors import Conflict, Refused
from callsheet.projects.models import Project
from callsheet.tenants.models import User
from tests.builders import assert_books_balance, wallet_with
from tests.small_studio import small_studio

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)  # a Monday, after work


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    """The example studio with its most telling accounts only, and without its history."""
    return small_studio(tmp_path)


def build(sheets: Path, now: datetime = NOW) -> building.Demo:
    """The demo as it is made at that moment."""
    with clock.at(now):
        return building.build(sheets)


def texts() -> list[str]:
    """The story so far, without what is random in it (there must be nothing)."""
    return [f"{m.at:%a %H:%M} {m.account} {m.kind}: {m.text}" for m in fortnight.story()]


def test_the_fortnight_shows_what_follows_from_each_situation(sheets: Path) -> None:
    with transaction.atomic():
        build(sheets)
        before = texts()
        transaction.set_rollback(True)
    made = build(sheets)
    assert texts() == before  # the same seed and the same day: the same story
    assert made.fresh
    assert made.begins == datetime(2026, 11, 9, 18, tzinfo=UTC)
    told = "\n".join(texts())
    for line in (
        "“Gravel bike relaunch: the complete set” (80 credits) starts by itself, thanks to the",
        "halden-run credits: Samir Keller transfers 20 idle credits from Halden Golf.",
        "thanks to 20 credits from Halden Golf.",
        "finds a forgotten delivery and finalizes",
    ):
        assert line in told
    moments = fortnight.story()
    assert {moment.kind for moment in moments} >= {
        Kind.QUEUED, Kind.STARTED, Kind.ACCEPTED, Kind.DELIVERED, Kind.FINALIZED,
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


def check_story(story: telling.Story) -> None:
    """What is printed: every chapter, a bridge that adds up, books that are right."""
    assert story.audit.clean
    assert story.bridge is not None
    assert story.bridge.adds_up
    assert story.bridge.opening.head != story.bridge.closing.head
    wallet = Wallet.objects.get(account__key=story.bridged)
    closing = story.bridge.closing
    assert (closing.available, closing.held) == (wallet.available, wallet.held)
    assert [chapter.view.key for chapter in story.chapters] == list(telling.CHOSEN)
    # What is left for the reader: one finalizing away from its start.
    brixen = story.chapters[-1].view
    assert brixen.waiting[0].missing == 30
    assert [h.credits for h in brixen.holding if h.status == "delivered"] == [30]
    console = Console(width=100, record=True, file=StringIO())
    with clock.at(NOW):
        draw_story(console, story)
    told = console.export_text()
    for words in (
        "The fortnight, day by day", "Halden Running (halden-run)", "starts by itself, thanks to",
        "Opening balance", "Closing balance", closing.head, "no difference",
        "A A A A A A B B B B ▨ ▨ ▨ ▨ ▨ ▨ ▨ ▨ ▨ ▨ ▨ ▨ ▨ ▨",
    ):  # fmt: skip
        assert words in told, words


def check_logins() -> None:
    """One person of each staff role, and nobody else, has the demo's password."""
    people = logins.logins()
    assert [one.role for one in people] == ["studio admin", "account manager", "producer"]
    emails = {one.email for one in people}
    with_passwords = User.objects.exclude(password__startswith="!")
    assert {user.email for user in with_passwords} == emails
    assert all(user.check_password(logins.PASSWORD) for user in with_passwords)


def test_it_happens_once_and_goes_on_where_it_was_interrupted(sheets: Path) -> None:
    def stop(day: object) -> None:
        if str(day) == "2026-11-12":
            raise KeyboardInterrupt

    with clock.at(NOW), pytest.raises(KeyboardInterrupt):
        building.build(sheets, played=stop)
    half = texts()
    days = Command.objects.filter(name="demo_day")
    assert days.count() == 3
    assert not build(sheets).fresh
    story = texts()
    assert story[: len(half)] == half
    assert days.count() == fortnight.DAYS
    commands = Command.objects.count()
    build(sheets, NOW + timedelta(hours=1))  # the next start finds everything done
    assert Command.objects.count() == commands
    assert texts() == story
    # After days of rest the clock catches up: what is overdue by then is expected the next day.
    later = NOW + timedelta(days=14)
    build(sheets, later)
    launch = Project.objects.get(key="brixen-4")
    assert launch.reserved_for is not None
    assert launch.reserved_for > later.date()
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
