"""Throw-away servers lie in memory only where that has room for them."""

from pathlib import Path

import pytest

from tests import in_memory


@pytest.mark.parametrize(("room", "there"), [(0, True), (1 << 60, False)])
def test_where_there_is_room(tmp_path: Path, room: int, there: bool) -> None:
    made = in_memory.folder("callsheet-test-", tmp_path, room)
    try:
        assert (made.parent == tmp_path) is there
        assert made.parent in (tmp_path, *in_memory.places())
    finally:
        made.rmdir()


def test_without_such_a_place(tmp_path: Path) -> None:
    made = in_memory.folder("callsheet-test-", tmp_path / "missing", 0)
    made.rmdir()
    assert made.parent in in_memory.places()
