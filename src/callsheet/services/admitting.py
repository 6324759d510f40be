"""Admission, in the transaction of whatever freed credits or asked for them.

Reads the queue under the locks, lets the pure package decide, posts all that starts in one ledger
call, and writes down what follows: projects, intervals of occupancy, reasons, fairness receipts,
events.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from callsheet.admission.decide import decide
from callsheet.admission.decisions import Decisions, Start
from callsheet.credits import lots
from callsheet.credits.kinds import Kind
from callsheet.credits.locking import Locked, read_again
from callsheet.credits.models import Billing, Lot, Wallet
from callsheet.credits.post import Move, Posting, post
from callsheet.insight.snapshots import QueueReading, read_queue
from callsheet.journal import events
from callsheet.journal.commands import OpenCommand
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.projects.lifecycle import Status, find
from callsheet.projects.models import FairnessReceipt, Occupancy, Project

CHANGED_BY_START = [
    "status", "hold_id", "started_at", "returns_p50", "returns_p80", "wait_reason",
    "reserved_for", "version", "changed_at",
]  # fmt: skip


def admit(
    command: OpenCommand, locked: Locked, wallet_ids: Iterable[int], *, moved: bool = False
) -> list[int]:
    """Start what may start in these wallets (in the whole domain where it borrows).

    Needs the locks of ``locked``. ``moved`` says that the caller has posted transfers since it
    took them, so that the balances are read again. Returns the projects that started, in the
    order in which they did.
    """
    touched = set(wallet_ids)
    fresh = read_again(locked) if moved else locked.wallets
    started: list[int] = []
    for domain in locked.domains.values():
        wallets = [
            wallet
            for wallet in fresh.values()
            if wallet.domain_id == domain.pk and (domain.borrowing or wallet.pk in touched)
        ]
        # Without borrowing each wallet is a domain of its own, with its own day. No pool queues.
        alone = [[wallet] for wallet in wallets if wallet.organization_id is None]
        for together in [wallets] if domain.borrowing else alone:
            reading = read_queue(together, borrowing=domain.borrowing)
            if reading is None:
                continue
            decisions = decide(reading.snapshot)
            started += _start(command, reading, decisions, fresh)
            _note_waits(reading, decisions)
    return started


def _start(
    command: OpenCommand, reading: QueueReading, decisions: Decisions, wallets: dict[int, Wallet]
) -> list[int]:
    """Post the holds of all that starts in one ledger call and bring the projects along."""
    if not decisions.starts:
        return []
    moves, places = _moves(decisions.starts, wallets, reading.snapshot.today)
    posting = post(command, moves)
    now = clock.now()
    projects: list[Project] = []
    occupancies: list[Occupancy] = []
    happened: list[Event] = []
    for start, place in zip(decisions.starts, places, strict=True):
        project = reading.queued[start.brief]
        find("start", project.status, Status.PENDING_REVIEW)
        _begin(project, posting, place, reading)
        projects.append(project)
        occupancies.append(
            Occupancy(
                account_id=project.account_id,
                wallet_id=project.wallet_id,
                project=project,
                credits=project.credits,
                since=now,
            )
        )
        happened.append(
            events.build(
                "started",
                "project",
                project.pk,
                command=command,
                account_id=project.account_id,
                data={
                    "from": Status.QUEUED,
                    "to": Status.PENDING_REVIEW,
                    "credits": start.credits,
                    "borrowed": sum(credits for _, credits in start.loans),
                },
            )
        )
    # Several starts are saved in one statement each, so that a big release stays one round trip.
    Project.objects.bulk_update(projects, CHANGED_BY_START)
    Occupancy.objects.bulk_create(occupancies)
    Event.objects.bulk_create(happened)
    _write_receipts(reading, decisions)
    return [start.brief for start in decisions.starts]


def _begin(project: Project, posting: Posting, place: int, reading: QueueReading) -> None:
    """Turn a queued brief into one under review, with the days its credits are expected back."""
    now = clock.now()
    calendar = reading.calendars[project.wallet_id]
    duration = reading.durations[project.brief_type]
    project.status = Status.PENDING_REVIEW
    project.hold_id = posting.holds[place]
    project.started_at = now
    project.returns_p50 = calendar.add(reading.snapshot.today, duration.p50)
    project.returns_p80 = calendar.add(reading.snapshot.today, duration.p80)
    project.wait_reason = ""
    project.reserved_for = None
    project.version += 1
    project.changed_at = now


def _moves(
    starts: Iterable[Start], wallets: dict[int, Wallet], today: date
) -> tuple[list[Move], list[int]]:
    """The loans and holds of all starts, and for each start the place of its (first) hold."""
    moves: list[Move] = []
    places: list[int] = []
    taken: dict[int, int] = {}
    known_lots: dict[int, list[Lot]] = {}
    for start in starts:
        ref = str(start.brief)
        moves += [
            Move(Kind.LEND, credits, lender, start.wallet, ref=ref)
            for lender, credits in start.loans
        ]
        places.append(len(moves))
        wallet = wallets[start.wallet]
        if wallet.billing == Billing.PAY_AS_YOU_GO:
            if wallet.pk not in known_lots:
                known_lots[wallet.pk] = lots.usable(wallet, today)
            moves += [
                Move(Kind.HOLD, credits, wallet.pk, ref=ref, lot=lot)
                for lot, credits in lots.split(known_lots[wallet.pk], start.credits, taken)
            ]
        else:
            moves.append(Move(Kind.HOLD, start.credits, start.wallet, ref=ref))
    return moves, places


def _write_receipts(reading: QueueReading, decisions: Decisions) -> None:
    """Record who overtook whom, and what it cost those that start now after being overtaken."""
    now = clock.now()
    FairnessReceipt.objects.bulk_create(
        [
            FairnessReceipt(
                account_id=reading.queued[overtake.brief].account_id,
                wallet_id=reading.queued[overtake.brief].wallet_id,
                project_id=overtake.brief,
                overtaken_id=overtake.overtaken,
                credits=reading.queued[overtake.brief].credits,
                at=now,
                reserved_for=overtake.reserved_for,
                planned_delay=overtake.planned_delay,
            )
            for overtake in decisions.overtakes
        ],
        # Withdrawn, handed in and started again within one tick of the clock: one receipt says it.
        ignore_conflicts=True,
    )
    once_reserved = [
        start.brief
        for start in decisions.starts
        if reading.queued[start.brief].first_reserved_for is not None
    ]
    if not once_reserved:
        return
    receipts = FairnessReceipt.objects.filter(
        overtaken_id__in=once_reserved, realized_delay__isnull=True
    )
    settled = []
    for receipt in receipts:
        calendar = reading.calendars[receipt.wallet_id]
        late = calendar.between(receipt.reserved_for, reading.snapshot.today)
        receipt.realized_delay = max(0, late)
        settled.append(receipt)
    FairnessReceipt.objects.bulk_update(settled, ["realized_delay"])


def _note_waits(reading: QueueReading, decisions: Decisions) -> None:
    """Keep each waiting brief's reason and reservation, where they changed."""
    reserved = {reservation.brief: reservation.day for reservation in decisions.reservations}
    changed = []
    for wait in decisions.waits:
        project = reading.queued[wait.brief]
        day = reserved.get(wait.brief)
        if (project.wait_reason, project.reserved_for) == (wait.reason.value, day):
            continue
        project.wait_reason = wait.reason.value
        project.reserved_for = day
        project.first_reserved_for = project.first_reserved_for or day
        changed.append(project)
    Project.objects.bulk_update(changed, ["wait_reason", "reserved_for", "first_reserved_for"])
