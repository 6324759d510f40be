"""What people do with a project, each act through its service: to build a studio, and on its day.

An act gets the people around the project and its row, and answers nothing. What cannot be done
just now (somebody else was faster, credits do not suffice) is refused by the service; the day
counts that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from callsheet.catalogue.models import BriefType
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import (
    Amendment,
    Deliverable,
    DeliverableState,
    Project,
    Sample,
    StopRequest,
)
from callsheet.projects.scope_changes import Addition, ScopeChanges
from callsheet.projects.staging import PRODUCTION_STAGES
from callsheet.projects.waiting import IN_QUEUE
from callsheet.services import (
    amending,
    briefing,
    dating,
    extending,
    parking,
    production,
    promising,
    queueing,
    reviewing,
    sampling,
    staging,
    stopping,
)


@dataclass(frozen=True, slots=True)
class People:
    """Who acts in one account: its admin, its members, its account manager, a producer."""

    account: int
    admin: Actor
    members: Sequence[Actor]
    manager: Actor
    producer: Actor
    pays_as_it_goes: bool = False

    def member(self, project: Project) -> Actor:
        """The project's owner where known, else the first member."""
        for member in self.members:
            if member.user_id == project.owner_id:
                return member
        return self.members[0]


Act = Callable[[People, Project, Random], object]


def new_brief(rng: Random, masters: int) -> BriefInput:
    """A ready brief of so many static creatives (5 credits each), the first in two variations."""
    parts = [DeliverableInput("static") for _ in range(masters)]
    return BriefInput(
        title=rng.choice(("Spring", "Summer", "Autumn", "Winter")) + f" {rng.randrange(1000)}",
        brief_type=BriefType.CONTENT_CREATION,
        concepts=(
            ConceptInput("Table", (*parts, DeliverableInput("format-variation", 2, master=0))),
        ),
        campaign="Always on",
        wanted_by=clock.now().date() + timedelta(days=60),
        fields={
            "creative_style": "studio",
            "setting": "White table",
            "product_information": "Mug, 300 ml",
        },
        dos=("Show the handle",),
    )


