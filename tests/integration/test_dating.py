"""Dates, campaign and priority after submission, with what a change means."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from callsheet.catalogue.models import DeliverableType, StudioRules
from callsheet.insight.calendars import Calendars
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict, Refused
from callsheet.projects.models import Project
from callsheet.services import briefing, dating, production, queueing
from tests.builders import draft, finalized, status_of, submitted, wallet_with
from tests.calendar_builders import an_entry, serves

pytestmark = pytest.mark.django_db


def days(number: int) -> date:
    return clock.today("UTC") + timedelta(days=number)


@pytest.fixture
def running() -> Project:
    return submitted(wallet_with(60), 40)


def problems(project: Project, **changes: object) -> set[tuple[str, str | None]]:
    with pytest.raises(Refused) as error:
        dating.change_dates(CONSOLE, project.pk, changes)
    return {(p.code, p.field) for p in getattr(error.value, "problems", [error.value])}


def test_a_change_is_an_event_with_before_and_after(running: Project) -> None:
    dating.change_dates(CONSOLE, running.pk, {"publish_on": days(60), "priority": 6})
    event = Event.objects.get(kind="dates_changed")
    assert event.data == {
        "before": {"priority": 3, "publish_on": None},
        "after": {"priority": 6, "publish_on": days(60).isoformat()},
    }
    running.refresh_from_db()
    assert (running.publish_on, running.priority) == (days(60), 6)
    dating.change_dates(CONSOLE, running.pk, {"publish_on": None})
    running.refresh_from_db()
    assert running.publish_on is None


def test_every_wrong_field_is_named(running: Project) -> None:
    assert problems(
        running, publish_on=days(-1), wanted_by=days(-2), priority=2, campaign="x" * 201, title="y"
    ) == {
        ("date_in_the_past", "publish_on"),
        ("date_in_the_past", "wanted_by"),
        ("unknown_priority", "priority"),
        ("too_long", "campaign"),
        ("unknown_field", "title"),
    }
    assert problems(running, publish_on=days(9), wanted_by=days(10)) == {
        ("wanted_after_publishing", "wanted_by")
    }
    dating.change_dates(CONSOLE, running.pk, {"publish_on": days(9), "wanted_by": days(9)})
    assert problems(running, publish_on=days(8)) == {("wanted_after_publishing", "publish_on")}
    assert problems(running, publish_on=days(9)) == {("nothing_changes", None)}


def test_a_day_that_has_passed_meanwhile_is_no_mistake(running: Project) -> None:
    Project.objects.filter(pk=running.pk).update(wanted_by=days(-3))
    dating.change_dates(CONSOLE, running.pk, {"wanted_by": days(-3), "campaign": "Spring"})
    running.refresh_from_db()
    assert (running.wanted_by, running.campaign) == (days(-3), "Spring")


def test_the_effect_in_working_days(running: Project) -> None:
    running.refresh_from_db()
    usual, worst = running.returns_p50, running.returns_p80
    assert usual is not None
    assert worst is not None
    calendar = Calendars().of(running.account)
    early = days(3)
    serves(running, an_entry(running.wallet, ("static", 2), publish_on=early))
    answer = dating.change_dates(
        CONSOLE, running.pk, {"wanted_by": early, "publish_on": worst + timedelta(days=9)}
    )
    assert answer["expected"] == [usual.isoformat(), worst.isoformat()]
    lates = {late["what"]: (late["late_by"], late["late_at_worst"]) for late in answer["late"]}
    late = (calendar.between(early, usual), calendar.between(early, worst))
    assert late[0] > 0
    assert lates.pop("wanted_by") == late
    assert lates.pop("publish_on") == (0, 0)
    assert list(lates.values()) == [late]


def test_a_queued_brief_is_expected_after_its_start(running: Project) -> None:
    queued = submitted(running.wallet, 40)
    answer = dating.change_dates(CONSOLE, queued.pk, {"wanted_by": days(2)})
    running.refresh_from_db()
    assert running.returns_p50 is not None
    first, last = map(date.fromisoformat, answer["expected"])
    assert running.returns_p50 < first <= last
    assert answer["late"][0]["late_by"] > 0


def test_only_from_submission_to_the_end(running: Project) -> None:
    cases = {"not_submitted": draft(running.wallet, 10), "ended": finalized(running)}
    for code, project in cases.items():
        with pytest.raises(Conflict) as error:
            dating.change_dates(CONSOLE, project.pk, {"publish_on": days(9)})
        assert error.value.code == code


def test_the_version_that_was_looked_at(running: Project) -> None:
    with pytest.raises(Conflict) as error:
        dating.change_dates(CONSOLE, running.pk, {"priority": 6}, version=running.version - 1)
    assert error.value.code == "stale"


# -- the place that is kept -----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["withdrawn", "returned"])
@pytest.mark.parametrize(("after", "kept"), [(5, True), (6, False)])
def test_a_place_is_kept_for_five_working_days(how: str, after: int, kept: bool) -> None:
    wallet = wallet_with(60)
    first = submitted(wallet, 40, "First")
    if how == "withdrawn":
        briefing.withdraw(CONSOLE, first.pk)
    else:
        production.return_brief(CONSOLE, first.pk, "Which product?")
    submitted(wallet, 60, "Runs")
    second = submitted(wallet, 40, "Second")
    assert status_of(second) == "queued"
    day = Calendars().of(first.account).add(clock.today("UTC"), after)
    # The whole last day counts, to its last second.
    with clock.at(clock.start_of(day + timedelta(days=1), "UTC") - timedelta(seconds=1)):
        answer = briefing.submit(CONSOLE, first.pk)
    assert answer["position"] == (1 if kept else 2)


def test_zero_days_keep_the_place_until_midnight() -> None:
    StudioRules.objects.update_or_create(pk=1, defaults={"rank_kept_days": 0})
    wallet = wallet_with(60)
    submitted(wallet, 60)
    first = submitted(wallet, 40)
    submitted(wallet, 40)
    briefing.withdraw(CONSOLE, first.pk)
    assert briefing.submit(CONSOLE, first.pk)["position"] == 1


def test_a_kept_place_survives_that_others_are_reordered() -> None:

    wallet = wallet_with(60)
    submitted(wallet, 60)
    one, two, three = (submitted(wallet, 40) for _ in range(3))
    briefing.withdraw(CONSOLE, two.pk)
    queueing.reorder(CONSOLE, wallet.account_id, [three.pk, one.pk])
    assert briefing.submit(CONSOLE, two.pk)["position"] == 2


def test_resubmission_prices_anew() -> None:

    wallet = wallet_with(60)
    project = submitted(wallet, 40)
    DeliverableType.objects.filter(key="static").update(credits=6)
    briefing.withdraw(CONSOLE, project.pk)
    assert briefing.submit(CONSOLE, project.pk)["credits"] == 48
