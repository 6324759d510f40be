"""What admission promises, checked against the oracle on small made-up cases."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from callsheet.admission.decide import decide
from callsheet.admission.ranges import expected_starts
from callsheet.admission.reasons import Reason
from callsheet.admission.snapshot import (
    Billing,
    Brief,
    Occupant,
    Policy,
    Snapshot,
    Step,
    WalletState,
)
from callsheet.kit.workdays import WorkCalendar
from tests.property import admission_oracle as oracle

MONDAY = date(2026, 3, 2)
CALENDARS = (
    WorkCalendar(),
    WorkCalendar(closures=frozenset({MONDAY + timedelta(2), MONDAY + timedelta(7)})),
)


OFTEN = settings(max_examples=max(150, settings.default.max_examples if settings.default else 0))
"""Many situations are rare; 150 cases are the least that find them."""


@st.composite
def snapshots(draw: st.DrawFn, *, borrowing: bool = False) -> Snapshot:
    """One to four wallets of few credits with more briefs than fit.

    Half of the cases are plain crowds, where all depends on credits and days: a large brief
    first, small ones behind it. The others have everything in them that the domain knows.
    """
    plain = draw(st.booleans())

    def at_times[T](usual: T, strategy: st.SearchStrategy[T]) -> T:
        return usual if plain or draw(st.integers(0, 3)) else draw(strategy)

    today = MONDAY + timedelta(at_times(0, st.integers(0, 6)))
    days = st.integers(-4, 25).map(lambda n: today + timedelta(n))
    soon = st.integers(0, 12).map(lambda n: today + timedelta(n))
    briefs: list[Brief] = []
    occupants: list[Occupant] = []
    wallets: list[WalletState] = []
    count = draw(st.integers(2, 4) if borrowing else st.integers(1, 2))
    for wallet in range(1, count + 1):
        available = draw(st.integers(0, 7))
        for _ in range(draw(st.integers(1 if plain else 0, 3))):
            back = draw(soon)
            credits = draw(st.integers(1, 6))
            loans: tuple[tuple[int, int], ...] = ()
            if borrowing and not draw(st.integers(0, 3)):
                lender = draw(st.integers(1, count).filter(lambda n, me=wallet: n != me))
                loans = ((lender, draw(st.integers(1, credits))),)
            project = 1000 + len(occupants)
            late = back + timedelta(draw(st.integers(0, 4)))
            occupants.append(Occupant(project, wallet, credits, back, late, loans))
        working = [o.project for o in occupants if o.wallet == wallet]
        small = st.integers(1, 3 if plain else 8)
        for n in range(draw(st.integers(3 if plain else 0, 4 if borrowing else 6))):
            p50 = draw(st.integers(1, 10))
            large = plain and n == 0 and (wallet == 1 or draw(st.booleans()))
            briefs.append(
                Brief(
                    id=len(briefs) + 1,
                    wallet=wallet,
                    credits=available + draw(st.integers(1, 5)) if large else draw(small),
                    rank=0 if large else draw(st.integers(0, 3)),
                    not_before=at_times(None, days),
                    predecessors=at_times((), st.sampled_from([(1000,), (1,), (1, 1000)])),
                    days_p50=p50,
                    days_p80=p50 + draw(st.integers(0, 4)),
                    planned_start=draw(st.none() | days),
                    first_reserved=draw(st.none() | st.none() | days),
                    grows=at_times(None, st.sampled_from(working)) if working else None,
                )
            )
        steps = draw(st.lists(st.builds(Step, days, st.integers(-5, 5)), max_size=2))
        wallets.append(
            WalletState(
                id=wallet,
                available=available - at_times(0, st.integers(1, 9)),
                policy=draw(st.sampled_from([Policy.BACKFILL, *Policy])),
                billing=at_times(Billing.SUBSCRIPTION, st.sampled_from(Billing)),
                calendar=at_times(CALENDARS[0], st.sampled_from(CALENDARS)),
                max_capacity=at_times(14, st.integers(3, 14)),
                paused_until=at_times(None, days),
                due_back=at_times(0, st.integers(0, 5)),
                steps=tuple(at_times([], st.just(steps))),
                floor=at_times(0, st.integers(0, 3)),
                may_borrow=draw(st.sampled_from([None, 0, 3, 5])),
                may_lend=draw(st.sampled_from([None, None, 3, 5])),
                weight=draw(st.integers(0, 3)),
                is_pool=at_times(False, st.booleans()),
            )
        )
    wallets = [
        replace(w, lent=sum(n for o in occupants for lender, n in o.borrowed if lender == w.id))
        for w in wallets
    ]
    return Snapshot(today, tuple(wallets), tuple(briefs), tuple(occupants), borrowing)


@OFTEN
@given(snapshots())
def test_starts_and_reservations_are_those_of_the_oracle(snapshot: Snapshot) -> None:
    decisions = decide(snapshot)
    starts, heads = oracle.decide_alone(snapshot)
    assert sorted(start.brief for start in decisions.starts) == sorted(starts)
    assert {r.wallet: (r.brief, r.day) for r in decisions.reservations} == heads


@OFTEN
@given(snapshots() | snapshots(borrowing=True))
def test_never_over_what_is_there_or_under_a_floor(snapshot: Snapshot) -> None:
    decisions = decide(snapshot)
    own = {w.id: oracle.free_now(snapshot, w) for w in snapshot.wallets}
    lent = {w.id: w.lent for w in snapshot.wallets}
    borrowed = {
        w.id: sum(n for o in snapshot.occupants if o.wallet == w.id for _, n in o.borrowed)
        for w in snapshot.wallets
    }
    for start in decisions.starts:
        wallet = oracle.wallet_of(snapshot, start.wallet)
        assert own[start.wallet] >= 0
        for lender_id, credits in start.loans:
            lender = oracle.wallet_of(snapshot, lender_id)
            assert snapshot.borrowing
            assert credits > 0
            assert lender_id != start.wallet
            assert Billing.PAY_AS_YOU_GO not in (lender.billing, wallet.billing)
            own[lender_id] -= credits
            lent[lender_id] += credits
            borrowed[start.wallet] += credits
            assert own[lender_id] >= lender.floor
            assert lender.may_lend is None or lent[lender_id] <= lender.may_lend
        if start.loans and wallet.may_borrow is not None:
            assert borrowed[start.wallet] <= wallet.may_borrow
        own[start.wallet] -= start.credits - sum(credits for _, credits in start.loans)
        assert own[start.wallet] >= 0


@OFTEN
@given(snapshots() | snapshots(borrowing=True))
def test_no_later_brief_and_no_loan_moves_the_head(snapshot: Snapshot) -> None:
    decisions = decide(snapshot)
    briefs = {brief.id: brief for brief in snapshot.briefs}
    for reservation in decisions.reservations:
        wallet = oracle.wallet_of(snapshot, reservation.wallet)
        queue = [brief.id for brief in oracle.order(snapshot, wallet)]
        before = queue[: queue.index(reservation.brief)]
        alone = snapshot
        for start in decisions.starts:
            if start.brief in before:
                alone = oracle.start(alone, briefs[start.brief], start.loans)
        head = briefs[reservation.brief]
        without = oracle.earliest(alone, oracle.wallet_of(alone, wallet.id), head)
        after = oracle.apply(snapshot, decisions)
        with_all = oracle.earliest(after, oracle.wallet_of(after, wallet.id), head)
        assert without == with_all == reservation.day


@OFTEN
@given(snapshots() | snapshots(borrowing=True))
def test_no_credit_is_idle_while_a_brief_may_start(snapshot: Snapshot) -> None:
    decisions = decide(snapshot)
    after = oracle.apply(snapshot, decisions)
    for wait in decisions.waits:
        brief = next(brief for brief in after.briefs if brief.id == wait.brief)
        assert not oracle.may_start(after, brief), wait


@OFTEN
@given(snapshots() | snapshots(borrowing=True))
def test_deciding_again_changes_nothing(snapshot: Snapshot) -> None:
    decisions = decide(snapshot)
    again = decide(oracle.apply(snapshot, decisions))
    assert again.starts == ()
    assert again.waits == decisions.waits
    assert [(r.wallet, r.brief, r.day) for r in again.reservations] == [
        (r.wallet, r.brief, r.day) for r in decisions.reservations
    ]


@OFTEN
@given(snapshots() | snapshots(borrowing=True), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(snapshot: Snapshot, random: object) -> None:
    def shuffled[T](things: tuple[T, ...]) -> tuple[T, ...]:
        copy = list(things)
        random.shuffle(copy)  # type: ignore[attr-defined]
        return tuple(copy)

    other = replace(
        snapshot,
        wallets=tuple(
            replace(wallet, steps=shuffled(wallet.steps)) for wallet in shuffled(snapshot.wallets)
        ),
        briefs=shuffled(snapshot.briefs),
        occupants=shuffled(snapshot.occupants),
    )
    assert decide(other) == decide(snapshot)
    assert expected_starts(other, 60) == expected_starts(snapshot, 60)


@OFTEN
@given(snapshots() | snapshots(borrowing=True), st.randoms(use_true_random=False))
def test_remove_all_add_all_back_same_state(snapshot: Snapshot, random: object) -> None:
    decisions = decide(snapshot)
    after = oracle.apply(snapshot, decisions)
    started = {start.brief for start in decisions.starts}
    back = [brief for brief in snapshot.briefs if brief.id in started]
    random.shuffle(back)  # type: ignore[attr-defined]
    for brief in back:
        after = oracle.give_back(after, brief)
    assert decide(after) == decisions


@OFTEN
@given(snapshots() | snapshots(borrowing=True))
def test_every_brief_starts_or_waits_for_a_reason_that_is_true(snapshot: Snapshot) -> None:
    decisions = decide(snapshot)
    after = oracle.apply(snapshot, decisions)
    started = [start.brief for start in decisions.starts]
    assert sorted(started + [wait.brief for wait in decisions.waits]) == sorted(
        brief.id for brief in snapshot.briefs
    )
    for wait in decisions.waits:
        brief = next(brief for brief in after.briefs if brief.id == wait.brief)
        wallet = oracle.wallet_of(after, brief.wallet)
        free = oracle.free_now(after, wallet)
        assert wait.missing == max(0, brief.credits - max(0, free))
        assert (wait.reason is Reason.EXCEEDS_CAPACITY) == (
            brief.credits + after.on_top_of(brief) > oracle.limit(after, wallet)
        )
        if wait.reason is Reason.NOT_BEFORE:
            assert brief.not_before is not None
            assert wait.until == brief.not_before > after.today
        elif wait.reason is Reason.WAITING_FOR_PREDECESSOR:
            assert wait.because_of in brief.predecessors
        elif wait.reason is Reason.SUBSCRIPTION_PAUSED:
            assert oracle.paused(after, wallet)
        elif wait.reason in (Reason.WALLET_OVERDRAWN, Reason.DUE_BACK_FIRST):
            assert free < 0
        elif wait.reason is Reason.BEHIND_RESERVATION:
            assert brief.credits <= free
        elif wait.reason is Reason.LENT_OUT:
            assert free < brief.credits <= free + wallet.lent
        elif wait.reason is Reason.WAITING_FOR_PURCHASE:
            assert wallet.billing is Billing.PAY_AS_YOU_GO
        elif wait.reason is Reason.WAITING_FOR_CREDITS:
            assert brief.credits > free + wallet.lent
        assert wait.sentence()


@OFTEN
@given(snapshots() | snapshots(borrowing=True))
def test_receipts_name_a_waiting_head_and_its_day(snapshot: Snapshot) -> None:
    decisions = decide(snapshot)
    heads = {reservation.brief: reservation.day for reservation in decisions.reservations}
    starts = {start.brief: start for start in decisions.starts}
    for receipt in decisions.overtakes:
        assert heads[receipt.overtaken] == receipt.reserved_for
        assert receipt.planned_delay == 0
        assert receipt.brief in starts
    told = {(receipt.brief, receipt.overtaken) for receipt in decisions.overtakes}
    for reservation in decisions.reservations:
        wallet = oracle.wallet_of(snapshot, reservation.wallet)
        queue = [brief.id for brief in oracle.order(snapshot, wallet)]
        behind = queue[queue.index(reservation.brief) + 1 :]
        for brief in behind:
            if brief in starts:
                assert (brief, reservation.brief) in told


@OFTEN
@given(snapshots() | snapshots(borrowing=True))
def test_expected_starts_begin_with_what_starts_now(snapshot: Snapshot) -> None:
    started = {start.brief for start in decide(snapshot).starts}
    expected = {e.brief: e for e in expected_starts(snapshot, 60)}
    assert expected.keys() == {brief.id for brief in snapshot.briefs}
    for brief, start in expected.items():
        # At P50 the play's first day is the very decision.
        assert (start.p50 == snapshot.today) >= (brief in started)
        if start.p50 is not None and start.p80 is not None:
            assert snapshot.today <= start.p50 <= start.p80
    for wait in decide(snapshot).waits:
        if wait.reason is Reason.EXCEEDS_CAPACITY:
            assert expected[wait.brief].p50 is expected[wait.brief].p80 is None
