"""What is said about plans holds by the judge of plans, on many awkward problems."""

from dataclasses import replace

from callsheet.planner.check import violations_of
from callsheet.planner.explain import Cause, reasons, shortfalls
from callsheet.planner.plan import Plan, measure
from callsheet.planner.problem import Problem, steps_on
from callsheet.planner.solve import solve
from tests.property.test_planner_plans import problem_of


def moved(problem: Problem, plan: Plan, starts: dict[str, int]) -> list[str]:
    """What the judge says of a plan with other starts, its figures and successors aside."""
    then: dict[str, int | None] = {**plan.starts, **starts}
    other = replace(plan, starts=then, measure=measure(problem, then), lower_bound=0.0)
    return [said for said in violations_of(problem, other) if "in use" in said or "borrow" in said]


def test_what_waits_could_not_start_a_day_earlier() -> None:
    seen = set()
    for seed in range(1, 200, 5):
        problem = problem_of(seed)
        plan = solve(problem, iterations=0)
        for id, reason in reasons(problem, plan).items():
            start = plan.starts[id]
            seen.add(reason.cause)
            if start is None:
                assert reason.cause in (Cause.TOO_BIG, Cause.FOLLOWS_NEVER)
                assert reason.missing > 0 or reason.waits_for
                continue
            crowded = bool(moved(problem, plan, {id: start - 1})) if start else False
            assert crowded or reason.cause is not Cause.CREDITS
            assert not crowded or reason.cause is not Cause.SPARE
            assert reason.unavoidable <= reason.tardiness
    assert seen >= set(Cause) - {Cause.SPARE}


def test_the_shortfalls_are_enough_and_not_too_much() -> None:
    spans = 0
    for seed in range(2, 200, 6):  # one resource, no teams
        problem = problem_of(seed)
        plan = solve(problem, iterations=0)
        finishes = {work.id: work.remaining.p50 for work in problem.in_flight}
        for id in plan.order:
            finishes[id] = plan.finish(problem, id) or 0
        intime = {
            p.id: max([p.ready, p.due - p.duration.p50, *(finishes[id] for id in p.after)])
            for p in problem.projects
            if p.id in finishes and p.due is not None and finishes[p.id] > p.due
        }
        found = shortfalls(problem, plan)
        spans += len(found)
        assert not moved(more(problem, [(s.begin, s.end, s.credits) for s in found]), plan, intime)
        for n, span in enumerate(found):
            less = [(s.begin, s.end, s.credits - (k == n)) for k, s in enumerate(found)]
            assert span.credits > 0
            assert moved(more(problem, less), plan, intime)
    assert spans > 20


def more(problem: Problem, spans: list[tuple[int, int, int]]) -> Problem:
    (resource,) = problem.resources
    days = {0} | {day for day, _ in resource.capacity}
    days |= {begin for begin, _, _ in spans} | {end + 1 for _, end, _ in spans}
    steps = tuple(
        (day, steps_on(resource.capacity, day) + sum(n for a, b, n in spans if a <= day <= b))
        for day in sorted(days)
    )
    return replace(problem, resources=(replace(resource, capacity=steps),))
