"""What the studio does every day: review briefs, move production on, deliver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from callsheet.catalogue.models import BriefType, Stage
from callsheet.demo.moments import Kind, Theme
from callsheet.demo.setting import Setting
from callsheet.insight.wording import say_credits
from callsheet.kit import clock
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Deliverable, Project
from callsheet.services import production, promising, sampling, staging

_QUESTIONS = (
    "Which of the two products comes first?",
    "May we shoot on location?",
    "Which languages do the captions need?",
)
_REASONS = ("The references do not open.", "The product is not released yet.")
_TAKES: Mapping[str, int] = {
    BriefType.ORIGINAL_CREATIVE: 23,
    BriefType.CONTENT_CREATION: 22,
    BriefType.ADAPT_OPTIMIZE: 9,
}
"""Working days from acceptance to delivery that the studio reckons with when it promises."""

_USUAL: Mapping[str, int] = {
    Stage.BOOKING: 2, Stage.AWAITING_SAMPLE: 2, Stage.CREATION: 12, Stage.POST_PRODUCTION: 3,
    Stage.QUALITY_CHECK: 1,
}  # fmt: skip
"""Working days after which a stage may end any day."""


class StudioWork:
    """The studio's steps; each writes its moments into the diary."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._cast = setting.cast
        self._rng = setting.rng

    def review(self, project: Project, *, accept: bool = False) -> None:
        """The account manager reads a brief: mostly accepts, sometimes asks, seldom returns."""
        actor = self._cast.manager(project.account_id)
        chance = 1.0 if accept else self._rng.random()
        if chance < 0.12:
            question = self._rng.choice(_QUESTIONS)
            production.request_clarification(actor, project.pk, question)
            text = f"{actor.name} asks about “{project.title}”: {question}"
            self._setting.tell(project, Kind.ASKED, text)
        elif chance < 0.16:
            reason = self._rng.choice(_REASONS)
            production.return_brief(actor, project.pk, reason)
            text = (
                f"{actor.name} returns “{project.title}”: {reason}"
                f" {say_credits(project.credits)} come home."
            )
            self._setting.tell(project, Kind.RETURNED, text)
            self._setting.watch.look(f"“{project.title}” being returned")
        else:
            self._accept(project, sample=not accept)

    def _accept(self, project: Project, *, sample: bool) -> None:
        actor = self._cast.manager(project.account_id)
        promised = None
        if self._rng.random() < 0.6:
            days = _TAKES[project.brief_type] + self._rng.randint(0, 6)
            promised = self._setting.later(project.account, days)
        production.accept(actor, project.pk, promised_on=promised)
        away = self._cast.away_manager(project.account_id)
        self._setting.tell(
            project, Kind.ACCEPTED,
            f"{actor.name} accepts “{project.title}”{f', standing in for {away}' if away else ''}.",
            theme=Theme.DEPUTY if away else None,
        )  # fmt: skip
        creates = project.brief_type != BriefType.ADAPT_OPTIMIZE
        if sample and creates and self._rng.random() < 0.12:
            expected = self._setting.later(project.account, self._rng.randint(3, 7))
            customer = self._cast.owner(project, self._rng)
            name = f"Sample for “{project.title}”"[:120]
            sampling.create_sample(
                customer, project.account_id, name, [project.pk], expected_on=expected
            )

    def goes_on_today(self, stage: str, days: int) -> bool:
        """Whether a stage that has taken so many working days ends today."""
        return days >= _USUAL.get(stage, 1) and self._rng.random() < 0.55

    def move_on(self, project: Project, stage: str, *, awaits_sample: bool) -> None:
        """The next step of production: another stage, or the delivery."""
        following = _after(project.brief_type, stage, awaits_sample=awaits_sample)
        if stage == Stage.POST_PRODUCTION and self._rng.random() < 0.2:
            following = Stage.QUALITY_CHECK
        if following == Stage.POST_PRODUCTION and self._is_late(project):
            self._promise_anew(project)
        if following is None:
            self.deliver(project)
            return
        staging.enter_stage(self._cast.producer(self._rng), project.pk, following)

    def _is_late(self, project: Project) -> bool:
        promised = project.promised_on
        return promised is not None and promised <= self._setting.later(project.account, 3)

    def _promise_anew(self, project: Project) -> None:
        if self._rng.random() < 0.5:
            return
        day = self._setting.later(project.account, 8)
        promising.change_promise(
            self._cast.manager(project.account_id), project.pk, day, "Creation took longer."
        )

    def deliver_masters(self, projects: Iterable[Project]) -> None:
        """A producer delivers the first of these projects that has variations to be made after."""
        for project in projects:
            if Deliverable.objects.filter(concept__project=project, master__isnull=False).exists():
                self.deliver(project, whole=True)
                return

    def deliver(self, project: Project, *, whole: bool = False) -> None:
        """A producer delivers: all that can be, or, unless ``whole``, at first a part of it."""
        actor = self._cast.producer(self._rng)
        in_parts = not whole and project.status == Status.IN_PROGRESS
        if in_parts and self._rng.random() < 0.2:
            free = list(
                Deliverable.objects.filter(
                    concept__project=project, state="waiting", master__isnull=True
                )
                .order_by("pk")
                .values_list("pk", flat=True)
            )
            if len(free) > 1:
                production.deliver(actor, project.pk, free[:1])
                return
        answer = production.deliver(actor, project.pk)
        what = f"“{project.title}”"
        if answer["status"] != Status.DELIVERED:
            what = f"the masters of {what}"
        text, theme = f"{actor.name} delivers {what}", None
        if project.promised_on is not None and answer["status"] == Status.DELIVERED:
            late = (clock.today(project.account.time_zone) - project.promised_on).days
            theme = Theme.PROMISE_MISSED if late > 0 else Theme.PROMISE_KEPT
            text += f", {_against_promise(late)}"
        self._setting.tell(project, Kind.DELIVERED, f"{text}.", theme=theme)


def _after(brief_type: str, stage: str, *, awaits_sample: bool) -> Stage | None:
    """The stage that follows; None: what is made is delivered."""
    creates = brief_type != BriefType.ADAPT_OPTIMIZE
    match Stage(stage):
        case Stage.BOOKING if awaits_sample:
            return Stage.AWAITING_SAMPLE
        case Stage.BOOKING if creates:
            return Stage.CREATION
        case Stage.AWAITING_SAMPLE if creates:
            return Stage.CREATION
        case Stage.BOOKING | Stage.AWAITING_SAMPLE | Stage.CREATION:
            return Stage.POST_PRODUCTION
    return None


def _against_promise(late: int) -> str:
    if late > 0:
        return f"{'1 day' if late == 1 else f'{late} days'} after the day promised"
    return "on the day promised" if late == 0 else "before the day promised"
