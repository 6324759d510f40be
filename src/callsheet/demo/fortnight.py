"""A fortnight of the studio, day by day, with the clock set: deterministic by seed.

A day is one command: it happens as a whole, once, and its answer keeps what is worth telling. So a
start that was interrupted goes on where it was, and the story can be told again at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random

from callsheet.demo.cast import Cast
from callsheet.demo.events import EVENTS, FORGETFUL, STAGED, Event
from callsheet.demo.everyday import Everyday
from callsheet.demo.moments import Diary, Moment, moment_from
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.journal.models import Command
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import CallsheetError
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.services import clockwork
from callsheet.tenants.models import Account, AccountStatus

DAYS = 14
"""Calendar days from the import to today."""

DEMO = Actor(key="system:demo", name="Demo")
_DAY = "demo_day"
_MORNING = time(6, 0, tzinfo=UTC)
_OPENS, _CLOSES = 8.0, 17.0


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody is about to do at a moment of the day."""

    at: datetime
    act: Callable[[], None]


def first_moment(now: datetime) -> datetime:
    """When the import happens before the fortnight that ends ``now``: fourteen days ago, late in
    the afternoon, so that the first day to be played begins with what was imported.
    """
    return datetime.combine(now.date() - timedelta(days=DAYS), time(18, 0, tzinfo=UTC))


def play(
    begins: datetime, until: datetime, *, seed: int = 1, done: Callable[[date], None] | None = None
) -> None:
    """Play every day after the one of ``begins`` up to the moment ``until``, once.

    ``done`` hears of each day as it has been played.
    """
    first = begins.date() + timedelta(days=1)
    for number in range(DAYS):
        day = first + timedelta(days=number)
        if datetime.combine(day, _MORNING) > until:
            break
        play_day(first, day, until, seed)
        if done is not None:
            done(day)


def play_day(first: date, day: date, until: datetime, seed: int) -> None:
    """Play one day of the fortnight whose first is ``first``, unless it was played before."""

    def work(command: OpenCommand) -> Answer:
        diary = Diary()
        _Day(first, day, until, seed, diary).play()
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


class _Day:
    """One day: the clock's tick, then, on a working day, what people do, hour by hour."""

    def __init__(self, first: date, day: date, until: datetime, seed: int, diary: Diary) -> None:
        self.day = day
        self.until = until
        self.diary = diary
        self.number = working_days_before(first, day)
        self.rng = Random(f"{seed}/{(day - first).days}")  # noqa: S311  # a game, no secret
        self.cast = Cast(day)
        self.everyday = Everyday(self.cast, self.rng, diary)

    def play(self) -> None:
        """Play it, up to ``until``."""
        clockwork.tick()
        self.everyday.look("the new day")
        if self.day.weekday() >= 5:
            return
        for step in sorted(self._steps(), key=lambda step: step.at):
            if step.at > self.until:
                break
            with clock.at(step.at):
                try:
                    step.act()
                except CallsheetError:
                    # The state has moved on since the morning, or a rule says no: so be it.
                    self.diary.refused += 1

    def _hour(self) -> datetime:
        return self._at(self.rng.uniform(_OPENS, _CLOSES))

    def _at(self, hour: float) -> datetime:
        seconds = timedelta(seconds=int(hour * 3600))
        return datetime.combine(self.day, time(0, tzinfo=UTC)) + seconds

    def _steps(self) -> Iterator[Step]:
        """Everything that is to happen today, as it looks in the morning."""
        projects = (
            Project.objects.exclude(status__in=[Status.FINALIZED, Status.CANCELED])
            .select_related("account")
            .order_by("pk")  # the order of the sheets; keys of new briefs are random
        )
        for project in projects:
            act = self._intention(project)
            if act is not None:
                yield Step(self._hour(), partial(act, project))
        accounts = list(
            Account.objects.filter(status=AccountStatus.ACTIVE, wallet__billing="subscription")
            .select_related("wallet", "organization")
            .order_by("key")
        )
        writing = [account for account in accounts if account.key not in STAGED]
        for account in self.rng.sample(writing, min(3, len(writing))):
            yield Step(self._hour(), partial(self.everyday.write, account))
        by_key = {account.key: account for account in accounts}
        for event in EVENTS:
            happens_to = by_key.get(event.account)
            if event.day == self.number and happens_to is not None:
                yield Step(self._at(event.hour), partial(self._happen, event, happens_to))

    def _intention(self, project: Project) -> Callable[[Project], None] | None:
        """What somebody will do with a project today, if anything."""
        chance = self.rng.random()
        key = project.account.key
        everyday = self.everyday
        if key in STAGED and project.status != Status.PENDING_REVIEW:
            return None
        match Status(project.status):
            case Status.DRAFT if chance < 0.07:
                return everyday.submit
            case Status.PENDING_REVIEW if chance < 0.6:
                return everyday.review
            case Status.CLARIFICATION_REQUESTED if chance < 0.4:
                return everyday.clarify
            case Status.IN_PROGRESS if self._due(project) and chance < 0.5:
                return everyday.deliver
            case Status.INITIAL_DELIVERY | Status.UNDER_REVISION if chance < 0.25:
                return everyday.deliver
            case Status.DELIVERED if chance < 0.3 and key not in FORGETFUL:
                return everyday.finalize
        return None

    def _due(self, project: Project) -> bool:
        """Whether the studio should be done: the customer's days of review are still to come."""
        return (
            project.returns_p50 is not None and project.returns_p50 - timedelta(days=4) <= self.day
        )

    def _happen(self, event: Event, account: Account) -> None:
        told = event.act(self.cast, account)
        if told is None:
            return
        self.diary.add(clock.now(), told.account, told.kind, told.text)
        self.everyday.look(told.thanks)


def working_days_before(first: date, day: date) -> int:
    """How many days from Monday to Friday lie between the first day and ``day``."""
    days = (first + timedelta(days=n) for n in range((day - first).days))
    return sum(1 for one in days if one.weekday() < 5)
