"""Whose approval a brief needs before it is submitted, where its account wants one.

A colleague is a member or admin of the account who neither owns the brief nor asked for the
approval. Where there is none, a brief can be submitted without, and its event says so: an approval
that nobody could give would stop an account for good.
"""

from __future__ import annotations

from collections.abc import Collection

from callsheet.insight.asked_facts import person_behind
from callsheet.journal.commands import OpenCommand
from callsheet.journal.models import Event
from callsheet.kit.errors import Conflict, Forbidden
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.tenants.access import WRITERS, rights_in_account
from callsheet.tenants.models import Account, Membership


def has_colleagues(account_id: int, but: Collection[int | None]) -> bool:
    """Whether anybody of the account but these could approve the brief."""
    return (
        Membership.objects.filter(account_id=account_id, role__in=WRITERS, user__is_active=True)
        .exclude(user_id__in=[user for user in but if user is not None])
        .exists()
    )


def needs_colleague(account: Account, but: Collection[int | None]) -> bool:
    """Whether a draft goes to a colleague first, other than these people (who owns it, who hands
    it in): for pages that say so beforehand, see :func:`check_submission`.
    """
    return account.needs_approval and has_colleagues(account.pk, but)


def asked_by(project: Project) -> int | None:
    """Who asked for the approval that the brief waits for; None for the system."""
    actor = (
        Event.objects.filter(subject_type="project", subject_id=project.pk, kind="ask_approval")
        .order_by("-pk")
        .values_list("actor", flat=True)
        .first()
    )
    return person_behind(actor or "")


def check_submission(command: OpenCommand, project: Project) -> dict[str, bool]:
    """Raise unless the command's actor may hand the brief in as it stands; its project is locked.

    Returns what the event has to say of it: that it was approved, or that nobody could have.
    Raises ``Conflict("needs_approval")`` for a draft, and what :func:`check_colleague` raises for
    a brief that waits for an approval.
    """
    actor = command.actor
    if actor.is_system or not project.account.needs_approval:
        return {}
    if project.status == Status.PENDING_APPROVAL:
        return {"approved": True} if check_colleague(command, project) else {"nobody_else": True}
    if has_colleagues(project.account_id, (project.owner_id, actor.user_id)):
        raise Conflict(
            "needs_approval",
            "In this account a colleague approves a brief before it is submitted. Ask for the"
            " approval instead.",
            field="status",
        )
    return {"nobody_else": True}


def check_colleague(command: OpenCommand, project: Project) -> bool:
    """Raise unless the command's actor may decide about the approval that the brief waits for.
    False where there is no colleague who could.

    Raises ``Forbidden("own_approval")`` to its owner and to who asked,
    ``Forbidden("colleagues_approve")`` to the studio: the control is the customer's own.
    """
    actor = command.actor
    if actor.is_system:
        return True
    own = (project.owner_id, asked_by(project))
    if not has_colleagues(project.account_id, own):
        return False
    if actor.user_id in own:
        raise Forbidden(
            "own_approval", "Nobody approves what they wrote or asked for. A colleague has to."
        )
    if not rights_in_account(actor, project.account).without_staff().may_write:
        raise Forbidden(
            "colleagues_approve", "Only a colleague in the account can decide about this."
        )
    return True
