"""What a schedule costs."""

from __future__ import annotations

from callsheet.planner.kernels.compiling import NEVER, compiled


@compiled
def cost_at(start, dur, ready, due, late_cost, flow_cost, beyond):
    """What one project adds to Z when it starts on a day; NEVER counts as finishing ``beyond``."""
    finish = beyond if start == NEVER else start + dur
    cost = flow_cost * (finish - ready)
    if finish > due:
        cost += late_cost * (finish - due)
    return cost


@compiled
def cost(starts, dur, ready, due, late_cost, flow_cost, beyond):
    """Z of a schedule; what starts NEVER counts as if it finished on day ``beyond``."""
    total = 0.0
    for j in range(starts.shape[0]):
        total += cost_at(starts[j], dur[j], ready[j], due[j], late_cost[j], flow_cost[j], beyond)
    return total
