"""The credit strip as SVG: every credit drawn once, in its colour, in words too."""

import re

import pytest

from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.web.strip import TONES, part, sentence, strip


def widths(svg: str) -> dict[str, float]:
    """How wide each style is drawn in all, in pixels."""
    total: dict[str, float] = {}
    for style, width in re.findall(r'<rect class="cs-(\w+)"[^>]*? width="([\d.]+)"', svg):
        total[style] = total.get(style, 0) + float(width)
    return total


def test_a_project_fills_as_much_as_it_holds() -> None:
    # 12 of 60 credits: two cells and two fifths of the third. A cell is 16 pixels and a gap of 2.
    svg = strip([part("Launch", Status.IN_PROGRESS, 12)], 60)
    assert widths(svg)["made"] == pytest.approx(12 / 5 * 16)
    # Outlines lie half a pixel within: three fifths of a cell and nine whole ones.
    assert widths(svg)["free"] == pytest.approx(48 / 5 * 16 - 10)


def test_what_is_held_beyond_the_capacity_stands_in_the_warning_colour() -> None:
    running = [part("A", Status.DELIVERED, 35), part("B", Status.IN_PROGRESS, 15)]
    svg = strip(running, 35)
    assert widths(svg) == {"done": pytest.approx(7 * 16), "over": pytest.approx(3 * 16)}
    assert "overdrawn by 15" in svg


def test_credits_kept_for_the_head_are_drawn_apart() -> None:
    svg = strip([part("A", Status.IN_PROGRESS, 20)], 60, reserved=25)
    assert svg.count('class="cs-kept"') == 5
    assert svg.count('class="cs-free"') == 3


def test_a_large_wallet_stays_within_its_width() -> None:
    svg = strip([part("A", Status.IN_PROGRESS, 1000)], 3000, width=200)
    assert float(re.search(r'width="(\d+)"', svg).group(1)) <= 200


@pytest.mark.parametrize("capacity", [0, -5, 3])
def test_odd_capacities_draw_something(capacity) -> None:
    assert strip([], capacity).startswith("<svg")
    assert strip([part("A", Status.IN_PROGRESS, 4)], capacity).startswith("<svg")


def test_titles_are_escaped_and_shortened() -> None:
    wicked = '<script>alert("x")</script> & more of it'
    svg = strip([part(wicked, Status.PENDING_REVIEW, 60)], 60, titles=True, width=1080)
    assert "<script>" not in svg
    assert "&lt;script&gt;" in svg
    long = strip([part("x" * 500, Status.PENDING_REVIEW, 30)], 60, titles=True, width=1080)
    assert "…</text>" in long


def test_every_status_that_holds_credits_has_a_colour_and_words() -> None:
    assert set(HOLDING) <= set(TONES)
    assert all(words for _, words in TONES.values())


def test_the_sentence_says_what_is_free_or_too_much() -> None:
    assert sentence(42, 60) == "42 of 60 credits in production, 18 free."
    assert "overdrawn by 15" in sentence(50, 35)
