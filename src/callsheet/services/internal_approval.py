"""A colleague's approval before a brief is submitted, in accounts that want it."""

from __future__ import annotations

from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Forbidden, Refused
from callsheet.projects.lifecycle import Status, check_allowed
from callsheet.services.briefing import hand_in
from callsheet.services.checking import check_is_ready
from callsheet.services.colleagues import asked_by, check_colleague, has_colleagues
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for, move
from callsheet.tenants.access import check_can_write, rights_in_account
from callsheet.tenants.models import AccountStatus


def ask_approval(
    actor: Actor,
    project_id: int,
    *,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Ask a colleague to approve a ready brief; until then it cannot be rewritten.

    Members and admins of the account, and staff on their behalf. Raises ``Refusals`` naming what
    is not ready, ``Conflict("no_approval_needed")``, ``Conflict("nobody_to_approve")``,
    ``Conflict("account_ended")``, ``Conflict("forbidden_transition")``, ``Conflict("stale")``.
    """

    def work(command: OpenCommand) -> Answer:
        project_of(actor, project_id, check_can_write)
        project = lock_project(project_id, version)
        check_allowed("ask_approval", project.status)
        if project.account.status == AccountStatus.ENDED:
            raise Conflict("account_ended", "This account has ended; it takes no new briefs.")
        if not project.account.needs_approval:
            raise Conflict(
                "no_approval_needed", "This account wants no approval. Submit the brief."
            )
        if not has_colleagues(project.account_id, (project.owner_id, actor.user_id)):
            raise Conflict(
                "nobody_to_approve",
                "Nobody else in this account could approve the brief. Submit it as it is.",
            )
        check_is_ready(project)
        move(command, project, "ask_approval", Status.PENDING_APPROVAL)
        return answer_for(project)

    given = {"project": project_id, "version": version}
    return run(actor, "ask_approval", key, given, work, note=note)


def approve_brief(
    actor: Actor,
    project_id: int,
    *,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Approve a colleague's brief: it is submitted, as by `briefing.submit`.

    Members and admins of the account who neither own it nor asked. Raises
    ``Forbidden("own_approval")``, ``Forbidden("colleagues_approve")``,
    ``Conflict("not_waiting_for_approval")``, and what submitting raises.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        return hand_in(command, seen, version, only_waiting=True)

    given = {"project": project_id, "version": version}
    return run(actor, "approve_brief", key, given, work, note=note)


def refuse_approval(
    actor: Actor,
    project_id: int,
    reason: str,
    *,
    version: int | None = None,
    key: str | None = None,
) -> Answer:
    """Refuse a colleague's brief with a reason; it is a draft again. Who may: as `approve_brief`.

    Raises ``Refused("reason_missing")``, ``Conflict("forbidden_transition")`` and the refusals of
    who may.
    """

    def work(command: OpenCommand) -> Answer:
        project_of(actor, project_id, check_can_write)
        if not reason.strip():
            raise Refused("reason_missing", "Say what has to change in the brief.", field="note")
        project = lock_project(project_id, version)
        check_allowed("refuse_approval", project.status)
        check_colleague(command, project)
        move(command, project, "refuse_approval", Status.DRAFT)
        return answer_for(project)

    given = {"project": project_id, "version": version}
    return run(actor, "refuse_approval", key, given, work, note=reason)


def take_back(
    actor: Actor, project_id: int, *, version: int | None = None, key: str | None = None
) -> Answer:
    """Take a brief back that waits for an approval; it is a draft again.

    Its owner, who asked, account admins, and account managers on their behalf. Raises
    ``Forbidden("not_yours")``, ``Conflict("forbidden_transition")``, ``Conflict("stale")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        project = lock_project(project_id, version)
        check_allowed("take_back", project.status)
        own = actor.user_id in (project.owner_id, asked_by(project))
        if not own and not rights_in_account(actor, seen.account).may_administer:
            raise Forbidden(
                "not_yours", "Only its owner, who asked, or an account admin can take it back."
            )
        move(command, project, "take_back", Status.DRAFT)
        return answer_for(project)

    given = {"project": project_id, "version": version}
    return run(actor, "take_back", key, given, work)
