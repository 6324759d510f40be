"""“2 video, 3 static” in the ways people write it."""

from __future__ import annotations

import pytest

from callsheet.sheets.deliverables import NotDeliverable, PriceBook, read_concepts
from callsheet.sheets.records import PriceItem

BOOK = PriceBook(
    PriceItem(0, name, kind, credits, medium)
    for name, kind, credits, medium in (
        ("Static creative", "deliverable", 5, "static"),
        ("Video creative", "deliverable", 10, "video"),
        ("Photo", "deliverable", 2, "photo"),
        ("Photo set (5)", "deliverable", 10, "photo"),
        ("Spin & loop (1080p, 30 s)", "deliverable", 10, "loop"),
        ("Raw clip", "deliverable", 5, "clip"),
        ("Raw footage", "deliverable", 5, "clip"),
        ("Text variation", "variation", 0, ""),
        ("Format variation", "variation", 0, ""),
    )
)


def read(text: str, *, adapt: bool = False) -> list[tuple[str, int, int | None]]:
    concepts = read_concepts(text, BOOK, supplied_masters=adapt)
    return [(line.item, line.quantity, line.master) for c in concepts for line in c.lines]


@pytest.mark.parametrize(
    "text",
    [
        "2 video, 3 static",
        "2 Videos; 3 statics",
        "2x video + 3\u00d7 static creative",
        "2 x video creative and 3 x static",
        "video x2\nstatic x 3",
        "Video (2) & 3 static",
        "video: 2, static: 3",
    ],
)
def test_the_same_order_in_many_hands(text: str) -> None:
    assert read(text) == [("Video creative", 2, None), ("Static creative", 3, None)]


def test_names_with_numbers_parentheses_and_signs_stay_whole() -> None:
    assert read("photo set (5), 2 photo set (5), 3 photos") == [
        ("Photo set (5)", 1, None),
        ("Photo set (5)", 2, None),
        ("Photo", 3, None),
    ]
    assert read("2 Spin & loop (1080p, 30 s), 1 video")[0] == (
        "Spin & loop (1080p, 30 s)",
        2,
        None,
    )


def test_variations_name_their_master_by_number_name_or_not_at_all() -> None:
    assert read("2 x video creative + 5 format variation of 1")[1] == (
        "Format variation",
        5,
        0,
    )
    assert read("1 static, 1 video, 3 text variations of video")[2] == (
        "Text variation",
        3,
        1,
    )
    assert read("1 video, 3 text variation")[1] == ("Text variation", 3, 0)


def test_numbers_of_masters_count_within_the_concept() -> None:
    text = "A: 1 video, 1 static | B: 2 static, 4 format variation of 1"
    concepts = read_concepts(text, BOOK, supplied_masters=False)
    assert [(c.name, c.credits) for c in concepts] == [("A", 15), ("B", 10)]
    assert concepts[1].lines[1].master == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5 format variation", "variation_without_master"),
        ("1 video, 1 static, 5 format variation", "variation_without_master"),
        ("1 video, 5 format variation of 3", "variation_without_master"),
        ("1 video, 5 format variation of photo", "variation_without_master"),
        (
            "1 video, 2 text variation of 1, 2 format variation of 2",
            "variation_of_variation",
        ),
        ("1 video, 2 static of 1", "not_a_variation"),
        ("2 raw", "ambiguous_deliverable"),
        ("2 clip", "ambiguous_deliverable"),
        ("2 sculptures", "unknown_deliverable"),
        ("2", "unknown_deliverable"),
        ("-2 video", "negative"),
        ("0 video", "quantity"),
        ("A: 2 video | B:", "no_deliverables"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, code: str) -> None:
    with pytest.raises(NotDeliverable) as refusal:
        read(text)
    assert refusal.value.code == code


def test_supplied_masters_need_no_line() -> None:
    assert read("8 text variation", adapt=True) == [("Text variation", 8, None)]
