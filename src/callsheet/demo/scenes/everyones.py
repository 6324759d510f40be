"""Scenes that fit into any account: deliver, finalize, submit, move on."""

from __future__ import annotations

from callsheet.demo.customers import came_home
from callsheet.demo.moments import Kind, Theme
from callsheet.demo.scenes.scene import Act, Told, project_in, queue_of
from callsheet.demo.setting import Setting
from callsheet.insight.wording import say_credits
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.services import briefing, production, queueing, reviewing, staging
from callsheet.tenants.models import Account


def finalizing(
    sentence: str = "finalizes", *, title: str = "", but: str = "", notable: bool = True
) -> Act:
    """An admin of the account finalizes the delivery that has lain longest."""

    def act(setting: Setting, account: Account) -> Told | None:
        project = project_in(account, Status.DELIVERED, title=title, but=but, order="delivered_at")
        if project is None:
            return None
        actor = setting.cast.admin(account.pk)
        answer = production.finalize(actor, project.pk)
        return Told(
            Kind.FINALIZED,
            f"{actor.name} {sentence} “{project.title}”: {came_home(answer)}.",
            f"“{project.title}” being finalized",
            Theme.SCENE if notable else None,
        )

    return act


def delivering(*, title: str = "", but: str = "", some: bool = False, notable: bool = False) -> Act:
    """A producer delivers what is due first; with ``some`` only its first concept."""

    def act(setting: Setting, account: Account) -> Told | None:
        project = project_in(
            account, Status.IN_PROGRESS, Status.INITIAL_DELIVERY, title=title, but=but
        )
        if project is None:
            return None
        chosen = None
        if some:
            first = project.concepts.order_by("position", "pk").first()
            if first is None:
                return None
            chosen = [part.pk for part in first.deliverables.filter(state="waiting", master=None)]
        actor = setting.cast.producer(setting.rng)
        answer = production.deliver(actor, project.pk, chosen)
        part = "" if answer["status"] == Status.DELIVERED else "a first part of "
        return Told(
            Kind.DELIVERED, f"{actor.name} delivers {part}“{project.title}”.",
            f"“{project.title}” being delivered", Theme.SCENE if notable else None,
        )  # fmt: skip

    return act


def approving(*, title: str = "") -> Act:
    """The account's admin approves what is delivered of a project."""

    def act(setting: Setting, account: Account) -> Told | None:
        project = project_in(account, Status.INITIAL_DELIVERY, Status.DELIVERED, title=title)
        if project is None:
            return None
        actor = setting.cast.admin(account.pk)
        answer = reviewing.approve(actor, project.pk)
        back = answer["released"]
        text = f"{actor.name} approves what is delivered of “{project.title}”"
        if back:
            text += f": this concept's {say_credits(back)} come home while the rest is made"
        thanks = f"a part of “{project.title}” being approved"
        return Told(Kind.APPROVED, f"{text}.", thanks, Theme.PER_CONCEPT if back else None)

    return act


def submitting(title: str, *, notable: bool = False) -> Act:
    """The account's admin hands in a draft that lay ready."""

    def act(setting: Setting, account: Account) -> Told | None:
        project = project_in(account, Status.DRAFT, title=title, order="pk")
        if project is None:
            return None
        actor = setting.cast.admin(account.pk)
        answer = briefing.submit(actor, project.pk)
        queued = answer["status"] == Status.QUEUED
        place = f"; place {answer.get('position')} in the queue" if queued else "; it starts"
        return Told(
            Kind.QUEUED if queued else Kind.SUBMITTED,
            f"{actor.name} submits “{project.title}” ({say_credits(answer['credits'])}){place}.",
            "the new brief", Theme.SCENE if notable else None,
        )  # fmt: skip

    return act


def last_first(setting: Setting, account: Account) -> Told | None:
    """An account admin moves the last brief of the queue to the front."""
    queue = queue_of(account)
    if len(queue) < 2:
        return None
    actor = setting.cast.admin(account.pk)
    queueing.reorder(actor, account.pk, [queue[-1].pk, *(one.pk for one in queue[:-1])])
    return Told(
        Kind.ORDERED, f"{actor.name} moves “{queue[-1].title}” to the front of the queue.",
        "the new order of the queue",
    )  # fmt: skip


def withdrawing(setting: Setting, account: Account) -> Told | None:
    """Somebody takes the head of the queue back to think again."""
    queue = queue_of(account)
    if not queue:
        return None
    actor = setting.cast.admin(account.pk)
    briefing.withdraw(actor, queue[0].pk, note="The range has changed.")
    return Told(
        Kind.WITHDRAWN,
        f"{actor.name} withdraws “{queue[0].title}”; it keeps its place for five working days.",
        f"“{queue[0].title}” being withdrawn",
        None,
    )


def staging_in(stage: str, title: str) -> Act:
    """A producer moves a project to a stage of production."""

    def act(setting: Setting, account: Account) -> Told | None:
        project: Project | None = project_in(account, Status.IN_PROGRESS, title=title)
        if project is None or project.stage == stage:
            return None
        actor = setting.cast.producer(setting.rng)
        staging.enter_stage(actor, project.pk, stage)
        said = stage.replace("_", " ")
        return Told(
            Kind.ACCEPTED, f"{actor.name} moves “{project.title}” to {said}.", "", theme=None
        )

    return act
