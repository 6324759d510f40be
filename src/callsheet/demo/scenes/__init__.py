"""What happens once in the quarter, so that every situation of the sheets shows what follows.

Each scene is fixed to a working day, happens to an account of the example studio, and is left out
where that account is not there or has nothing to do it with.
"""

from __future__ import annotations

from callsheet.demo.scenes import capacity, forgotten, launch, people, scope
from callsheet.demo.scenes.scene import Scene
from callsheet.projects.lifecycle import Status

__all__ = [
    "BUSY",
    "FORGETFUL",
    "LEFT_OPEN",
    "LEFT_TO_SCENES",
    "SCENES",
    "UNANSWERED",
    "Scene",
    "is_staged",
]

SCENES: tuple[Scene, ...] = (
    *launch.SCENES, *capacity.SCENES, *scope.SCENES, *people.SCENES, *forgotten.SCENES,
)  # fmt: skip

FORGETFUL = frozenset({"lumiere", "raven"})
"""Accounts that look at no delivery of their own accord; the clocks do for them what they do."""

BUSY = {"halden-run": 3, "tannenhof": 2}
"""Accounts that brief more than others of their size, by that factor."""

UNANSWERED = frozenset({"Lookbook: wool trousers"})
"""Questions about these are never answered, until somebody takes the project from the ice."""

LEFT_TO_SCENES = frozenset({("candela", Status.DRAFT), ("aurora", Status.PARKED)})
"""In which accounts nothing happens by chance to projects of a status: what Candela has bought is
to expire, and what Aurora puts on ice is taken off by a scene.
"""

LEFT_OPEN = 63
"""From this working day on nobody decides what has been asked, so that some of it is still open."""

_STAGED = {"brixen": 99, "halden-golf": 99, "kestrel": 6}


def is_staged(account: str, day: int) -> bool:
    """Whether nothing happens to the account by chance on that working day, but what keeps things
    going: Halden Golf stays idle, and at the end Brixen's second wave is one finalizing away from
    its start, which is left to whoever looks at the demo.
    """
    return day < _STAGED.get(account, 0)
