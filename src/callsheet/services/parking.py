"""Putting a project on ice, and letting it go on: stage and place in the queue are kept."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Min

from callsheet.credits.book import Book
from callsheet.credits.locking import Locked, lock_wallets
from callsheet.credits.models import Billing
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Refused
from callsheet.projects.lifecycle import Status, check_allowed
from callsheet.projects.models import Project
from callsheet.projects.waiting import IN_QUEUE, RANK_STEP
from callsheet.services.admitting import admit
from callsheet.services.briefing import waiting
from callsheet.services.loading import lock_project, project_of
from callsheet.services.loose_ends import close_loose_ends
from callsheet.services.moving import answer_for, give_back, move
from callsheet.services.settling import settle
from callsheet.tenants.access import check_can_produce, check_can_write
from callsheet.tenants.models import AccountStatus


def park(actor: Actor, project_id: int, reason: str, *, key: str | None = None) -> Answer:
    """Put a project that holds credits on ice, with a reason. Studio staff; customers ask for it.

    Its credits come home (under pay-as-you-go they stay held), and what now fits starts. Answers
    the credits released and what started. Raises ``Refused("reason_missing")``,
    ``Conflict("forbidden_transition")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_produce)
        if not reason.strip():
            raise Refused("reason_missing", "Say why the project is parked.", field="note")
        locked = lock_wallets([seen.wallet_id])
        return park_in(command, locked, lock_project(project_id))

    return run(actor, "park", key, {"project": project_id}, work, note=reason)


def park_in(
    command: OpenCommand, locked: Locked, project: Project, *, by_clock: bool = False
) -> Answer:
    """Park a project inside an open command whose caller holds the locks: see :func:`park`."""
    check_allowed("park", project.status)
    book = Book(locked)
    keeps = locked.wallets[project.wallet_id].billing == Billing.PAY_AS_YOU_GO
    released = 0 if keeps else give_back(book, project)
    project.resumes_to = project.status
    project.wait_reason = ""
    project.reserved_for = project.first_reserved_for = None
    facts: dict[str, Any] = {"by_clock": True} if by_clock else {}
    move(command, project, "park", Status.PARKED, released=released, **facts)
    close_loose_ends(command, project)
    started = settle(command, book)
    return answer_for(project, released=released, started=started)


def resume(actor: Actor, project_id: int, *, key: str | None = None) -> Answer:
    """Let a parked project go on where it was, as soon as the queue has its credits again.

    Members and admins of the account, and staff. It waits at the place that it had; what still
    holds its credits goes on at once. Answers the status and, for one that waits, the reason.
    Raises ``Conflict("not_parked")``, ``Conflict("resuming_already")``,
    ``Conflict("account_ended")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        locked = lock_wallets([seen.wallet_id])
        project = lock_project(project_id)
        if project.status != Status.PARKED:
            raise Conflict("not_parked", "This project is not parked.", field="status")
        _check_may_wait(project)
        if project.asks == 0 or _holds(locked, project):
            target = Status(project.resumes_to)
            project.resumes_to = ""
            move(command, project, "resume", target)
            return answer_for(project)
        if project.rank is None:
            project.rank = front_rank(project.wallet_id)
        wait_to_go_on(command, locked, project, "resume_asked")
        return answer_for(project, **waiting(project))

    return run(actor, "resume", key, {"project": project_id}, work)


def rest(actor: Actor, project_id: int, *, key: str | None = None) -> Answer:
    """Take back the wish to go on: a parked project rests again, a finalized one stays finalized.

    Members and admins of the account, and staff. Raises ``Conflict("not_resuming")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        locked = lock_wallets([seen.wallet_id])
        project = lock_project(project_id)
        if project.resuming_since is None:
            raise Conflict("not_resuming", "This project does not wait for credits.")
        project.resuming_since = None
        project.wait_reason = ""
        project.reserved_for = project.first_reserved_for = None
        if project.status == Status.FINALIZED:
            project.rank = None
        _save(project)
        events.record(
            "resume_withdrawn", "project", project.pk, command=command,
            account_id=project.account_id,
        )  # fmt: skip
        started = admit(command, locked, [project.wallet_id])
        return answer_for(project, started=started)

    return run(actor, "rest", key, {"project": project_id}, work)


def wait_to_go_on(command: OpenCommand, locked: Locked, project: Project, kind: str) -> None:
    """Put a parked or finalized project that has a rank into the queue, and admit. Its row is
    read again afterwards.
    """
    project.resuming_since = clock.now()
    _save(project)
    events.record(
        kind, "project", project.pk, command=command, account_id=project.account_id,
        data={"credits": project.asks},
    )  # fmt: skip
    admit(command, locked, [project.wallet_id])
    project.refresh_from_db()


def front_rank(wallet_id: int) -> int:
    """A rank ahead of everything that waits in the wallet's queue."""
    queue = Project.objects.filter(IN_QUEUE, wallet_id=wallet_id)
    first = queue.aggregate(first=Min("rank"))["first"]
    if first is None:
        last = Project.objects.filter(wallet_id=wallet_id, rank__isnull=False)
        return int(last.aggregate(last=Max("rank"))["last"] or 0) + RANK_STEP
    return int(first) - RANK_STEP


def _check_may_wait(project: Project) -> None:
    if project.resuming_since is not None:
        raise Conflict("resuming_already", "This project waits for its credits already.")
    if project.account.status == AccountStatus.ENDED:
        raise Conflict("account_ended", "This account has ended; nothing goes on in it.")


def _holds(locked: Locked, project: Project) -> bool:
    """Whether it still holds its credits: under pay-as-you-go, parking takes nothing away."""
    if locked.wallets[project.wallet_id].billing != Billing.PAY_AS_YOU_GO:
        return False
    return project.hold is not None and project.hold.closed_at is None


def _save(project: Project) -> None:
    project.version += 1
    project.changed_at = clock.now()
    project.save()
