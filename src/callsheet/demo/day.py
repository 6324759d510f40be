"""One day of the quarter: the clock ticks, then, on a working day, people act, hour by hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from callsheet.catalogue.models import Stage
from callsheet.demo import worker
from callsheet.demo.by_itself import ByItself
from callsheet.demo.customers import Customers
from callsheet.demo.moments import Diary
from callsheet.demo.open_matters import PATIENCE, OpenMatters
from callsheet.demo.reading import read_everything
from callsheet.demo.scenes import (
    BUSY,
    FORGETFUL,
    LEFT_OPEN,
    LEFT_TO_SCENES,
    SCENES,
    UNANSWERED,
    Scene,
    is_staged,
)
from callsheet.demo.setting import Setting
from callsheet.demo.studio_work import StudioWork
from callsheet.demo.talk import Talk
from callsheet.kit import clock
from callsheet.kit.errors import CallsheetError
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import Amendment, Comment, Project, Sample, StageSpell, StopRequest
from callsheet.projects.samples import awaited_samples
from callsheet.services import clockwork
from callsheet.tenants.models import Account, AccountStatus

_OPENS, _CLOSES = 8.0, 17.0
_EVENING = 18.0
BRIEFS_A_DAY = 3
UNANSWERED_UNTIL = 18
LAST_READ = 61
"""On this working day everybody reads what they were told so far."""

MOST_WAITING = 4
"""Whose queue is that long writes nothing new."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody is about to do at a moment of the day."""

    at: datetime
    act: Callable[[], object]


