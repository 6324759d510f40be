"""Who starts now, and why not the others: a snapshot in, decisions out.

Pure and deterministic: no clock, no database, no memory. The order in which wallets, briefs and
occupants are given does not matter.
"""

from collections import defaultdict
from datetime import date

from callsheet.admission import pool
from callsheet.admission.decisions import (
    Decisions,
    Overtake,
    Reservation,
    Start,
    Wait,
)
from callsheet.admission.desk import Desk, queue_key
from callsheet.admission.domain import Domain
from callsheet.admission.reasons import Reason
from callsheet.admission.snapshot import Billing, Brief, Policy, Snapshot, WalletState

__all__ = ["Decisions", "Overtake", "Reservation", "Start", "Wait", "decide", "limits", "queues"]


def decide(snapshot: Snapshot) -> Decisions:
    """Decide a snapshot.

    What starts keeps within the wallets' available credits, limits and floors. Nothing that
    starts moves a reservation at the estimates of the snapshot. No credits stay idle that the
    policy would let a brief use. Deciding the state that results starts nothing more.
    """
    domain = Domain(snapshot)
    lines = queues(snapshot)
    most = limits(snapshot)
    today = snapshot.today
    for wallet, line in lines.items():
        limit = most[wallet]
        domain.desks[wallet].serve(
            [
                brief
                for brief in line
                if not brief.predecessors
                and (brief.not_before is None or brief.not_before <= today)
                and (limit is None or brief.credits + snapshot.on_top_of(brief) <= limit)
            ]
        )
    begun = domain.settle()
    started = {begun.brief.id for begun in begun}
    waits: list[Wait] = []
    reservations: list[Reservation] = []
    for wallet, desk in domain.desks.items():
        if (head := desk.head) is not None:
            reservations.append(Reservation(wallet, head.brief.id, head.day, head.free_then))
        waits += _waits(snapshot, desk, lines[wallet], started, most[wallet])
    return Decisions(
        starts=tuple(Start(b.brief.id, b.brief.wallet, b.brief.credits, b.loans) for b in begun),
        waits=tuple(waits),
        reservations=tuple(reservations),
        overtakes=tuple(
            Overtake(b.brief.id, head.brief.id, head.day)
            for b in begun
            for head in b.passed
            if head.brief.id not in started
        ),
    )


def queues(snapshot: Snapshot) -> dict[int, list[Brief]]:
    """The waiting briefs of every wallet, by wallet id, in the order of its policy."""
    lines: dict[int, list[Brief]] = defaultdict(list)
    for brief in snapshot.briefs:
        lines[brief.wallet].append(brief)
    wallets = sorted(snapshot.wallets, key=lambda wallet: wallet.id)
    return {w.id: sorted(lines[w.id], key=queue_key(w.policy)) for w in wallets}


def limits(snapshot: Snapshot) -> dict[int, int | None]:
    """The most credits that each wallet could ever hold at once; ``None`` if it can buy more."""
    lending = {
        wallet.id: pool.most_to_lend(wallet.max_capacity, wallet.floor, wallet.may_lend)
        for wallet in snapshot.wallets
        if snapshot.borrowing and wallet.billing is Billing.SUBSCRIPTION
    }
    together = sum(lending.values())

    def most(wallet: WalletState) -> int | None:
        if wallet.billing is Billing.PAY_AS_YOU_GO:
            return None
        others = together - lending.get(wallet.id, 0)
        return pool.most_ever(wallet.max_capacity, wallet.may_borrow, others)

    return {wallet.id: most(wallet) for wallet in snapshot.wallets}


def _waits(
    snapshot: Snapshot, desk: Desk, line: list[Brief], started: set[int], limit: int | None
) -> list[Wait]:
    """Why the briefs of one queue wait, in its order, at the end of the decision."""
    wallet, today = desk.wallet, desk.today
    planned = wallet.policy is Policy.PLANNED
    free = max(0, desk.usable)
    blocked, until = _whole_queue(desk)
    head = desk.head.brief.id if desk.head is not None else None
    reserved = desk.head.day if desk.head is not None else None
    waits: list[Wait] = []
    ahead = 0
    for brief in line:
        if brief.id in started:
            continue
        credits = brief.credits
        in_plan = not planned or brief.planned_start is not None
        day, because_of, most = until, None, None
        on_top = snapshot.on_top_of(brief)
        if limit is not None and credits + on_top > limit:
            reason, day, most = Reason.EXCEEDS_CAPACITY, None, max(0, limit - on_top)
        elif brief.not_before is not None and brief.not_before > today:
            reason, day = Reason.NOT_BEFORE, brief.not_before
        elif brief.predecessors:
            reason, day, because_of = Reason.WAITING_FOR_PREDECESSOR, None, min(brief.predecessors)
        elif blocked is not None:
            reason = blocked
        elif credits <= free:
            reason, day, because_of = Reason.BEHIND_RESERVATION, reserved, head
        elif not desk.recycles:
            reason = Reason.WAITING_FOR_PURCHASE
        elif credits <= free + desk.lent:
            reason = Reason.LENT_OUT
        else:
            reason = Reason.WAITING_FOR_CREDITS
        waits.append(
            Wait(
                brief.id,
                wallet.id,
                reason,
                len(waits) + 1,
                ahead,
                credits,
                max(0, credits - free),
                day,
                because_of,
                most,
                in_plan,
            )
        )
        ahead += credits
    return waits


def _whole_queue(desk: Desk) -> tuple[Reason | None, date | None]:
    """The reason that stops a whole queue, if there is one, and the day on which it ends."""
    if desk.paused:
        return Reason.SUBSCRIPTION_PAUSED, desk.wallet.paused_until
    if desk.usable >= 0:
        return None, None
    overdrawn = desk.wallet.overdrawn or desk.wallet.due_back <= 0
    return (Reason.WALLET_OVERDRAWN if overdrawn else Reason.DUE_BACK_FIRST), None
