"""Which splits help, on calendars whose best plans are known by hand, and on many others."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from callsheet.planner.problem import Duration, Problem
from callsheet.planner.solve import solve
from callsheet.planner.split import Split, Splits, splits
from callsheet.planner.splitting import known_parts, supposed_parts, with_parts
from tests.unit.planner.test_explain import problem_of, work


def crowded(seed: int) -> Problem:
    """Eighteen projects, many of them large, that compete for 80 credits."""
    r = random.Random(seed)
    projects = (
        replace(
            work(f"p{i:02}", r.choice([10, 20, 30, 40, 50, 60]), r.randint(0, 30)),
            due=r.randint(15, 70),
            duration=Duration(r.randint(5, 15)),
            weight=float(r.randint(1, 10)),
            concepts=r.choice([(), (), (10, 10)]),
        )
        for i in range(18)
    )
    return problem_of(*projects, capacity=((0, 80),))


def splits_of(problem: Problem, most: int = 5) -> Splits:
    return splits(problem, solve(problem, iterations=0), most=most, moves=10_000)


def test_concepts_apart_run_in_what_is_free() -> None:
    """10 of 30 credits are free until day 30: whole it waits for 30, its parts take turns."""
    whole = replace(work("a", due=20), concepts=(10, 10, 10))
    found = splits_of(problem_of(whole, work("b", 10, due=35, after="a"), held=30))
    assert found.proposals == (Split("a", (10, 10, 10), False, 40, (10, 20, 30), 20.0, 20),)
    assert found.proposals[0].apart == 20
    assert (found.without.days_late, found.together.days_late) == (35, 15)


def test_a_large_project_without_known_concepts_is_a_supposition() -> None:
    whole = replace(work("a", 40, due=20))
    (split,) = splits_of(problem_of(whole, capacity=((0, 55),), held=35)).proposals
    assert (split.parts, split.supposed) == ((20, 20), True)
    assert (split.before, split.finishes, split.apart) == (45, (10, 20), 10)


def test_what_comes_later_than_the_whole_would_have_is_a_cost() -> None:
    """The whole takes all until day 10; a half of it leaves room for the dearer one behind it."""
    whole, dear = work("a", 40, due=20), replace(work("b", 20, ready=5, due=15), weight=3.0)
    (split,) = splits_of(problem_of(whole, dear, capacity=((0, 40),))).proposals
    assert (split.before, split.finishes, split.apart, split.later) == (25, (10, 20), 10, 0)
    assert replace(split, finishes=(10, 27)).later == 2


def test_a_split_that_saves_nothing_is_not_proposed() -> None:
    """Two parts could start at once, but the last one ends when the whole would."""
    whole = replace(work("a", due=15), concepts=(10, 10, 10))
    found = splits_of(problem_of(whole, capacity=((0, 45),), held=10))
    assert (found.proposals, found.tried) == ((), 1)
    assert found.together == found.without


def test_nothing_is_tried_where_nothing_is_late() -> None:
    found = splits_of(problem_of(replace(work("a"), concepts=(10, 10, 10))))
    assert (found.proposals, found.tried) == ((), 0)


def test_what_each_saves_adds_up_to_what_all_save() -> None:
    several = 0
    for seed in range(10):
        problem = crowded(seed)
        found = splits_of(problem)
        assert len({split.project for split in found.proposals}) == len(found.proposals) <= 5
        saved = sum(split.saved_tardiness for split in found.proposals)
        assert found.without.tardiness - found.together.tardiness == pytest.approx(saved)
        days = sum(split.saved_days for split in found.proposals)
        assert found.without.days_late - found.together.days_late == days
        for split in found.proposals:
            assert split.saved_tardiness >= 0.01 * found.without.tardiness > 0
            assert sum(split.parts) == problem.by_id[split.project].credits
        several += len(found.proposals) > 1
    assert several > 2


def test_most_is_a_limit_and_the_same_question_has_the_same_answer() -> None:
    problem, found = next(
        (problem, found)
        for problem in map(crowded, range(20))
        if len((found := splits_of(problem)).proposals) > 1
    )
    assert found == splits_of(problem)
    assert splits_of(problem, most=1).proposals == found.proposals[:1]


@pytest.mark.parametrize(
    ("credits", "parts"),
    [(25, ()), (30, (15, 15)), (40, (20, 20)), (45, (15, 15, 15)), (50, (20, 15, 15)),
     (32, (17, 15)), (60, (20, 20, 20))],
)  # fmt: skip
def test_supposed_parts(credits: int, parts: tuple[int, ...]) -> None:
    assert supposed_parts(work("a", credits)) == parts


def test_known_parts_are_all_it_needs() -> None:
    assert known_parts(replace(work("a"), concepts=(20, 10, 0))) == (20, 10)
    assert known_parts(replace(work("a"), concepts=(30,))) == ()
    assert known_parts(replace(work("a"), concepts=(20, 20))) == ()
    assert supposed_parts(replace(work("a"), concepts=(20, 10))) == ()


def test_what_follows_a_project_follows_all_of_its_parts() -> None:
    problem, parts = with_parts(problem_of(work("a"), work("b", after="a")), work("a"), (20, 10))
    assert parts == {"a#1": "a", "a#2": "a"}
    assert problem.by_id["b"].after == ("a#1", "a#2")
