"""Why the projects of a plan start when they do, and what would help, with dates and in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from callsheet.cli.plan_words import say_late
from callsheet.insight.wording import say_count, say_credits, say_working_days

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.explain import Reason
    from callsheet.planner.plan import Plan
    from callsheet.planner.problem import Problem
    from callsheet.planner.remedies import WayOut

WORST = 3
"""For so many shortfalls, and so many late projects, ways out are looked for."""

LARGE, LARGEST = 500, 3_000
"""With more projects than this, for one of each, or for none: every way is planned again."""

MOST_SAID = 10
"""So many late projects have their reason said in the terminal."""

_NAMED = 3


def explained(
    answer: dict[str, Any], problem: Problem, found: Plan, timeline: Timeline
) -> dict[str, Any]:
    """An answer (of ``plan.answer_of``) with reasons, shortfalls and advice in addition.

    Ways out are looked for where lateness weighs most; all have been planned again, and are
    compared under the same sampled durations where these are uncertain.
    """
    from callsheet.planner.explain import reasons, shortfalls
    from callsheet.planner.remedies import Remedies

    why = reasons(problem, found)
    weight = {id: problem.by_id[id].weight * reason.tardiness for id, reason in why.items()}
    spans = shortfalls(problem, found)
    late = sorted((id for id in why if weight[id] > 0), key=lambda id: (-weight[id], id))
    count = len(problem.projects)
    most = WORST if count <= LARGE else 1 if count <= LARGEST else 0
    worst = sorted(spans, key=lambda span: -sum(weight[id] for id in span.projects))[:most]
    remedies = Remedies(problem, found) if late[:most] else None
    helps = dict(zip(worst, remedies.of_shortfalls(worst), strict=True)) if remedies else {}
    words = _Words(problem, found, timeline, on_average=bool(remedies and remedies.uncertain))
    return answer | {
        "projects": [
            project | words.reason(project["id"], why[project["id"]])
            for project in answer["projects"]
        ],
        "shortfalls": [
            {
                "from": timeline.date_of(span.begin),
                "to": timeline.date_of(span.end),
                "credits": span.credits,
                "projects": list(span.projects),
                "ways_out": [words.way(way) for way in helps.get(span, [])],
            }
            for span in spans
        ],
        "advice": [
            {"id": id, "ways_out": [words.way(way) for way in remedies.of_project(id)]}
            for id in late[:most]
            if remedies
        ],
    }


def draw_reasons(console: Console, answer: dict[str, Any]) -> None:
    """Print why projects are late or never start, and what would help; nothing if none is."""
    late = [project for project in answer["projects"] if project["tardiness"]]
    late.sort(key=lambda project: -project["tardiness"])
    never = [project for project in answer["projects"] if project["start"] is None]
    lines = [f"{p['title']}: {p['reason']['sentence']}" for p in [*never, *late][:MOST_SAID]]
    if len(never) + len(late) > MOST_SAID:
        lines.append(f"… and {say_count(len(never) + len(late) - MOST_SAID)} more")
    _draw(console, "Why late, or never", lines)
    helps = [way["sentence"] for span in answer["shortfalls"] for way in span["ways_out"]]
    helps += [way["sentence"] for advice in answer["advice"] for way in advice["ways_out"]]
    _draw(console, "What would help (each planned again)", helps)


def _draw(console: Console, heading: str, lines: list[str]) -> None:
    if lines:
        console.print(Text(heading, style="bold"))
        for line in lines:
            console.print(Text(f"  {line}"), soft_wrap=True)


class _Words:
    """Days as dates and ids as titles."""

    def __init__(
        self, problem: Problem, found: Plan, timeline: Timeline, *, on_average: bool
    ) -> None:
        self.problem = problem
        self.found = found
        self.timeline = timeline
        self.on_average = on_average
        self._titles = {work.id: work.title or work.id for work in problem.in_flight}
        self._titles |= {project.id: project.title or project.id for project in problem.projects}

    def reason(self, id: str, reason: Reason) -> dict[str, Any]:
        return {
            "reason": {
                "code": reason.cause.value,
                "sentence": self._why(id, reason),
                "missing": reason.missing,
                "unavoidable": reason.unavoidable,
            },
            "waits_for": list(reason.waits_for),
        }

    def _why(self, id: str, reason: Reason) -> str:
        from callsheet.planner.explain import Cause

        project, start = self.problem.by_id[id], self.found.starts[id]
        names = self._names(reason.waits_for)
        if reason.cause is Cause.FOLLOWS_NEVER:
            return f"It comes after {names}, which can never start."
        if start is None:
            more = f"{say_count(reason.missing)} {reason.resource}"
            return f"It can never start: it needs {more} more than there are in the end."
        day = self.timeline.date_of(start)
        if reason.cause is Cause.READY:
            return f"It starts when it is ready, on {day}."
        if reason.cause is Cause.PREDECESSOR:
            return f"It waits for {names} to be finished, on {day}."
        if reason.cause is Cause.DUE_TOO_SOON:
            return (
                f"It takes {say_working_days(project.duration.p50)} and cannot start before "
                f"{day}: its date is too soon, with any number of credits."
            )
        if reason.cause is Cause.SPARE:
            return "Nothing here keeps it from starting earlier: a longer --time-limit may help."
        last = self.timeline.date_of(start - 1)
        said = (
            f"It waits for {reason.resource}: {say_count(reason.missing)} are missing on {last}, "
        )
        said += f"until {names} gives back" if len(reason.waits_for) == 1 else ""
        said += f"until {names} give back" if len(reason.waits_for) > 1 else ""
        said += f" on {day}." if reason.waits_for else f"the capacity rises on {day}."
        if reason.unavoidable:
            stay = say_working_days(reason.unavoidable)
            said += f" It would be late by {stay} with any number of credits."
        return said

    def way(self, way: WayOut) -> dict[str, Any]:
        from callsheet.planner.remedies import Way

        more = way.way is Way.MORE_CREDITS
        finish = None if way.project is None else way.finishes[way.project]
        return {
            "code": way.way.value,
            "sentence": self._how(way),
            "credits": way.credits if more else None,
            "from": self.timeline.date_of(way.begin) if more else None,
            "to": self.timeline.date_of(way.end) if more else None,
            "days_earlier": way.days or None,
            "parts": way.parts or None,
            "finish": None if finish is None else self.timeline.date_of(finish),
            "late": round(way.late, 2),
            "days_late": round(way.days_late, 1),
            "saved_days": round(way.saved_days, 1),
        }

    def _how(self, way: WayOut) -> str:
        from callsheet.planner.remedies import Way

        date = self.timeline.date_of
        late = say_late(way.late, way.days_late, on_average=self.on_average)
        if way.way is Way.MORE_CREDITS:
            span = f"from {date(way.begin)} to {date(way.end)}"
            return f"{say_credits(way.credits)} more {span}: {late}."
        name = self._names([way.project or ""])
        finish = date(way.finishes[way.project or ""])
        over = f"finished by {finish} in four of five cases"
        if not self.on_average:
            over = f"finished on {finish}"
        if way.way is Way.BRIEF_EARLIER:
            sooner = say_working_days(way.days)
            return f"Brief {name} up to {sooner} earlier: it is {over}; {late}."
        if way.way is Way.SPLIT:
            parts = f"Split {name} into {way.parts} projects"
            return f"{parts}: the last is {over}; {late}."
        return f"Accept that {name} is {over}."

    def _names(self, ids: Iterable[str]) -> str:
        names = [f"“{self._titles[id]}”" for id in ids]
        if len(names) > _NAMED:
            return f"{', '.join(names[:_NAMED])} and {say_count(len(names) - _NAMED)} more"
        return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
