"""Resources side by side in words: what fits there is what fits in each of them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from callsheet.planner.side_by_side import WORD_BITS, SideBySide, side_by_side


def fits(units: SideBySide, day: int, row: int) -> bool:
    left = units.room[day] - units.need[row]
    return bool((left & units.guard == units.guard).all())


@pytest.mark.parametrize("seed", range(30))
def test_what_fits_in_the_words_fits_in_each_resource(seed: int) -> None:
    r = random.Random(seed)
    most = r.choice([1, 7, 8, 60, 1_000_000_000])
    resources = r.randint(1, 9)
    free = np.array([[r.randint(-2, most) for _ in range(6)] for _ in range(resources)])
    demand = np.array([[r.choice([0, r.randint(0, most)]) for _ in free] for _ in range(8)])
    units = side_by_side(free, demand)
    for day in range(6):
        for row in range(8):
            plain = bool((demand[row] <= np.maximum(0, free[:, day])).all())
            assert fits(units, day, row) == plain


def test_four_resources_of_a_usual_size_take_one_word() -> None:
    units = side_by_side(np.full((4, 3), 300), np.full((2, 4), 45))
    assert units.room.shape == (3, 1)


def test_what_all_divide_by_and_what_nobody_could_use_takes_no_bits() -> None:
    free = np.array([[10**9, 4 * 10**8 - 1]])
    units = side_by_side(free, np.array([[10**8], [10**8]]))
    # Two units are enough for both, three bits with the guard; of the second day 3 are left.
    assert units.guard.tolist() == [4]
    assert units.room.tolist() == [[4 + 2], [4 + 2]]
    assert units.need.tolist() == [[1], [1]]


def test_a_field_that_does_not_fit_any_more_begins_a_word() -> None:
    demand = np.array([[2**30 - 1, 2**30 - 1, 1]])
    units = side_by_side(np.full((3, 1), 2**30 - 1), demand)
    assert units.guard.shape == (1,), "its own units divide all of one row: one unit each"
    units = side_by_side(np.full((3, 1), 2**30 - 1), np.vstack([demand, [[1, 1, 1]]]))
    assert [int(guard).bit_length() for guard in units.guard] == [WORD_BITS, 3]


def test_what_nobody_needs_is_one_empty_word() -> None:
    units = side_by_side(np.array([[0, 5]]), np.zeros((2, 1), dtype=np.int64))
    assert units.room.tolist() == [[0], [0]]
    assert fits(units, 0, 1)
