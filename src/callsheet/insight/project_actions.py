"""Exactly what one person may do now in a project. Pure: facts and rights in, actions out.

What the status allows comes from the one transition table; who may is said as the guards of the
services say it. The services check both again under their locks: this only keeps pages from
offering what would be refused, and from leaving out what would not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from callsheet.insight.project_facts import InProject, ProjectFacts
from callsheet.projects.lifecycle import ENDED, PRODUCTION, RUNNING, Status, actions_from
from callsheet.projects.models import Amendment, DeliverableState, Part, StopRequest
from callsheet.tenants.access import WRITERS, Rights
from callsheet.tenants.models import AccountStatus


class Act(StrEnum):
    """Something that a person does in a project; its value stands in addresses."""

    # a colleague's approval of a brief
    APPROVE_BRIEF = "approve-brief"
    REFUSE_BRIEF = "refuse-brief"
    TAKE_BACK = "take-back"
    # the customer
    CLARIFY = "clarify"
    APPROVE = "approve"
    REVISE = "revise"
    GIVE_APPROVAL = "give-approval"
    TAKE_APPROVAL_BACK = "take-approval-back"
    FINALIZE = "finalize"
    EXTEND = "extend"
    REOPEN = "reopen"
    RESUME = "resume"
    REST = "rest"
    WITHDRAW = "withdraw"
    ASK_PARK = "ask-park"
    ASK_CANCEL = "ask-cancel"
    TAKE_BACK_WISH = "take-back-wish"
    ADD_VARIATIONS = "add-variations"
    ARRANGE_PEOPLE = "people"
    # both sides
    AGREE = "agree"
    DECLINE = "decline"
    WITHDRAW_CHANGE = "withdraw-change"
    PROPOSE_CHANGE = "propose-change"
    CHANGE_DATES = "dates"
    COMMENT = "comment"
    # the studio
    ACCEPT = "accept"
    ASK_CUSTOMER = "ask"
    RETURN = "return"
    ENTER_STAGE = "stage"
    ADD_FILE = "add-file"
    DELIVER = "deliver"
    CHANGE_PROMISE = "promise"
    GRANT_WISH = "grant-wish"
    REFUSE_WISH = "refuse-wish"
    PARK = "park"
    CANCEL = "cancel"


_IN_REVIEW = (Status.INITIAL_DELIVERY, Status.DELIVERED, Status.UNDER_REVISION)
_UNSUBMITTED = (Status.DRAFT, Status.PENDING_APPROVAL)
_NOT_ACCEPTED = (
    *_UNSUBMITTED, Status.QUEUED, Status.PENDING_REVIEW, Status.CLARIFICATION_REQUESTED,
)  # fmt: skip
_PROMISABLE = (
    Status.IN_PROGRESS, Status.INITIAL_DELIVERY, Status.UNDER_REVISION, Status.PARKED,
)  # fmt: skip


def actions(facts: ProjectFacts, rights: Rights, user_id: int, now: datetime) -> tuple[Act, ...]:
    """What somebody with these rights may do now, the most likely first.

    Drafts are left to the brief's editor. Staff who may park and cancel by themselves are not
    offered to ask for it.
    """
    if facts.status is Status.DRAFT:
        return ()
    asks = _Asks(facts, rights, user_id, now)
    return tuple(act for act in Act if act in set(asks.allowed()))


class _Asks:
    """The questions whose answers decide what is offered."""

    def __init__(self, facts: ProjectFacts, rights: Rights, user_id: int, now: datetime) -> None:
        self.facts, self.rights, self.user_id, self.now = facts, rights, user_id, now
        self.status = facts.status
        self.table = actions_from(facts.status)
        # Deputies answer for those for whom they stand in.
        self.stands_for = {held.stands_in_for or user_id for held in rights.held}

    def allowed(self) -> Iterator[Act]:
        """All that is allowed, in no order."""
        if self.rights.may_write:
            yield from self._writing()
        if self.may_review:
            yield from self._reviewing()
        if self.rights.may_write or self.rights.is_staff:
            yield from self._taking_part()
        if self.rights.is_staff:
            yield from self._producing()
        yield from self._approving()
        if self.may_review or self.rights.is_staff:
            yield Act.COMMENT

    @property
    def mine(self) -> list[InProject]:
        """The parts that the person has in the project, their own or as a deputy."""
        return [one for one in self.facts.people if one.user in self.stands_for]

    @property
    def may_review(self) -> bool:
        """Whether they answer for the customer."""
        return self.rights.may_write or bool(self.mine)

    def _writing(self) -> Iterator[Act]:
        project, facts = self.facts.project, self.facts
        for action, act in (("withdraw", Act.WITHDRAW), ("clarify", Act.CLARIFY)):
            if action in self.table:
                yield act
        if self.status is Status.PENDING_APPROVAL:
            yield from self._colleagues()
        if "finalize" in self.table and not facts.missing:
            yield Act.FINALIZE
        if self.status is Status.DELIVERED and not project.finalize_extended:
            yield Act.EXTEND
        if self.status in RUNNING and facts.has_master:
            yield Act.ADD_VARIATIONS
        if self._may_arrange():
            yield Act.ARRANGE_PEOPLE
        yield from self._resting()
        yield from self._wishes()

    def _colleagues(self) -> Iterator[Act]:
        own = {self.facts.project.owner_id, self.facts.approval_asked_by}
        if self.user_id in own or self.rights.may_administer:
            yield Act.TAKE_BACK
        decides = not self.facts.has_colleagues or (
            self.user_id not in own and self.rights.without_staff().may_write
        )
        if decides or not self.facts.project.account.needs_approval:
            yield Act.APPROVE_BRIEF
        if decides:
            yield Act.REFUSE_BRIEF

    def _may_arrange(self) -> bool:
        owner = self.facts.project.owner_id
        theirs = owner is None or owner in self.stands_for
        return self.status not in ENDED and (theirs or self.rights.may_administer)

    def _resting(self) -> Iterator[Act]:
        project = self.facts.project
        if project.resuming_since is not None:
            yield Act.REST
        elif project.account.status != AccountStatus.ENDED:
            if self.status is Status.PARKED:
                yield Act.RESUME
            until = project.reopen_until
            if "reopen" in self.table and project.ended_by_clock and until and self.now <= until:
                yield Act.REOPEN

    def _wishes(self) -> Iterator[Act]:
        wish = self.facts.wish
        if wish is not None:
            if wish.asked_by == self.user_id or self.rights.may_administer:
                yield Act.TAKE_BACK_WISH
        elif not self.rights.is_staff and self.status not in (*_NOT_ACCEPTED, *ENDED):
            yield Act.ASK_CANCEL
            if self.status is not Status.PARKED:
                yield Act.ASK_PARK

    def _reviewing(self) -> Iterator[Act]:
        if self.status in _IN_REVIEW and self.facts.states.get(DeliverableState.DELIVERED):
            yield Act.APPROVE
            yield Act.REVISE

    def _approving(self) -> Iterator[Act]:
        approvals = [one.approved for one in self.mine if one.part == Part.APPROVER]
        if self.status is Status.DELIVERED and not all(approvals):
            yield Act.GIVE_APPROVAL
        if any(approvals) and self.status not in ENDED:
            yield Act.TAKE_APPROVAL_BACK

    def _taking_part(self) -> Iterator[Act]:
        if self.status not in (*_UNSUBMITTED, *ENDED):
            yield Act.CHANGE_DATES
        change = self.facts.change
        if change is None:
            if self.status not in (*_UNSUBMITTED, Status.QUEUED, *ENDED):
                yield Act.PROPOSE_CHANGE
            return
        customer = self.rights.account_role in WRITERS
        side = Amendment.Side.CUSTOMER if customer else Amendment.Side.STUDIO
        if change.proposed_by == side or (change.waits and customer):
            yield Act.WITHDRAW_CHANGE
        if change.proposed_by != side and not change.waits:
            yield Act.AGREE
            yield Act.DECLINE

    def _producing(self) -> Iterator[Act]:
        project, facts = self.facts.project, self.facts
        for action, act in (
            ("accept", Act.ACCEPT), ("request_clarification", Act.ASK_CUSTOMER),
            ("return", Act.RETURN), ("park", Act.PARK), ("cancel", Act.CANCEL),
        ):  # fmt: skip
            if action in self.table:
                yield act
        if "deliver" in self.table and facts.deliverable_now:
            yield Act.DELIVER
        unapproved = sum(facts.states.values()) - facts.states.get(DeliverableState.APPROVED, 0)
        if self.status in PRODUCTION and unapproved:
            yield Act.ADD_FILE
        if self.status is Status.IN_PROGRESS:
            yield Act.ENTER_STAGE
        if self.status in _PROMISABLE and project.accepted_at is not None:
            yield Act.CHANGE_PROMISE
        if facts.wish is not None:
            if facts.wish.wish == StopRequest.Wish.CANCEL or "park" in self.table:
                yield Act.GRANT_WISH
            yield Act.REFUSE_WISH
