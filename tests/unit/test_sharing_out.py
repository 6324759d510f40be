"""How the files of a run are handed to the processes that share it."""

from pathlib import Path
from types import SimpleNamespace

from tests.sharing_out import LONGEST_FIRST, longest_first, piece_of

ROOT = Path(__file__).resolve().parents[2]


def test_every_piece_that_begins_early_exists() -> None:
    assert [piece for piece in LONGEST_FIRST if not (ROOT / piece).exists()] == []
    assert len(LONGEST_FIRST) == len(set(LONGEST_FIRST))


def test_a_piece_is_a_file_or_all_tests_in_a_browser() -> None:
    assert piece_of("tests/unit/test_a.py::Of::test_b[c::d]") == "tests/unit/test_a.py"
    files = [piece_of(f"tests/functional/{name}.py::test_a") for name in ("test_x", "test_y")]
    assert files == ["tests/functional"] * 2


def test_the_longest_begin_and_the_rest_stays_in_its_order() -> None:
    *quick, second, first = items = [
        SimpleNamespace(nodeid=f"{file}::test_a")
        for file in ("tests/unit/test_z.py", "tests/unit/test_b.py", *LONGEST_FIRST[1::-1])
    ]
    longest_first(items)  # type: ignore[arg-type]
    assert items == [first, second, *quick]
