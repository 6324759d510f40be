"""Every reason, with the smallest case that has it; and the page that lists them."""

from datetime import date
from pathlib import Path

import pytest

from callsheet.admission.decisions import Wait
from callsheet.admission.reasons import Reason, reference
from callsheet.admission.snapshot import (
    Billing,
    Brief,
    Occupant,
    Snapshot,
    SnapshotError,
    WalletState,
)
from tests.unit.admission.cases import (
    TODAY,
    brief,
    day,
    decided,
    snapshot,
    starts,
    waiting,
    wallet,
    working,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "reason-codes.md"


def test_waiting_for_credits() -> None:
    # 30 wanted, 10 free.
    wait = waiting(decided(wallet(10), brief(1, 30), working(50, 4)), 1)
    assert wait == Wait(1, 1, Reason.WAITING_FOR_CREDITS, 1, 0, credits=30, missing=20)
    assert wait.sentence() == "This brief waits for 20 more credits to come back."


def test_position_and_credits_ahead_count_those_that_wait() -> None:
    # Brief 1 starts; brief 2 is first in the queue then, brief 3 has its 30 credits ahead.
    decisions = decided(wallet(10), brief(1, 10), brief(2, 30), brief(3, 20), working(50, 4))
    assert [(w.brief, w.position, w.credits_ahead) for w in decisions.waits] == [
        (2, 1, 0),
        (3, 2, 30),
    ]


def test_not_before_is_passed_over_until_its_day() -> None:
    parts = (brief(1, 10, not_before=day(1)), brief(2, 10))
    decisions = decided(wallet(10), *parts)
    assert starts(decisions) == [2]
    assert waiting(decisions, 1).reason is Reason.NOT_BEFORE
    assert waiting(decisions, 1).sentence() == (
        "You asked for this brief not to start before 2026-03-03."
    )
    assert starts(decided(wallet(10), *parts, today=day(1))) == [1]


def test_a_brief_that_may_not_start_yet_gets_no_reservation() -> None:
    # Brief 1 needs all 60 but not yet; brief 2 is the head.
    decisions = decided(wallet(10), brief(1, 60, not_before=day(9)), brief(2, 20), working(50, 4))
    assert [r.brief for r in decisions.reservations] == [2]


def test_waiting_for_predecessor() -> None:
    decisions = decided(wallet(20), brief(1, 10, predecessors=(9, 7)), brief(2, 10))
    assert starts(decisions) == [2]
    wait = waiting(decisions, 1)
    assert (wait.reason, wait.because_of) == (Reason.WAITING_FOR_PREDECESSOR, 7)
    assert "project 7" in wait.sentence()


def test_exceeds_capacity() -> None:
    # 61 of at most 60: it never fits, is passed over, and brief 2 starts.
    decisions = decided(wallet(60), brief(1, 61), brief(2, 60))
    assert starts(decisions) == [2]
    wait = waiting(decisions, 1)
    assert (wait.reason, wait.limit) == (Reason.EXCEEDS_CAPACITY, 60)
    assert "at most 60" in wait.sentence()


@pytest.mark.parametrize(
    ("may_borrow", "may_lend", "credits", "never"),
    [
        (10, 20, 70, False),  # 60 + 10
        (10, 20, 71, True),
        (None, 20, 80, False),  # without limit, but the other lends 20 at most
        (None, 20, 81, True),
        (None, None, 110, False),  # all but the other's floor of 10: 60 + 60 - 10
        (None, None, 111, True),
    ],
)
def test_exceeds_capacity_counts_what_could_be_borrowed(
    may_borrow: int | None, may_lend: int | None, credits: int, never: bool
) -> None:
    decisions = decided(
        wallet(0, may_borrow=may_borrow),
        wallet(0, id=2, may_lend=may_lend, floor=10),
        brief(1, credits),
        borrowing=True,
    )
    assert (waiting(decisions, 1).reason is Reason.EXCEEDS_CAPACITY) == never


def test_pay_as_you_go_never_exceeds_because_more_can_be_bought() -> None:
    decisions = decided(wallet(0, billing=Billing.PAY_AS_YOU_GO, max_capacity=0), brief(1, 1000))
    assert waiting(decisions, 1).reason is Reason.WAITING_FOR_PURCHASE
    assert waiting(decisions, 1).sentence().startswith("1000 more credits have to be bought")


def test_behind_reservation() -> None:
    decisions = decided(wallet(20), brief(1, 40), brief(2, 20, days=99), working(20, 5))
    wait = waiting(decisions, 2)
    assert (wait.reason, wait.missing) == (Reason.BEHIND_RESERVATION, 0)


@pytest.mark.parametrize(("until", "begins"), [(day(1), []), (TODAY, [1]), (day(-1), [1])])
def test_subscription_paused(until: date, begins: list[int]) -> None:
    decisions = decided(wallet(10, paused_until=until), brief(1, 10))
    assert starts(decisions) == begins
    if not begins:
        wait = waiting(decisions, 1)
        assert (wait.reason, wait.until) == (Reason.SUBSCRIPTION_PAUSED, day(1))
        assert decisions.reservations == ()


def test_wallet_overdrawn() -> None:
    # -10 available; 40 come back on day 5, 30 are free then.
    over = wallet(-10)
    assert over.overdrawn
    decisions = decided(over, brief(1, 30), working(40, 5))
    assert starts(decisions) == []
    assert waiting(decisions, 1).reason is Reason.WALLET_OVERDRAWN
    assert decisions.reservations[0].credits_free_then == 30


def test_due_back_first() -> None:
    # 20 come back on day 3 and 30 on day 6; 20 are owed, so 30 are free on day 6 and not on 3.
    decisions = decided(
        wallet(0, due_back=20), brief(1, 20), working(20, 3), working(30, 6, project=101)
    )
    assert waiting(decisions, 1).reason is Reason.DUE_BACK_FIRST
    assert decisions.reservations[0].day == day(6)


def test_due_back_is_collected_before_admission() -> None:
    # 30 available, 20 of them owed: 10 are left for admission.
    decisions = decided(wallet(30, due_back=20), brief(1, 10), brief(2, 10))
    assert starts(decisions) == [1]
    assert waiting(decisions, 2).reason is Reason.WAITING_FOR_CREDITS


def test_lent_out() -> None:
    # 10 free and 20 lent would be the 30 that the brief asks for; 31 would not.
    parts = (wallet(10, lent=20), working(30, 4))
    assert waiting(decided(*parts, brief(1, 30)), 1).reason is Reason.LENT_OUT
    assert waiting(decided(*parts, brief(1, 31)), 1).reason is Reason.WAITING_FOR_CREDITS


def test_the_reason_given_is_the_highest_that_holds() -> None:
    # Too large, not yet, after another, paused and overdrawn: taken away one by one.
    over = {"available": -5, "paused_until": day(3)}
    first = {"not_before": day(2), "predecessors": (9,)}
    cases = [
        (wallet(**over), brief(1, 61, **first), Reason.EXCEEDS_CAPACITY),
        (wallet(**over), brief(1, 60, **first), Reason.NOT_BEFORE),
        (wallet(**over), brief(1, 60, predecessors=(9,)), Reason.WAITING_FOR_PREDECESSOR),
        (wallet(**over), brief(1, 60), Reason.SUBSCRIPTION_PAUSED),
        (wallet(-5), brief(1, 60), Reason.WALLET_OVERDRAWN),
        (wallet(0, due_back=5), brief(1, 60), Reason.DUE_BACK_FIRST),
        (wallet(0, lent=60), brief(1, 60), Reason.LENT_OUT),
        (wallet(0), brief(1, 60), Reason.WAITING_FOR_CREDITS),
    ]
    for state, waits, reason in cases:
        assert waiting(decided(state, waits), 1).reason is reason
    assert [reason for *_, reason in cases] == sorted(
        (reason for *_, reason in cases), key=list(Reason).index
    )


def test_the_page_lists_every_code_as_the_code_has_it() -> None:
    assert PAGE.read_text() == reference(), "run `make docs`"
    for reason in Reason:
        assert f"## `{reason}`" in reference()


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ((wallet(), wallet()), "wallets"),
        ((wallet(), brief(1, 1), brief(1, 2)), "briefs"),
        ((wallet(), brief(1, 1, wallet=2)), "briefs"),
        ((wallet(), working(1, 1, wallet=2)), "occupants"),
    ],
)
def test_a_snapshot_that_contradicts_itself_is_refused(
    parts: tuple[WalletState | Brief | Occupant, ...], field: str
) -> None:
    with pytest.raises(SnapshotError) as refused:
        snapshot(*parts)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: brief(1, -1), "brief.credits"),
        (lambda: brief(1, 1, days=0), "brief.days_p80"),
        (lambda: brief(1, 1, days_p50=3, days_p80=2), "brief.days_p80"),
        (lambda: working(-1, 1), "occupant.credits"),
        (lambda: working(5, 1, borrowed=((2, 6),)), "occupant.borrowed"),
        (lambda: wallet(floor=-1), "wallet.floor"),
        (lambda: wallet(due_back=-1), "wallet.due_back"),
        (lambda: wallet(may_lend=-1), "wallet.may_lend"),
    ],
)
def test_amounts_that_cannot_be_are_refused(make: object, field: str) -> None:
    with pytest.raises(SnapshotError) as refused:
        make()  # type: ignore[operator]
    assert refused.value.field == field


def test_an_empty_snapshot_decides_nothing() -> None:
    decisions = decided(wallet(60))
    assert decisions.starts == decisions.waits == decisions.reservations == ()
    assert Snapshot(TODAY, (), ()).briefs == ()
