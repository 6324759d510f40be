"""What admission answers: who starts, who waits and why, and who overtook whom."""

from dataclasses import dataclass
from datetime import date

from callsheet.admission.reasons import Reason


@dataclass(frozen=True, slots=True)
class Start:
    """A brief that starts now.

    ``credits`` is the whole hold; ``loans`` are the parts of it that come from other wallets, as
    (lender, credits), and are to be lent before the hold is posted.
    """

    brief: int
    wallet: int
    credits: int
    loans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """A brief that does not start now, and why.

    ``position`` counts from 1 in its wallet's queue; ``credits_ahead`` is what the briefs before
    it ask for. ``missing`` is how many credits more would have to be free. ``until`` is the day
    that the reason names (not-before date, end of the pause, reservation of the head);
    ``because_of`` the brief or project it names (predecessor, head); ``limit`` the most credits
    that could ever be had at one time, for ``exceeds_capacity``. ``in_plan`` is false for a brief
    that the accepted plan does not have, under policy ``planned``.
    """

    brief: int
    wallet: int
    reason: Reason
    position: int
    credits_ahead: int
    credits: int
    missing: int = 0
    until: date | None = None
    because_of: int | None = None
    limit: int | None = None
    in_plan: bool = True

    def sentence(self) -> str:
        """The reason as a colleague would say it."""
        return self.reason.words.sentence.format(
            credits=self.credits,
            missing=self.missing,
            until=self.until,
            because_of=self.because_of,
            limit=self.limit,
        )


@dataclass(frozen=True, slots=True)
class Reservation:
    """The day on which the head of a queue starts at the latest, at today's estimates.

    ``credits_free_then`` are the wallet's own free credits on that day, before the head starts.
    """

    wallet: int
    brief: int
    day: date
    credits_free_then: int


@dataclass(frozen=True, slots=True)
class Overtake:
    """A fairness receipt: ``brief`` starts although ``overtaken`` came first.

    At the time of the decision it costs the overtaken nothing, so ``planned_delay`` is always
    zero working days; what it cost in the end is known when ``overtaken`` starts.
    """

    brief: int
    overtaken: int
    reserved_for: date
    planned_delay: int = 0


@dataclass(frozen=True, slots=True)
class Decisions:
    """The answer to a snapshot. ``starts`` are in the order in which they are to be posted."""

    starts: tuple[Start, ...]
    waits: tuple[Wait, ...]
    reservations: tuple[Reservation, ...]
    overtakes: tuple[Overtake, ...]
