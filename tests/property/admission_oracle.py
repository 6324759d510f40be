"""The rules of the queue once more, as slowly and plainly as they can be said.

Shares no code with the package but its data classes: days are counted one by one, free credits
are added up anew for every question, and nothing is remembered. ``apply`` and ``give_back`` play
the part of the ledger.
"""

from dataclasses import replace
from datetime import date, timedelta

from callsheet.admission.decide import Decisions
from callsheet.admission.snapshot import (
    Billing,
    Brief,
    Occupant,
    Policy,
    Snapshot,
    WalletState,
)

FAR = 120
"""Days that are looked at, one by one: more than any case in the tests needs."""


def works(wallet: WalletState, day: date) -> bool:
    return day.weekday() < 5 and day not in wallet.calendar.closures


def later(wallet: WalletState, day: date, n: int) -> date:
    while n:
        day += timedelta(1)
        n -= works(wallet, day)
    return day


def wallet_of(snapshot: Snapshot, wallet: int) -> WalletState:
    return next(w for w in snapshot.wallets if w.id == wallet)


def order(snapshot: Snapshot, wallet: WalletState) -> list[Brief]:
    planned = wallet.policy is Policy.PLANNED

    def key(brief: Brief) -> tuple[bool, date, int, int]:
        in_plan = planned and brief.planned_start is not None
        day = brief.planned_start if in_plan and brief.planned_start else date.max
        return (not in_plan, day, brief.rank, brief.id)

    return sorted((b for b in snapshot.briefs if b.wallet == wallet.id), key=key)


def limit(snapshot: Snapshot, wallet: WalletState) -> float:
    if wallet.billing is Billing.PAY_AS_YOU_GO:
        return float("inf")
    if not snapshot.borrowing:
        return wallet.max_capacity
    lent_by_others = 0
    for other in snapshot.wallets:
        if other.id != wallet.id and other.billing is Billing.SUBSCRIPTION:
            above = max(0, other.max_capacity - other.floor)
            lent_by_others += above if other.may_lend is None else min(above, other.may_lend)
    if wallet.may_borrow is not None:
        lent_by_others = min(lent_by_others, wallet.may_borrow)
    return wallet.max_capacity + lent_by_others


def eligible(snapshot: Snapshot, brief: Brief) -> bool:
    return (
        (brief.not_before is None or brief.not_before <= snapshot.today)
        and not brief.predecessors
        and brief.credits + sum(o.credits for o in snapshot.occupants if o.project == brief.grows)
        <= limit(snapshot, wallet_of(snapshot, brief.wallet))
    )


def free_now(snapshot: Snapshot, wallet: WalletState) -> int:
    overdue = sum(s.delta for s in wallet.steps if s.day <= snapshot.today and s.delta < 0)
    return wallet.available - wallet.due_back + overdue


def free_on(snapshot: Snapshot, wallet: WalletState, day: date, besides: int | None = None) -> int:
    """Own credits of a wallet that are free on a later day, by the P50 returns; what the project
    ``besides`` returns is left out.
    """
    tomorrow = later(wallet, snapshot.today, 1)
    free = free_now(snapshot, wallet)
    for step in wallet.steps:
        if step.day > snapshot.today:
            free += step.delta if step.day <= day else 0
        elif step.delta > 0:
            free += step.delta if tomorrow <= day else 0
    for o in snapshot.occupants:
        back = o.returns_p50
        if back <= snapshot.today:
            back = later(wallet_of(snapshot, o.wallet), snapshot.today, 1)
        if back > day:
            continue
        if (
            o.wallet == wallet.id
            and wallet.billing is Billing.SUBSCRIPTION
            and (o.project != besides)
        ):
            free += o.credits - sum(credits for _, credits in o.borrowed)
        free += sum(credits for lender, credits in o.borrowed if lender == wallet.id)
    return free


def earliest(snapshot: Snapshot, wallet: WalletState, brief: Brief) -> date | None:
    days = (snapshot.today + timedelta(n) for n in range(1, FAR))
    return next(
        (d for d in days if free_on(snapshot, wallet, d, brief.grows) >= brief.credits), None
    )


def start(snapshot: Snapshot, brief: Brief, loans: tuple[tuple[int, int], ...] = ()) -> Snapshot:
    """The snapshot after a brief has started: what the ledger would have posted."""
    wallet = wallet_of(snapshot, brief.wallet)
    lent = dict(loans)
    own = brief.credits - sum(lent.values())
    wallets = []
    for w in snapshot.wallets:
        if w.id == wallet.id:
            w = replace(w, available=w.available - own)
        if w.id in lent:
            w = replace(w, available=w.available - lent[w.id], lent=w.lent + lent[w.id])
        wallets.append(w)
    occupant = Occupant(
        brief.id,
        wallet.id,
        brief.credits,
        later(wallet, snapshot.today, brief.days_p50),
        later(wallet, snapshot.today, brief.days_p80),
        loans,
    )
    return replace(
        snapshot,
        wallets=tuple(wallets),
        briefs=tuple(b for b in snapshot.briefs if b.id != brief.id),
        occupants=(*snapshot.occupants, occupant),
    )


def apply(snapshot: Snapshot, decisions: Decisions) -> Snapshot:
    """The snapshot after all that starts has started, in the order given."""
    briefs = {brief.id: brief for brief in snapshot.briefs}
    for begun in decisions.starts:
        snapshot = start(snapshot, briefs[begun.brief], begun.loans)
    return snapshot


