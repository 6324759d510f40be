"""A studio at random: customers, staff, clocks and standstills, for thousands of steps.

Whatever people try, in whatever order, with whatever pauses: the books balance, statuses follow
from deliverables, holds are what projects ask for, nobody who could start is left waiting, what has
ended holds nothing, and no project is without a next event or somebody who is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from callsheet.admission.decide import decide
from callsheet.catalogue import defaults
from callsheet.catalogue.models import BriefType, Stage
from callsheet.credits.audit import verify
from callsheet.credits.models import Billing, Hold, Wallet
from callsheet.insight.asked import asked_of
from callsheet.insight.snapshots import read_queue
from callsheet.journal.commands import new_key
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, Actor
from callsheet.kit.errors import CallsheetError
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.clocks import RUNS_IN
from callsheet.projects.delivery import status_after
from callsheet.projects.lifecycle import ENDED, HOLDING, PRODUCTION, Status
from callsheet.projects.models import (
    Amendment,
    Clock,
    Comment,
    Deliverable,
    Occupancy,
    Party,
    Project,
    StageSpell,
    StopRequest,
)
from callsheet.projects.scope_changes import ScopeChanges
from callsheet.services import (
    accounts,
    amending,
    briefing,
    clockwork,
    crediting,
    extending,
    parking,
    production,
    queueing,
    reopening,
    reviewing,
    staging,
    stopping,
    transferring,
)
from callsheet.services import (
    internal_approval as approval,
)
from callsheet.tenants.models import ReleasePolicy, Role, StaffRole
from tests.builders import READY_FIELDS, organization_with, paying_wallet, somebody, wallet_with
from tests.soak import scaled

STATICS = st.integers(2, 8)
PICK = st.integers(0, 10**6)


class LifeMachine(RuleBasedStateMachine):
    """Two teams that lend to each other, a standalone account, and one that buys credits."""

    def __init__(self) -> None:
        super().__init__()
        self.scope = transaction.atomic()
        self.scope.__enter__()
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.went: dict[str, int] = {}
        self.refused: dict[str, int] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.scope.__exit__(None, None, None)

    @initialize(concepts=st.booleans(), approval_needed=st.booleans())
    def found(self, concepts: bool, approval_needed: bool) -> None:
        with clock.at(self.now):
            defaults.install()
            pool, teams = organization_with(10, north=40, south=30)
            transferring.set_borrowing(CONSOLE, pool.organization_id, True)
            for wallet in teams.values():
                transferring.set_lending_limits(CONSOLE, wallet.pk, may_borrow=20, may_lend=20)
            self.wallets = [
                *teams.values(), wallet_with(60), paying_wallet((120, date(2026, 9, 1)))
            ]  # fmt: skip
            policy = ReleasePolicy.PER_CONCEPT if concepts else ReleasePolicy.PER_PROJECT
            self.people: dict[int, list[Actor]] = {}
            for wallet in self.wallets:
                accounts.change_account(
                    CONSOLE, wallet.account_id, release_policy=policy,
                    needs_approval=approval_needed,
                )  # fmt: skip
                self.people[wallet.pk] = [
                    somebody(wallet.account, Role.ADMIN), somebody(wallet.account, Role.MEMBER)
                ]  # fmt: skip
            self.studio = [somebody(staff=StaffRole.PRODUCER),
                           somebody(staff=StaffRole.ACCOUNT_MANAGER)]  # fmt: skip

    # -- how something is tried -------------------------------------------------------------------

    def attempt(self, name: str, act: Callable[[], Any]) -> None:
        """Somebody tries something at this moment: it works, or is refused with a reason."""
        self.now += timedelta(minutes=7)
        try:
            with transaction.atomic(), clock.at(self.now):
                act()
        except CallsheetError:
            self.refused[name] = self.refused.get(name, 0) + 1
        else:
            self.went[name] = self.went.get(name, 0) + 1

    def some(self, pick: int, *statuses: Status) -> Project | None:
        """One of the projects, of these statuses if there is one."""
        wallets = [wallet.pk for wallet in self.wallets]
        rows = Project.objects.filter(wallet_id__in=wallets).select_related("account")
        found = list(rows.filter(status__in=statuses).order_by("pk")) if statuses else []
        found = found or (list(rows.order_by("pk")) if pick % 5 == 0 else [])
        return found[pick % len(found)] if found else None

    def customer(self, project: Project, pick: int) -> Actor:
        people = self.people[project.wallet_id]
        return people[pick % len(people)]

    def staff(self, pick: int) -> Actor:
        return self.studio[pick % len(self.studio)]

    # -- customers --------------------------------------------------------------------------------

    @rule(pick=PICK, sizes=st.lists(STATICS, min_size=1, max_size=2), video=st.booleans())
    def brief(self, pick: int, sizes: list[int], video: bool) -> None:
        wallet = self.wallets[pick % len(self.wallets)]
        actor = self.people[wallet.pk][pick % 2]
        concepts = tuple(
            ConceptInput(
                f"Concept {n}",
                (DeliverableInput("static", size),
                 *((DeliverableInput("video", 1), DeliverableInput("format-variation", 1, master=1))
                   if video else ())),
            )
            for n, size in enumerate(sizes)
        )  # fmt: skip
        kind = BriefType.CONTENT_CREATION
        brief = BriefInput(f"Brief at {self.now}", kind, concepts, fields=READY_FIELDS[kind])

        def act() -> None:
            pk = briefing.write(actor, wallet.account_id, brief)["project"]
            if wallet.account.needs_approval or pick % 7 == 0:
                approval.ask_approval(actor, pk)
            else:
                briefing.submit(actor, pk)

        wallet.account.refresh_from_db()
        self.attempt("brief", act)

    @rule(pick=PICK, yes=st.booleans())
    def decide_approval(self, pick: int, yes: bool) -> None:
        if project := self.some(pick, Status.PENDING_APPROVAL, Status.DRAFT):
            who = self.customer(project, pick)
            if yes:
                self.attempt("submit", lambda: briefing.submit(who, project.pk))
            else:
                self.attempt("refuse", lambda: approval.refuse_approval(who, project.pk, "No."))

    @rule(pick=PICK)
    def withdraw(self, pick: int) -> None:
        if project := self.some(pick, Status.QUEUED, Status.PENDING_REVIEW):
            who = self.customer(project, pick)
            self.attempt("withdraw", lambda: briefing.withdraw(who, project.pk))

    @rule(pick=PICK)
    def clarify(self, pick: int) -> None:
        if project := self.some(pick, Status.CLARIFICATION_REQUESTED):
            who = self.customer(project, pick)
            self.attempt("clarify", lambda: production.clarify(who, project.pk, "The blue one."))

    @rule(pick=PICK, whole=st.booleans())
    def approve(self, pick: int, whole: bool) -> None:
        if project := self.some(pick, Status.INITIAL_DELIVERY, Status.DELIVERED):
            who, lines = self.customer(project, pick), self.lines(project, "delivered")
            chosen = None if whole else [lines[pick % len(lines)]] if lines else [1]
            self.attempt("approve", lambda: reviewing.approve(who, project.pk, chosen))

    @rule(pick=PICK)
    def ask_for_changes(self, pick: int) -> None:
        if project := self.some(pick, Status.DELIVERED, Status.INITIAL_DELIVERY):
            who, lines = self.customer(project, pick), self.lines(project, "delivered")
            if lines:
                wish = {lines[pick % len(lines)]: "Warmer, please."}
                self.attempt("changes", lambda: reviewing.ask_for_changes(who, project.pk, wish))

    @rule(pick=PICK)
    def finalize(self, pick: int) -> None:
        if project := self.some(pick, Status.DELIVERED):
            who = self.customer(project, pick)
            self.attempt("finalize", lambda: production.finalize(who, project.pk))

    @rule(pick=PICK)
    def reopen(self, pick: int) -> None:
        if project := self.some(pick, Status.FINALIZED):
            who = self.customer(project, pick)
            self.attempt("reopen", lambda: reopening.reopen(who, project.pk))

    @rule(pick=PICK)
    def resume(self, pick: int) -> None:
        if project := self.some(pick, Status.PARKED):
            who = self.customer(project, pick)
            act = parking.rest if project.resuming_since and pick % 3 == 0 else parking.resume
            self.attempt("resume", lambda: act(who, project.pk))

    @rule(pick=PICK)
    def more_time(self, pick: int) -> None:
        if project := self.some(pick, Status.DELIVERED):
            who = self.customer(project, pick)
            self.attempt("extend", lambda: extending.extend(who, project.pk))

    @rule(pick=PICK)
    def reorder(self, pick: int) -> None:
        wallet = self.wallets[pick % len(self.wallets)]
        from callsheet.projects.waiting import IN_QUEUE

        queue = list(
            Project.objects.filter(IN_QUEUE, wallet=wallet)
            .order_by("rank", "pk")
            .values_list("pk", flat=True)
        )
        Random(pick).shuffle(queue)
        who = self.people[wallet.pk][0]
        self.attempt("reorder", lambda: queueing.reorder(who, wallet.account_id, queue))

    @rule(pick=PICK, grow=st.booleans(), by_studio=st.booleans())
    def amend(self, pick: int, grow: bool, by_studio: bool) -> None:
        if project := self.some(pick, *HOLDING, Status.PARKED):
            who = self.staff(1) if by_studio else self.customer(project, pick)
            lines = self.lines(project, "waiting", "delivered", "changes_requested")
            if not lines:
                return
            if grow:
                changes = ScopeChanges(quantity={lines[pick % len(lines)]: 9})
            else:
                changes = ScopeChanges(quantity={lines[pick % len(lines)]: 1})
            self.attempt("propose", lambda: amending.propose(who, project.pk, changes, "It grew."))

    @rule(pick=PICK, yes=st.booleans())
    def decide_amendment(self, pick: int, yes: bool) -> None:
        opened = list(Amendment.objects.filter(status="proposed").order_by("pk"))
        if opened:
            one = opened[pick % len(opened)]
            project = Project.objects.get(pk=one.project_id)
            who = self.customer(project, pick) if one.proposed_by == "studio" else self.staff(1)
            act = amending.agree if yes else amending.decline
            self.attempt("decide amendment", lambda: act(who, one.pk))

    @rule(pick=PICK, cancel=st.booleans())
    def ask_to_stop(self, pick: int, cancel: bool) -> None:
        if project := self.some(pick, *PRODUCTION):
            who, wish = self.customer(project, pick), "cancel" if cancel else "park"
            self.attempt(
                "ask to stop", lambda: stopping.ask_to_stop(who, project.pk, wish, "Holiday.")
            )

    @rule(pick=PICK, yes=st.booleans())
    def decide_stop(self, pick: int, yes: bool) -> None:
        opened = list(StopRequest.objects.filter(decided_at__isnull=True).order_by("pk"))
        if opened:
            one, who = opened[pick % len(opened)], self.staff(1)
            if yes:
                self.attempt("grant", lambda: stopping.grant(who, one.pk))
            else:
                self.attempt("refuse", lambda: stopping.refuse(who, one.pk, "Nearly done."))

    @rule(pick=PICK, resolve=st.booleans())
    def comment(self, pick: int, resolve: bool) -> None:
        if resolve:
            Comment.objects.filter(resolved_at__isnull=True).update(resolved_at=self.now)
        elif project := self.some(pick, Status.DELIVERED, Status.INITIAL_DELIVERY):
            Comment.objects.create(
                account=project.account, project=project, author_name="Mia", text="Hm?",
                at=self.now,
            )  # fmt: skip

    # -- studio -----------------------------------------------------------------------------------

    @rule(pick=PICK, answer=st.sampled_from(["accept", "accept", "accept", "ask", "return"]))
    def review(self, pick: int, answer: str) -> None:
        if project := self.some(pick, Status.PENDING_REVIEW):
            who = self.staff(pick)
            act = {
                "accept": lambda: production.accept(who, project.pk),
                "ask": lambda: production.request_clarification(who, project.pk, "Which?"),
                "return": lambda: production.return_brief(who, project.pk, "No product."),
            }[answer]
            self.attempt(answer, act)

    @rule(pick=PICK, stage=st.sampled_from([Stage.CREATION, Stage.POST_PRODUCTION]))
    def enter_stage(self, pick: int, stage: Stage) -> None:
        if project := self.some(pick, Status.IN_PROGRESS):
            who = self.staff(pick)
            self.attempt(
                "stage",
                lambda: staging.enter_stage(
                    who, project.pk, stage, waiting_for=Party.STUDIO, note="On we go."
                ),
            )

    @rule(pick=PICK, whole=st.booleans())
    def deliver(self, pick: int, whole: bool) -> None:
        if project := self.some(
            pick, Status.IN_PROGRESS, Status.UNDER_REVISION, Status.INITIAL_DELIVERY
        ):
            lines = self.lines(project, "waiting", "changes_requested")
            chosen = None if whole else lines[:1]
            who = self.staff(pick)
            self.attempt("deliver", lambda: production.deliver(who, project.pk, chosen))

    @rule(pick=PICK, cancel=st.integers(0, 4))
    def stop(self, pick: int, cancel: int) -> None:
        if project := self.some(pick, *HOLDING, Status.QUEUED):
            who = self.staff(pick)
            if cancel == 0:
                self.attempt("cancel", lambda: production.cancel(who, project.pk, note="Off."))
            else:
                self.attempt("park", lambda: parking.park(who, project.pk, "Holiday."))

    @rule(pick=PICK, credits=st.integers(-20, 20))
    def adjust(self, pick: int, credits: int) -> None:
        wallet = self.wallets[pick % 3]
        self.attempt(
            "adjust",
            lambda: crediting.adjust(
                self.staff(1), wallet.pk, credits, permanent=True, note="As agreed."
            ),
        )

    @rule(credits=st.integers(10, 60))
    def buy(self, credits: int) -> None:
        day = self.now.date() + timedelta(days=40)
        self.attempt(
            "buy",
            lambda: crediting.buy_lot(
                self.staff(1), self.wallets[3].pk, credits, expires_on=day, key=new_key()
            ),
        )

    # -- what usually happens next, so that lives get on -------------------------------------------

    def get_on(self, pick: int) -> None:
        """One of the projects takes its usual next step."""
        usual = [
            Status.PENDING_REVIEW, Status.CLARIFICATION_REQUESTED, *PRODUCTION,
            Status.PENDING_APPROVAL,
        ]  # fmt: skip
        project = self.some(pick, *usual)
        if project is None or project.status not in usual:
            return
        who, studio, pk = self.customer(project, pick), self.staff(pick), project.pk
        match Status(project.status):
            case Status.PENDING_APPROVAL:
                self.attempt("submit", lambda: briefing.submit(self.customer(project, 0), pk))
            case Status.PENDING_REVIEW:
                self.attempt("accept", lambda: production.accept(studio, pk))
            case Status.CLARIFICATION_REQUESTED:
                self.attempt("clarify", lambda: production.clarify(who, pk, "The blue one."))
            case Status.DELIVERED:
                self.attempt("finalize", lambda: production.finalize(who, pk))
            case _ if self.lines(project, "delivered") and pick % 2:
                self.attempt("approve", lambda: reviewing.approve(who, pk))
            case _:
                self.attempt("deliver", lambda: production.deliver(studio, pk))

    @rule(pick=PICK)
    def get_one_on(self, pick: int) -> None:
        self.get_on(pick)

    @rule(picks=st.lists(PICK, min_size=2, max_size=4))
    def get_some_on(self, picks: list[int]) -> None:
        for pick in picks:
            self.get_on(pick)

    @rule(picks=st.lists(PICK, min_size=2, max_size=4), hours=st.integers(1, 60))
    def get_some_on_in_some_hours(self, picks: list[int], hours: int) -> None:
        for pick in picks:
            self.now += timedelta(hours=hours)
            self.tick()
            self.get_on(pick)

    # -- time -------------------------------------------------------------------------------------

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.tick()

    @rule(days=st.integers(2, 20))
    def standstill(self, days: int) -> None:
        """The worker is away for days, and comes back."""
        self.now += timedelta(days=days)
        self.tick()

    def tick(self) -> None:
        with transaction.atomic(), clock.at(self.now):
            outcome = clockwork.tick()
        assert outcome["failed"] == 0
        self.went["clock"] = self.went.get("clock", 0) + outcome["clocks"]
        late = Clock.objects.filter(due_at__lte=self.now)
        assert not late.exists(), f"left behind: {list(late)}"

    # -- what always holds ------------------------------------------------------------------------

    def lines(self, project: Project, *states: str) -> list[int]:
        rows = Deliverable.objects.filter(concept__project=project, state__in=states)
        return list(rows.order_by("pk").values_list("pk", flat=True))

    @invariant()
    def the_books_balance(self) -> None:
        differences = verify().differences
        assert not differences, differences

    @invariant()
    def every_project_is_as_it_should_be(self) -> None:
        if not hasattr(self, "wallets"):
            return
        with clock.at(self.now):
            projects = list(Project.objects.select_related("hold", "wallet", "account"))
            asked = asked_of([p.pk for p in projects if p.status not in ENDED])
            kinds = _by_project(Clock.objects.values_list("project_id", "kind"))
            states = _by_project(Deliverable.objects.values_list("concept__project_id", "state"))
            spells = _by_project(
                StageSpell.objects.filter(until__isnull=True).values_list("project_id", "stage")
            )
            for project in projects:
                check_project(
                    project, kinds.get(project.pk, []), states.get(project.pk, []),
                    spells.get(project.pk, []), bool(asked.get(project.pk)),
                )  # fmt: skip

    @invariant()
    def nobody_waits_who_could_start(self) -> None:
        if not hasattr(self, "wallets"):
            return
        with clock.at(self.now):
            wallets = Wallet.objects.select_related("account", "organization", "subscription")
            by_domain: dict[int, list[Wallet]] = {}
            for wallet in wallets.select_related("domain").order_by("pk"):
                by_domain.setdefault(wallet.domain_id, []).append(wallet)
            for group in by_domain.values():
                reading = read_queue(group, borrowing=group[0].domain.borrowing)
                if reading is not None and not _new_day(group, self.now):
                    starts = decide(reading.snapshot).starts
                    assert not starts, f"{starts} wait for nothing"


def _new_day(group: list[Wallet], now: datetime) -> bool:
    """A day that has begun without a tick: what it lets start, the next tick starts."""
    from callsheet.journal.models import Command

    last = Command.objects.filter(name="begin_day").order_by("-pk").values_list("at").first()
    changed = Command.objects.order_by("-pk").values_list("at").first()
    return changed is None or changed[0].date() != now.date() or last is None


def _by_project(rows: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for project_id, value in rows:
        found.setdefault(project_id, []).append(value)
    return found


def check_project(
    project: Project, kinds: list[str], states: list[str], spells: list[str], asked: bool
) -> None:
    """One project: credits, deliverables, stage, clocks, and somebody who is asked."""
    status = Status(project.status)
    held = project.hold.credits if project.hold else 0
    keeps = project.wallet.billing == Billing.PAY_AS_YOU_GO
    said = f"{project.pk} {status} {project.title}"
    if status in HOLDING or (status is Status.PARKED and keeps):
        assert held == project.asks, f"{said} holds {held}, not {project.asks}"
    else:
        assert held == 0, f"{said} holds {held}"
    occupied = Occupancy.objects.filter(project=project, until__isnull=True)
    assert (occupied.aggregate(credits=Sum("credits"))["credits"] or 0) == held, said
    if status in PRODUCTION:
        complete = project.delivered_at is not None
        assert status_after(states, was_complete=complete) is status, f"{said}: {states}"
    if status is Status.FINALIZED:
        assert set(states) <= {"approved", "dropped"}, f"{said}: {states}"
    assert (len(spells) == 1) is (status in HOLDING), f"{said} is in {spells}"
    if status in ENDED:
        assert not kinds, f"{said} has clocks {kinds}"
    elif status not in (Status.DRAFT, Status.QUEUED):
        wanted = {kind.value for kind in RUNS_IN[status]}
        answered = {"first_delivery"} if status is Status.INITIAL_DELIVERY else set()
        assert wanted - answered <= set(kinds), f"{said} has only {kinds}"
    if status not in ENDED:
        assert asked, f"{said}: nobody is asked"
    closed = Amendment.objects.filter(project=project, status__in=["proposed", "waiting"])
    if status in (*ENDED, Status.DRAFT):
        assert not closed.exists(), f"{said} has an open amendment"


def play(lives: int, steps: int) -> None:
    run_state_machine_as_test(
        LifeMachine, settings=settings(max_examples=lives, stateful_step_count=steps)
    )


@pytest.mark.django_db
def test_a_studio_at_random() -> None:
    play(lives=10, steps=30)


@pytest.mark.soak
@pytest.mark.django_db
def test_a_studio_at_random_for_long() -> None:
    """Tens of thousands of steps; fewer where a soak is bounded."""
    play(lives=scaled(300), steps=80)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoil",
    ["status", "hold", "clock", "state"],
)
def test_the_machine_sees_what_is_wrong(spoil: str) -> None:
    """Negative controls: a project that somebody put wrong by hand is found."""
    machine = LifeMachine()
    try:
        machine.found(concepts=False, approval_needed=False)
        machine.brief(2, [2], False)
        machine.review(0, "accept")
        machine.every_project_is_as_it_should_be()
        project = Project.objects.get(status=Status.IN_PROGRESS)
        if spoil == "status":
            Project.objects.filter(pk=project.pk).update(status=Status.INITIAL_DELIVERY)
        elif spoil == "hold":
            Project.objects.filter(pk=project.pk).update(credits=project.credits + 5)
        elif spoil == "clock":
            Clock.objects.filter(project=project).delete()
        else:
            Deliverable.objects.filter(concept__project=project).update(state="delivered")
        with pytest.raises(AssertionError):
            machine.every_project_is_as_it_should_be()
        assert Hold.objects.filter(pk=project.hold_id).exists()
    finally:
        machine.teardown()
