"""A worker does not look for garbage in what it is made of."""

import gc

from callsheet.cli import serve


def test_a_lasting_process_collects_seldom_and_leaves_itself_out() -> None:
    threshold = gc.get_threshold()
    try:
        serve.collect_seldom()
        assert gc.get_threshold()[0] == serve.GC_THRESHOLD
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
