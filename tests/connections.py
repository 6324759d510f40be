"""Says which test opened a connection that nobody closed.

psycopg warns when such a connection is deleted, which is when the garbage collector comes by: in
the middle of another test, which is then blamed. The warning stays one, and names who opened it.
"""

from __future__ import annotations

import os
import threading
import warnings
from typing import Any

from psycopg import BaseConnection

_begin, _end = BaseConnection.__init__, BaseConnection.__del__


def _begun(connection: Any, *args: Any, **kwargs: Any) -> None:
    _begin(connection, *args, **kwargs)
    test = os.environ.get("PYTEST_CURRENT_TEST", "no test")
    # Kept on itself: references from elsewhere are gone when it is deleted.
    connection.opened_by = f"{test}, {threading.current_thread().name}"


def _ended(connection: Any) -> None:
    def warn(message: str, category: type[Warning]) -> None:
        opened_by = getattr(connection, "opened_by", "nobody known")
        warnings.warn(f"{message} (opened by {opened_by})", category, stacklevel=3)

    _end(connection, warn)


def name_who_opens() -> None:
    """From now on every connection of this process remembers which test opened it."""
    BaseConnection.__init__ = _begun  # type: ignore[method-assign]
    BaseConnection.__del__ = _ended  # type: ignore[method-assign]
