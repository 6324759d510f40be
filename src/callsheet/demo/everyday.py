"""Everyday life: what customers and studio do with a project, each through its service."""

from __future__ import annotations

from random import Random

from callsheet.demo.briefs import new_brief
from callsheet.demo.cast import Cast
from callsheet.demo.moments import Diary, Kind
from callsheet.demo.watching import Watch
from callsheet.insight.calendars import Calendars
from callsheet.insight.queue_view import read_queue_view
from callsheet.insight.wording import say_credits
from callsheet.kit import clock
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Deliverable, Project
from callsheet.services import briefing, production
from callsheet.tenants.models import Account

_QUESTIONS = (
    "Which of the two products comes first?",
    "May we shoot on location?",
    "Which languages do the captions need?",
)
_REASONS = ("The references do not open.", "The product is not released yet.")


class Everyday:
    """The steps of one day; each writes its moments into the diary."""

    def __init__(self, cast: Cast, rng: Random, diary: Diary) -> None:
        self._cast = cast
        self._rng = rng
        self._diary = diary
        self._watch = Watch(diary)
        self._calendars = Calendars()

    def _tell(self, project: Project, kind: Kind, text: str) -> None:
        self._diary.add(clock.now(), project.account.key, kind, text)

    def look(self, thanks: str) -> None:
        """Tell what has started by itself since the last step."""
        self._watch.look(thanks)

    def submit(self, project: Project) -> None:
        """Hand a draft in: it starts at once, or waits for a reason."""
        actor = self._cast.owner(project, self._rng)
        answer = briefing.submit(actor, project.pk)
        what = f"{actor.name} submits “{project.title}” ({say_credits(answer['credits'])})"
        if answer["status"] != Status.QUEUED:
            self._tell(project, Kind.SUBMITTED, f"{what}; it starts at once.")
            self._watch.look("the new brief", but=project.pk)
            return
        view = read_queue_view(project.account_id)
        brief = next(brief for brief in view.waiting if brief.project == project.pk)
        self._tell(
            project, Kind.QUEUED, f"{what}; place {brief.position} in the queue. {brief.sentence}"
        )
        self._watch.look("the new brief")

    def write(self, account: Account) -> None:
        """Write a new brief and hand it in."""
        today = clock.today(account.time_zone)
        actor = self._cast.writer(account.pk, self._rng)
        brief = new_brief(self._rng, today, self._calendars.of(account))
        answer = briefing.write(actor, account.pk, brief)
        self.submit(Project.objects.select_related("account").get(pk=answer["project"]))

    def review(self, project: Project) -> None:
        """The account manager reads a brief: mostly accepts, sometimes asks, seldom returns."""
        actor = self._cast.manager(project.account_id)
        chance = self._rng.random()
        if chance < 0.12:
            question = self._rng.choice(_QUESTIONS)
            production.request_clarification(actor, project.pk, question)
            self._tell(
                project, Kind.ASKED, f"{actor.name} asks about “{project.title}”: {question}"
            )
        elif chance < 0.17:
            reason = self._rng.choice(_REASONS)
            production.return_brief(actor, project.pk, reason)
            self._tell(
                project, Kind.RETURNED,
                f"{actor.name} returns “{project.title}”: {reason}"
                f" {say_credits(project.credits)} come home.",
            )  # fmt: skip
            self._watch.look(f"“{project.title}” being returned")
        else:
            production.accept(actor, project.pk)
            self._tell(project, Kind.ACCEPTED, f"{actor.name} accepts “{project.title}”.")

    def clarify(self, project: Project) -> None:
        """The customer answers the studio's question."""
        actor = self._cast.owner(project, self._rng)
        production.clarify(actor, project.pk, "See the note in the references.")

    def deliver(self, project: Project) -> None:
        """A producer delivers: everything, or at first a part of it."""
        actor = self._cast.producer(self._rng)
        waiting = list(
            Deliverable.objects.filter(concept__project=project, state="waiting")
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        some = project.status == Status.IN_PROGRESS and len(waiting) > 1
        if some and self._rng.random() < 0.25:
            production.deliver(actor, project.pk, waiting[:1])
            return
        production.deliver(actor, project.pk)
        self._tell(project, Kind.DELIVERED, f"{actor.name} delivers “{project.title}”.")

    def finalize(self, project: Project) -> None:
        """The customer approves: credits come home, and what fits starts in the same moment."""
        actor = self._cast.owner(project, self._rng)
        answer = production.finalize(actor, project.pk)
        back = (
            f"{say_credits(answer['released'])} come home"
            if answer["released"] else f"{say_credits(answer['consumed'])} are used up"
        )  # fmt: skip
        self._tell(project, Kind.FINALIZED, f"{actor.name} finalizes “{project.title}”: {back}.")
        self._watch.look(f"“{project.title}” being finalized")
