"""What was measured weighed against what the studio has set."""

from __future__ import annotations

from callsheet.catalogue.models import BriefType, Stage
from callsheet.insight.credibility import blend, quantile
from callsheet.insight.expected_times import WHOLE, Expected, ExpectedTimes
from callsheet.insight.stage_history import Took, measure

TYPE = BriefType.CONTENT_CREATION.value
DEFAULTS = {TYPE: {Stage.BOOKING.value: (2, 4), Stage.CREATION.value: (14, 14)}}


def test_quantiles_are_numbers_that_were_measured() -> None:
    assert [quantile([1, 2, 3, 4, 100], share) for share in (0.5, 0.8)] == [3, 4]
    assert [quantile([7], share) for share in (0.5, 0.8)] == [7, 7]


def test_ten_projects_count_as_much_as_the_default() -> None:
    assert blend((20, 30), 10, (10, 20)) == (15, 25)


def test_one_project_moves_a_date_little_and_a_thousand_replace_the_default() -> None:
    # (1/11) * 100 + (10/11) * 10 = 18.2: the nearest day below; cautious days are rounded up.
    assert blend((100, 100), 1, (10, 10)) == (18, 19)
    assert blend((20, 30), 1000, (10, 14)) == (20, 30)


def test_without_history_the_default_is_said_to_be_one() -> None:
    known = ExpectedTimes(DEFAULTS, {}).stage(TYPE, Stage.BOOKING, 20)
    assert (known.days, known.n, known.source) == ((2, 4), 0, "default")
    assert ExpectedTimes(DEFAULTS, {}).duration(TYPE, 20).days == (16, 18)
    assert ExpectedTimes({}, {}).duration(TYPE, 20).days == (1, 1)


def test_the_source_says_from_how_many_projects() -> None:
    def known(n: int) -> Expected:
        return ExpectedTimes(DEFAULTS, {(TYPE, Stage.BOOKING.value, ""): Expected(6, 8, n)}).stage(
            TYPE, Stage.BOOKING, 20
        )

    assert known(1).source == "from 1 of the studio's own projects, mostly default"
    assert (known(10).days, known(10).source) == ((4, 6), "from 10 of the studio's own projects")


def test_a_size_speaks_for_itself_from_thirty_projects_on() -> None:
    def days(n: int) -> tuple[int, int]:
        measured = {
            (TYPE, WHOLE, ""): Expected(20, 30, 10),
            (TYPE, WHOLE, "large"): Expected(50, 60, n),
        }
        return ExpectedTimes(DEFAULTS, measured).duration(TYPE, 90).days

    assert days(29) == (18, 24)  # half of 20 and 16, half of 30 and 18
    assert days(30) == (42, 51)  # three quarters of 50 and 60


def test_history_is_measured_by_stage_and_as_a_whole() -> None:
    history = [
        Took(TYPE, 10, 10, {Stage.BOOKING: 2, Stage.CREATION: 8}),
        Took(TYPE, 10, 20, {Stage.BOOKING: 4, Stage.CREATION: 16}),
        Took(TYPE, 10, 30, {}),  # imported: no stages are known of it
    ]
    figures = measure(history)
    assert figures[TYPE, WHOLE, ""] == Expected(20, 30, 3)
    assert figures[TYPE, Stage.BOOKING, ""] == Expected(2, 4, 2)
    assert figures[TYPE, Stage.REVISION, ""] == Expected(0, 0, 2)
    assert not [place for place in figures if place[2]]  # no size has thirty
    assert measure(history * 10)[TYPE, WHOLE, "small"] == Expected(20, 30, 30)
