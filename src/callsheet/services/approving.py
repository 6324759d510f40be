"""Approval, inside an open command: deliverables, the concepts they complete, and their credits.

An approval is never taken back by anybody. Where an account's credits come back concept by
concept, a concept's part leaves the hold in the moment in which its last deliverable is approved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from callsheet.catalogue.models import DeliverableKind
from callsheet.credits.book import Book
from callsheet.credits.collect import release
from callsheet.credits.kinds import Kind
from callsheet.credits.locking import Locked
from callsheet.credits.models import Billing, Hold
from callsheet.journal.commands import Answer, OpenCommand
from callsheet.kit import clock
from callsheet.kit.errors import Conflict
from callsheet.projects.delivery import is_approved
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import (
    ClockKind,
    Concept,
    Deliverable,
    DeliverableState,
    Part,
    Project,
    ProjectPerson,
)
from callsheet.services.applying import occupy_anew
from callsheet.services.delivering import deliverables_of, note_step
from callsheet.services.following import stop_clock
from callsheet.services.moving import answer_for
from callsheet.services.settling import settle
from callsheet.tenants.models import ReleasePolicy


def approve_in(
    command: OpenCommand,
    locked: Locked,
    project: Project,
    chosen: Sequence[Deliverable],
    *,
    kind: str = "deliverables_approved",
) -> Answer:
    """Approve these delivered deliverables, and every concept that is complete by it.

    The caller holds the locks, wallets before the project, and has checked that all of ``chosen``
    are delivered. Answers what was approved and, where the account's credits come back concept by
    concept, what came back, what was used up and what started by it.
    """
    numbers = sorted(deliverable.pk for deliverable in chosen)
    Deliverable.objects.filter(pk__in=numbers).update(
        state=DeliverableState.APPROVED, approved_at=clock.now()
    )
    book = Book(locked)
    concepts, parted = approve_concepts(book, project)
    pays = locked.wallets[project.wallet_id].billing == Billing.PAY_AS_YOU_GO
    released, consumed = (0, parted) if pays else (parted, 0)
    note_step(
        command, project, kind, deliverables=numbers, concepts=concepts,
        released=released, consumed=consumed,
    )  # fmt: skip
    if project.status == Status.INITIAL_DELIVERY and not _unanswered(project):
        stop_clock(project, ClockKind.FIRST_DELIVERY)
    started = settle(command, book) if parted else []
    if parted:
        project.refresh_from_db()  # what came free may be what its own growth waited for
    return answer_for(
        project, approved=numbers, concepts=concepts,
        released=released, consumed=consumed, started=started,
    )  # fmt: skip


def approve_concepts(book: Book, project: Project) -> tuple[list[int], int]:
    """Approve every concept in which only approved deliverables are left, and add the moves by
    which its part leaves the hold, where the account's credits come back concept by concept.

    Answers the concepts and the credits. Sets ``settled``; saving the project is the caller's.
    """
    concepts = _complete(project)
    Concept.objects.filter(pk__in=concepts).update(approved_at=clock.now())
    if project.account.release_policy != ReleasePolicy.PER_CONCEPT:
        return sorted(concepts), 0
    return sorted(concepts), _part_with(book, project, sum(concepts.values()))


def approve_masters(command: OpenCommand, locked: Locked, project: Project) -> Answer:
    """Let the masters of a first delivery count as approved that nobody has answered, so that
    their variations can be produced. For the clock; the event says that it was not a person.

    The caller holds the locks, wallets before the project. Nothing happens where no delivered
    master is unanswered, or the project is no longer at its first delivery.
    """
    masters = [
        deliverable
        for deliverable in deliverables_of(project)
        if deliverable.state == DeliverableState.DELIVERED
        and deliverable.type.kind == DeliverableKind.MASTER
    ]
    if project.status != Status.INITIAL_DELIVERY or not masters:
        return answer_for(project, approved=[], concepts=[], released=0, consumed=0, started=[])
    return approve_in(command, locked, project, masters, kind="masters_approved_by_clock")


def check_approvals(project: Project) -> None:
    """Raise ``Conflict("approval_missing")`` while a required approver has not agreed to what is
    delivered now.
    """
    missing = [
        str(person.user)
        for person in ProjectPerson.objects.filter(
            project=project, part=Part.APPROVER, approved_at__isnull=True
        )
        .select_related("user")
        .order_by("pk")
    ]
    if missing:
        raise Conflict(
            "approval_missing",
            f"This project is finalized when {' and '.join(missing)}"
            f" {'has' if len(missing) == 1 else 'have'} approved it.",
            people=missing,
        )


def _complete(project: Project) -> dict[int, int]:
    """The concepts that are approved now and were not before, with the credits of each."""
    states: dict[int, list[str]] = defaultdict(list)
    credits: dict[int, int] = defaultdict(int)
    for deliverable in Deliverable.objects.filter(
        concept__project=project, concept__approved_at__isnull=True
    ):
        states[deliverable.concept_id].append(deliverable.state)
        if deliverable.state != DeliverableState.DROPPED:
            credits[deliverable.concept_id] += deliverable.unit_credits * deliverable.quantity
    return {pk: credits[pk] for pk, found in states.items() if is_approved(found)}


def _part_with(book: Book, project: Project, credits: int) -> int:
    """Add the move by which the project gives away up to ``credits`` of what it holds: released,
    or consumed under pay-as-you-go. Returns how many; never more than it holds.
    """
    hold = Hold.objects.filter(pk=project.hold_id or 0, closed_at__isnull=True).first()
    part = min(credits, hold.credits, project.asks) if hold is not None else 0
    if hold is None or not part:
        return 0
    consumes = book.wallet(hold.wallet_id).billing == Billing.PAY_AS_YOU_GO
    release(book, hold, part, Kind.CONSUME if consumes else Kind.RELEASE)
    project.settled += part
    occupy_anew(project, min(hold.credits - part, project.asks))
    return part


def _unanswered(project: Project) -> bool:
    return Deliverable.objects.filter(
        concept__project=project, state=DeliverableState.DELIVERED
    ).exists()
