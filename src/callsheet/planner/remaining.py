"""How long work still takes of which is known how long it has taken already."""

from __future__ import annotations

from math import exp, log
from statistics import NormalDist

from callsheet.planner.problem import DAYS_MAX, Duration

_NORMAL = NormalDist()
_LEAST = 1e-12
"""Below this chance of taking so long, the lognormal's tail says nothing any more."""


def left_of(duration: Duration, taken: int) -> Duration:
    """The working days left of work that has taken ``taken`` days and is not done, at least 1.

    The conditional distribution is no lognormal; the answer has its median and 80 % quantile.
    """
    if taken <= 0:
        return duration
    if duration.sigma == 0:
        return Duration(max(1, duration.p50 - taken))
    beyond = max(_LEAST, _NORMAL.cdf(-log(taken / duration.p50) / duration.sigma))

    def left(chance: float) -> float:
        score = -_NORMAL.inv_cdf((1 - chance) * beyond)
        return duration.p50 * exp(duration.sigma * score) - taken

    return of_quantiles(left(0.5), left(0.8))


def of_quantiles(p50: float, p80: float) -> Duration:
    """The lognormal duration with this median (rounded to whole days) and 80 % quantile."""
    days = min(DAYS_MAX, max(1, round(p50)))
    return Duration(days, min(3.0, log(max(days, p80) / days) / _NORMAL.inv_cdf(0.8)))
