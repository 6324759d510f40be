"""Moments survive being stored with their day."""

import json
from datetime import UTC, datetime

from callsheet.demo.moments import Diary, Kind, Theme, moment_from


def test_a_moment_comes_back_as_it_was_stored() -> None:
    diary = Diary()
    at = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    diary.add(at, "lumiere", Kind.STARTED, "“Spring” starts by itself.", 2, theme=Theme.IN_TIME)
    (moment,) = diary.moments
    assert moment_from(json.loads(json.dumps(moment.as_dict()))) == moment


def test_refusals_are_counted_by_their_codes() -> None:
    diary = Diary()
    for code in ("stale", "ended", "stale"):
        diary.turned_down(code)
    assert diary.refused == {"stale": 2, "ended": 1}
