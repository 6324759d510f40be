"""Looking for better orders."""

from __future__ import annotations

from callsheet.planner.arrays import Arrays, Ints
from callsheet.planner.kernels.costs import cost
from callsheet.planner.kernels.placing import serial
from callsheet.planner.rules import orders_by_rule


def placed(arrays: Arrays, order: Ints) -> Ints:
    """The starts by row of one pass of serial schedule generation in this order."""
    starts: Ints = serial(
        order, arrays.free.copy(), arrays.demand, arrays.dur, arrays.ready, arrays.pred_from,
        arrays.pred, arrays.team, arrays.own, arrays.team_used.copy(), arrays.may_borrow,
        arrays.may_lend,
    )  # fmt: skip
    return starts


def cost_of(arrays: Arrays, starts: Ints) -> float:
    """Z of starts by row; what never starts counts as finishing at the end of the horizon."""
    z: float = cost(
        starts, arrays.dur, arrays.ready0, arrays.due, arrays.late_cost, arrays.flow_cost,
        arrays.days,
    )  # fmt: skip
    return z


def first_orders(arrays: Arrays) -> tuple[Ints, Ints]:
    """The best order of the priority rules, and its starts."""
    best = None
    for order in orders_by_rule(arrays).values():
        starts = placed(arrays, order)
        z = cost_of(arrays, starts)
        if best is None or z < best[0]:
            best = (z, order, starts)
    if best is None:
        return arrays.topological, arrays.dur.copy()
    return best[1], best[2]
