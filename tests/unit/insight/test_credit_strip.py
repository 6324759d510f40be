"""The strip: every credit is drawn once, in the right place."""

from hypothesis import given
from hypothesis import strategies as st

from callsheet.insight.credit_strip import Block, Tone, cells, tone_of
from callsheet.insight.strip_text import letter, plain

P, W, N = Tone.PRODUCTION, Tone.WAITING, Tone.NEEDS_YOU


def test_five_credits_are_one_cell() -> None:
    strip = cells(60, [Block(7, 20, P), Block(9, 25, N)])
    assert plain(strip) == "A A A A B B B B B □ □ □"
    assert [cell.main.tone for cell in strip] == [P] * 4 + [N] * 5 + [Tone.FREE] * 3


def test_what_is_kept_for_the_head_is_hatched_never_more_than_is_free() -> None:
    assert plain(cells(30, [Block(1, 15, P)], reserved=10)) == "A A A ▨ ▨ □"
    assert plain(cells(30, [Block(1, 15, P)], reserved=95)) == "A A A ▨ ▨ ▨"


def test_overdrawn_cells_stand_beyond_the_end() -> None:
    strip = cells(20, [Block(1, 15, P), Block(2, 15, P)])
    assert plain(strip) == "A A A B ┃ B B"
    assert [cell.overdrawn for cell in strip] == [False] * 4 + [True] * 2
    assert {cell.main.tone for cell in strip if cell.overdrawn} == {Tone.OVERDRAWN}


def test_the_end_of_the_capacity_is_never_inside_a_cell() -> None:
    strip = cells(12, [Block(1, 16, P)])  # 5 + 5 + 2 inside, 4 beyond
    assert [sum(part.credits for part in cell.parts) for cell in strip] == [5, 5, 2, 4]
    assert [cell.overdrawn for cell in strip] == [False, False, False, True]


def test_a_shared_cell_shows_the_larger_project_and_is_free_only_when_empty() -> None:
    strip = cells(15, [Block(1, 7, P), Block(2, 4, N)])  # 5 | 2+3 | 1+4 free
    assert plain(strip) == "A B B"
    assert [(part.block, part.credits) for part in strip[2].parts] == [(1, 1), (None, 4)]


def test_an_empty_wallet_has_no_cells_and_one_without_capacity_is_all_overdrawn() -> None:
    assert cells(0, []) == []
    assert plain(cells(0, [Block(1, 5, W)])) == "┃ A"
    assert plain(cells(-5, [Block(1, 5, W)])) == "┃ A"


def test_long_strips_go_on_in_the_next_line() -> None:
    assert [len(line.split()) for line in plain(cells(300, [])).splitlines()] == [30, 30]


def test_letters_run_out_visibly() -> None:
    assert (letter(0), letter(25), letter(26), letter(51), letter(52)) == ("A", "Z", "a", "z", "+")


def test_the_customer_s_turn_is_told_from_the_studio_s() -> None:
    assert tone_of("delivered") is N
    assert tone_of("in_progress") is P
    assert tone_of("pending_review") is W


@given(
    st.integers(0, 400),
    st.lists(st.integers(1, 90), max_size=12),
    st.integers(0, 100),
)
def test_every_credit_is_drawn_once(capacity: int, amounts: list[int], reserved: int) -> None:
    strip = cells(capacity, [Block(n, credits, P) for n, credits in enumerate(amounts)], reserved)
    drawn = [part for cell in strip for part in cell.parts]
    for place, credits in enumerate(amounts):
        assert sum(part.credits for part in drawn if part.block == place) == credits
    assert sum(part.credits for part in drawn) == max(capacity, sum(amounts))
    assert sum(part.credits for cell in strip if cell.overdrawn for part in cell.parts) == max(
        0, sum(amounts) - capacity
    )
    assert all(sum(part.credits for part in cell.parts) <= 5 for cell in strip)
    kept = sum(part.credits for part in drawn if part.tone is Tone.RESERVED)
    assert kept == min(reserved, max(0, capacity - sum(amounts)))
