"""The simulated queue starts what the product's admission starts, on the same days."""

from __future__ import annotations

import random
from dataclasses import replace
from hashlib import blake2b
from math import exp
from statistics import NormalDist

import numpy as np
import pytest

from benchmarks.planner_simpy import simpy_starts
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import (
    CREDITS,
    Duration,
    InFlight,
    Problem,
    ProblemError,
    Project,
    Resource,
    Team,
    steps_on,
)
from callsheet.planner.scenarios import BLOCK, Scenarios, scenarios_of
from callsheet.planner.simulate import play, queue_order, simulate
from tests.property.queue_oracle import assert_starts_what_admission_starts

SEEDS = range(60)


def problem_of(seed: int, *, sigma: float) -> Problem:
    """Everything awkward for a queue: overdrawn starts, gaps in the capacity, giants, nothings."""
    r = random.Random(seed)
    projects = tuple(
        Project(
            id=f"p{i:03}",
            demand=((CREDITS, r.choice([0, 5, 10, 20, 40, 60, 80])),),
            duration=Duration(r.randint(1, 30), sigma),
            ready=r.choice([0, r.randint(0, 60)]),
            due=r.choice([None, r.randint(0, 150)]),
            weight=r.randint(0, 10),
            after=tuple(f"p{k:03}" for k in range(i) if r.random() < 0.04)
            + (("f0",) if r.random() < 0.1 else ()),
        )
        for i in range(r.randint(0, 30))
    )
    in_flight = tuple(
        InFlight(f"f{i}", ((CREDITS, r.choice([5, 30])),), Duration(r.randint(1, 40), sigma))
        for i in range(r.randint(1, 4))
    )
    most = r.choice([60, 40])
    capacity = ((0, 60), (r.randint(1, 40), r.choice([0, 30])), (45, most), (70, 50))
    return Problem((Resource(CREDITS, capacity),), projects, in_flight)


@pytest.mark.parametrize("sigma", [0.0, 0.5], ids=["known durations", "uncertain durations"])
@pytest.mark.parametrize("policy", QueuePolicy)
def test_it_starts_what_admission_starts(policy: QueuePolicy, sigma: float) -> None:
    for seed in SEEDS:
        assert_starts_what_admission_starts(problem_of(seed, sigma=sigma), policy, 3, seed)


def test_a_model_in_simpy_starts_the_same() -> None:
    """The peer of the benchmark is worth comparing with, and the queue has a third witness."""
    for seed in SEEDS:
        problem = problem_of(seed, sigma=0.5)
        scenarios = scenarios_of(problem, 3, seed)
        order = queue_order(problem, QueuePolicy.BACKFILL)
        simulated = play(problem, QueuePolicy.BACKFILL, order, scenarios)
        safe = {project.id: project.duration.p80 for project in problem.projects}
        for n in range(scenarios.replications):
            projects, in_flight = scenarios.projects[n].tolist(), scenarios.in_flight[n].tolist()
            found = simpy_starts(problem, safe, order.tolist(), projects, in_flight)
            assert simulated.starts[n].tolist() == found, seed


def test_compiled_and_plain_kernels_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    from callsheet.planner import simulate as module
    from callsheet.planner.kernels import queueing, yard

    problems = [problem_of(seed, sigma=0.5) for seed in range(20)]
    compiled = [simulate(p, QueuePolicy.BACKFILL, replications=4).starts for p in problems]
    for part in (yard, queueing):
        for name, value in vars(part).copy().items():
            if hasattr(value, "py_func"):
                monkeypatch.setattr(part, name, value.py_func)
    monkeypatch.setattr(module, "queue", queueing.queue)
    for problem, starts in zip(problems, compiled, strict=True):
        plain = simulate(problem, QueuePolicy.BACKFILL, replications=4)
        assert np.array_equal(plain.starts, starts)


