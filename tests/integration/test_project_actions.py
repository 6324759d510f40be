"""What a page offers is what the services do: in every state, for everybody who takes part, each
action is tried for real. Whatever works is offered, and whatever is offered works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from callsheet.catalogue.models import Stage
from callsheet.insight.project_actions import Act, actions
from callsheet.insight.project_facts import read_facts
from callsheet.insight.project_timeline import WORDS
from callsheet.insight.what_starts import starts_if_given_back
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, Actor
from callsheet.kit.errors import CallsheetError
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import (
    Amendment,
    Deliverable,
    DeliverableState,
    Project,
    StopRequest,
)
from callsheet.services import (
    amending,
    briefing,
    commenting,
    dating,
    extending,
    internal_approval,
    parking,
    production,
    project_people,
    promising,
    reopening,
    reviewing,
    staging,
    stopping,
    uploading,
    variations,
)
from callsheet.tenants.access import rights_in_account
from callsheet.tenants.models import Account, Role, StaffRole, User
from tests.builders import (
    delivered,
    finalize_by_clock,
    finalized,
    paying_wallet,
    somebody,
    submitted,
    wallet_with,
)
from tests.files import picture
from tests.scope_builders import more, proposed

pytestmark = pytest.mark.django_db


@dataclass
class Cast:
    """A project and everybody around it."""

    project: Project
    people: dict[str, Actor] = field(default_factory=dict)

    @property
    def wish(self) -> int:
        found = StopRequest.objects.filter(project=self.project, decided_at__isnull=True).first()
        return found.pk if found else 0

    @property
    def change(self) -> int:
        return getattr(Amendment.objects.filter(project=self.project).last(), "pk", 0)

    def deliverables(self, *states: str) -> list[int]:
        found = Deliverable.objects.filter(concept__project=self.project)
        if states:
            found = found.filter(state__in=states)
        return list(found.order_by("pk").values_list("pk", flat=True))


UNFINISHED = (DeliverableState.WAITING, DeliverableState.CHANGES_REQUESTED)
OPEN = (*UNFINISHED, DeliverableState.DELIVERED)

TRIES: dict[Act, Callable[[Actor, int, Cast], object]] = {
    Act.APPROVE_BRIEF: lambda a, p, c: internal_approval.approve_brief(a, p),
    Act.REFUSE_BRIEF: lambda a, p, c: internal_approval.refuse_approval(a, p, "No."),
    Act.TAKE_BACK: lambda a, p, c: internal_approval.take_back(a, p),
    Act.CLARIFY: lambda a, p, c: production.clarify(a, p, "Blue."),
    Act.APPROVE: lambda a, p, c: reviewing.approve(a, p),
    Act.REVISE: lambda a, p, c: reviewing.ask_for_changes(
        a, p, dict.fromkeys(c.deliverables(DeliverableState.DELIVERED), "Warmer.")
    ),
    Act.GIVE_APPROVAL: lambda a, p, c: project_people.give_approval(a, p),
    Act.TAKE_APPROVAL_BACK: lambda a, p, c: project_people.take_approval_back(a, p),
    Act.FINALIZE: lambda a, p, c: production.finalize(a, p),
    Act.EXTEND: lambda a, p, c: extending.extend(a, p),
    Act.REOPEN: lambda a, p, c: reopening.reopen(a, p),
    Act.RESUME: lambda a, p, c: parking.resume(a, p),
    Act.REST: lambda a, p, c: parking.rest(a, p),
    Act.WITHDRAW: lambda a, p, c: briefing.withdraw(a, p),
    Act.ASK_PARK: lambda a, p, c: stopping.ask_to_stop(a, p, "park", "Launch moved."),
    Act.ASK_CANCEL: lambda a, p, c: stopping.ask_to_stop(a, p, "cancel", "No launch."),
    Act.TAKE_BACK_WISH: lambda a, p, c: stopping.take_back(a, c.wish),
    Act.ADD_VARIATIONS: lambda a, p, c: variations.add_variations(
        a, p, [variations.Variation("text-variation", c.deliverables()[0])]
    ),
    Act.ARRANGE_PEOPLE: lambda a, p, c: project_people.set_person(
        a, p, c.people["colleague"].user_id or 0, "reviewer"
    ),
    Act.AGREE: lambda a, p, c: amending.agree(a, c.change),
    Act.DECLINE: lambda a, p, c: amending.decline(a, c.change),
    Act.WITHDRAW_CHANGE: lambda a, p, c: amending.withdraw(a, c.change),
    Act.PROPOSE_CHANGE: lambda a, p, c: amending.propose(a, p, more(2), "It grew on us."),
    Act.CHANGE_DATES: lambda a, p, c: dating.change_dates(a, p, {"campaign": "Another"}),
    Act.COMMENT: lambda a, p, c: commenting.comment(a, p, commenting.Said("Well.")),
    Act.ACCEPT: lambda a, p, c: production.accept(a, p),
    Act.ASK_CUSTOMER: lambda a, p, c: production.request_clarification(a, p, "Which blue?"),
    Act.RETURN: lambda a, p, c: production.return_brief(a, p, "No sizes."),
    Act.ENTER_STAGE: lambda a, p, c: staging.enter_stage(
        a, p,
        Stage.QUALITY_CHECK if c.project.stage != Stage.QUALITY_CHECK else Stage.BOOKING, note="On",
    ),
    Act.ADD_FILE: lambda a, p, c: uploading.add_asset(
        a, (c.deliverables(*OPEN) or c.deliverables())[0], picture()
    ),
    Act.DELIVER: lambda a, p, c: production.deliver(a, p),
    Act.CHANGE_PROMISE: lambda a, p, c: promising.change_promise(
        a, p, clock.today(c.project.account.time_zone), "The stylist is ill."
    ),
    Act.GRANT_WISH: lambda a, p, c: stopping.grant(a, c.wish),
    Act.REFUSE_WISH: lambda a, p, c: stopping.refuse(a, c.wish, "It is nearly done."),
    Act.PARK: lambda a, p, c: parking.park(a, p, "The sample is lost."),
    Act.CANCEL: lambda a, p, c: production.cancel(a, p, note="The customer called."),
}  # fmt: skip

type Build = Callable[[Cast], None]
STATES: dict[str, Build] = {}


def state(build: Build) -> Build:
    """Make a state of a project that is in review at first known by name."""
    STATES[build.__name__] = build
    return build


@state
def pending_review(cast: Cast) -> None:
    """As it comes."""


@state
def pending_approval(cast: Cast) -> None:
    briefing.withdraw(CONSOLE, cast.project.pk)
    Account.objects.filter(pk=cast.project.account_id).update(needs_approval=True)
    internal_approval.ask_approval(cast.people["owner"], cast.project.pk)


@state
def queued(cast: Cast) -> None:
    briefing.withdraw(CONSOLE, cast.project.pk)
    submitted(cast.project.wallet, 100, "In the way")
    briefing.submit(CONSOLE, cast.project.pk)


@state
def clarification_requested(cast: Cast) -> None:
    production.request_clarification(CONSOLE, cast.project.pk, "Which blue?")


@state
def in_progress(cast: Cast) -> None:
    production.accept(CONSOLE, cast.project.pk)


@state
def initial_delivery(cast: Cast) -> None:
    in_progress(cast)
    amending_more(cast)
    production.deliver(CONSOLE, cast.project.pk, cast.deliverables()[:1])


def amending_more(cast: Cast) -> None:
    """A second deliverable."""
    change = proposed(cast.project, more(2), CONSOLE)
    amending.agree(cast.people["owner"], change.pk)


@state
def all_delivered(cast: Cast) -> None:
    delivered(cast.project)


@state
def delivered_and_put_off(cast: Cast) -> None:
    delivered(cast.project)
    extending.extend(CONSOLE, cast.project.pk)


@state
def delivered_with_an_approver(cast: Cast) -> None:
    with_approver(cast)
    delivered(cast.project)


@state
def delivered_and_approved_by_the_approver(cast: Cast) -> None:
    delivered_with_an_approver(cast)
    project_people.give_approval(cast.people["viewer"], cast.project.pk)


@state
def delivered_and_all_approved(cast: Cast) -> None:
    delivered(cast.project)
    reviewing.approve(CONSOLE, cast.project.pk)


def with_approver(cast: Cast) -> None:
    """The viewer is a required approver."""
    viewer = cast.people["viewer"].user_id or 0
    project_people.set_person(CONSOLE, cast.project.pk, viewer, "approver")


@state
def under_revision(cast: Cast) -> None:
    delivered(cast.project)
    reviewing.ask_for_changes(
        CONSOLE, cast.project.pk, dict.fromkeys(cast.deliverables(), "Warmer.")
    )


@state
def parked(cast: Cast) -> None:
    in_progress(cast)
    parking.park(CONSOLE, cast.project.pk, "Waits.")


@state
def parked_and_waiting_to_go_on(cast: Cast) -> None:
    parked(cast)
    submitted(cast.project.wallet, 100, "In the way")
    parking.resume(CONSOLE, cast.project.pk)


@state
def finalized_by_hand(cast: Cast) -> None:
    finalized(cast.project)


@state
def finalized_by_the_clock(cast: Cast) -> None:
    delivered(cast.project)
    finalize_by_clock(cast.project.pk, cast.project.wallet_id)


@state
def waiting_to_be_opened_again(cast: Cast) -> None:
    finalized_by_the_clock(cast)
    submitted(cast.project.wallet, 100, "In the way")
    reopening.reopen(CONSOLE, cast.project.pk)


@state
def canceled(cast: Cast) -> None:
    production.cancel(CONSOLE, cast.project.pk, note="Over.")


@state
def asked_to_park(cast: Cast) -> None:
    in_progress(cast)
    stopping.ask_to_stop(cast.people["colleague"], cast.project.pk, "park", "Launch moved.")


@state
def asked_to_cancel_what_is_parked(cast: Cast) -> None:
    parked(cast)
    stopping.ask_to_stop(cast.people["owner"], cast.project.pk, "cancel", "No launch.")


@state
def change_proposed_by_the_studio(cast: Cast) -> None:
    in_progress(cast)
    proposed(cast.project, more(2), cast.people["manager"])


@state
def change_proposed_by_the_customer(cast: Cast) -> None:
    in_progress(cast)
    proposed(cast.project, more(2), cast.people["colleague"])


@state
def change_waiting_for_credits(cast: Cast) -> None:
    in_progress(cast)
    submitted(cast.project.wallet, 90, "In the way")
    change = proposed(cast.project, more(2), cast.people["manager"])
    amending.agree(cast.people["owner"], change.pk)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def works(act: Act, actor: Actor, cast: Cast) -> bool:
    """Whether the service does it."""
    try:
        with undone():
            TRIES[act](actor, cast.project.pk, cast)
    except CallsheetError:
        return False
    return True


@pytest.fixture
def cast() -> Cast:
    """A brief of 10 credits that the studio reads, in a wallet of 100, with people around it."""
    wallet = wallet_with(100)
    people = {
        "owner": somebody(wallet.account),
        "colleague": somebody(wallet.account),
        "viewer": somebody(wallet.account, Role.VIEWER),
        "manager": somebody(staff=StaffRole.ACCOUNT_MANAGER),
        "producer": somebody(staff=StaffRole.PRODUCER),
    }
    project = submitted(wallet, 10, "Summer launch", actor=people["owner"])
    return Cast(project, people)


@pytest.mark.parametrize("name", STATES)
def test_everything_that_works_is_offered_and_nothing_else(cast: Cast, name: str) -> None:
    STATES[name](cast)
    cast.project.refresh_from_db()
    account = Account.objects.select_related("wallet", "organization").get(
        pk=cast.project.account_id
    )
    for who, actor in cast.people.items():
        rights = rights_in_account(actor, account)
        facts = read_facts_or_none(account, rights, cast)
        offered = set() if facts is None else set(facts_actions(facts, rights, actor))
        done = {act for act in Act if works(act, actor, cast)}
        if rights.is_staff:  # who may do it has no need to ask for it
            done -= {Act.ASK_PARK, Act.ASK_CANCEL}
        assert offered == done, (who, name)
        if facts is not None and who in ("owner", "manager"):
            check_forms(cast, actor, offered)
    kinds = set(
        Event.objects.filter(subject_type="project", subject_id=cast.project.pk).values_list(
            "kind", flat=True
        )
    )
    assert kinds <= set(WORDS), "the timeline has no words for these"


def check_forms(cast: Cast, actor: Actor, offered: set[Act]) -> None:
    """The form of everything that is offered opens, and the page itself does."""
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    page = reverse("project", args=[cast.project.account.key, cast.project.key])
    assert client.get(page).status_code == 200
    for act in offered:
        answer = client.get(f"{page}do/{act.value}/")
        assert answer.status_code == 200, act
        assert "None" not in answer.context["consequence"]


def read_facts_or_none(account, rights, cast):  # type: ignore[no-untyped-def]
    """The facts, or None for somebody who does not see the project."""
    try:
        return read_facts(account, rights, cast.project.key)
    except CallsheetError:
        return None


def facts_actions(facts, rights, actor):  # type: ignore[no-untyped-def]
    """What that person is offered."""
    return actions(facts, rights, actor.user_id or 0, clock.now())


def test_every_status_is_tried(cast: Cast) -> None:
    seen = {Status.DRAFT.value}
    for build in STATES.values():
        with undone():
            build(cast)
            seen.add(Project.objects.values_list("status", flat=True).get(pk=cast.project.pk))
    assert seen == set(Status)
    assert set(TRIES) == set(Act)


def test_what_would_start_is_what_starts(cast: Cast) -> None:
    delivered(cast.project)
    wallet = cast.project.wallet
    submitted(wallet, 85, "In the way")
    after = submitted(wallet, 15, "After it")
    submitted(wallet, 10, "Behind")
    assert starts_if_given_back(cast.project, 10, finalized=True) == ["After it"]
    production.finalize(CONSOLE, cast.project.pk)
    after.refresh_from_db()
    assert after.status == Status.PENDING_REVIEW
    assert [p.title for p in Project.objects.filter(status=Status.QUEUED)] == ["Behind"]


def test_nothing_is_said_of_what_starts_where_credits_are_used_up() -> None:
    wallet = paying_wallet((40, None))
    project = delivered(submitted(wallet, 30))
    submitted(wallet, 30, "Waits")
    assert starts_if_given_back(project, 30, finalized=True) is None
