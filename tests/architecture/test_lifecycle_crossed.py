"""Every action from every status, by everybody, in every kind of account: it does what the
transition table says, with its credits, or is refused for the right reason and leaves no trace.

The expectations are worked out from the one transition table and from who may do what; the services
know neither of this file nor of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import transaction

from callsheet.credits.models import Billing
from callsheet.journal.models import Event
from callsheet.kit.actor import Actor
from callsheet.kit.errors import CallsheetError, Conflict, Forbidden, NotFound
from callsheet.projects.lifecycle import HOLDING, TRANSITIONS, Credit, Status
from callsheet.projects.models import Deliverable, Project
from callsheet.services import (
    briefing,
    parking,
    production,
    reopening,
    reviewing,
)
from callsheet.services import (
    internal_approval as approval,
)
from tests.builders import assert_books_balance
from tests.lifecycle_worlds import ALL, CREDITS, SOME, Surroundings, World, world

pytestmark = pytest.mark.django_db

CUSTOMERS = {"member", "admin"}
MANAGERS = {"manager", "studio_admin"}
STUDIO = {"producer", *MANAGERS}
WRITERS = CUSTOMERS | MANAGERS
STRANGERS = {"stranger", "other"}
DRAFTS = (Status.DRAFT, Status.PENDING_APPROVAL)


@dataclass(frozen=True)
class Action:
    """How an action of the table is called, and who may."""

    call: Callable[[Actor, World], object]
    may: set[str]
    reviews: bool = False

    @property
    def refusal(self) -> str:
        """How those are refused who see the project without the right."""
        if self.reviews:
            return "reviewers_only"
        return "studio_only" if self.may <= STUDIO else "viewer_may_not_write"


def _lines(w: World) -> list[int]:
    rows = Deliverable.objects.filter(concept__project=w.project).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _first_delivered(w: World) -> int:
    rows = Deliverable.objects.filter(concept__project=w.project, state="delivered")
    return rows.order_by("pk").values_list("pk", flat=True).first() or _lines(w)[0]


ACTIONS: dict[str, Action] = {
    "ask_approval": Action(lambda a, w: approval.ask_approval(a, w.project.pk), WRITERS),
    "refuse_approval": Action(
        lambda a, w: approval.refuse_approval(a, w.project.pk, "Not yet."), WRITERS
    ),
    "take_back": Action(lambda a, w: approval.take_back(a, w.project.pk), WRITERS),
    "submit": Action(lambda a, w: briefing.submit(a, w.project.pk), WRITERS),
    "withdraw": Action(lambda a, w: briefing.withdraw(a, w.project.pk), WRITERS),
    "request_clarification": Action(
        lambda a, w: production.request_clarification(a, w.project.pk, "Which?"), STUDIO
    ),
    "clarify": Action(lambda a, w: production.clarify(a, w.project.pk, "This one."), WRITERS),
    "accept": Action(lambda a, w: production.accept(a, w.project.pk), STUDIO),
    "return": Action(lambda a, w: production.return_brief(a, w.project.pk, "No idea."), STUDIO),
    "deliver": Action(lambda a, w: production.deliver(a, w.project.pk), STUDIO),
    "revise": Action(
        lambda a, w: reviewing.ask_for_changes(a, w.project.pk, {_first_delivered(w): "Warmer."}),
        WRITERS,
        reviews=True,
    ),
    "finalize": Action(lambda a, w: production.finalize(a, w.project.pk), WRITERS),
    "reopen": Action(lambda a, w: reopening.reopen(a, w.project.pk), WRITERS),
    "park": Action(lambda a, w: parking.park(a, w.project.pk, "As asked."), STUDIO),
    "resume": Action(lambda a, w: parking.resume(a, w.project.pk), WRITERS),
    "cancel": Action(lambda a, w: production.cancel(a, w.project.pk, note="Off."), STUDIO),
}
BY_THE_QUEUE = {"start"}
BY_THE_DELIVERABLES = {"deliver_some"}

# What is asked besides the table. By (action, status): the refusal of each person, "*" for all who
# may as far as their role goes.
COLLEAGUES = {
    "member": (Forbidden, "own_approval"),
    "manager": (Forbidden, "colleagues_approve"),
    "studio_admin": (Forbidden, "colleagues_approve"),
}
BESIDES: dict[tuple[str, str], dict[str, tuple[type[CallsheetError], str]]] = {
    **{
        ("resume", status.value): {"*": (Conflict, "not_parked")}
        for status in Status
        if status is not Status.PARKED
    },
    **{
        ("revise", status.value): {"*": (Conflict, "not_in_review")}
        for status in Status
        if status not in (Status.INITIAL_DELIVERY, Status.DELIVERED, Status.UNDER_REVISION)
    },
    ("ask_approval", "draft"): {"*": (Conflict, "no_approval_needed")},
    ("submit", "pending_approval"): COLLEAGUES,
    ("refuse_approval", "pending_approval"): COLLEAGUES,
}
STAYS = {("revise", "under_revision"), ("deliver", "initial_delivery")}
"""What can be done again without another status: more changes, more that is delivered."""


def test_every_action_of_the_table_is_tried() -> None:
    assert {t.action for t in TRANSITIONS} == {*ACTIONS, *BY_THE_QUEUE, *BY_THE_DELIVERABLES}


@pytest.mark.parametrize("status", list(Status))
def test_the_table_crossed(status: Status) -> None:
    """Every status in one of three kinds of account, in turn; all of them in a soak."""
    cross(SOME[list(Status).index(status) % len(SOME)], status)


@pytest.mark.soak
@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("around", ALL, ids=str)
def test_the_table_crossed_whole(around: Surroundings, status: Status) -> None:
    cross(around, status)


def cross(around: Surroundings, status: Status) -> None:
    """Everybody tries every action on a project in that status in that kind of account."""
    w = world(around, status)
    assert w.project.status == status
    wrong: list[str] = []
    for name, action in ACTIONS.items():
        for who, actor in w.people.items():
            try:
                with transaction.atomic():
                    try_one(w, status, name, action, who, actor)
                    transaction.set_rollback(True)
            except AssertionError as error:
                wrong.append(f"{name} from {status} as {who}: {error}")
    assert not wrong, "\n".join(wrong)


def try_one(w: World, status: Status, name: str, action: Action, who: str, actor: Actor) -> None:
    """One try: works as the table says, or is refused as it should and leaves nothing behind."""
    before, events = fingerprint(w), Event.objects.count()
    raised: CallsheetError | None = None
    try:
        with transaction.atomic():
            action.call(actor, w)
    except CallsheetError as error:
        raised = error
    expected = expect(w, status, name, action, who)
    if expected is not None:
        assert raised is not None, f"went through, not {expected}"
        assert (type(raised), raised.code) == expected, f"{raised!r} ({raised.code})"
        assert (fingerprint(w), Event.objects.count()) == (before, events), "left a trace"
        return
    assert raised is None, f"refused: {raised!r} ({raised.code if raised else ''})"
    check_effect(w, status, name)


def expect(
    w: World, status: Status, name: str, action: Action, who: str
) -> tuple[type[CallsheetError], str] | None:
    """The refusal that must come, or None where it must work."""
    if who in STRANGERS:
        return NotFound, "not_found"
    if who not in action.may:
        return Forbidden, action.refusal
    besides = BESIDES.get((name, status.value), {})
    if refusal := besides.get(who) or besides.get("*"):
        return refusal
    known = any(t.action == name and t.source == status for t in TRANSITIONS)
    if not known and (name, status.value) not in STAYS:
        return Conflict, "forbidden_transition"
    return None


def check_effect(w: World, status: Status, name: str) -> None:
    """The status is one that the table leads to, and the credits are what its entry says."""
    project = Project.objects.get(pk=w.project.pk)
    targets = {t.target: t.credits for t in TRANSITIONS if (t.action, t.source) == (name, status)}
    waits = name in ("submit", "resume", "reopen") and w.around.paused and not _keeps(w)
    if waits and name != "submit":
        assert project.status == status
        assert project.resuming_since is not None
        assert w.held == 0
    elif waits:
        assert project.status == Status.QUEUED
        assert project.wait_reason == "subscription_paused"
    elif project.status != status:
        assert project.status in targets, f"is {project.status} now"
    holds = project.status in HOLDING or (project.status == Status.PARKED and _keeps(w))
    assert w.held == (CREDITS if holds else 0), f"holds {w.held}"
    w.wallet.refresh_from_db()
    if project.status in targets and not waits:
        consumes = w.around.billing == Billing.PAY_AS_YOU_GO
        match targets[Status(project.status)]:
            case Credit.SETTLE if consumes:
                assert w.wallet.consumed == CREDITS
            case Credit.POLICY if consumes and project.accepted_at is not None:
                assert w.wallet.consumed == CREDITS
            case _:
                assert w.wallet.consumed == 0
    assert_books_balance()


def _keeps(w: World) -> bool:
    """Bought credits stay held while a project rests."""
    return w.around.billing == Billing.PAY_AS_YOU_GO


def fingerprint(w: World) -> tuple[object, ...]:
    """What nothing that is refused may change."""
    project = Project.objects.values().get(pk=w.project.pk)
    w.wallet.refresh_from_db()
    wallet = w.wallet
    lines = tuple(
        Deliverable.objects.filter(concept__project=w.project)
        .order_by("pk")
        .values_list("pk", "state", "rounds")
    )
    return (
        tuple(project.values()), lines, wallet.available, wallet.held, wallet.consumed, wallet.seq,
    )  # fmt: skip
