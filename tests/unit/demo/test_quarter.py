"""The calendar of the quarter, and what is told of it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from callsheet.demo.by_itself import STEPS
from callsheet.demo.choosing import MOST, choose
from callsheet.demo.moments import Kind, Moment, Theme
from callsheet.demo.quarter import WEEKS, first_moment, working_days_before
from callsheet.demo.scenes import SCENES
from callsheet.services.clock_running import REMINDERS


@pytest.mark.parametrize("weekday", range(7))
def test_it_ends_today_and_holds_as_many_working_days_whatever_today_is(weekday: int) -> None:
    now = datetime(2026, 11, 23, 7, tzinfo=UTC) + timedelta(days=weekday)
    begins = first_moment(now)
    first = begins.date() + timedelta(days=1)
    assert first + timedelta(days=7 * WEEKS - 1) == now.date()
    assert working_days_before(first, first + timedelta(weeks=WEEKS)) == 65


def test_working_days_are_counted_from_the_first_day() -> None:
    friday = date(2026, 11, 20)
    assert [working_days_before(friday, friday + timedelta(days=n)) for n in range(5)] == [
        0, 1, 1, 1, 2,
    ]  # fmt: skip


def test_no_scene_falls_on_the_last_working_day_which_may_not_be_over() -> None:
    assert max(scene.day for scene in SCENES) < 5 * WEEKS - 1


def test_every_step_of_a_clock_has_its_sentence() -> None:
    acts = {"clarification_parked", "masters_approved_by_clock", "finalized_by_clock"}
    assert set(STEPS) == {*REMINDERS.values(), *acts}


def test_all_scenes_are_told_and_of_everything_else_examples() -> None:
    at = datetime(2026, 11, 23, 7, tzinfo=UTC)
    moments = [
        Moment(at + timedelta(days=day), "fir", Kind.CLOCK, f"{theme} {day}", theme=theme)
        for day in range(9)
        for theme in (Theme.SCENE, Theme.REMINDED, Theme.LARGE, None)
    ]
    told = choose(moments)
    assert list(told) == sorted(told, key=lambda moment: moment.at)
    assert Counter(moment.theme for moment in told) == {
        Theme.SCENE: 9, Theme.LARGE: 2,
    }  # fmt: skip
    assert [moment.text[-1] for moment in told if moment.theme == Theme.LARGE] == ["0", "8"]
    assert set(MOST) == set(Theme) - {Theme.SCENE}
