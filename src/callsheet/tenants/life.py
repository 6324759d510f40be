"""An account's life: which status may follow which. Pure.

Status comes by steps of their own: pausing and resuming follow the subscription (or the pool's),
notice and the end have a reason and a day, and only between trial and active somebody chooses.
"""

from __future__ import annotations

from collections.abc import Mapping

from callsheet.kit.errors import Conflict
from callsheet.tenants.models import AccountStatus

_S = AccountStatus

FOLLOWS: Mapping[str, frozenset[str]] = {
    _S.TRIAL: frozenset({_S.ACTIVE, _S.PAUSED, _S.NOTICE, _S.ENDED}),
    _S.ACTIVE: frozenset({_S.TRIAL, _S.PAUSED, _S.NOTICE, _S.ENDED}),
    _S.PAUSED: frozenset({_S.ACTIVE, _S.NOTICE, _S.ENDED}),
    # Notice may be taken back, and be given anew for another day.
    _S.NOTICE: frozenset({_S.TRIAL, _S.ACTIVE, _S.PAUSED, _S.NOTICE, _S.ENDED}),
    _S.ENDED: frozenset(),
}
"""After the key, one of the values. What has ended does not come back: it is a new account."""


def check_follows(before: str, after: str) -> None:
    """Raise ``Conflict("status_cannot_follow")`` unless ``after`` may follow ``before``."""
    if after not in FOLLOWS[before]:
        raise Conflict(
            "status_cannot_follow",
            f"An account that is {_S(before).label.lower()} cannot become"
            f" {_S(after).label.lower()}.",
            field="status",
            before=before,
            after=after,
        )
