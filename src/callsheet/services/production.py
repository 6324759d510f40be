"""The studio's side of a project: accept, ask, return, deliver; and its end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from callsheet.credits.locking import Locked, lock_wallets
from callsheet.credits.models import Billing, Hold
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Refused
from callsheet.projects.lifecycle import Status, check_allowed
from callsheet.projects.models import Project
from callsheet.services.approving import check_approvals
from callsheet.services.briefing import back_to_draft
from callsheet.services.delivering import deliver_in
from callsheet.services.ending import end_in, finalize_in
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for, move
from callsheet.services.promising import publish_promise
from callsheet.tenants.access import check_can_produce, check_can_write


def accept(
    actor: Actor,
    project_id: int,
    *,
    promised_on: date | None = None,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Accept a brief into production. ``promised_on`` is the day promised, or None for no promise.

    Studio staff. Raises ``Refused("date_in_the_past")``, ``Conflict("forbidden_transition")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_produce)
        if promised_on and promised_on < clock.today(seen.account.time_zone):
            raise Refused("date_in_the_past", f"{promised_on} has passed.", field="promised_on")
        project = lock_project(project_id, version)
        check_allowed("accept", project.status)
        project.accepted_at = clock.now()
        project.promised_on = promised_on
        move(command, project, "accept", Status.IN_PROGRESS, promised_on=promised_on)
        if promised_on:
            publish_promise(project, "given when the brief was accepted")
        return answer_for(project)

    given = {"project": project_id, "promised_on": promised_on, "version": version}
    return run(actor, "accept", key, given, work, note=note)


def request_clarification(
    actor: Actor, project_id: int, question: str, *, key: str | None = None
) -> Answer:
    """Ask the customer something before accepting. Studio staff; the question is needed."""

    def work(command: OpenCommand) -> Answer:
        project_of(actor, project_id, check_can_produce)
        if not question.strip():
            raise Refused("question_missing", "Write what you would like to know.", field="note")
        project = lock_project(project_id)
        check_allowed("request_clarification", project.status)
        move(command, project, "request_clarification", Status.CLARIFICATION_REQUESTED)
        return answer_for(project)

    return run(actor, "request_clarification", key, {"project": project_id}, work, note=question)


def clarify(actor: Actor, project_id: int, reply: str, *, key: str | None = None) -> Answer:
    """Answer the studio's question; the brief goes back to review. Members and admins."""

    def work(command: OpenCommand) -> Answer:
        project_of(actor, project_id, check_can_write)
        if not reply.strip():
            raise Refused("answer_missing", "Write an answer to the question.", field="note")
        project = lock_project(project_id)
        check_allowed("clarify", project.status)
        move(command, project, "clarify", Status.PENDING_REVIEW)
        return answer_for(project)

    return run(actor, "clarify", key, {"project": project_id}, work, note=reply)


def return_brief(actor: Actor, project_id: int, reason: str, *, key: str | None = None) -> Answer:
    """Give a brief back to its writers with a reason; its credits come home. Studio staff."""

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_produce)
        if not reason.strip():
            raise Refused("reason_missing", "Say what has to change in the brief.", field="note")
        return back_to_draft(command, seen, "return", None)

    return run(actor, "return", key, {"project": project_id}, work, note=reason)


def deliver(
    actor: Actor,
    project_id: int,
    deliverable_ids: Collection[int] | None = None,
    *,
    key: str | None = None,
) -> Answer:
    """Deliver the named deliverables, or all that can be delivered now. Studio staff.

    Masters come first: a variation is locked until its master is approved, and delivering all
    leaves locked ones for later. The project's status follows: *initial delivery* while others are
    still unfinished, then *delivered*. Raises ``Conflict("master_not_approved")``,
    ``Refused("unknown_deliverable")``, ``Refused("nothing_to_deliver")``.
    """

    def work(command: OpenCommand) -> Answer:
        project_of(actor, project_id, check_can_produce)
        project = lock_project(project_id)
        check_allowed("deliver", project.status)
        return deliver_in(command, project, deliverable_ids)

    chosen = None if deliverable_ids is None else sorted(deliverable_ids)
    return run(actor, "deliver", key, {"project": project_id, "deliverables": chosen}, work)


def finalize(
    actor: Actor, project_id: int, *, version: int | None = None, key: str | None = None
) -> Answer:
    """Approve what was delivered and end the project: its credits come home (or, under
    pay-as-you-go, are consumed), debts are repaid, and what now fits starts in the same moment.

    Members and admins of the account, and staff on their behalf. Every required approver has to
    have approved it: raises ``Conflict("approval_missing")``, naming who has not.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        locked = lock_wallets([seen.wallet_id])
        project = lock_project(project_id, version)
        check_allowed("finalize", project.status)
        check_approvals(project)
        return finalize_in(command, locked, project)

    return run(actor, "finalize", key, {"project": project_id, "version": version}, work)


def cancel(
    actor: Actor,
    project_id: int,
    *,
    consumed: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Stop a submitted project for good. Studio staff, with a reason.

    Under pay-as-you-go, a project that was accepted uses up ``consumed`` credits (default: all it
    holds); before acceptance, and on a subscription, everything comes back.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_produce)
        if not note.strip() and not actor.is_system:
            raise Refused("reason_missing", "Say why the project is canceled.", field="note")
        locked = lock_wallets([seen.wallet_id])
        project = lock_project(project_id)
        return cancel_in(command, locked, project, consumed)

    given = {"project": project_id, "consumed": consumed}
    return run(actor, "cancel", key, given, work, note=note)


def cancel_in(
    command: OpenCommand, locked: Locked, project: Project, consumed: int | None = None
) -> Answer:
    """Cancel a project inside an open command whose caller holds the locks: see :func:`cancel`."""
    check_allowed("cancel", project.status)
    used = 0
    if (
        locked.wallets[project.wallet_id].billing == Billing.PAY_AS_YOU_GO
        and project.accepted_at is not None
    ):
        used = _consumed_on_cancel(project, consumed)
    elif consumed:
        raise Refused(
            "nothing_consumed",
            "Nothing is used up by canceling this project; its credits come back.",
            field="consumed",
        )
    return end_in(command, locked, project, "cancel", Status.CANCELED, used)


def _consumed_on_cancel(project: Project, consumed: int | None) -> int:
    held = Hold.objects.get(pk=project.hold_id).credits if project.hold_id else 0
    if consumed is None:
        return held
    if not 0 <= consumed <= held:
        raise Refused(
            "consumed_out_of_range",
            f"Between 0 and {held} credits can be used up, not {consumed}.",
            field="consumed",
        )
    return consumed
