"""A replay under the recorded credits and policy gives the recorded history again.

The histories are made by the slow oracle of admission, day by day, which shares no code with
admission but its data classes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsheet.admission.snapshot import (
    Billing,
    Brief,
    Occupant,
    Policy,
    Snapshot,
    SnapshotError,
    WalletState,
)
from callsheet.kit.workdays import WorkCalendar
from callsheet.planner.replay import Recorded, replay
from tests.property.admission_oracle import decide_alone, later, wallet_of
from tests.property.admission_oracle import start as begin

CALENDAR = WorkCalendar(closures=frozenset({date(2027, 1, 6)}))
FIRST = date(2027, 1, 1)

recorded = st.builds(
    lambda id, size, day, days, p50, more: Recorded(
        id, 5 * size, FIRST + timedelta(day), days, id, p50, p50 + more
    ),
    st.just(0),
    st.integers(1, 6),
    st.integers(0, 20),
    st.integers(1, 12),
    st.integers(1, 12),
    st.integers(0, 5),
)
histories = st.lists(recorded, min_size=1, max_size=9).map(
    lambda works: [replace(work, id=n, rank=n) for n, work in enumerate(works, 1)]
)
policies = st.sampled_from(list(Policy))


def as_recorded(history: list[Recorded], capacity: int, policy: Policy) -> dict[int, date]:
    """The start of every project that ever starts, by the oracle's rules."""
    wallet = WalletState(1, capacity, policy, Billing.SUBSCRIPTION, CALENDAR, capacity)
    state, works = Snapshot(FIRST, (wallet,), ()), {work.id: work for work in history}
    starts: dict[int, date] = {}

    def admit() -> None:
        nonlocal state
        found, heads = decide_alone(state)
        briefs = {brief.id: brief for brief in state.briefs}
        for id in found:
            state = begin(state, briefs[id])
            starts[id] = state.today
        first = dict(heads.values())
        state = replace(
            state,
            briefs=tuple(
                replace(b, first_reserved=b.first_reserved or first.get(b.id)) for b in state.briefs
            ),
        )

    for number in range(250):
        day = FIRST + timedelta(number)
        back = [o for o in state.occupants if _back(o, works, starts) <= day]
        free = wallet_of(state, 1).available + sum(o.credits for o in back)
        state = replace(
            state,
            today=day,
            occupants=tuple(o for o in state.occupants if o not in back),
            wallets=(replace(wallet, available=free),),
        )
        admit()
        for work in sorted(history, key=lambda work: work.rank):
            if work.submitted == day:
                brief = Brief(
                    work.id, 1, work.credits, work.rank,
                    days_p50=work.days_p50, days_p80=work.days_p80,
                )  # fmt: skip
                state = replace(state, briefs=(*state.briefs, brief))
                admit()
    return starts


def _back(held: Occupant, works: dict[int, Recorded], starts: dict[int, date]) -> date:
    wallet = WalletState(1, 0, Policy.STRICT, Billing.SUBSCRIPTION, CALENDAR, 0)
    return later(wallet, starts[held.project], works[held.project].days)


@settings(max_examples=40, deadline=None)
@given(histories, st.sampled_from([10, 20, 30, 45]), policies)
def test_the_recorded_rules_give_the_recorded_history(
    history: list[Recorded], capacity: int, policy: Policy
) -> None:
    again = replay(history, capacity, policy, CALENDAR)
    started = {work.id: work.start for work in again.works if work.start}
    assert started == as_recorded(history, capacity, policy)


@settings(max_examples=60, deadline=None)
@given(histories, policies)
def test_never_more_is_held_than_there_is(history: list[Recorded], policy: Policy) -> None:
    again = replay(history, 30, policy, CALENDAR)
    credits = {work.id: work.credits for work in history}
    for number in range(250):
        day = FIRST + timedelta(number)
        held = sum(
            credits[work.id]
            for work in again.works
            if work.start and work.finish and work.start <= day < work.finish
        )
        assert held <= 30
    assert again.never == sum(work.credits > 30 for work in history)


def test_another_policy_and_more_credits_make_another_history() -> None:
    monday = date(2027, 2, 1)
    history = [
        Recorded(1, 20, monday, 10, 1),
        Recorded(2, 20, monday, 10, 2),
        Recorded(3, 10, monday, 5, 3),
    ]
    starts = {
        (capacity, policy): [
            work.start for work in replay(history, capacity, policy, CALENDAR).works
        ]
        for capacity in (30, 50)
        for policy in (Policy.BACKFILL, Policy.STRICT)
    }
    assert starts[30, Policy.BACKFILL] == [monday, date(2027, 2, 15), monday]
    assert starts[30, Policy.STRICT] == [monday, date(2027, 2, 15), date(2027, 2, 15)]
    assert starts[50, Policy.STRICT] == [monday] * 3


def test_waits_and_utilization_are_those_of_the_days() -> None:
    monday = date(2027, 2, 1)
    history = [Recorded(1, 20, monday, 5, 1), Recorded(2, 20, monday, 5, 2)]
    again = replay(history, 40, Policy.BACKFILL, CALENDAR)
    assert (again.waited, again.utilization) == ((0, 0), 1.0)
    again = replay([*history, Recorded(3, 50, monday, 5, 3)], 20, Policy.BACKFILL, CALENDAR)
    assert (again.waited, again.utilization, again.never) == ((0, 5), 1.0, 1)
    assert again.last_finish == date(2027, 2, 15)


@pytest.mark.parametrize("policy", list(Policy))
def test_an_empty_history_is_replayed_too(policy: Policy) -> None:
    again = replay([], 30, policy, CALENDAR)
    assert (again.works, again.utilization, again.last_finish) == ((), 0.0, None)


def test_a_project_that_appears_twice_is_refused() -> None:
    work = Recorded(1, 20, FIRST, 5, 1)
    with pytest.raises(SnapshotError, match="twice"):
        replay([work, work], 30, Policy.BACKFILL, CALENDAR)
