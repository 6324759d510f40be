"""The plan of an order of the queue."""

from __future__ import annotations

from dataclasses import replace

from callsheet.planner.arrays import Arrays, Ints
from callsheet.planner.plan import Plan
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import Problem
from callsheet.planner.row_plans import plan_of
from callsheet.planner.scenarios import usual_days
from callsheet.planner.search import order_of, placed
from callsheet.planner.simulate import play


def plan_in_order(problem: Problem, arrays: Arrays, order: Ints) -> Plan:
    """The plan of usual durations when the queue is served in this order.

    Its starts are no later than those of the queue, and other than the queue it sees in time
    when the capacity falls. ``priority`` is the order.
    """
    usual = usual_days(problem)
    queued = play(problem, QueuePolicy.PLANNED, order, usual, workers=1).starts[0]
    plan = plan_of(problem, arrays, placed(arrays, order_of(queued)))
    return replace(plan, priority=tuple(arrays.ids[row] for row in order))
