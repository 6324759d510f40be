"""Scenes about what a project is: scope that grows and shrinks, dates, projects on ice."""

from __future__ import annotations

from datetime import timedelta

from callsheet.demo.moments import Kind
from callsheet.demo.scenes.everyones import (
    approving,
    delivering,
    last_first,
    submitting,
    withdrawing,
)
from callsheet.demo.scenes.scene import Act, Scene, Told, project_in
from callsheet.demo.setting import Setting
from callsheet.insight.wording import say_credits, say_day, say_working_days
from callsheet.kit import clock
from callsheet.kit.errors import CallsheetError
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import (
    Amendment,
    Deliverable,
    DeliverableState,
    Project,
    StopRequest,
)
from callsheet.projects.scope_changes import Addition, ScopeChanges
from callsheet.services import amending, dating, parking, stopping, variations
from callsheet.tenants.models import Account

_GIFTS = "Gift guide"
_CAPSULE = "Restock: the capsule"


def _grow(title: str) -> Act:
    """The account manager proposes a film more; nothing is held before the customer agrees."""

    def act(setting: Setting, account: Account) -> Told | None:
        project = project_in(account, Status.IN_PROGRESS, title=title)
        concept = project and project.concepts.order_by("position", "pk").first()
        if project is None or concept is None:
            return None
        actor = setting.cast.manager(account.pk)
        more = ScopeChanges(add=(Addition("video", concept=concept.pk),))
        answer = amending.propose(actor, project.pk, more, "A film for the shop windows, too.")
        return Told(
            Kind.SCOPE,
            f"{actor.name} proposes a film more for “{project.title}”:"
            f" {say_credits(answer['change'])} more, once the customer agrees.",
            theme=None,
        )

    return act


def _shrink(setting: Setting, account: Account) -> Told | None:
    """The customer wants one deliverable less, of the first project that is enough without it."""
    actor = setting.cast.admin(account.pk)
    running = Project.objects.filter(account=account, status=Status.IN_PROGRESS)
    for project in running.order_by("returns_p50", "pk"):
        waiting = Deliverable.objects.filter(
            concept__project=project, state=DeliverableState.WAITING, variations=None, master=None
        )
        last = waiting.order_by("concept__position", "position", "pk").last()
        if last is None:
            continue
        less = ScopeChanges(drop=(last.pk,))
        try:
            answer = amending.propose(actor, project.pk, less, "The flagship shop closes.")
        except CallsheetError:  # too little would be left
            continue
        return Told(
            Kind.SCOPE,
            f"{actor.name} wants “{project.title}” without “{last}”:"
            f" {say_credits(-answer['change'])} less.",
            theme=None,
        )
    return None


def _agree(setting: Setting, account: Account) -> Told | None:
    amendment = (
        Amendment.objects.select_related("project")
        .filter(project__account=account, status=Amendment.Status.PROPOSED)
        .order_by("pk")
        .first()
    )
    if amendment is None:
        return None
    customers = amendment.proposed_by == Amendment.Side.CUSTOMER
    actor = setting.cast.manager(account.pk) if customers else setting.cast.admin(account.pk)
    answer = amending.agree(actor, amendment.pk)
    change, title = answer["change"], amendment.project.title
    if answer["amendment_status"] == Amendment.Status.WAITING:
        effect = f"{say_credits(change)} more wait ahead of the queue while production goes on"
    elif change > 0:
        effect = f"it grows by {say_credits(change)} at once"
    else:
        effect = f"it shrinks, and {say_credits(-change)} come home"
    return Told(
        Kind.SCOPE, f"{actor.name} agrees to the change of “{title}”: {effect}.",
        f"“{title}” taking less",
    )  # fmt: skip


