"""Dates and amounts as people say them."""

from datetime import date

from callsheet.insight.wording import say_credits, say_day, say_days, say_number, say_working_days

TODAY = date(2026, 5, 4)


def test_days() -> None:
    assert say_day(date(2026, 5, 12), TODAY) == "Tue 12 May"
    assert say_day(date(2027, 5, 12), TODAY) == "Wed 12 May 2027"


def test_ranges_name_the_month_once() -> None:
    assert say_days(date(2026, 5, 12), date(2026, 5, 20), TODAY) == "Tue 12 to Wed 20 May"
    assert say_days(date(2026, 5, 29), date(2026, 6, 2), TODAY) == "Fri 29 May to Tue 2 Jun"
    assert say_days(date(2026, 5, 29), date(2026, 5, 29), TODAY) == "Fri 29 May"


def test_amounts() -> None:
    assert [say_credits(n) for n in (0, 1, 20, 1500)] == [
        "0 credits", "1 credit", "20 credits", "1,500 credits",
    ]  # fmt: skip
    assert [say_working_days(n) for n in (0, 1, 5)] == [
        "no working day", "1 working day", "5 working days",
    ]  # fmt: skip


def test_numbers_with_their_words() -> None:
    assert say_number(1, "brief waits", "briefs wait") == "1 brief waits"
    assert say_number(0, "brief waits", "briefs wait") == "0 briefs wait"
    assert say_number(1200, "brief waits", "briefs wait") == "1,200 briefs wait"