class Day:
    """A day; ``number`` counts the quarter's working days before it."""

    def __init__(self, day: date, number: int, until: datetime, rng: Random, diary: Diary) -> None:
        self.day = day
        self.until = until
        self.diary = diary
        self.number = number
        self.rng = rng
        self.setting = Setting(day, number, rng, diary)
        self.customers = Customers(self.setting)
        self.studio = StudioWork(self.setting)
        self.matters = OpenMatters(self.setting)
        self.talk = Talk(self.setting)
        self.by_itself = ByItself(diary)

    def play(self) -> None:
        """Play it, up to ``until``."""
        worker.at_night()
        clockwork.tick()
        self.setting.watch.look("the new day")
        self.by_itself.look_at_clocks()
        self.by_itself.look_at_credits()
        if self.day.weekday() < 5:
            self._work()
        with clock.at(min(self.until, self._at(_EVENING))):
            self.by_itself.look_at_credits()
            worker.catch_up()

    def _work(self) -> None:
        for step in sorted(self._steps(), key=lambda step: step.at):
            if step.at > self.until:
                break
            with clock.at(step.at):
                try:
                    step.act()
                except CallsheetError as error:
                    # The state has moved on since the morning, or a rule says no: so be it.
                    self.diary.turned_down(error.code)

    def _hour(self) -> datetime:
        return self._at(self.rng.uniform(_OPENS, _CLOSES))

    def _at(self, hour: float) -> datetime:
        seconds = timedelta(seconds=int(hour * 3600))
        return datetime.combine(self.day, time(0, tzinfo=self.until.tzinfo)) + seconds

    def _steps(self) -> Iterator[Step]:
        """Everything that is to happen today, as it looks in the morning."""
        projects = list(
            Project.objects.exclude(status__in=[status.value for status in ENDED])
            .select_related("account")
            .order_by("pk")  # the order of the sheets; keys of new briefs are random
        )
        yield from self._with_projects(projects)
        yield from self._with_matters()
        yield from self._with_samples()
        yield from self._new_briefs(projects)
        if self.number == LAST_READ:
            yield Step(self._at(_CLOSES), read_everything)
        if self.number == LEFT_OPEN:
            yield from self._left_open(projects)
        by_key = {account.key: account for account in Account.objects.all()}
        for scene in SCENES:
            account = by_key.get(scene.account)
            if scene.day == self.number and account is not None:
                yield Step(self._at(scene.hour), partial(self._play_scene, scene, account))

    def _left_open(self, projects: list[Project]) -> Iterator[Step]:
        """What luck alone would leave to the reader in some quarters only.

        A wish to stop that the studio has to answer, and a first delivery that waits for words.
        """
        running = [
            project
            for project in projects
            if project.status == Status.IN_PROGRESS
            and not is_staged(project.account.key, self.number)
        ]
        yield from (
            Step(self._at(_CLOSES), partial(self.matters.wish_to_stop, project))
            for project in running[:1]
        )
        yield Step(self._at(_CLOSES), partial(self.studio.deliver_masters, running[1:]))

    # --- everyday life ---------------------------------------------------------------------------

    def _with_projects(self, projects: list[Project]) -> Iterator[Step]:
        running = [project.pk for project in projects if project.status == Status.IN_PROGRESS]
        spells = {
            spell.project_id: spell
            for spell in StageSpell.objects.filter(project__in=running, until__isnull=True)
        }
        awaited = awaited_samples(running)
        for project in projects:
            act = self._intention(project, spells.get(project.pk), project.pk in awaited)
            if act is not None:
                yield Step(self._hour(), act)

    def _intention(
        self, project: Project, spell: StageSpell | None, awaits_sample: bool
    ) -> Callable[[], object] | None:
        """What somebody will do with a project today, if anything."""
        chance = self.rng.random()
        key = project.account.key
        staged = is_staged(key, self.number)
        forgotten = key in FORGETFUL
        customers, studio = self.customers, self.studio
        match Status(project.status):
            case Status.PENDING_REVIEW if chance < 0.6:
                return partial(studio.review, project, accept=staged)
            case Status.CLARIFICATION_REQUESTED if chance < 0.35 and self._answers(project):
                return partial(customers.clarify, project)
            case Status.INITIAL_DELIVERY if chance < 0.25:
                return partial(self._after_first, project, forgotten)
            case Status.UNDER_REVISION if chance < 0.3 and self.number < LEFT_OPEN:
                return partial(studio.deliver, project)
        if staged or (key, project.status) in LEFT_TO_SCENES:
            return None
        match Status(project.status):
            case Status.DRAFT if chance < 0.05 and not project.stale:
                return partial(customers.submit, project)
            case Status.PENDING_APPROVAL if chance < 0.5 and self.number < LEFT_OPEN:
                return partial(customers.approve_brief, project)
            case Status.IN_PROGRESS:
                return self._production(project, spell, awaits_sample)
            case Status.DELIVERED if chance < 0.28 and not forgotten:
                return partial(customers.look_at_all, project)
            case Status.DELIVERED if chance < 0.31 and not forgotten:
                return partial(self.talk.say_something, project)
            case Status.PARKED if chance < 0.06 and project.resuming_since is None:
                return partial(customers.resume, project)
        return None

    def _answers(self, project: Project) -> bool:
        if project.account.key in FORGETFUL or self.number >= LEFT_OPEN - 3:
            return False
        return project.title not in UNANSWERED or self.number > UNANSWERED_UNTIL

    def _production(
        self, project: Project, spell: StageSpell | None, awaits_sample: bool
    ) -> Callable[[], object] | None:
        if spell is None:
            return partial(self.studio.deliver, project) if self.rng.random() < 0.05 else None
        if spell.stage == Stage.AWAITING_SAMPLE and awaits_sample:
            return None
        days = self.setting.working_days_since(project.account, spell.since.date())
        if self.studio.goes_on_today(spell.stage, days):
            return partial(self._move_on, project, spell.stage, awaits_sample=awaits_sample)
        odd = self.rng.random()
        if odd < 0.0015:
            return partial(self.matters.wish_to_stop, project)
        if odd < 0.008:
            return partial(self.matters.propose, project)
        return None

    def _move_on(self, project: Project, stage: str, *, awaits_sample: bool) -> None:
        if stage == Stage.POST_PRODUCTION and self.rng.random() < 0.2:
            self.talk.hand_in_file(project)
        self.studio.move_on(project, stage, awaits_sample=awaits_sample)

    def _after_first(self, project: Project, forgotten: bool) -> None:
        """After a first delivery the customer answers it, or the studio delivers what is free."""
        if forgotten or not self.customers.look_at_first(project):
            self.studio.deliver(project)

    def _with_matters(self) -> Iterator[Step]:
        if self.number >= LEFT_OPEN:
            return
        before = clock.now() - PATIENCE
        amendments = Amendment.objects.filter(
            status=Amendment.Status.PROPOSED, proposed_at__lt=before
        )
        for amendment in amendments.select_related("project__account").order_by("pk"):
            if self.rng.random() < 0.4:
                yield Step(self._hour(), partial(self.matters.answer_amendment, amendment))
        requests = StopRequest.objects.filter(decided_at__isnull=True, asked_at__lt=before)
        for request in requests.select_related("project__account").order_by("pk"):
            if self.rng.random() < 0.4:
                yield Step(self._hour(), partial(self.matters.decide_stop, request))

        threads = Comment.objects.filter(answers=None, resolved_at=None, at__lt=before)
        for comment in threads.order_by("pk"):
            if self.rng.random() < 0.5:
                yield Step(self._hour(), partial(self.talk.answer, comment))

    def _with_samples(self) -> Iterator[Step]:
        travelling = Sample.objects.filter(received_on__isnull=True)
        for sample in travelling.select_related("account").order_by("pk"):
            if self.rng.random() < 0.6 and not is_staged(sample.account.key, self.number):
                yield Step(self._hour(), partial(self.matters.move_sample, sample))
        there = Sample.objects.filter(received_on__isnull=False, returned_on__isnull=True)
        busy = Project.objects.exclude(status__in=[status.value for status in ENDED])
        for sample in there.exclude(projects__in=busy).select_related("account").order_by("pk"):
            if self.rng.random() < 0.3:
                yield Step(self._hour(), partial(self.matters.send_back, sample))

    def _new_briefs(self, projects: list[Project]) -> Iterator[Step]:
        """Somebody writes, the larger their wallet the more often, unless much waits already."""
        waiting: dict[int, int] = defaultdict(int)
        for project in projects:
            waiting[project.account_id] += project.status == Status.QUEUED
        accounts = [
            account
            for account in Account.objects.filter(
                status=AccountStatus.ACTIVE, wallet__billing="subscription"
            )
            .select_related("wallet")
            .order_by("key")
            if waiting[account.pk] < MOST_WAITING and not is_staged(account.key, self.number)
        ]
        if not accounts:
            return
        weights = [
            max(1, account.wallet.available + account.wallet.held) * BUSY.get(account.key, 1)
            for account in accounts
        ]
        for account in self.rng.choices(accounts, weights, k=min(BRIEFS_A_DAY, len(accounts))):
            yield Step(self._hour(), partial(self.customers.write, account))

    def _play_scene(self, scene: Scene, account: Account) -> None:
        told = scene.act(self.setting, account)
        if told is None:
            self.diary.turned_down(f"scene of {account.key} on day {self.number}")
            return
        self.diary.add(clock.now(), account.key, told.kind, told.text, theme=told.theme)
        if told.thanks:
            self.setting.watch.look(told.thanks)
