"""The end of a project, inside an open command: its credits come home and the queue moves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from callsheet.catalogue.models import studio_rules
from callsheet.credits.book import Book
from callsheet.credits.locking import Locked
from callsheet.credits.models import Billing
from callsheet.journal.commands import Answer, OpenCommand
from callsheet.kit import clock
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.services.final_approval import approve_the_rest
from callsheet.services.loose_ends import close_loose_ends
from callsheet.services.moving import answer_for, give_back, move
from callsheet.services.settling import settle


def finalize_in(
    command: OpenCommand, locked: Locked, project: Project, *, by_clock: bool = False
) -> Answer:
    """Finalize a delivered project: what is delivered counts as approved, the rest of its credits
    comes home or, under pay-as-you-go, is consumed.

    The caller holds the locks and has checked who may and that the table allows it. ``by_clock``
    says that nobody answered: then it may be opened again for some days.
    """
    now = clock.now()
    approve_the_rest(project, now)
    project.ended_by_clock = by_clock
    if by_clock:
        project.reopen_until = now + timedelta(days=studio_rules().reopen_days)
    consumes = locked.wallets[project.wallet_id].billing == Billing.PAY_AS_YOU_GO
    consumed = project.asks if consumes else 0
    project.ended_at = now
    return end_in(command, locked, project, "finalize", Status.FINALIZED, consumed)


def end_in(
    command: OpenCommand,
    locked: Locked,
    project: Project,
    action: str,
    target: Status,
    consumed: int,
) -> Answer:
    """End a project: give its credits back, pay debts, let the queue move."""
    book = Book(locked)
    released = give_back(book, project, consumed=consumed)
    project.ended_at = project.ended_at or clock.now()
    project.rank = None
    project.wait_reason = ""
    project.reserved_for = None
    project.resuming_since = None
    facts: dict[str, Any] = {"by_clock": True} if project.ended_by_clock else {}
    move(command, project, action, target, released=released, consumed=consumed, **facts)
    close_loose_ends(command, project)
    started = settle(command, book)
    return answer_for(project, released=released, consumed=consumed, started=started)
