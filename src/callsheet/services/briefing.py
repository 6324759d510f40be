"""Writing briefs, submitting them, taking them back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import F, Max, ProtectedError

from callsheet.catalogue.models import studio_rules
from callsheet.credits.book import Book
from callsheet.credits.locking import lock_wallets
from callsheet.insight.calendars import Calendars
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.asked import Asked
from callsheet.kit.errors import Conflict, Refused
from callsheet.kit.rows import write_fields
from callsheet.projects.brief import BriefInput
from callsheet.projects.lifecycle import Status, check_allowed
from callsheet.projects.models import Amendment, Project
from callsheet.projects.readiness import Item, check_ready
from callsheet.projects.scope import fix_prices, scope_credits
from callsheet.projects.waiting import IN_QUEUE, RANK_STEP
from callsheet.services.admitting import admit
from callsheet.services.checking import checklist_of, scope_of
from callsheet.services.colleagues import check_submission
from callsheet.services.draft_writing import save_draft
from callsheet.services.loading import account_of, lock_project, project_of
from callsheet.services.loose_ends import close_loose_ends
from callsheet.services.moving import answer_for, give_back, move
from callsheet.services.settling import settle
from callsheet.tenants.access import check_can_write
from callsheet.tenants.models import AccountStatus


def write(
    actor: Actor,
    account_id: int,
    brief: BriefInput,
    *,
    project_id: int | None = None,
    version: int | None = None,
    key: str | None = None,
) -> Answer:
    """Save a draft: a new one, or (with ``project_id``) the draft as it now reads.

    Members and admins of the account, and staff on their behalf. A draft may be incomplete, but
    what it says must be right. Raises ``Refusals`` naming every wrong field, ``Conflict("stale")``
    when the draft was changed after reading ``version``, ``Conflict("not_a_draft")``.
    """

    def work(command: OpenCommand) -> Answer:
        account = account_of(account_id)
        check_can_write(actor, account)
        return save_draft(command, account, brief, project_id, version)

    given = {"account": account_id, "project": project_id, "version": version}
    return run(actor, "write", key, given | asdict(brief), work)


def readiness(actor: Actor, project_id: int) -> list[Item]:
    """The readiness checklist of a brief that ``actor`` may see."""
    project = project_of(actor, project_id)
    return checklist_of(project, *scope_of(project), studio_rules())


def submit(
    actor: Actor, project_id: int, *, version: int | None = None, key: str | None = None
) -> Answer:
    """Hand a ready brief in: it is priced, takes its place in the queue, and starts at once when
    the queue's policy and the available credits allow.

    Members and admins of the account, and staff on their behalf. Answers the status and, for one
    that waits, the reason and the place. Raises ``Refusals`` naming what is not ready,
    ``Conflict("forbidden_transition")``, ``Conflict("stale")``, and, in an account in which
    a colleague approves briefs first, ``Conflict("needs_approval")`` or the refusals of
    `colleagues.check_colleague`.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        return hand_in(command, seen, version)

    return run(actor, "submit", key, {"project": project_id, "version": version}, work)


def hand_in(
    command: OpenCommand, seen: Project, version: int | None, *, only_waiting: bool = False
) -> Answer:
    """Submit a brief inside an open command: see :func:`submit`. With ``only_waiting``, one that
    waits for a colleague's approval, else ``Conflict("not_waiting_for_approval")``.
    """
    locked = lock_wallets([seen.wallet_id])
    project = lock_project(seen.pk, version)
    # Under the wallet's lock, because ending an account takes it, too.
    if project.account.status == AccountStatus.ENDED:
        raise Conflict("account_ended", "This account has ended; it takes no new briefs.")
    if only_waiting and project.status != Status.PENDING_APPROVAL:
        raise Conflict(
            "not_waiting_for_approval",
            "This brief does not wait for an approval any more.",
            field="status",
            status=project.status,
        )
    project.wallet = locked.wallets[project.wallet_id]
    check_allowed("submit", project.status)
    facts: dict[str, Any] = check_submission(command, project)
    concepts, deliverables = scope_of(project)
    rules = studio_rules()
    check_ready(checklist_of(project, concepts, deliverables, rules))
    write_fields(fix_prices(deliverables), ["unit_credits"])
    project.credits = scope_credits(project, deliverables, rules)
    if project.credits < 1:
        # Nothing can be held for it, so that admission would stumble over it later.
        raise Refused("no_credits", "A brief asks for at least 1 credit.", field="concepts")
    _take_place(project)
    project.submitted_at = clock.now()
    move(command, project, "submit", Status.QUEUED, credits=project.credits, **facts)
    admit(command, locked, [project.wallet_id])
    project.refresh_from_db()
    return answer_for(project, **waiting(project))