def _earlier(setting: Setting, account: Account) -> Told | None:
    project = project_in(
        account, Status.QUEUED, Status.IN_PROGRESS, Status.PENDING_REVIEW, order="-pk"
    )
    if project is None:
        return None
    actor = setting.cast.admin(account.pk)
    today = clock.today(account.time_zone)
    day = today + timedelta(days=12)
    answer = dating.change_dates(
        actor, project.pk, {"wanted_by": day}, note="The shop opens earlier."
    )
    late = max((one["late_by"] for one in answer["late"]), default=0)
    effect = (
        f"Callsheet answers that it would be {say_working_days(late)} late" if late > 0
        else "Callsheet answers that this fits"
    )  # fmt: skip
    return Told(
        Kind.DATES,
        f"{actor.name} needs “{project.title}” by {say_day(day, today)}. {effect}.",
    )


def _ask_to_park(setting: Setting, account: Account) -> Told | None:
    project = project_in(account, Status.IN_PROGRESS, order="-returns_p50")
    if project is None:
        return None
    actor = setting.cast.admin(account.pk)
    stopping.ask_to_stop(actor, project.pk, "park", "The showroom opens in spring only.")
    return Told(
        Kind.PARKED,
        f"{actor.name} asks the studio to put “{project.title}” on ice; production goes on until"
        " it decides.",
        theme=None,
    )


def _park_it(setting: Setting, account: Account) -> Told | None:
    request = (
        StopRequest.objects.select_related("project")
        .filter(project__account=account, decided_at=None)
        .order_by("pk")
        .first()
    )
    if request is None:
        return None
    actor = setting.cast.manager(account.pk)
    answer = stopping.grant(actor, request.pk)
    return Told(
        Kind.PARKED,
        f"{actor.name} puts “{request.project.title}” on ice:"
        f" {say_credits(answer['released'])} come home.",
        f"“{request.project.title}” being parked",
    )


def _go_on(setting: Setting, account: Account) -> Told | None:
    project = project_in(account, Status.PARKED, order="pk")
    if project is None or project.resuming_since is not None:
        return None
    actor = setting.cast.admin(account.pk)
    answer = parking.resume(actor, project.pk)
    how = "goes on where it was" if answer["status"] != Status.PARKED else "waits for its credits"
    return Told(
        Kind.RESUMED, f"{actor.name} takes “{project.title}” from the ice: it {how}.",
        f"“{project.title}” going on",
    )  # fmt: skip


def _more_formats(setting: Setting, account: Account) -> Told | None:
    """What is delivered gets variations that cost nothing."""
    master = (
        Deliverable.objects.select_related("concept__project", "type")
        .filter(
            concept__project__account=account, concept__project__status=Status.DELIVERED,
            type__kind="master",
        )
        .order_by("-concept__project__delivered_at", "pk")
        .first()
    )  # fmt: skip
    if master is None:
        return None
    project = master.concept.project
    actor = setting.cast.admin(account.pk)
    variations.add_variations(
        actor, project.pk, [variations.Variation("format-variation", master.pk, quantity=3)]
    )
    return Told(
        Kind.SCOPE,
        f"{actor.name} orders three format variations of a master of “{project.title}”, which was"
        " delivered already. They cost nothing; it is under revision until they are there.",
    )


SCENES: tuple[Scene, ...] = (
    Scene(4, 9.4, "tannenhof", last_first),
    Scene(6, 15.0, "maison-parfum", withdrawing),
    Scene(2, 14.1, "tannenhof", _grow(_GIFTS)),
    Scene(3, 10.8, "tannenhof", _agree),
    Scene(9, 11.6, "tannenhof", _shrink),
    Scene(10, 9.2, "tannenhof", _agree),
    Scene(14, 11.1, "aurora", _ask_to_park),
    # Credits that come home concept by concept.
    Scene(1, 9.6, "bellwether", submitting(_CAPSULE)),
    Scene(13, 10.1, "bellwether", delivering(title=_CAPSULE, some=True)),
    Scene(14, 15.2, "bellwether", approving(title=_CAPSULE)),
    Scene(15, 14.8, "aurora", _park_it),
    Scene(19, 10.3, "bellwether", _go_on),
    Scene(21, 15.3, "tannenhof", _earlier),
    Scene(36, 14.7, "orchard", _more_formats),
    Scene(41, 9.8, "aurora", _go_on),
)
