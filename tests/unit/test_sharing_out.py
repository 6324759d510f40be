"""How the files of a run are handed to the processes that share it."""

from pathlib import Path
from types import SimpleNamespace

from tests.sharing_out import LONGEST_FIRST, longest_first

ROOT = Path(__file__).resolve().parents[2]


def test_every_file_that_begins_early_exists() -> None:
    assert [file for file in LONGEST_FIRST if not (ROOT / file).is_file()] == []
    assert len(LONGEST_FIRST) == len(set(LONGEST_FIRST))


def test_the_longest_begin_and_the_rest_stays_in_its_order() -> None:
    *quick, second, first = items = [
        SimpleNamespace(nodeid=f"{file}::test_a")
        for file in ("tests/unit/test_z.py", "tests/unit/test_b.py", *LONGEST_FIRST[1::-1])
    ]
    longest_first(items)  # type: ignore[arg-type]
    assert items == [first, second, *quick]
