"""What is left of work that has taken some days already."""

from __future__ import annotations

import numpy as np
import pytest

from callsheet.planner.problem import Duration
from callsheet.planner.remaining import left_of

USUAL = Duration(25, 0.4)


@pytest.mark.parametrize("taken", [1, 10, 25, 40, 80])
def test_it_is_what_a_sample_has_left(taken: int) -> None:
    days = 25 * np.exp(0.4 * np.random.default_rng(1).standard_normal(2_000_000))
    left = days[days > taken] - taken
    found = left_of(USUAL, taken)
    assert found.p50 == pytest.approx(float(np.quantile(left, 0.5)), abs=1)
    assert found.p80 == pytest.approx(float(np.quantile(left, 0.8)), abs=2)


def test_it_is_neither_the_whole_time_nor_the_rest_of_the_usual_one() -> None:
    found = left_of(USUAL, 24)
    assert 25 - 24 < found.p50 < 25


def test_the_ends() -> None:
    assert left_of(USUAL, 0) == left_of(USUAL, -3) == USUAL
    assert left_of(Duration(25), 20) == Duration(5)
    assert left_of(Duration(25), 90) == Duration(1)
    # Far beyond anything that a lognormal says, there is still a number.
    assert 1 <= left_of(Duration(10, 0.1), 90_000).p50 <= 100_000
    assert left_of(Duration(1, 3.0), 100_000).p50 <= 100_000
