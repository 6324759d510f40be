"""Dates that are kept as often as they claim: the model's own past errors correct it.

The history is walked through forward: every project is predicted on the day it started, from
what had finished by then. Where the outcomes fell in these predictions corrects the next ones
(recalibration: Kuleshov, Fenner & Ermon, 2018), later outcomes counting more, as in conformal
prediction beyond exchangeability (Barber, Candès, Ramdas & Tibshirani, 2023). So neither the
lognormal shape nor a level that stays has to be true.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from callsheet.planner.durations import HALF_LIFE, Belief, Finished, Fit, fit
from callsheet.planner.problem import Duration
from callsheet.planner.remaining import of_quantiles

CHANCES = (0.5, 0.8, 0.95)
"""The chances whose dates a report looks at."""

_TRUST = 10.0  # as many outcomes as the uncorrected model is worth
_OTHERS = 0.25  # what an outcome of another brief type is worth
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a finished project fell in what was predicted when it started.

    ``place`` is the chance that was given to taking no longer. ``said`` are the corrected days
    for ``CHANCES``, ``default`` those of the default lead time.
    """

    work: Finished
    place: float
    said: tuple[int, ...]
    default: tuple[int, ...]


@dataclass(frozen=True)
class Learned:
    """Durations by brief type and size, learned from what had finished by ``today``."""

    fitted: Fit
    outcomes: tuple[Outcome, ...]
    today: int

    def quantile(self, brief_type: str, credits: int, chance: float) -> float:
        """The working days within which a project is done with this chance (0 to 1, open).

        Raises ``KeyError`` for a brief type without a default.
        """
        belief = self.fitted.belief(brief_type, credits)
        return self._days(belief, brief_type, chance)

    def duration(self, brief_type: str, credits: int) -> Duration:
        """The same as a lognormal with the corrected median and 80 % quantile."""
        belief = self.fitted.belief(brief_type, credits)
        return of_quantiles(*(self._days(belief, brief_type, chance) for chance in (0.5, 0.8)))

    def left(self, brief_type: str, credits: int, taken: int) -> Duration:
        """What is left of a project that has taken ``taken`` days, as ``duration`` says it."""
        return of_quantiles(
            *(self.remaining(brief_type, credits, taken, chance) for chance in (0.5, 0.8))
        )

    def remaining(self, brief_type: str, credits: int, taken: int, chance: float) -> float:
        """The further working days, given that it has taken ``taken`` days and is not done."""
        if taken <= 0:
            return self.quantile(brief_type, credits, chance)
        belief = self.fitted.belief(brief_type, credits)
        place, share = self._correction(brief_type)
        gone = float(np.interp(_place(belief, taken), place, share))
        return max(0.0, self._days(belief, brief_type, gone + chance * (1 - gone)) - taken)

    def _days(self, belief: Belief, brief_type: str, chance: float) -> float:
        place, share = self._correction(brief_type)
        corrected = float(np.interp(chance, share, place))
        return belief.days(_NORMAL.inv_cdf(min(1 - 1e-9, max(1e-9, corrected))))

    def _correction(self, brief_type: str) -> tuple[np.ndarray, np.ndarray]:
        """How often outcomes lay below each place: a distribution function by its corners."""
        places = np.array([outcome.place for outcome in self.outcomes])
        ages = np.array([self.today - o.work.finished for o in self.outcomes], dtype=float)
        same = np.array([o.work.brief_type == brief_type for o in self.outcomes], dtype=bool)
        weight = 0.5 ** (ages / HALF_LIFE) * np.where(same, 1.0, _OTHERS)
        order = np.argsort(places, kind="stable")
        places, weight = places[order], weight[order]
        below = np.cumsum(weight) - weight / 2
        share = (_TRUST * places + below) / (_TRUST + weight.sum())
        return np.concatenate(([0.0], places, [1.0])), np.concatenate(([0.0], share, [1.0]))


def learn(history: Sequence[Finished], defaults: Mapping[str, Duration], today: int) -> Learned:
    """Learn from a history what projects will take that start ``today``.

    What finished later is left out. Deterministic; the order of the history does not matter.
    2,000 projects take about a second.
    """
    known = sorted(
        (work for work in history if work.finished <= today),
        key=lambda work: (work.started, work.finished, work.brief_type, work.credits),
    )
    outcomes: list[Outcome] = []
    learned, day = None, None
    for work in known:
        if learned is None or work.started != day:
            day = work.started
            before = tuple(o for o in outcomes if o.work.finished <= day)
            learned = Learned(fit(known, defaults, day), before, day)
        belief = learned.fitted.belief(work.brief_type, work.credits)
        duration = learned.duration(work.brief_type, work.credits)
        default = defaults[work.brief_type]
        outcomes.append(
            Outcome(
                work,
                _place(belief, work.days),
                tuple(duration.quantile(chance) for chance in CHANCES),
                tuple(default.quantile(chance) for chance in CHANCES),
            )
        )
    return Learned(fit(known, defaults, today), tuple(outcomes), today)


@dataclass(frozen=True, slots=True)
class Kept:
    """How predictions of one brief type turned out, in the order of ``CHANCES``.

    ``kept`` are the shares that took no longer than said, ``loss`` the mean pinball losses in
    working days (Koenker & Bassett, 1978; the smaller the better); those of the defaults beside.
    """

    projects: int
    kept: tuple[float, ...]
    loss: tuple[float, ...]
    default_kept: tuple[float, ...]
    default_loss: tuple[float, ...]


def report(outcomes: Sequence[Outcome]) -> dict[str, Kept]:
    """How often the dates were kept: by brief type, and over all as ``""`` (at the end)."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in sorted(outcomes, key=lambda outcome: outcome.work.brief_type):
        groups[outcome.work.brief_type].append(outcome)
    if outcomes:
        groups[""] = list(outcomes)
    return {name: _kept(group) for name, group in groups.items()}


def _kept(group: Sequence[Outcome]) -> Kept:
    days = np.array([[outcome.work.days] for outcome in group], dtype=float)
    kept, loss = _scores(days, np.array([outcome.said for outcome in group], dtype=float))
    default_kept, default_loss = _scores(
        days, np.array([outcome.default for outcome in group], dtype=float)
    )
    return Kept(len(group), kept, loss, default_kept, default_loss)


def _scores(days: np.ndarray, said: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    over = days - said
    chances = np.array(CHANCES)
    losses = np.maximum(chances * over, (chances - 1) * over).mean(axis=0)
    return tuple((over <= 0).mean(axis=0).tolist()), tuple(losses.tolist())


def _place(belief: Belief, days: float) -> float:
    return min(1 - 1e-9, max(1e-9, _NORMAL.cdf(belief.score(days))))
