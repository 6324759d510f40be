"""The queue in sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from callsheet.insight.queue_facts import Holder, QueueView, WaitingBrief
from callsheet.insight.reordering import Foreseen
from callsheet.kit.workdays import WorkCalendar
from callsheet.web.queue_words import say_change, say_effect, say_late, say_queue

TODAY = date(2026, 5, 4)  # a Monday
CALENDAR = WorkCalendar(None)


def brief(number: int, credits: int, starts: date | None, **more: object) -> WaitingBrief:
    return WaitingBrief(
        project=number, key=f"B-{number}", title=f"Brief {number}", position=number,
        credits=credits, credits_ahead=0, missing=0, reason="", sentence="", remedy="",
        reserved_for=None, starts_from=starts, starts_by=starts, wanted_by=None, number=number,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def holder(title: str, credits: int, back: date) -> Holder:
    return Holder(1, "B-9", title, "in_progress", credits, 0, TODAY, back, back)


def view(*waiting: WaitingBrief, holding: tuple[Holder, ...] = (), **more: object) -> QueueView:
    held = sum(one.credits for one in holding)
    made = QueueView(
        account=1, key="a", name="A", today=TODAY, billing="subscription", policy="backfill",
        policy_words="", borrowing=False, capacity=60, available=60 - held, held=held, lent=0,
        borrowed=0, due_back=0, waiting=waiting, holding=holding, lent_out=(), receipts=(),
        steps=((TODAY, 60),),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


THEN = date(2026, 5, 12)


@pytest.mark.parametrize(
    ("queue", "said"),
    [
        (
            view(brief(1, 40, THEN), brief(2, 15, None), holding=(holder("Launch", 60, THEN),)),
            ("2 briefs wait for 55 credits; the next starts around Tue 12 May, when “Launch” gives"
            " back 60."),
        ),
        (
            view(brief(1, 40, date(2026, 5, 5)), holding=(holder("Late", 60, date(2026, 5, 1)),)),
            ("“Brief 1” waits for 40 credits; it starts around Tue 5 May, when “Late” gives back"
            " 60."),
        ),
        (
            view(brief(1, 40, THEN), steps=((TODAY, 20), (THEN, 60)), capacity=20),
            ("“Brief 1” waits for 40 credits; it starts around Tue 12 May, when the capacity grows"
            " to 60 credits."),
        ),
        (
            view(brief(1, 10, THEN, not_before=THEN)),
            "“Brief 1” waits for 10 credits; it starts around Tue 12 May, as you asked.",
        ),
        (
            view(brief(1, 90, None)),
            "“Brief 1” waits for 90 credits; when the next one starts cannot be said yet.",
        ),
        (
            view(brief(1, 10, THEN), available=-15),
            ("“Brief 1” waits for 10 credits. The account is overdrawn by 15 credits, so that"
            " nothing starts until enough have come back."),
        ),
        (
            view(brief(1, 10, THEN), paused_until=THEN),
            ("“Brief 1” waits for 10 credits. The subscription is paused; nothing starts before"
            " Tue 12 May."),
        ),
        (view(), ("Nothing waits. 60 credits are free: what you submit starts at once as long as it"
                 " fits.")),
        (
            view(holding=(holder("Launch", 60, THEN),)),
            "Nothing waits. All 60 credits are in production: the next brief waits.",
        ),
        (view(capacity=0, available=0), "Nothing waits. There are no credits here yet."),
    ],
)  # fmt: skip
def test_the_first_sentence(queue: QueueView, said: str) -> None:
    assert say_queue(queue, CALENDAR) == said


def test_a_change_is_said_in_days_and_words() -> None:
    later = Foreseen(1, THEN, THEN, date(2026, 5, 19), date(2026, 5, 20), 5)
    said = "Tue 12 May → 19 to 20 May, 5 working days later"
    assert say_change(later, TODAY) == (said, "worse")
    earlier = Foreseen(2, THEN, THEN, TODAY, TODAY, -6)
    assert say_change(earlier, TODAY)[1] == "better"
    same = Foreseen(3, THEN, THEN, THEN, THEN, 0)
    assert say_change(same, TODAY) == ("Tue 12 May, as before", "same")
    never = Foreseen(4, THEN, THEN, None, None, None)
    assert say_change(never, TODAY) == ("Tue 12 May → no date yet", "worse")
    assert say_effect([later, earlier, same]) == (
        "In this order 1 brief is expected to start earlier, 1 later; the others as before."
    )
    assert say_effect([same]).startswith("At today's estimates this order changes nobody's")


def test_a_day_that_is_missed_says_by_how_much() -> None:
    wanted = brief(1, 10, THEN, late_by=3, late_at_worst=8, ready_from=THEN)
    assert say_late(replace(wanted, wanted_by=THEN), TODAY) == (
        "Wanted by Tue 12 May: too late by 3 working days", "late",
    )  # fmt: skip
    in_time = replace(wanted, wanted_by=THEN, late_by=0)
    assert say_late(in_time, TODAY)[0].endswith("in time, at worst 8 working days late")
    assert say_late(wanted, TODAY) == ("", "")
