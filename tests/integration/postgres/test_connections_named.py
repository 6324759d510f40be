"""A connection that a test leaves open is told under the name of that test."""

from __future__ import annotations

import gc
import warnings

import psycopg
import pytest

from callsheet.postgres import Cluster


@pytest.mark.parametrize("closed", [False, True])
def test_who_leaves_a_connection_open_is_named(
    cluster: Cluster, request: pytest.FixtureRequest, closed: bool
) -> None:
    left = psycopg.connect(cluster.url("postgres"))
    raw = left.pgconn
    if closed:
        left.close()
    gc.collect()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        del left
        gc.collect()
    raw.finish()
    mine = [str(one.message) for one in told if request.node.nodeid in str(one.message)]
    assert len(mine) == (0 if closed else 1)
