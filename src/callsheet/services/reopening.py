"""Opening a project again that was finalized because nobody answered."""

from __future__ import annotations

from collections.abc import Sequence

from callsheet.credits.book import Book
from callsheet.credits.kinds import Kind
from callsheet.credits.locking import Locked, lock_wallets
from callsheet.credits.models import Billing
from callsheet.credits.post import Move, post
from callsheet.credits.restoring import Part, hold_again, used_up
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict
from callsheet.projects.lifecycle import Status, check_allowed
from callsheet.projects.models import Occupancy, Project
from callsheet.services.briefing import waiting
from callsheet.services.final_approval import take_back_final_approval
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for, move
from callsheet.services.parking import front_rank, wait_to_go_on
from callsheet.tenants.access import check_can_write
from callsheet.tenants.models import AccountStatus


def reopen(actor: Actor, project_id: int, *, key: str | None = None) -> Answer:
    """Open a project again within the studio's days after it was finalized by itself.

    Members and admins of the account, and staff on their behalf. On a subscription it needs a new
    hold: where the credits are not free it waits ahead of the queue and stays finalized until
    then. Under pay-as-you-go its consumption is reversed and held again. Raises
    ``Conflict("forbidden_transition")``, ``Conflict("not_by_itself")``,
    ``Conflict("reopen_too_late")``, ``Conflict("resuming_already")``,
    ``Conflict("account_ended")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        locked = lock_wallets([seen.wallet_id])
        project = lock_project(project_id)
        check_allowed("reopen", project.status)
        _check_may_reopen(project)
        if locked.wallets[project.wallet_id].billing == Billing.PAY_AS_YOU_GO:
            _reverse(command, locked, project)
            return answer_for(project)
        if project.asks == 0:
            take_back_final_approval([project])
            _open_again(command, project)
            return answer_for(project)
        project.rank = front_rank(project.wallet_id)
        project.first_reserved_for = None
        wait_to_go_on(command, locked, project, "reopen_asked")
        return answer_for(project, **waiting(project))

    return run(actor, "reopen", key, {"project": project_id}, work)


def _check_may_reopen(project: Project) -> None:
    if not project.ended_by_clock:
        raise Conflict(
            "not_by_itself",
            "Somebody finalized this project. Only what was finalized by itself can be opened"
            " again; brief what is missing as a new project.",
            field="status",
        )
    if project.reopen_until is None or clock.now() > project.reopen_until:
        raise Conflict(
            "reopen_too_late",
            "It is too long ago that this project was finalized; it cannot be opened any more.",
            field="status",
        )
    if project.resuming_since is not None:
        raise Conflict("resuming_already", "This project waits for its credits already.")
    if project.account.status == AccountStatus.ENDED:
        raise Conflict("account_ended", "This account has ended; nothing goes on in it.")


def _reverse(command: OpenCommand, locked: Locked, project: Project) -> None:
    """Bring back what finalizing used up and hold it again, in one batch.

    What was approved concept by concept before stays used up.
    """
    if project.hold is None:
        raise Conflict("not_by_itself", "This project never held any credits.", field="status")
    parts = _last_parts(used_up(project.hold), project.asks)
    book = Book(locked)
    for part in parts:
        book.add(
            Move(
                Kind.RESTORE, part.credits, project.wallet_id, hold=project.hold.pk, lot=part.lot
            )
        )  # fmt: skip
    credits = hold_again(book, project.wallet_id, parts, ref="reopened")
    if credits:
        project.hold_id = post(command, book.moves).holds[len(parts)]
        Occupancy.objects.create(
            account_id=project.account_id, wallet_id=project.wallet_id, project=project,
            credits=credits, since=clock.now(),
        )  # fmt: skip
    take_back_final_approval([project])
    _open_again(command, project)


def _last_parts(parts: Sequence[Part], credits: int) -> list[Part]:
    """So many of these credits, from the last lots backwards: the first were used up first."""
    chosen: list[Part] = []
    for part in reversed(parts):
        taken = min(part.credits, credits)
        if taken:
            chosen.append(Part(part.lot, taken))
            credits -= taken
    return chosen


def _open_again(command: OpenCommand, project: Project) -> None:
    project.ended_at = None
    project.ended_by_clock = False
    project.reopen_until = None
    move(command, project, "reopen", Status.DELIVERED)
