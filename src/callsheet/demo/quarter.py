"""A quarter of the studio, day by day, with the clock set: deterministic by seed.

A day is one command: it happens as a whole, once, and its answer keeps what is worth telling. So a
start that was interrupted goes on where it was, and the story can be told again at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from callsheet.demo import worker
from callsheet.demo.day import Day
from callsheet.demo.moments import Diary, Moment, moment_from
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.journal.models import Command
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.services import measuring

WEEKS = 13
"""How long the quarter is: whole weeks, so that it has as many working days whenever it ends."""

MAILED_WEEKS = 1
"""Of so many weeks, the last, mails are really written: enough to read."""

DEMO = Actor(key="system:demo", name="Demo")
_DAY = "demo_day"
_MORNING = time(6, 0, tzinfo=UTC)
_EVENING = time(18, 5, tzinfo=UTC)


def first_moment(now: datetime, weeks: int = WEEKS) -> datetime:
    """When the import happens before the quarter that ends ``now``: so many weeks ago, late in the
    afternoon, so that the first day to be played begins with what was imported.
    """
    return datetime.combine(now.date() - timedelta(weeks=weeks), time(18, 0, tzinfo=UTC))


def span(weeks: int) -> int:
    """How many weeks are played in this studio: what was asked for at the first start."""
    answer = run(DEMO, "demo_span", "demo", {}, lambda command: {"weeks": weeks})
    return int(answer["weeks"])


def play(
    begins: datetime,
    until: datetime,
    *,
    weeks: int = WEEKS,
    seed: int = 1,
    done: Callable[[date], None] | None = None,
) -> None:
    """Play every day after the one of ``begins`` up to the moment ``until``, once, and no more than
    so many weeks.

    ``done`` hears of each day as it has been played.
    """
    first = begins.date() + timedelta(days=1)
    for number in range(7 * weeks):
        day = first + timedelta(days=number)
        if datetime.combine(day, _MORNING) > until:
            break
        play_day(first, day, until, seed)
        if number >= 7 * (weeks - MAILED_WEEKS):
            with clock.at(min(until, datetime.combine(day, _EVENING))):
                worker.send_mail()
        if done is not None:
            done(day)


def play_day(first: date, day: date, until: datetime, seed: int) -> None:
    """Play one day of the quarter whose first is ``first``, unless it was played before."""

    def work(command: OpenCommand) -> Answer:
        diary = Diary()
        # Chance that is the same at every start; a game, no secret.
        rng = Random(f"{seed}/{(day - first).days}")  # noqa: S311
        if day.weekday() == 0:
            # Every night in a real studio; it reads the whole history.
            measuring.measure_stage_times()
        Day(day, working_days_before(first, day), until, rng, diary).play()
        return {
            "moments": [moment.as_dict() for moment in diary.moments],
            "refused": diary.refused,
        }

    with clock.at(datetime.combine(day, _MORNING)):
        run(DEMO, _DAY, day.isoformat(), {"first": first, "seed": seed}, work)


def story() -> list[Moment]:
    """Every moment of the days played so far, in their order."""
    answers = (
        Command.objects.filter(actor=DEMO.key, name=_DAY).order_by("key").values_list("answer")
    )
    return [moment_from(data) for (answer,) in answers if answer for data in answer["moments"]]


def working_days_before(first: date, day: date) -> int:
    """How many days from Monday to Friday lie between the first day and ``day``."""
    days = (first + timedelta(days=n) for n in range((day - first).days))
    return sum(1 for one in days if one.weekday() < 5)
