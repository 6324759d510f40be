"""Why the starts of a repaired plan have moved, with dates and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from callsheet.cli.repair_before import Before
from callsheet.cli.repair_changes import Since
from callsheet.insight.wording import say_count

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.repair import Repair
    from callsheet.planner.repair_reasons import Move

_NAMED = 3


def moved_as_dicts(
    why: Mapping[str, Move],
    found: Repair,
    now: Since,
    timeline: Timeline,
    before: Before,
    plan: dict[str, Any],
) -> list[dict[str, Any]]:
    """What has moved in a repaired ``plan`` (as ``plan.answer_of`` gives it), by its new start.

    ``days`` are working days, later is above 0.
    """
    words = _Words(now, timeline)
    return [
        {
            "id": project["id"],
            "title": project["title"],
            "credits": project["credits"],
            "from": before.projects[project["id"]].start,
            "to": project["start"],
            "days": found.moved[project["id"]],
            "finish": project["finish"],
            "due": project["due"],
            "tardiness_before": before.projects[project["id"]].tardiness,
            "tardiness": project["tardiness"],
            "frozen": project["id"] in found.thawed,
            "reason": {"code": move.why.value, "sentence": words.why(move)},
            "waits_for": list(move.waits_for),
        }
        for project in plan["projects"]
        if (move := why.get(project["id"])) is not None
    ]


class _Words:
    def __init__(self, now: Since, timeline: Timeline) -> None:
        self.now = now
        self.date = timeline.date_of
        self._titles = {work.id: work.title or work.id for work in now.problem.in_flight}
        self._titles |= {work.id: work.title or work.id for work in now.problem.projects}

    def why(self, move: Move) -> str:
        from callsheet.planner.repair_reasons import Why

        names = self._names(move.waits_for)
        if move.why is Why.NEVER:
            return "It can never start now: it costs more than there is, or follows what does."
        if move.why is Why.READY:
            if move.before < 0:
                return "It should have started before today, and has not."
            return f"It may not be briefed before {self.date(move.day or 0)}."
        if move.why is Why.PREDECESSOR:
            return (
                f"It comes after {names}, which {self._are(move.waits_for)} not finished by then."
            )
        if move.why is Why.CREDITS:
            lack = f"{say_count(move.missing)} {move.resource}"
            said = f"On {self.date(move.day or 0)} it would lack {lack}"
            return f"{said}: {names} {self._hold(move.waits_for)} them." if names else f"{said}."
        return "It could have stayed; this way the whole is less late."

    def _are(self, ids: tuple[str, ...]) -> str:
        return "is" if len(ids) == 1 else "are"

    def _hold(self, ids: tuple[str, ...]) -> str:
        return "holds" if len(ids) == 1 else "hold"

    def _names(self, ids: Iterable[str]) -> str:
        names = [f"“{self._titles[id]}”" for id in ids]
        if len(names) > _NAMED:
            return f"{', '.join(names[:_NAMED])} and {say_count(len(names) - _NAMED)} more"
        return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
