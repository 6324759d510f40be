"""Steps in a queue, and orders that are brought up to date."""

import pytest

from callsheet.insight.reordering import Move, moved, rebased
from callsheet.projects.waiting import spread


@pytest.mark.parametrize(
    ("number", "move", "order"),
    [
        (3, Move.UP, (1, 3, 2, 4)),
        (3, Move.DOWN, (1, 2, 4, 3)),
        (3, Move.TOP, (3, 1, 2, 4)),
        (1, Move.UP, (1, 2, 3, 4)),
        (4, Move.DOWN, (1, 2, 3, 4)),
        (9, Move.TOP, (1, 2, 3, 4)),
    ],
)
def test_a_step_moves_one_and_keeps_the_others_in_order(number, move, order) -> None:
    assert moved((1, 2, 3, 4), number, move) == order


def test_among_ones_own_places_nobody_else_is_moved() -> None:
    assert moved((1, 2, 3, 4, 5), 5, Move.UP, own={1, 3, 5}) == (1, 2, 5, 4, 3)
    assert moved((1, 2, 3, 4, 5), 5, Move.TOP, own={1, 3, 5}) == (5, 2, 1, 4, 3)
    assert moved((1, 2, 3), 2, Move.TOP, own={1, 3}) == (1, 2, 3)


@pytest.mark.parametrize(
    ("wanted", "current", "order"),
    [
        ((3, 2, 1), (1, 2, 3), (3, 2, 1)),
        ((3, 2, 1), (1, 3), (3, 1)),  # one has started
        ((3, 2, 1), (1, 2, 3, 4), (3, 4, 2, 1)),  # one came in behind 3
        ((2, 1), (9, 1, 2), (9, 2, 1)),  # one came in front
        ((2, 2, 7, 1), (1, 2), (2, 1)),  # said twice, or never there
        ((), (1, 2), (1, 2)),
        ((1, 2), (), ()),
    ],
)
def test_an_order_is_brought_up_to_date(wanted, current, order) -> None:
    assert rebased(wanted, current) == order


def test_equal_ranks_are_spread() -> None:
    assert spread([1, 1, 1, 5, 5]) == [1, 2, 3, 5, 6]
    assert spread([]) == []
