"""What customers do every day: write, hand in, answer, look at deliveries, finalize."""

from __future__ import annotations

from callsheet.demo.briefs import new_brief
from callsheet.demo.moments import Kind, Theme
from callsheet.demo.setting import Setting
from callsheet.insight.wording import say_credits
from callsheet.kit import clock
from callsheet.projects.delivery import UNFINISHED, locked_by
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import DeliverableState, Part, Project, ProjectPerson
from callsheet.services import (
    briefing,
    extending,
    internal_approval,
    parking,
    production,
    project_people,
    reviewing,
)
from callsheet.services.delivering import deliverables_of
from callsheet.tenants.models import Account

_CHANGES = (
    "The logo is cut off on the left.",
    "Please without the second person.",
    "The end card should stand a second longer.",
    "Warmer, as in the references.",
)


class Customers:
    """The customers' steps; each writes its moments into the diary."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._cast = setting.cast
        self._rng = setting.rng

    def write(self, account: Account) -> None:
        """Write a new brief; mostly it is handed in at once, sometimes it stays a draft."""
        actor = self._cast.writer(account.pk, self._rng)
        today = clock.today(account.time_zone)
        brief = new_brief(self._rng, today, self._setting.calendar(account))
        answer = briefing.write(actor, account.pk, brief)
        if self._rng.random() < 0.8:
            self.submit(Project.objects.select_related("account").get(pk=answer["project"]))

    def submit(self, project: Project) -> None:
        """Hand a draft in: it starts at once, or waits for a reason. Where the account wants it,
        a colleague is asked first.
        """
        actor = self._cast.owner(project, self._rng)
        if project.account.needs_approval:
            internal_approval.ask_approval(actor, project.pk)
            return
        self._tell_submission(project, actor.name, briefing.submit(actor, project.pk))

    def approve_brief(self, project: Project) -> None:
        """A colleague approves a brief, which hands it in, or says what is missing."""
        actor = self._cast.colleague(project)
        if self._rng.random() < 0.15:
            internal_approval.refuse_approval(actor, project.pk, "The budget is not agreed yet.")
            return
        answer = internal_approval.approve_brief(actor, project.pk)
        self._tell_submission(project, actor.name, answer, "approves and submits")

    def _tell_submission(
        self, project: Project, name: str, answer: dict[str, object], did: str = "submits"
    ) -> None:
        what = f"{name} {did} “{project.title}” ({say_credits(int(str(answer['credits'])))})"
        if answer["status"] != Status.QUEUED:
            self._setting.tell(project, Kind.SUBMITTED, f"{what}; it starts at once.")
            self._setting.watch.look("the new brief", but=project.pk)
            return
        ahead = int(str(answer.get("credits_ahead") or 0))
        behind = f", behind {say_credits(ahead)}" if ahead else ""
        self._setting.tell(
            project, Kind.QUEUED, f"{what}; place {answer.get('position')} in the queue{behind}."
        )
        self._setting.watch.look("the new brief")

    def clarify(self, project: Project) -> None:
        """Answer the studio's question."""
        actor = self._cast.owner(project, self._rng)
        production.clarify(actor, project.pk, "See the note in the references.")

    def resume(self, project: Project) -> None:
        """Let what is parked go on, as soon as its credits are there."""
        actor = self._cast.owner(project, self._rng)
        parking.resume(actor, project.pk)
        self._setting.tell(
            project, Kind.RESUMED, f"{actor.name} lets “{project.title}” go on when it fits."
        )
        self._setting.watch.look(f"“{project.title}” going on")

    def look_at_first(self, project: Project) -> bool:
        """Answer a first delivery: approve it, seldom ask for a change. False where nothing of it
        is with the customer.
        """
        parts = deliverables_of(project)
        if not any(part.state == DeliverableState.DELIVERED for part in parts):
            return False
        actor = self._cast.owner(project, self._rng)
        if self._rng.random() < 0.15:
            self._ask_for_change(project)
            return True
        answer = reviewing.approve(actor, project.pk)
        unlocks = any(part.state in UNFINISHED and locked_by(part) is not None for part in parts)
        said = f"{actor.name} approves what is delivered of “{project.title}”"
        theme = None
        if answer["released"]:
            said += f": its part, {say_credits(answer['released'])}, comes home at once"
            theme = Theme.PER_CONCEPT
        elif unlocks:
            said += ": its variations can be made"
        self._setting.tell(project, Kind.APPROVED, f"{said}.", theme=theme)
        self._setting.watch.look(f"the approval of a part of “{project.title}”")
        return True

    def look_at_all(self, project: Project) -> None:
        """Answer a whole delivery: finalize it, ask for a change, or for more time."""
        chance = self._rng.random()
        if chance < 0.12:
            self._ask_for_change(project)
        elif chance < 0.16 and not project.finalize_extended:
            actor = self._cast.owner(project, self._rng)
            extending.extend(actor, project.pk)
        else:
            self.finalize(project)

    def _ask_for_change(self, project: Project) -> None:
        actor = self._cast.owner(project, self._rng)
        delivered = [
            part for part in deliverables_of(project) if part.state == DeliverableState.DELIVERED
        ]
        if not delivered:
            return
        note = self._rng.choice(_CHANGES)
        reviewing.ask_for_changes(actor, project.pk, {delivered[0].pk: note})
        self._setting.tell(
            project, Kind.CHANGES, f"{actor.name} asks for a change of “{project.title}”: {note}"
        )

    def finalize(self, project: Project) -> None:
        """Approve: credits come home, and what fits starts in the same moment. Whoever has to
        agree before does so first.
        """
        if self._somebody_agrees(project):
            return
        actor = self._cast.owner(project, self._rng)
        answer = production.finalize(actor, project.pk)
        text = f"{actor.name} finalizes “{project.title}”: {came_home(answer)}."
        self._setting.tell(project, Kind.FINALIZED, text)
        self._setting.watch.look(f"“{project.title}” being finalized")

    def _somebody_agrees(self, project: Project) -> bool:
        """Whether a required approver was still to agree, and has done so now."""
        missing = ProjectPerson.objects.filter(
            project=project, part=Part.APPROVER, approved_at__isnull=True
        ).order_by("pk")
        person = missing.first()
        if person is None:
            return False
        project_people.give_approval(self._cast.standing_in_for(person.user_id), project.pk)
        return True


def came_home(answer: dict[str, object]) -> str:
    """What an end or a release did to credits: "20 credits come home"."""
    released, consumed = int(str(answer["released"])), int(str(answer["consumed"]))
    if consumed:
        return f"{say_credits(consumed)} {'is' if consumed == 1 else 'are'} used up"
    return f"{say_credits(released)} {'comes' if released == 1 else 'come'} home"