def test_every_resource_is_kept_to() -> None:
    for seed in range(30):
        one = problem_of(seed, sigma=0.4)
        r = random.Random(seed)
        projects = tuple(
            replace(p, demand=(*p.demand, ("video", r.choice([0, 5, 10])))) for p in one.projects
        )
        video = Resource("video", ((0, 15), (30, 10)))
        problem = replace(one, projects=projects, resources=(*one.resources, video))
        done = simulate(problem, QueuePolicy.BACKFILL, replications=5, seed=seed)
        scenarios = scenarios_of(problem, 5, seed)
        for n in range(5):
            for at, id in enumerate(done.ids):
                day = int(done.starts[n, at])
                if day == NEVER:
                    continue
                project = problem.by_id[id]
                assert day >= project.ready
                busy = (done.starts[n] <= day) & (day < done.finishes[n])
                for resource in problem.resources:
                    held = sum(
                        dict(problem.projects[k].demand).get(resource.name, 0)
                        for k in np.flatnonzero(busy)
                    )
                    held += sum(
                        dict(work.demand).get(resource.name, 0)
                        for work, left in zip(
                            problem.in_flight, scenarios.in_flight[n], strict=True
                        )
                        if day < left
                    )
                    if dict(project.demand).get(resource.name, 0):
                        assert held <= steps_on(resource.capacity, day)


def test_chance_belongs_to_a_project() -> None:
    """Neither other projects, nor more replications, nor more workers change anybody's luck."""
    problem = problem_of(7, sigma=0.5)
    alone = replace(problem, projects=problem.projects[-1:], in_flight=problem.in_flight[:1])
    alone = replace(alone, projects=(replace(alone.projects[0], after=()),))
    many = scenarios_of(problem, 200, 3)
    assert np.array_equal(scenarios_of(alone, 50, 3).projects[:, 0], many.projects[:50, -1])
    assert np.array_equal(scenarios_of(alone, 50, 3).in_flight[:, 0], many.in_flight[:50, 0])
    assert not np.array_equal(scenarios_of(problem, 200, 4).projects, many.projects)
    one, three = (
        simulate(problem, QueuePolicy.STRICT, replications=10, workers=n).starts for n in (1, 3)
    )
    assert np.array_equal(one, three)


