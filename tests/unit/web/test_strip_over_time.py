"""The strip over time: the same blocks on wide and on narrow screens, with dates to be read."""

import itertools
import re
from datetime import date, timedelta

from callsheet.projects.lifecycle import Status
from callsheet.web.strip import customer_part, strip_on_page
from callsheet.web.strip_over_time import NARROW, WIDE, Bar, strip_over_time

TODAY = date(2026, 5, 4)  # a Monday


def bar(title: str, credits: int, start: int, end: int, **more: object) -> Bar:
    days = [TODAY + timedelta(days=n) for n in (start, end, end)]
    return Bar(title, credits, *days, "made", f"{title}: words", "/p/", **more)


def drawings(*bars: Bar, days: int = 42) -> tuple[str, str]:
    svg = strip_over_time(bars, [(TODAY, 60)], TODAY, days, "In words")
    wide, narrow = svg.split('<div class="cs-narrow">')
    return wide, narrow


def test_each_screen_gets_all_blocks_in_its_own_size() -> None:
    running, waits = bar("Launch", 40, 0, 14), bar("Autumn", 40, 14, 35, planned=True)
    for drawn, (width, height) in zip(drawings(running, waits), (WIDE, NARROW), strict=True):
        assert f'viewBox="0 0 {width} {height}"' in drawn
        assert drawn.count("<a href=") == 2
        assert drawn.count("cs-planned") == drawn.count("cs-kept") == 1
        xs = [float(x) for x in re.findall(r"[ML] ?([\d.]+) ", drawn)]
        assert max(xs) <= width


def test_dates_stand_as_far_apart_as_they_need() -> None:
    for days in (42, 70, 98):
        for drawn in drawings(bar("Launch", 40, 0, 14), days=days):
            at = [float(x) for x in re.findall(r'class="cs-tick" x="([\d.]+)" [^>]*middle', drawn)]
            assert len(at) >= 3
            assert all(b - a >= 46 for a, b in itertools.pairwise(at))


def test_a_block_without_a_page_is_no_link() -> None:
    alone = Bar("Key", 10, TODAY, TODAY + timedelta(days=3), TODAY, "waits", "Key: words", "")
    svg = strip_over_time([alone], [(TODAY, 60)], TODAY, 42, "In words")
    assert "<a " not in svg
    assert "Key: words" in svg


def test_on_a_phone_a_wallet_is_drawn_in_lines_that_lose_no_credit() -> None:
    parts = [
        customer_part(f"Project {n}", Status.IN_PROGRESS, credits, f"/p/{n}")
        for n, credits in enumerate((100, 45, 7))
    ]
    narrow = strip_on_page(parts, 300).split('<div class="cs-narrow">')[1]
    assert narrow.count("<g transform=") == 5  # 60 cells, 12 in a line
    pitch = 344 / 12
    widths = re.findall(r'class="cs-made"[^>]*? width="([\d.]+)"', narrow)
    credits = sum(float(width) for width in widths) / ((pitch - 1) / 5)
    assert abs(credits - 152) < 0.1


def test_no_date_stands_on_the_name_of_today() -> None:
    for weekday in range(7):
        day = TODAY + timedelta(days=weekday)
        for drawn in strip_over_time([], [(day, 60)], day, 42, "In words").split("cs-narrow"):
            (today,) = re.findall(r'class="cs-tick" x="([\d.]+)" y="\d+">Today', drawn)
            first = re.findall(r'class="cs-tick" x="([\d.]+)" [^>]*middle', drawn)[0]
            # The name is some 45 wide and begins there, a date some 45 with its middle there.
            assert float(first) - float(today) >= 70
