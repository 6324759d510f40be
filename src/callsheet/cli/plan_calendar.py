"""A plan as an iCalendar file: the days on which to brief, and those on which things go live."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from icalendar import Calendar, Event

from callsheet.cli.plan_forecast import say_chance
from callsheet.cli.plan_moves import Moves, say_move
from callsheet.insight.wording import say_working_days


def ics_of(answer: dict[str, Any], moment: datetime, moves: Moves | None = None) -> bytes:
    """Two whole-day events for each project of a plan (as ``callsheet plan --json`` answers).

    A project keeps its UIDs from plan to plan, so a calendar program that reads the file again
    moves its events instead of doubling them. ``moment`` is when the plan was made.
    With ``moves``, the event of a brief that a repair has moved says so, and from which day.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Callsheet//plan//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Briefs")
    for project in answer["projects"]:
        credits, seen = f"{project['credits']} credits", project["forecast"]
        if project["brief_by"] is not None:
            sure = seen["finish"]["p80"]
            said = "" if sure is None else f"In four of five cases it is finished by {sure}."
            title = f"Brief by: {project['title']} ({credits})"
            if (move := (moves or {}).get(project["id"])) is not None:
                title, said = f"{title}, moved", f"{say_move(move)} {said}".strip()
            calendar.add_component(
                _event(project, "brief", title, project["brief_by"], said, moment)
            )
        if project["due"] is not None:
            late = project["tardiness"]
            said = f"In time with a chance of {say_chance(seen['on_time_probability'])}."
            said += f" The plan is {say_working_days(late)} late." if late else ""
            calendar.add_component(
                _event(project, "live", f"Wanted by: {project['title']}", project["due"], said,
                       moment)
            )  # fmt: skip
    ics: bytes = calendar.to_ical()
    return ics


def _event(
    project: dict[str, Any], kind: str, title: str, day: date, said: str, moment: datetime
) -> Event:
    event = Event()
    known = sha256(str(project["id"]).encode()).hexdigest()[:24]
    event.add("uid", f"{known}-{kind}@callsheet")
    event.add("dtstamp", moment)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", title)
    event.add("transp", "TRANSPARENT")
    if said:
        event.add("description", said)
    return event
