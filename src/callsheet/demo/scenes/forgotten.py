"""Scenes about what nobody answers, and what is left open for whoever looks at the demo."""

from __future__ import annotations

from callsheet.demo.moments import Kind
from callsheet.demo.scenes.everyones import delivering, finalizing
from callsheet.demo.scenes.scene import Scene, Told, project_in
from callsheet.demo.setting import Setting
from callsheet.insight.wording import say_credits
from callsheet.kit import clock
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Deliverable, DeliverableState, Project
from callsheet.projects.scope_changes import Addition, ScopeChanges
from callsheet.services import (
    amending,
    parking,
    production,
    reopening,
    reviewing,
    sampling,
    stopping,
)
from callsheet.tenants.models import Account

LUMIERE = "lumiere"


def _reopen(setting: Setting, account: Account) -> Told | None:
    project = (
        Project.objects.filter(
            account=account, status=Status.FINALIZED, ended_by_clock=True,
            reopen_until__gte=clock.now(), resuming_since=None,
        )
        .order_by("-ended_at", "pk")
        .first()
    )  # fmt: skip
    if project is None:
        return None
    actor = setting.cast.admin(account.pk)
    answer = reopening.reopen(actor, project.pk)
    now = (
        "it is open again" if answer["status"] == Status.DELIVERED
        else f"it waits at the front of the queue for its {say_credits(project.credits)}"
    )  # fmt: skip
    return Told(
        Kind.REOPENED,
        f"{actor.name} is back and finds that “{project.title}” was finalized by itself, with a"
        f" mistake in it. Ten days are time enough to open it again: {now}.",
        f"“{project.title}” being opened again",
    )


def _correct(setting: Setting, account: Account) -> Told | None:
    """Something is wrong in what was delivered last, as in what was opened again."""
    part = (
        Deliverable.objects.select_related("concept__project")
        .filter(
            concept__project__account=account, concept__project__status=Status.DELIVERED,
            state=DeliverableState.DELIVERED,
        )
        .order_by("-concept__project__changed_at", "pk")
        .first()
    )  # fmt: skip
    if part is None:
        return None
    project = part.concept.project
    actor = setting.cast.admin(account.pk)
    reviewing.ask_for_changes(
        actor, project.pk, {part.pk: "The price on the label is the old one."}
    )
    return Told(
        Kind.CHANGES,
        f"{actor.name} asks for a change of “{project.title}”: the price on the label is the old"
        " one.",
        theme=None,
    )


def _ask_and_wait(setting: Setting, account: Account) -> Told | None:
    project = project_in(account, Status.PENDING_REVIEW, order="pk")
    if project is None:
        return None
    actor = setting.cast.manager(account.pk)
    question = "Which of the two labels is the new one?"
    production.request_clarification(actor, project.pk, question)
    return Told(Kind.ASKED, f"{actor.name} asks about “{project.title}”: {question}", theme=None)


def _park_for_the_season(setting: Setting, account: Account) -> Told | None:
    project = project_in(account, Status.IN_PROGRESS, order="-returns_p50")
    if project is None:
        return None
    actor = setting.cast.manager(account.pk)
    answer = parking.park(actor, project.pk, "The location is under snow until spring.")
    return Told(
        Kind.PARKED,
        f"{actor.name} puts “{project.title}” on ice, because the location is under snow:"
        f" {say_credits(answer['released'])} come home.",
        f"“{project.title}” being parked", theme=None,
    )  # fmt: skip


def _wish(setting: Setting, account: Account) -> Told | None:
    project = project_in(account, Status.IN_PROGRESS, order="-returns_p50")
    if project is None:
        return None
    actor = setting.cast.admin(account.pk)
    stopping.ask_to_stop(actor, project.pk, "cancel", "The product is withdrawn.")
    return Told(
        Kind.CANCELED, f"{actor.name} asks the studio to cancel “{project.title}”.", theme=None
    )


def _propose(setting: Setting, account: Account) -> Told | None:
    project = project_in(account, Status.IN_PROGRESS, order="-returns_p50")
    concept = project and project.concepts.order_by("position", "pk").first()
    if project is None or concept is None:
        return None
    actor = setting.cast.manager(account.pk)
    more = ScopeChanges(add=(Addition("static", concept=concept.pk),))
    amending.propose(actor, project.pk, more, "The motif would carry a poster, too.")
    return Told(
        Kind.SCOPE, f"{actor.name} proposes a static more for “{project.title}”.", theme=None
    )


def _announce(setting: Setting, account: Account) -> Told | None:
    project = project_in(account, Status.IN_PROGRESS, order="-returns_p50")
    if project is None:
        return None
    actor = setting.cast.admin(account.pk)
    name = f"Sample for “{project.title}”"
    sampling.create_sample(
        actor, account.pk, name, [project.pk], expected_on=setting.later(account, 3)
    )
    return Told(Kind.SAMPLE, f"{actor.name} announces a sample.", theme=None)


SCENES: tuple[Scene, ...] = (
    Scene(3, 14.5, LUMIERE, finalizing("finds a forgotten delivery and finalizes")),
    Scene(12, 9.6, LUMIERE, _reopen),
    Scene(20, 10.5, LUMIERE, _correct),
    Scene(55, 11.4, LUMIERE, delivering()),
    Scene(58, 14.4, LUMIERE, delivering()),
    # Left open: somebody is asked, and the clocks run.
    Scene(58, 10.0, "vantage", _park_for_the_season),
    Scene(60, 12.3, "harbour", _ask_and_wait),
    Scene(61, 12.4, "bellwether", _announce),
    Scene(62, 15.1, "harbour", _wish),
    *(Scene(63, 9.5, key, _propose) for key in ("aurora", "bellwether")),
    *(Scene(63, 16.0, key, _correct) for key in ("kestrel", "halden-ski", "aurora")),
)
