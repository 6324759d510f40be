"""Moments survive being stored with their day."""

import json
from datetime import UTC, datetime

from callsheet.demo.moments import Diary, Kind, moment_from


def test_a_moment_comes_back_as_it_was_stored() -> None:
    diary = Diary()
    at = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    diary.add(at, "lumiere", Kind.STARTED, "“Spring” starts by itself.", 2)
    (moment,) = diary.moments
    assert moment_from(json.loads(json.dumps(moment.as_dict()))) == moment
