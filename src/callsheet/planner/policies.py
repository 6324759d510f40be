"""How a simulated queue is served. Named here, so that to name them costs no loading of engines."""

from __future__ import annotations

from enum import StrEnum


class QueuePolicy(StrEnum):
    """The policies of ``callsheet.admission`` for one wallet.

    - ``strict``: first come, first served, by ready date; the head holds up all others.
    - ``backfill``: the same order; later ones may go first where that is not expected to delay
      the head.
    - ``planned``: the order of a plan's starts, then backfill's rules. A planned day delays
      nobody: what is ready and fits starts, also before its planned day.
    """

    STRICT = "strict"
    BACKFILL = "backfill"
    PLANNED = "planned"