@pytest.mark.parametrize("count", [300, BLOCK // 8, BLOCK // 8 + 3])
def test_whatever_is_sampled_at_a_time_the_days_are_those_of_each_project_alone(count: int) -> None:
    """Blocks are nobody's luck: work that does not vary among them, too."""
    # Another seed for each number, or what one of them left in the memory would pass.
    seed = count
    projects = tuple(
        Project(f"p{i:02}", ((CREDITS, 5),), Duration(3 + i, 0.3 * (i % 3))) for i in range(19)
    )
    in_flight = tuple(InFlight(f"f{i}", ((CREDITS, 5),), Duration(9, 0.5)) for i in range(6))
    resources = (Resource(CREDITS, ((0, 500),)),)
    days = scenarios_of(Problem(resources, projects, in_flight), count, seed)
    assert (days.projects[:, 0] == 3).all()
    for n, project in enumerate(projects):
        alone = scenarios_of(Problem(resources, (project,)), 300, seed)
        assert np.array_equal(days.projects[:300, n], alone.projects[:, 0])
    for n, work in enumerate(in_flight):
        alone = scenarios_of(Problem(resources, (), (work,)), 300, seed)
        assert np.array_equal(days.in_flight[:300, n], alone.in_flight[:, 0])


def test_durations_are_lognormal_around_their_median() -> None:
    work = Project("p", ((CREDITS, 10),), Duration(1_000, 0.3))
    problem = Problem((Resource(CREDITS, ((0, 10),)),), (work,))
    days = scenarios_of(problem, 20_000).projects[:, 0]
    logs = np.log(days / 1_000)
    assert abs(logs.mean()) < 0.01
    assert abs(logs.std() - 0.3) < 0.01
    assert abs((days <= work.duration.p80).mean() - 0.8) < 0.01


def _worked_out(id: str, seed: int, replication: int, duration: Duration) -> int:
    """The days of one project in one replication, step by step with Python's own numbers."""
    word = int.from_bytes(blake2b(f"{seed}\0{id}".encode(), digest_size=8).digest(), "little")
    word += (replication // 4 + 1) * 0x9E3779B97F4A7C15
    word &= 2**64 - 1
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & 2**64 - 1
    word = (word ^ word >> 27) * 0x94D049BB133111EB & 2**64 - 1
    word ^= word >> 31
    part = word >> 16 * (replication % 4) & 2**14 - 1
    score = NormalDist().inv_cdf((part + 0.5) / 2**14)
    return max(1, round(duration.p50 * exp(duration.sigma * score)))


def test_days_are_those_that_are_worked_out_one_by_one() -> None:
    durations = {f"p{i:02}": Duration(3 + 50 * i, 0.1 * i) for i in range(9)}
    projects = tuple(Project(id, ((CREDITS, 5),), took) for id, took in durations.items())
    days = scenarios_of(Problem((Resource(CREDITS, ((0, 500),)),), projects), 3_001, 7).projects
    # The last block is begun in the midst of four, and not all of its words are used up.
    for replication in (*range(9), *range(1_800, 1_900), *range(2_990, 3_001)):
        expected = [_worked_out(id, 7, replication, took) for id, took in durations.items()]
        assert days[replication].tolist() == expected


def test_nobody_s_luck_says_anything_of_another_s() -> None:
    """Of neighbours in names, in replications and in seeds, within three standard errors."""
    projects = tuple(Project(f"p{i}", ((CREDITS, 5),), Duration(1_000, 0.3)) for i in range(4))
    problem = Problem((Resource(CREDITS, ((0, 500),)),), projects)
    one, other = (np.log(scenarios_of(problem, 40_000, seed).projects.T) for seed in (0, 1))
    pairs = [(one[0], one[at]) for at in (1, 2, 3)] + [(one[0], other[0])]
    pairs += [(one[0][:-lag], one[0][lag:]) for lag in (1, 2, 3, 4, 8)]
    for this, that in pairs:
        assert abs(np.corrcoef(this, that)[0, 1]) < 3 / 200


def test_nothing_to_do_is_no_trouble() -> None:
    empty = Problem((Resource(CREDITS, ((0, 10),)),), ())
    assert simulate(empty, QueuePolicy.BACKFILL, replications=3).starts.shape == (3, 0)


def test_what_it_cannot_do_is_refused() -> None:
    team = Team("A", ((0, 10),))
    work = Project("p", ((CREDITS, 10),), Duration(1), team="A")
    resources = (Resource(CREDITS, ((0, 10),)), Resource("video", ((0, 10),)))
    shared = Problem(resources, (work,), teams=(team,))
    with pytest.raises(ProblemError, match="credits alone"):
        simulate(shared, QueuePolicy.BACKFILL)
    with pytest.raises(ProblemError, match="needs a plan"):
        simulate(problem_of(3, sigma=0), QueuePolicy.PLANNED)
    with pytest.raises(ValueError, match="at least 1"):
        simulate(problem_of(3, sigma=0), QueuePolicy.STRICT, replications=0)


def test_expectations_are_those_of_the_starts() -> None:
    late = Project("late", ((CREDITS, 10),), Duration(4), ready=1, due=3, weight=2)
    never = Project("never", ((CREDITS, 20),), Duration(4), due=3, weight=5)
    problem = Problem((Resource(CREDITS, ((0, 10),)),), (late, never))
    fixed = Scenarios(np.array([[4, 4], [1, 4]]), np.zeros((2, 0), dtype=np.int64))
    order = queue_order(problem, QueuePolicy.STRICT)
    done = play(problem, QueuePolicy.STRICT, order, fixed)
    assert done.tardiness.tolist() == [4.0, 0.0]
    assert done.flow.tolist() == [8.0, 2.0]
    assert done.z.tolist() == [408.0, 2.0]
