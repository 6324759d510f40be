"""The whole demo: the example studio, a quarter of it played, worth looking at in the end.

It commits, as it does in a studio. In one long transaction of the tests' shared database PostgreSQL
would plan by what autovacuum counted there after earlier tests had rolled back, which is nothing:
each statement would read whole tables for every row, and the quarter would take hours.
"""

from datetime import UTC, datetime

import pytest

from callsheet.demo import building, logins, quarter, telling
from callsheet.demo.moments import Theme
from callsheet.kit import clock
from callsheet.notifications.models import Notification
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import Clock, ClockKind
from tests.builders import assert_books_balance

pytestmark = [pytest.mark.usefixtures("live_db"), pytest.mark.soak]

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)  # a Monday, after work


def test_the_quarter_is_told_and_leaves_a_studio_worth_looking_at() -> None:
    with clock.at(NOW):
        made = building.build()
        story = telling.tell(made.begins)
    assert_books_balance()
    assert story.audit.clean
    assert story.standing.nobody_asked == ()
    assert len(story.weeks) == quarter.WEEKS
    assert 25 <= len(story.notable) <= 80
    assert {moment.theme for moment in story.notable} >= {
        Theme.SCENE, Theme.IN_TIME, Theme.BACK, Theme.BY_ITSELF, Theme.PARKED_BY_ITSELF,
        Theme.APPROVED_BY_ITSELF, Theme.PER_CONCEPT, Theme.EXPIRED,
    }  # fmt: skip
    # What is left for the reader: one finalizing away from its start.
    brixen = story.chapters[-1].view
    assert (brixen.waiting[0].title, brixen.waiting[0].missing) == (
        "Second wave of the pocket projector", 30,
    )  # fmt: skip
    assert [h.credits for h in brixen.holding if h.status == "delivered"] == [30]
    lumiere = next(chapter.view for chapter in story.chapters if chapter.view.key == "lumiere")
    assert any(holder.status == "delivered" for holder in lumiere.holding)
    told = " ".join(moment.text for moment in story.notable)
    for words in (
        "The launch slips", "The sample is late", "stands in", "approves it as deputy",
        "finds a forgotten delivery", "finalized by itself", "on ice", "from the ice",
        "10 credits more wait", "it shrinks", "its year ends with", "end, as it was agreed",
    ):  # fmt: skip
        assert words in told, words
    # Something of every kind goes on, somebody is asked of it, and people have news to read.
    assert set(story.standing.by_status) >= set(Status) - set(ENDED)
    assert story.told.people > 50
    assert "answer amendment" in {what.replace("_", " ") for what in story.standing.asked}
    emails = [login.email for login in logins.logins()]
    unread = Notification.objects.filter(user__email__in=emails, read_at=None)
    assert unread.values("user").distinct().count() >= 5
    # Clocks of every kind run.
    assert set(Clock.objects.values_list("kind", flat=True).distinct()) == set(ClockKind.values)
    assert story.scorecard.starts.kept is not None
    assert story.scorecard.finishes.kept is not None
    assert story.scorecard.promises.kept is not None
