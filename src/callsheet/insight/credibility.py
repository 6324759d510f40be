"""How much a studio's own figures count beside the defaults. Pure.

A few projects say little, many say all. The weight of what was measured is that of credibility
theory (Bühlmann 1967; the empirical Bayes estimate of a mean): ``Z = n / (n + k)`` for ``n``
observations, where ``k`` is the number at which measured and assumed count alike. It is applied
to the quantiles, which keeps them in order and never lets one odd project move a date by weeks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

CREDIBILITY = 10
"""Projects at which the studio's own figures and the defaults count alike (``k``)."""

_EXACT = 9
"""Decimals beyond which a sum of products is rounding noise."""


def quantile(days: Sequence[int], share: float) -> int:
    """The smallest number of days within which that share of them lies (the empirical quantile,
    Hyndman and Fan's first type: always one of the numbers). ``days`` is not empty.
    """
    return int(np.quantile(np.asarray(days), share, method="inverted_cdf"))


def weight(n: int) -> float:
    """The weight, from 0 up to 1, of figures that ``n`` projects have given."""
    return n / (n + CREDIBILITY)


def blend(measured: tuple[int, int], n: int, assumed: tuple[int, int]) -> tuple[int, int]:
    """(P50, P80) in whole days: what was measured on ``n`` projects weighed against what was
    assumed. The usual day is rounded to the nearest, the cautious one up.
    """
    share = weight(n)
    usual, cautious = (
        round(share * own + (1 - share) * other, _EXACT)
        for own, other in zip(measured, assumed, strict=True)
    )
    p50 = int(usual + 0.5)
    return p50, max(p50, int(np.ceil(cautious)))
