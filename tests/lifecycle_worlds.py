"""Projects in every status, reached the way people reach them, in every kind of account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product

from callsheet.catalogue import defaults
from callsheet.credits.models import Billing, Hold, Wallet
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, Actor
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Deliverable, Project
from callsheet.services import (
    accounts,
    briefing,
    parking,
    production,
    reviewing,
    subscribing,
)
from callsheet.services import (
    internal_approval as approval,
)
from callsheet.tenants.models import ReleasePolicy, Role, StaffRole
from tests.builders import brief_of, fill, finalize_by_clock, paying_wallet, somebody, wallet_with

CREDITS = 30
"""What the project costs: two concepts of 10 and 20."""

CAPACITY = 60


@dataclass(frozen=True)
class Surroundings:
    """The kind of account: how it is billed, when credits come back, whether it is paused."""

    billing: str = Billing.SUBSCRIPTION
    policy: str = ReleasePolicy.PER_PROJECT
    paused: bool = False

    def __str__(self) -> str:
        return f"{self.billing}, {self.policy}{', paused' if self.paused else ''}"


ALL = [
    Surroundings(billing, policy, paused)
    for billing, policy, paused in product(Billing.values, ReleasePolicy.values, (False, True))
    # Who buys credits has no subscription that could pause.
    if not (paused and billing == Billing.PAY_AS_YOU_GO)
]
SOME = [
    Surroundings(),
    Surroundings(Billing.PAY_AS_YOU_GO, ReleasePolicy.PER_CONCEPT),
    Surroundings(policy=ReleasePolicy.PER_CONCEPT, paused=True),
]
"""Each value and most pairs of them: enough for every day."""


@dataclass
class World:
    """An account of that kind with one project in that status, and the people who try things."""

    around: Surroundings
    wallet: Wallet
    project: Project
    people: dict[str, Actor] = field(default_factory=dict)

    @property
    def held(self) -> int:
        """Credits that the project holds now."""
        hold = Project.objects.get(pk=self.project.pk).hold_id
        return 0 if hold is None else Hold.objects.get(pk=hold).credits


def world(around: Surroundings, status: str) -> World:
    """An account of that kind with a project in that status."""
    defaults.install()
    if around.billing == Billing.PAY_AS_YOU_GO:
        wallet = paying_wallet((CAPACITY, date(2199, 1, 1)))
    else:
        wallet = wallet_with(0)
        subscribing.subscribe(CONSOLE, wallet.pk, "growth")  # 60 credits
    account = wallet.account
    accounts.change_account(CONSOLE, account.pk, release_policy=around.policy)
    people = {
        "stranger": somebody(),
        "other": somebody(wallet_with(10).account, Role.ADMIN),
        "viewer": somebody(account, Role.VIEWER),
        "member": somebody(account, Role.MEMBER),
        "admin": somebody(account, Role.ADMIN),
        "producer": somebody(staff=StaffRole.PRODUCER),
        "manager": somebody(staff=StaffRole.ACCOUNT_MANAGER),
        "studio_admin": somebody(staff=StaffRole.STUDIO_ADMIN),
    }
    project = _reach(wallet, Status(status), people)
    if around.paused:
        subscribing.pause(CONSOLE, wallet.pk, clock.today("UTC") + timedelta(days=30))
    fill(wallet, 0)
    return World(around, wallet, project, people)


def _reach(wallet: Wallet, status: Status, people: dict[str, Actor]) -> Project:
    brief = brief_of(("static", 2), ("static", 4), title="Spring drop")
    pk = briefing.write(people["member"], wallet.account_id, brief)["project"]
    Project.objects.filter(pk=pk).update(shared_with_studio=True)
    if status is Status.PENDING_APPROVAL:
        accounts.change_account(CONSOLE, wallet.account_id, needs_approval=True)
        approval.ask_approval(people["member"], pk)
    elif status is not Status.DRAFT:
        _submitted(wallet, pk, status, people)
    return Project.objects.get(pk=pk)


def _submitted(wallet: Wallet, pk: int, status: Status, people: dict[str, Actor]) -> None:
    producer = people["producer"]
    if status is Status.QUEUED:
        for credits in (30, 30):
            filler = brief_of(("static", credits // 5), title="Before it")
            briefing.submit(CONSOLE, briefing.write(CONSOLE, wallet.account_id, filler)["project"])
    briefing.submit(people["member"], pk)
    if status in (Status.QUEUED, Status.PENDING_REVIEW):
        return
    if status is Status.CLARIFICATION_REQUESTED:
        production.request_clarification(producer, pk, "Which?")
        return
    production.accept(producer, pk)
    if status is Status.IN_PROGRESS:
        return
    if status is Status.PARKED:
        parking.park(producer, pk, "As asked.")
        return
    if status is Status.CANCELED:
        production.cancel(producer, pk, note="Called off.")
        return
    lines = list(Deliverable.objects.filter(concept__project_id=pk).values_list("pk", flat=True))
    if status is Status.INITIAL_DELIVERY:
        production.deliver(producer, pk, lines[:1])
        return
    production.deliver(producer, pk)
    if status is Status.UNDER_REVISION:
        reviewing.ask_for_changes(people["member"], pk, {lines[0]: "Warmer light, please."})
    elif status is Status.FINALIZED:
        finalize_by_clock(pk, wallet.pk)