def _take_place(project: Project) -> None:
    """The brief's rank: the kept one if it came back in time, else after everybody else."""
    today = clock.today(project.account.time_zone)
    kept = project.rank_kept_until
    if project.rank is None or kept is None or kept < today:
        last = Project.objects.filter(wallet_id=project.wallet_id, rank__isnull=False).aggregate(
            last=Max("rank")
        )["last"]
        project.rank = (last or 0) + RANK_STEP
    project.rank_kept_until = None


_GROWTH = Asked(
    lambda wallet: Amendment.objects.filter(
        status=Amendment.Status.WAITING, project__wallet_id=wallet
    ).values_list("credits_change")
)
_BEFORE = Asked(
    lambda wallet, rank: Project.objects.filter(
        IN_QUEUE, wallet_id=wallet, rank__lt=rank
    ).values_list(F("credits") - F("settled"))
)


def waiting(project: Project) -> Answer:
    """Why a queued brief waits and where it stands, behind agreed growth and the briefs before it;
    empty for one that does not wait.
    """
    if project.status != Status.QUEUED and project.resuming_since is None:
        return {}
    growth = _GROWTH.rows(project.wallet_id)
    before = _BEFORE.rows(project.wallet_id, project.rank)
    ahead = [credits for (credits,) in (*growth, *before)]
    return {
        "reason": project.wait_reason,
        "position": len(ahead) + 1,
        "credits_ahead": sum(ahead),
        "reserved_for": project.reserved_for,
    }


def withdraw(
    actor: Actor,
    project_id: int,
    *,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Take a brief back into draft before it is accepted; its credits come home at once.

    It keeps its place in the queue for some working days (a studio rule). Members and admins of
    the account, and staff on their behalf.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        return back_to_draft(command, seen, "withdraw", version)

    given = {"project": project_id, "version": version}
    return run(actor, "withdraw", key, given, work, note=note)


def back_to_draft(command: OpenCommand, seen: Project, action: str, version: int | None) -> Answer:
    """Withdraw or return a brief inside an open command: see :func:`withdraw`."""
    locked = lock_wallets([seen.wallet_id])
    project = lock_project(seen.pk, version)
    check_allowed(action, project.status)
    book = Book(locked)
    released = give_back(book, project)
    calendar = Calendars().of(project.account)
    today = clock.today(project.account.time_zone)
    project.rank_kept_until = calendar.add(today, studio_rules().rank_kept_days)
    project.wait_reason = ""
    project.reserved_for = project.first_reserved_for = None
    project.returns_p50 = project.returns_p80 = None
    move(command, project, action, Status.DRAFT, released=released)
    close_loose_ends(command, project)
    started = settle(command, book)
    return answer_for(project, released=released, started=started)


def delete_draft(actor: Actor, project_id: int, *, key: str | None = None) -> Answer:
    """Delete a draft for good. Only drafts that were never in production can go."""

    def work(command: OpenCommand) -> Answer:
        project_of(actor, project_id, check_can_write)
        project = lock_project(project_id)
        if project.status != Status.DRAFT or project.hold_id is not None:
            raise Conflict(
                "not_deletable", "Only a draft that was never in production can be deleted."
            )
        events.record(
            "deleted", "project", project.pk, command=command, account_id=project.account_id,
            data={"title": project.title},
        )  # fmt: skip
        try:
            project.delete()
        except ProtectedError as error:
            raise Conflict(
                "not_deletable", "Something on record still names this brief, so it stays a draft."
            ) from error
        return {"project": project_id, "deleted": True}

    return run(actor, "delete_draft", key, {"project": project_id}, work)
