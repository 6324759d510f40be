"""What one side has asked the other, and what travels: amendments, wishes to stop, samples."""

from __future__ import annotations

from datetime import timedelta

from callsheet.demo.customers import came_home
from callsheet.demo.moments import Kind, Theme
from callsheet.demo.setting import Setting
from callsheet.insight.wording import say_credits
from callsheet.kit import clock
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
from callsheet.services import amending, sampling, stopping

PATIENCE = timedelta(hours=20)
"""Nobody answers in the hour in which they are asked."""


class OpenMatters:
    """The steps by which open matters are closed, and some are opened."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._cast = setting.cast
        self._rng = setting.rng

    # --- scope -----------------------------------------------------------------------------------

    def propose(self, project: Project) -> None:
        """Somebody wants more of a project that runs, or less."""
        waiting = list(
            Deliverable.objects.filter(
                concept__project=project, state=DeliverableState.WAITING, master__isnull=True,
                concept__approved_at__isnull=True, variations__isnull=True,
            ).order_by("pk")
        )  # fmt: skip
        shrink = len(waiting) > 1 and self._rng.random() < 0.4
        if shrink:
            changes, reason = ScopeChanges(drop=(waiting[-1].pk,)), "We do without it after all."
        elif waiting:
            more = Addition("static", concept=waiting[0].concept_id)
            changes, reason = ScopeChanges(add=(more,)), "One more picture for the shop."
        else:
            return
        by_studio = not shrink and self._rng.random() < 0.3
        actor = (
            self._cast.manager(project.account_id) if by_studio
            else self._cast.owner(project, self._rng)
        )  # fmt: skip
        amending.propose(actor, project.pk, changes, reason)

    def answer_amendment(self, amendment: Amendment) -> None:
        """The other side agrees to a change of scope, or declines it."""
        project = amendment.project
        customer_proposed = amendment.proposed_by == Amendment.Side.CUSTOMER
        actor = (
            self._cast.manager(project.account_id) if customer_proposed
            else self._cast.owner(project, self._rng)
        )  # fmt: skip
        if self._rng.random() < 0.15:
            amending.decline(actor, amendment.pk, note="Not in this round.")
            return
        answer = amending.agree(actor, amendment.pk)
        change = amendment.credits_change
        if change > 0:
            waits = answer["amendment_status"] == Amendment.Status.WAITING
            effect = f"grows by {say_credits(change)}" + (
                ", which wait ahead of the queue while production goes on" if waits else ""
            )
        elif change < 0:
            effect = f"shrinks, and {say_credits(-change)} come home"
        else:
            effect = "changes at the same price"
        self._setting.tell(
            project, Kind.SCOPE,
            f"{actor.name} agrees to the change that {_other_side(customer_proposed)} proposed:"
            f" “{project.title}” {effect}.",
            theme=Theme.SCOPE,
        )  # fmt: skip
        self._setting.watch.look(f"“{project.title}” taking less")

    # --- wishes to stop --------------------------------------------------------------------------

    def decide_stop(self, request: StopRequest) -> None:
        """The studio does what the customer asked for, or says why not."""
        project = request.project
        actor = self._cast.manager(project.account_id)
        if self._rng.random() < 0.2:
            stopping.refuse(actor, request.pk, "It is all but finished: wait two days.")
            return
        answer = stopping.grant(actor, request.pk)
        kind = Kind.PARKED if request.wish == StopRequest.Wish.PARK else Kind.CANCELED
        done = "puts" if kind == Kind.PARKED else "cancels"
        ice = " on ice" if kind == Kind.PARKED else ""
        back = came_home({"released": answer["released"], "consumed": answer.get("consumed", 0)})
        self._setting.tell(
            project, kind,
            f"{actor.name} {done} “{project.title}”{ice}, as the customer asked: {back}.",
        )  # fmt: skip
        self._setting.watch.look(f"“{project.title}” being stopped")

    def wish_to_stop(self, project: Project) -> None:
        """A customer wants to stop what runs."""
        wish = "cancel" if self._rng.random() < 0.3 else "park"
        stopping.ask_to_stop(
            self._cast.owner(project, self._rng), project.pk, wish, "The product is delayed."
        )

    # --- samples ---------------------------------------------------------------------------------

    def move_sample(self, sample: Sample) -> None:
        """A sample is sent, and comes: mostly in time, sometimes later than expected."""
        today = clock.today(sample.account.time_zone)
        if sample.shipped_on is None:
            sampling.ship_sample(
                self._cast.writer(sample.account_id, self._rng), sample.pk, today,
                tracking=f"PX{self._rng.randrange(10**8):08d}",
            )  # fmt: skip
            return
        expected = sample.expected_on or today
        if expected > today:
            return
        producer = self._cast.producer(self._rng)
        sampling.receive_sample(producer, sample.pk, today)
        late = (today - expected).days
        if late < 3:
            return
        first = sample.projects.filter(status=Status.IN_PROGRESS).order_by("pk").first()
        if first is not None:
            first.account = sample.account
            self._setting.tell(
                first, Kind.SAMPLE,
                f"{producer.name} takes in “{sample.name}” {late} days late.",
                theme=Theme.LATE_SAMPLE,
            )  # fmt: skip

    def send_back(self, sample: Sample) -> None:
        """A sample goes home."""
        today = clock.today(sample.account.time_zone)
        sampling.return_sample(self._cast.producer(self._rng), sample.pk, today)


def _other_side(customer_proposed: bool) -> str:
    return "the customer" if customer_proposed else "the studio"
