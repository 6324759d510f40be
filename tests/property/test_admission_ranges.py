"""Expected starts against life: if everything goes as expected, the days come true."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given

from callsheet.admission.decide import decide
from callsheet.admission.ranges import expected_starts
from callsheet.admission.snapshot import Billing, Occupant, Snapshot
from tests.property import admission_oracle as oracle
from tests.property.test_admission import OFTEN, snapshots

WORKING_DAYS = 40


def without_doubt(snapshot: Snapshot) -> Snapshot:
    """The same with P80 like P50, and overdue returns on the next working day."""

    def back(occupant: Occupant) -> date:
        wallet = oracle.wallet_of(snapshot, occupant.wallet)
        return max(occupant.returns_p50, oracle.later(wallet, snapshot.today, 1))

    return replace(
        snapshot,
        briefs=tuple(replace(brief, days_p80=brief.days_p50) for brief in snapshot.briefs),
        occupants=tuple(
            replace(o, returns_p50=back(o), returns_p80=back(o)) for o in snapshot.occupants
        ),
    )


def next_day(snapshot: Snapshot) -> Snapshot:
    """One calendar day later: what is due comes home, steps are booked, successors are free."""
    day = snapshot.today + timedelta(1)
    change = {wallet.id: 0 for wallet in snapshot.wallets}
    lent = {wallet.id: wallet.lent for wallet in snapshot.wallets}
    finished = {o.project for o in snapshot.occupants if o.returns_p50 <= day}
    for o in snapshot.occupants:
        if o.project not in finished:
            continue
        own = o.credits
        for lender, credits in o.borrowed:
            own -= credits
            change[lender] += credits
            lent[lender] -= credits
        if oracle.wallet_of(snapshot, o.wallet).billing is Billing.SUBSCRIPTION:
            change[o.wallet] += own
    wallets = []
    for wallet in snapshot.wallets:
        overdue = [s for s in wallet.steps if s.day <= snapshot.today and s.delta > 0]
        if overdue and day >= oracle.later(wallet, snapshot.today, 1):
            change[wallet.id] += sum(s.delta for s in overdue)
            wallet = replace(wallet, steps=tuple(s for s in wallet.steps if s not in overdue))
        booked = tuple(s for s in wallet.steps if s.day == day)
        change[wallet.id] += sum(s.delta for s in booked)
        wallets.append(
            replace(
                wallet,
                available=wallet.available + change[wallet.id],
                lent=lent[wallet.id],
                steps=tuple(s for s in wallet.steps if s not in booked),
            )
        )
    return replace(
        snapshot,
        today=day,
        wallets=tuple(wallets),
        briefs=tuple(
            replace(b, predecessors=tuple(p for p in b.predecessors if p not in finished))
            for b in snapshot.briefs
            if b.grows not in finished
        ),
        occupants=tuple(o for o in snapshot.occupants if o.project not in finished),
    )


@OFTEN
@given(snapshots() | snapshots(borrowing=True))
def test_as_expected_so_it_comes(snapshot: Snapshot) -> None:
    snapshot = without_doubt(snapshot)
    expected = {
        e.brief: e.p50 for e in expected_starts(snapshot, WORKING_DAYS) if e.p50 is not None
    }
    until = max(wallet.calendar.add(snapshot.today, WORKING_DAYS) for wallet in snapshot.wallets)
    came: dict[int, date] = {}
    while snapshot.today <= until:
        decisions = decide(snapshot)
        came |= {start.brief: snapshot.today for start in decisions.starts}
        snapshot = next_day(oracle.apply(snapshot, decisions))
    assert came == expected
