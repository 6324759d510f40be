"""How long projects take: a studio's own history, shrunk towards the default lead times.

The logarithm of the working days is normal around a level of the brief type plus a slope in the
logarithm of the credits. Levels are drawn from a level of the whole studio, that one from the
defaults; spreads have an inverse-gamma prior. So a brief type with few projects borrows from the
others, and none at all from the defaults (empirical Bayes: Efron & Morris, 1973; conjugate normal
models: Gelman et al., Bayesian Data Analysis, 3rd ed., chapters 3 and 5). What finished long ago
counts less, so that drift is followed. `callsheet.planner.calibration` corrects what remains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import copysign, exp, expm1, log, log1p, sqrt

import numpy as np

from callsheet.planner.problem import Duration

HALF_LIFE = 60
"""After so many working days a finished project counts half."""

_USUAL_CREDITS = 20
_SLOPE_SD = 0.2  # a project of e times the credits takes some 20 % more or less, beforehand
_STUDIO_SD = 0.5  # a studio may be e ** 0.5 times as slow as the defaults
_TYPE_SD = 0.3  # and its brief types differ by so much from each other
_TYPE_WEIGHT = 4.0  # as many brief types as that guess is worth
_SPREAD_WEIGHT = 6.0  # as many projects as the guess of a spread is worth
_ROUNDS = 25


@dataclass(frozen=True, slots=True)
class Finished:
    """A project that is over. ``started`` and ``finished`` are working days of one calendar.

    It took ``finished - started`` working days, at least one.
    """

    brief_type: str
    credits: int
    started: int
    finished: int

    @property
    def days(self) -> int:
        """The working days that it held its credits."""
        return max(1, self.finished - self.started)


@dataclass(frozen=True, slots=True)
class Belief:
    """What is thought of one project's days: a Student's t of their logarithm.

    ``freedom`` are its degrees of freedom. Normal scores are by Wallace's approximation (1959),
    which has a closed inverse; its 80 % quantile is within 0.005 from six degrees on.
    """

    centre: float
    scale: float
    freedom: float

    def score(self, days: float) -> float:
        """The normal score of a number of working days (above 0)."""
        t = (log(days) - self.centre) / self.scale
        z = sqrt(self.freedom * log1p(t * t / self.freedom)) * self._ratio
        return copysign(z, t)

    def days(self, score: float) -> float:
        """The working days with this normal score; the inverse of ``score``."""
        z = score / self._ratio
        # Beyond this no number of days means anything, and the exponential would overflow.
        t = sqrt(self.freedom * expm1(min(50.0, z * z / self.freedom)))
        return exp(min(50.0, self.centre + self.scale * copysign(t, score)))

    @property
    def _ratio(self) -> float:
        return (8 * self.freedom + 1) / (8 * self.freedom + 3)


@dataclass(frozen=True, slots=True)
class Level:
    """A brief type's log ratio to its default: mean, variance of it, spread of the projects."""

    mean: float
    variance: float
    spread: float
    freedom: float


@dataclass(frozen=True, slots=True)
class Fit:
    """What a history says on one day. ``levels`` are by brief type."""

    defaults: Mapping[str, Duration]
    levels: Mapping[str, Level]
    slope: float

    def belief(self, brief_type: str, credits: int) -> Belief:
        """What is thought of a project. Raises ``KeyError`` for a type without a default."""
        level = self.levels[brief_type]
        centre = log(self.defaults[brief_type].p50) + level.mean + self.slope * _size(credits)
        return Belief(centre, sqrt(level.spread + level.variance), level.freedom)


def fit(history: Sequence[Finished], defaults: Mapping[str, Duration], today: int) -> Fit:
    """Learn from what had finished by ``today``.

    ``defaults`` name every brief type there is. Raises ``KeyError`` for one that they lack.
    """
    types = {name: number for number, name in enumerate(sorted(defaults))}
    past = [work for work in history if work.finished <= today]
    kind = np.array([types[work.brief_type] for work in past], dtype=np.int64)
    size = np.array([_size(work.credits) for work in past])
    ratio = np.array([log(w.days) - log(defaults[w.brief_type].p50) for w in past])
    ages = np.array([today - work.finished for work in past], dtype=float)
    weight = 0.5 ** (ages / HALF_LIFE)
    spread = float(np.mean([duration.sigma**2 for duration in defaults.values()])) or 0.01
    many = np.bincount(kind, weight, len(types))

    def means(values: np.ndarray) -> np.ndarray:
        total: np.ndarray = np.bincount(kind, weight * values, len(types))
        return total / np.maximum(many, 1e-12)

    apart = size - means(size)[kind]
    steep = float(weight @ (apart * (ratio - means(ratio)[kind])))
    slope = steep / (float(weight @ apart**2) + spread / _SLOPE_SD**2)
    rest = ratio - slope * size
    level = means(rest)
    squares = np.bincount(kind, weight * (rest - level[kind]) ** 2, len(types))
    free = np.maximum(many - 1, 0)
    spread = float((_SPREAD_WEIGHT * spread + squares.sum()) / (_SPREAD_WEIGHT + free.sum()))
    mean, variance = _shrunk(level, many / spread)
    own = (_SPREAD_WEIGHT * spread + squares) / (_SPREAD_WEIGHT + free)
    return Fit(
        defaults,
        {
            name: Level(
                float(mean[i]), float(variance[i]), float(own[i]), float(_SPREAD_WEIGHT + free[i])
            )
            for name, i in types.items()
        },
        slope,
    )


def _shrunk(level: np.ndarray, precision: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and variances of the types' levels, with the differences between types by EM."""
    between = _TYPE_SD**2
    mean, variance = level, np.zeros_like(level)
    seen = precision > 0
    for _ in range(_ROUNDS):
        # The studio's level, the types' own levels integrated out.
        share = precision / (1 + precision * between)
        studio_variance = 1 / (1 / _STUDIO_SD**2 + share.sum())
        studio = float(share @ level) * studio_variance
        own = 1 / (precision + 1 / between)
        pull = own / between
        mean = own * precision * level + pull * studio
        variance = own + pull**2 * studio_variance
        apart = ((mean - studio) ** 2 + own)[seen].sum()
        between = float((_TYPE_WEIGHT * _TYPE_SD**2 + apart) / (_TYPE_WEIGHT + seen.sum()))
    return mean, variance


def _size(credits: int) -> float:
    return log(max(1, credits) / _USUAL_CREDITS)
