"""What the planner is compared with: strict first come, first served, and PyJobShop with CP-SAT."""

from __future__ import annotations

from callsheet.planner.arrays import Arrays, Ints, arrays_of
from callsheet.planner.plan import Measure, measure
from callsheet.planner.problem import CREDITS, Problem, steps_on


def first_come(problem: Problem) -> Measure:
    """Strict order of ready dates, as credit platforms do it: nobody starts before who came first.

    For problems with credits alone; a project that waits for its predecessor holds up nobody.
    """
    arrays = arrays_of(problem)
    starts: dict[str, int | None] = {}
    free = arrays.free[0].copy()
    last = 0
    queue = sorted(range(arrays.n), key=lambda j: (int(arrays.ready[j]), j))
    while queue:
        j = next(j for j in queue if all(arrays.ids[p] in starts for p in _predecessors(arrays, j)))
        queue.remove(j)
        preds = _predecessors(arrays, j)
        begin = max(last, int(arrays.ready[j]))
        for p in preds:
            begin = max(begin, (starts[arrays.ids[p]] or 0) + int(arrays.dur[p]))
        need, days = arrays.demand[j, 0], int(arrays.dur[j])
        while (free[begin : begin + days] < need).any():
            begin += 1
        free[begin : begin + days] -= need
        starts[arrays.ids[j]] = begin
        if not len(preds):
            last = begin
    return measure(problem, starts)


def _predecessors(arrays: Arrays, j: int) -> Ints:
    return arrays.pred[arrays.pred_from[j] : arrays.pred_from[j + 1]]


def pyjobshop(problem: Problem, seconds: float) -> Measure | None:
    """The same problem given to PyJobShop, whose CP-SAT has two workers; None: no plan in time."""
    from pyjobshop import Model

    credits = problem.resources[0]
    most = max(units for _, units in credits.capacity)
    model = Model()
    resource = model.add_renewable(capacity=most, name=CREDITS)
    tasks = {}
    for project in problem.projects:
        job = model.add_job(
            weight=round(project.weight), release_date=project.ready, due_date=project.due
        )
        tasks[project.id] = task = model.add_task(job=job, earliest_start=project.ready)
        model.add_mode(task, resource, duration=project.duration.p50, demands=project.credits)
    ends = {work.id: work.remaining.p50 for work in problem.in_flight}
    for project in problem.projects:
        for predecessor in project.after:
            if predecessor in tasks:
                model.add_end_before_start(tasks[predecessor], tasks[project.id])
    # What is missing from the highest capacity, and what is in flight, is work that stands.
    for begin, end, units in _standing(problem, most, ends):
        task = model.add_task(earliest_start=begin, latest_start=begin)
        model.add_mode(task, resource, duration=end - begin, demands=units)
    goal = problem.objective
    model.set_objective(
        weight_total_tardiness=round(goal.tardiness), weight_total_flow_time=round(goal.flow)
    )
    result = model.solve(time_limit=seconds, num_workers=2, display=False)
    if not result.best.tasks:
        return None
    starts = {
        project.id: int(task.start)
        for project, task in zip(problem.projects, result.best.tasks, strict=False)
    }
    return measure(problem, dict(starts))


def _standing(problem: Problem, most: int, ends: dict[str, int]) -> list[tuple[int, int, int]]:
    """(from, to, credits) of what nobody can have: until three times the horizon of briefs."""
    horizon = 3 * (max(project.ready for project in problem.projects) + 1)
    found = [(0, ends[work.id], work.credits) for work in problem.in_flight]
    capacity = problem.resources[0].capacity
    for at, (begin, _) in enumerate(capacity):
        end = capacity[at + 1][0] if at + 1 < len(capacity) else horizon
        missing = most - steps_on(capacity, begin)
        if missing:
            found.append((begin, end, missing))
    return found