def rewrite(people: People, project: Project, rng: Random) -> object:
    """Write a draft anew, with as many deliverables as it costs."""
    brief = new_brief(rng, max(3, project.credits // 5))
    return briefing.write(people.member(project), people.account, brief, project_id=project.pk)


def submit(people: People, project: Project, _: Random) -> object:
    """Hand a draft in."""
    return briefing.submit(people.member(project), project.pk)


def withdraw(people: People, project: Project, _: Random) -> object:
    """Take a brief back."""
    return briefing.withdraw(people.member(project), project.pk)


def accept(people: People, project: Project, rng: Random) -> object:
    """Accept a brief, half of the time with a promised day."""
    promised = clock.now().date() + timedelta(days=35) if rng.random() < 0.5 else None
    return production.accept(people.manager, project.pk, promised_on=promised)


def ask(people: People, project: Project, _: Random) -> object:
    """Ask the customer something."""
    return production.request_clarification(people.manager, project.pk, "Which one comes first?")


def answer(people: People, project: Project, _: Random) -> object:
    """Answer the studio."""
    return production.clarify(people.member(project), project.pk, "The blue one.")


def give_back(people: People, project: Project, _: Random) -> object:
    """Return a brief to its writers."""
    return production.return_brief(people.manager, project.pk, "The references do not open.")


def next_stage(people: People, project: Project, _: Random) -> object:
    """Enter the next stage of production."""
    stages = [str(stage) for stage in PRODUCTION_STAGES]
    place = stages.index(project.stage) if project.stage in stages else 0
    stage = stages[min(place + 1, len(stages) - 1)]
    until = clock.now().date() + timedelta(days=7)
    return staging.enter_stage(people.producer, project.pk, stage, expected_until=until)


def wait_for_sample(people: People, project: Project, _: Random) -> object:
    """Announce a product that comes today, and wait for it."""
    today = clock.now().date() + timedelta(days=1)
    return sampling.create_sample(
        people.member(project), people.account, "Mug, blue", [project.pk], expected_on=today
    )


def receive(people: People, project: Project, rng: Random) -> object:
    """Receive the product that is waited for, or announce one."""
    sample = Sample.objects.filter(projects=project, received_on__isnull=True).first()
    if sample is None:
        return wait_for_sample(people, project, rng)
    day = clock.today(project.account.time_zone)
    return sampling.receive_sample(people.producer, sample.pk, day)


def promise(people: People, project: Project, rng: Random) -> object:
    """Promise another day."""
    day = clock.now().date() + timedelta(days=rng.randint(20, 60))
    return promising.change_promise(people.manager, project.pk, day, "The studio is booked.")


def deliver(people: People, project: Project, _: Random) -> object:
    """Deliver all that can be delivered."""
    return production.deliver(people.producer, project.pk)


def deliver_one(people: People, project: Project, _: Random) -> object:
    """Deliver the first master that waits."""
    first = _deliverables(project, DeliverableState.WAITING)[:1]
    return production.deliver(people.producer, project.pk, first)


def approve(people: People, project: Project, _: Random) -> object:
    """Approve all that is delivered."""
    return reviewing.approve(people.member(project), project.pk)


def approve_one(people: People, project: Project, _: Random) -> object:
    """Approve one deliverable."""
    first = _deliverables(project, DeliverableState.DELIVERED)[:1]
    return reviewing.approve(people.member(project), project.pk, first)


def ask_for_changes(people: People, project: Project, _: Random) -> object:
    """Ask for changes to one deliverable."""
    first = _deliverables(project, DeliverableState.DELIVERED)[:1]
    changes = dict.fromkeys(first, "A little brighter, please.")
    return reviewing.ask_for_changes(people.member(project), project.pk, changes)


def finalize(people: People, project: Project, _: Random) -> object:
    """Approve the delivery and end the project."""
    return production.finalize(people.member(project), project.pk)


def extend(people: People, project: Project, _: Random) -> object:
    """Ask for more time to look."""
    return extending.extend(people.member(project), project.pk)


def cancel(people: People, project: Project, _: Random) -> object:
    """Stop a project."""
    return production.cancel(people.manager, project.pk, note="The product was stopped.")


def park(people: People, project: Project, _: Random) -> object:
    """Put a project on ice."""
    return parking.park(people.manager, project.pk, "The product is late.")


def resume(people: People, project: Project, _: Random) -> object:
    """Let a parked project go on."""
    return parking.resume(people.member(project), project.pk)


def amend(people: People, project: Project, rng: Random) -> object:
    """The next step of an amendment: propose more, or agree to what lies there."""
    lies = Amendment.objects.filter(project=project, status=Amendment.Status.PROPOSED).first()
    if lies is not None:
        side = (
            people.member(project) if lies.proposed_by == Amendment.Side.STUDIO else people.manager
        )
        return amending.agree(side, lies.pk)
    more = ScopeChanges(add=(Addition("static", 2, title="Two more"),))
    proposer = people.manager if rng.random() < 0.5 else people.member(project)
    return amending.propose(proposer, project.pk, more, "It grew on us.")


def stop(people: People, project: Project, _: Random) -> object:
    """Ask to park a project, or decide on the wish: it stays."""
    asked = StopRequest.objects.filter(project=project, decided_at__isnull=True).first()
    if asked is None:
        return stopping.ask_to_stop(people.member(project), project.pk, "park", "A later launch.")
    return stopping.refuse(people.manager, asked.pk, "It is nearly done.")


def move_dates(people: People, project: Project, rng: Random) -> object:
    """Want it on another day."""
    day = clock.now().date() + timedelta(days=rng.randint(30, 90))
    return dating.change_dates(people.member(project), project.pk, {"wanted_by": day})


def reorder(people: People, _: Project, rng: Random) -> object:
    """Bring the last brief of the queue to its front."""
    queue = list(
        Project.objects.filter(IN_QUEUE, account=people.account)
        .order_by("rank", "pk")
        .values_list("pk", flat=True)
    )
    return queueing.reorder(people.admin, people.account, queue[-1:] + queue[:-1])


def _deliverables(project: Project, state: str) -> list[int]:
    found = Deliverable.objects.filter(concept__project=project, state=state)
    return list(found.order_by("pk").values_list("pk", flat=True))


LIKELY: Mapping[str, Sequence[tuple[int, Act]]] = {
    Status.DRAFT: ((3, submit), (3, rewrite)),
    Status.QUEUED: ((2, reorder), (2, move_dates), (1, withdraw)),
    Status.PENDING_REVIEW: ((6, accept), (2, ask), (1, give_back), (1, move_dates)),
    Status.CLARIFICATION_REQUESTED: ((1, answer),),
    Status.IN_PROGRESS: (
        (6, next_stage), (2, receive), (4, deliver), (3, deliver_one), (2, move_dates),
        (2, promise), (2, amend), (1, park), (1, stop),
    ),
    Status.INITIAL_DELIVERY: ((4, approve), (2, approve_one), (1, ask_for_changes), (3, deliver)),
    Status.DELIVERED: (
        (4, finalize), (3, approve_one), (1, ask_for_changes), (1, extend), (1, move_dates),
    ),
    Status.UNDER_REVISION: ((4, deliver), (1, amend)),
    Status.PARKED: ((1, resume),),
}  # fmt: skip
"""What people are likely to do with a project of that status, with weights."""