def give_back(snapshot: Snapshot, brief: Brief) -> Snapshot:
    """The snapshot after a brief that had started is returned to its place in the queue."""
    gone = next(o for o in snapshot.occupants if o.project == brief.id)
    lent = dict(gone.borrowed)
    wallets = []
    for w in snapshot.wallets:
        if w.id == gone.wallet:
            w = replace(w, available=w.available + gone.credits - sum(lent.values()))
        if w.id in lent:
            w = replace(w, available=w.available + lent[w.id], lent=w.lent - lent[w.id])
        wallets.append(w)
    return replace(
        snapshot,
        wallets=tuple(wallets),
        briefs=(*snapshot.briefs, brief),
        occupants=tuple(o for o in snapshot.occupants if o.project != brief.id),
    )


def in_time(snapshot: Snapshot, brief: Brief, day: date) -> bool:
    """Whether a brief that starts now has given its credits back by a day, at P80."""
    return later(wallet_of(snapshot, brief.wallet), snapshot.today, brief.days_p80) <= day


def paused(snapshot: Snapshot, wallet: WalletState) -> bool:
    return wallet.paused_until is not None and snapshot.today < wallet.paused_until


def strict(wallet: WalletState) -> bool:
    return wallet.policy is Policy.STRICT or wallet.billing is Billing.PAY_AS_YOU_GO


def find_head(snapshot: Snapshot, wallet: WalletState) -> tuple[Brief, date] | None:
    """The first eligible brief that does not fit now and will some day, with that day."""
    if paused(snapshot, wallet):
        return None
    for brief in order(snapshot, wallet):
        if not eligible(snapshot, brief) or brief.credits <= free_now(snapshot, wallet):
            continue
        if day := earliest(snapshot, wallet, brief):
            return brief, day
        if strict(wallet):
            return None
    return None


def out_of_patience(snapshot: Snapshot, head: Brief) -> bool:
    if head.first_reserved is None:
        return False
    wallet = wallet_of(snapshot, head.wallet)
    return snapshot.today >= later(wallet, head.first_reserved, snapshot.patience_days)


def decide_alone(snapshot: Snapshot) -> tuple[list[int], dict[int, tuple[int, date]]]:
    """Starts and reservations of wallets that do not lend: each start made, then all anew."""
    starts: list[int] = []
    heads: dict[int, tuple[int, date]] = {}
    for wallet_id in sorted(w.id for w in snapshot.wallets):
        while True:
            wallet = wallet_of(snapshot, wallet_id)
            found = next(
                (b for b in order(snapshot, wallet) if may_start_alone(snapshot, wallet, b)), None
            )
            if found is None:
                break
            starts.append(found.id)
            snapshot = start(snapshot, found)
        if head := find_head(snapshot, wallet_of(snapshot, wallet_id)):
            heads[wallet_id] = (head[0].id, head[1])
    return starts, heads


def may_start_alone(snapshot: Snapshot, wallet: WalletState, brief: Brief) -> bool:
    """Whether a brief may start now on its wallet's own credits, judged by itself."""
    free = free_now(snapshot, wallet)
    if paused(snapshot, wallet) or not eligible(snapshot, brief) or brief.credits > free:
        return False
    for first in order(snapshot, wallet):
        if first.id == brief.id:
            return True
        if not eligible(snapshot, first) or first.credits <= free:
            continue
        if strict(wallet):
            return False
        if (day := earliest(snapshot, wallet, first)) is None:
            continue
        if out_of_patience(snapshot, first):
            return False
        spare = free_on(snapshot, wallet, day, first.grows) - first.credits
        return in_time(snapshot, brief, day) or brief.credits <= spare
    raise AssertionError("the brief is not in its own queue")


def could_lend(snapshot: Snapshot, lender: WalletState, brief: Brief) -> int:
    """What a wallet whose own queue can use nothing may lend to a brief of another."""
    owes = free_now(snapshot, lender) < 0 or lender.billing is Billing.PAY_AS_YOU_GO
    if owes or paused(snapshot, lender):
        return 0
    room = free_now(snapshot, lender) - lender.floor
    if lender.may_lend is not None:
        room = min(room, lender.may_lend - lender.lent)
    waiting = [b for b in order(snapshot, lender) if eligible(snapshot, b)]
    if strict(lender) and waiting:
        return 0
    if head := find_head(snapshot, lender):
        if out_of_patience(snapshot, head[0]):
            return 0
        if not in_time(snapshot, brief, head[1]):
            room = min(room, free_on(snapshot, lender, head[1], head[0].grows) - head[0].credits)
    return max(0, room)


def may_start(snapshot: Snapshot, brief: Brief) -> bool:
    """Whether a brief may start now, with the help of others where they may give it."""
    wallet = wallet_of(snapshot, brief.wallet)
    if may_start_alone(snapshot, wallet, brief):
        return True
    if not snapshot.borrowing or wallet.billing is Billing.PAY_AS_YOU_GO:
        return False
    own = free_now(snapshot, wallet)
    if own < 0 or paused(snapshot, wallet) or not eligible(snapshot, brief):
        return False
    for first in order(snapshot, wallet):
        if first.id == brief.id:
            break
        if not eligible(snapshot, first) or first.credits <= own:
            continue
        if strict(wallet):
            return False
        if day := earliest(snapshot, wallet, first):
            if out_of_patience(snapshot, first):
                return False
            if not in_time(snapshot, brief, day):
                own = min(own, free_on(snapshot, wallet, day, first.grows) - first.credits)
            break
    lacking = brief.credits - own
    borrowed = sum(
        credits for o in snapshot.occupants if o.wallet == wallet.id for _, credits in o.borrowed
    )
    if wallet.may_borrow is not None and lacking > wallet.may_borrow - borrowed:
        return False
    others = (w for w in snapshot.wallets if w.id != wallet.id)
    return lacking <= sum(could_lend(snapshot, other, brief) for other in others)
