"""Admission, in the transaction of whatever freed credits or asked for them.

Reads the queue under the locks, lets the pure package decide, posts all that starts in one ledger
call, and writes down what follows: projects, intervals of occupancy, reasons, fairness receipts,
events.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from callsheet.admission.decide import decide
from callsheet.admission.decisions import Decisions, Start
from callsheet.credits import lots
from callsheet.credits.kinds import Kind
from callsheet.credits.locking import Locked, read_again
from callsheet.credits.models import Billing, Lot, Wallet
from callsheet.credits.post import Move, post
from callsheet.insight.snapshots import QueueReading, read_queue
from callsheet.journal import events
from callsheet.journal.commands import OpenCommand
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.rows import insert_all, write_fields
from callsheet.notifications.causes import OF_QUEUE
from callsheet.projects.lifecycle import Status, find
from callsheet.projects.models import Amendment, FairnessReceipt, Occupancy, Project
from callsheet.services.applying import can_still_grow, grow
from callsheet.services.final_approval import take_back_final_approval
from callsheet.services.following import follow, stir_queues
from callsheet.services.telling import tell_all

CHANGED_BY_START = [
    "status", "hold_id", "started_at", "returns_p50", "returns_p80", "wait_reason",
    "reserved_for", "first_reserved_for", "resuming_since", "resumes_to", "ended_at",
    "ended_by_clock", "reopen_until", "version", "changed_at",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Going:
    """How a project that waits goes on once its credits are held."""

    action: str
    event: str
    target: Status


def _going(project: Project) -> _Going:
    if project.status == Status.PARKED:
        return _Going("resume", "resumed", Status(project.resumes_to))
    if project.status == Status.FINALIZED:
        return _Going("reopen", "reopened", Status.DELIVERED)
    return _Going("start", "started", Status.PENDING_REVIEW)


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
            growing = can_still_grow(command, together)
            reading = read_queue(together, borrowing=domain.borrowing, amendments=growing)
            if reading is None:
                continue
            decisions = decide(reading.snapshot)
            started += _start(command, reading, decisions, fresh)
            noted = _note_waits(reading, decisions)
            # A new day that brings nothing is no reason to look at anybody's dates again.
            if command.name in OF_QUEUE and (moved or noted or command.name != "begin_day"):
                stir_queues(command, {wallet.pk for wallet in together} & touched)
    return started


def _start(
    command: OpenCommand, reading: QueueReading, decisions: Decisions, wallets: dict[int, Wallet]
) -> list[int]:
    """Post the holds of all that starts in one ledger call and bring the projects along."""
    if not decisions.starts:
        return []
    moves, places = _moves(decisions.starts, reading, wallets)
    posting = post(command, moves)
    now = clock.now()
    projects: list[Project] = []
    occupancies: list[Occupancy] = []
    happened: list[Event] = []
    for start, place in zip(decisions.starts, places, strict=True):
        if start.brief < 0:
            grow(command, reading.amendments[-start.brief], posting.holds[place])
            continue
        project = reading.queued[start.brief]
        source, going = Status(project.status), _going(project)
        find(going.action, source, going.target)
        if source is Status.FINALIZED:
            take_back_final_approval([project])
        _begin(project, posting.holds[place], going.target)
        projects.append(project)
        occupancies.append(
            Occupancy(
                account_id=project.account_id,
                wallet_id=project.wallet_id,
                project=project,
                credits=start.credits,
                since=now,
            )
        )
        happened.append(
            events.build(
                going.event,
                "project",
                project.pk,
                command=command,
                account_id=project.account_id,
                data={
                    "from": source,
                    "to": going.target,
                    "credits": start.credits,
                    "borrowed": sum(credits for _, credits in start.loans),
                },
            )
        )
    # Several starts are saved in one statement each, so that a big release stays one round trip.
    write_fields(projects, CHANGED_BY_START)
    insert_all(occupancies)
    insert_all(happened)
    follow(command, projects)
    tell_all(happened)
    _write_receipts(reading, decisions)
    return [project.pk for project in projects]


def _begin(project: Project, hold_id: int | None, target: Status) -> None:
    """Let a project that waited go on to ``target`` with its credits held."""
    now = clock.now()
    project.status = target
    project.hold_id = hold_id
    project.started_at = project.started_at if project.resuming_since else now
    project.wait_reason = ""
    project.reserved_for = None
    project.resuming_since = None
    project.resumes_to = ""
    project.ended_at = None
    project.ended_by_clock = False
    project.reopen_until = None
    project.version += 1
    project.changed_at = now


def _moves(
    starts: Iterable[Start], reading: QueueReading, wallets: dict[int, Wallet]
) -> tuple[list[Move], list[int]]:
    """The loans and holds of all starts, and for each start the place of its (first) hold.

    Growth of scope is held on top of what its project holds already; where that came home concept
    by concept, it opens a hold anew.
    """
    moves: list[Move] = []
    places: list[int] = []
    taken: dict[int, int] = {}
    known_lots: dict[int, list[Lot]] = {}
    for start in starts:
        hold = reading.project(start.brief).hold if start.brief < 0 else None
        held = hold.pk if hold is not None and hold.closed_at is None else None
        ref = None if held else str(start.brief)
        moves += [
            Move(Kind.LEND, credits, lender, start.wallet, hold=held, ref=ref)
            for lender, credits in start.loans
        ]
        places.append(len(moves))
        wallet = wallets[start.wallet]
        if wallet.billing == Billing.PAY_AS_YOU_GO:
            if wallet.pk not in known_lots:
                known_lots[wallet.pk] = lots.usable(wallet, reading.snapshot.today)
            moves += [
                Move(Kind.HOLD, credits, wallet.pk, hold=held, ref=ref, lot=lot)
                for lot, credits in lots.split(known_lots[wallet.pk], start.credits, taken)
            ]
        else:
            moves.append(Move(Kind.HOLD, start.credits, start.wallet, hold=held, ref=ref))
    return moves, places


def _write_receipts(reading: QueueReading, decisions: Decisions) -> None:
    """Record who overtook whom, and what it cost those that start now after being overtaken."""
    now = clock.now()
    credits = {start.brief: start.credits for start in decisions.starts}
    FairnessReceipt.objects.bulk_create(
        [
            FairnessReceipt(
                account_id=reading.project(overtake.brief).account_id,
                wallet_id=reading.project(overtake.brief).wallet_id,
                project_id=reading.project(overtake.brief).pk,
                overtaken_id=reading.project(overtake.overtaken).pk,
                credits=credits[overtake.brief],
                at=now,
                reserved_for=overtake.reserved_for,
                planned_delay=overtake.planned_delay,
            )
            for overtake in decisions.overtakes
        ],
        # Withdrawn, handed in and started again within one tick of the clock: one receipt says it.
        ignore_conflicts=True,
    )
    # A lender's brief may have been overtaken from another wallet, whose calendar is not its own
    # and which need not be in this reading any more.
    once_reserved = {
        project.pk: project.wallet_id
        for start in decisions.starts
        if reading.row(start.brief).first_reserved_for is not None
        for project in [reading.project(start.brief)]
    }
    if not once_reserved:
        return
    receipts = FairnessReceipt.objects.filter(
        overtaken_id__in=once_reserved, realized_delay__isnull=True
    )
    settled = []
    for receipt in receipts:
        calendar = reading.calendars[once_reserved[receipt.overtaken_id]]
        late = calendar.between(receipt.reserved_for, reading.snapshot.today)
        receipt.realized_delay = max(0, late)
        settled.append(receipt)
    write_fields(settled, ["realized_delay"])


def _note_waits(reading: QueueReading, decisions: Decisions) -> bool:
    """Keep each waiting brief's reason and reservation, where they changed; say whether one did."""
    reserved = {reservation.brief: reservation.day for reservation in decisions.reservations}
    projects: list[Project] = []
    amendments: list[Amendment] = []
    for wait in decisions.waits:
        row = reading.row(wait.brief)
        day = reserved.get(wait.brief)
        if (row.wait_reason, row.reserved_for) == (wait.reason.value, day):
            continue
        row.wait_reason = wait.reason.value
        row.reserved_for = day
        row.first_reserved_for = row.first_reserved_for or day
        if isinstance(row, Amendment):
            amendments.append(row)
        else:
            projects.append(row)
    noted = ["wait_reason", "reserved_for", "first_reserved_for"]
    write_fields(projects, noted)
    write_fields(amendments, noted)
    return bool(projects or amendments)
