"""Guards for code that is only right inside a transaction."""

from __future__ import annotations

from django.db import transaction


def require_transaction() -> None:
    """Raise ``RuntimeError`` when no transaction is open: a lock taken here would not last."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("this must run inside transaction.atomic(): its locks would not last")
