"""A plan as one page that needs nothing but a browser: no script, no request to anywhere.

The picture is the product's own strip over time. Every text of the calendar is escaped, and the
page forbids itself by its policy to load or run anything.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from callsheet.cli.plan_forecast import expectation, say_chance, uncertainty
from callsheet.cli.plan_moves import Moves, moves_section, old_day
from callsheet.cli.plan_rows_drawing import MOST_ROWS, rows_drawn
from callsheet.cli.plan_teams_drawing import teams_drawn
from callsheet.cli.plan_words import by_week, quality, rows_to_look_at
from callsheet.insight.wording import (
    say_count,
    say_credits,
    say_day,
    say_number,
    say_working_days,
)
from callsheet.kit.visible import visible
from callsheet.web.strip_over_time import Bar, strip_over_time

_LONGEST = 371
"""So many days are drawn at most, a year and a week; the table holds the rest."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<svg width="0" height="0" style="position:absolute" aria-hidden="true" focusable="false"><defs>
<pattern id="cs-hatch" width="6" height="6" patternUnits="userSpaceOnUse" \
patternTransform="rotate(45)"><line class="cs-hatch-line" x1="0" y1="0" x2="0" y2="6"/></pattern>
<pattern id="late-hatch" width="6" height="6" patternUnits="userSpaceOnUse" \
patternTransform="rotate(45)"><line class="cs-late-line" x1="0" y1="0" x2="0" y2="6"/></pattern>
<pattern id="loan-hatch" width="6" height="6" patternUnits="userSpaceOnUse" \
patternTransform="rotate(45)"><line class="cs-loan-line" x1="0" y1="0" x2="0" y2="6"/></pattern>
</defs></svg>
<main>
<header><h1>{title}</h1><p class="lead">{lead}</p><p>{expectation}</p>
<p class="soft">{quality}</p></header>
{sections}
</main>
</body>
</html>
"""


def page_of(answer: dict[str, Any], first: date, moves: Moves | None = None) -> str:
    """The page of a plan (as ``callsheet plan --json`` answers) that begins on ``first``.

    With ``moves``, what a repair has moved is listed, and marked where it is to be briefed.
    """
    moves = moves or {}
    now, later = by_week(answer["projects"], first)
    sections: list[SafeString | str] = [
        _to_brief(now, later, first, moves), moves_section(moves, first),
    ]  # fmt: skip
    if answer["usage"]:
        sections += [_credits(answer, first), _teams(answer, first), _rows(answer, first)]
    sections += [_table(answer["projects"], first, moves), _left_out(answer)]
    return format_html(
        _PAGE,
        title=f"Briefs from {say_day(first, first)} {first.year} on",
        style=_style(),
        lead=_lead(answer["projects"], now),
        expectation=expectation(answer),
        quality=f"{quality(answer)} {uncertainty(answer)}",
        sections=format_html_join("\n", "{}", ((section,) for section in sections)),
    )


@cache
def _style() -> SafeString:
    # Our own file, and nothing of a calendar is in it.
    return mark_safe(files(__package__).joinpath("plan_page.css").read_text("utf-8"))  # noqa: S308


def _lead(projects: list[dict[str, Any]], now: list[dict[str, Any]]) -> str:
    late = [project["tardiness"] for project in projects if project["tardiness"]]
    never = sum(project["start"] is None for project in projects)
    briefs = say_number(len(now), "brief", "briefs") if now else "Nothing"
    every = say_number(len(projects), "project", "projects")
    said = [f"{briefs} to submit this week, {every} in all."]
    if late:
        many, most = say_count(len(late)), say_working_days(max(late))
        said.append(f"If all takes its usual time, {many} are late, by at most {most}.")
    elif projects:
        said.append("If all takes its usual time, nothing is late.")
    if never:
        said.append(f"{say_count(never)} can never start: {_NEVER}.")
    return " ".join(said)


_NEVER = "it costs more than the capacity, or follows what does"
_NUMBERS = ("Credits", "Chance in time")


def _to_brief(
    now: list[dict[str, Any]], later: list[dict[str, Any]], first: date, moves: Moves
) -> SafeString:
    """What to brief this week; without any, what comes first."""
    heading, shown = "Brief this week", now
    if not now:
        starts = [project["start"] for project in later if project["start"] is not None]
        heading = "Nothing to brief this week"
        shown = [project for project in later if starts and project["start"] == min(starts)]
    items = (
        (
            say_day(project["start"], first),
            project["title"],
            say_credits(project["credits"]),
            _late(project),
            _dates(project, first),
            old_day(moves.get(project["id"]), first),
        )
        for project in shown
    )
    return format_html(
        '<section class="card"><h2>{}</h2>{}<ul class="briefs">{}</ul></section>',
        heading,
        format_html("<p>{}</p>", "Next comes:") if shown and not now else "",
        format_html_join(
            "",
            '<li><span class="day">{}</span><strong>{}</strong><span>{}</span>'
            '<span class="more">{}{}{}</span></li>',
            items,
        ),
    )


def _late(project: dict[str, Any]) -> SafeString | str:
    if not project["tardiness"]:
        return ""
    return format_html('<span class="late">{} late</span> ', say_working_days(project["tardiness"]))


def _dates(project: dict[str, Any], first: date) -> str:
    seen, said = project["forecast"], []
    if seen["finish"]["p80"] is not None:
        said.append(f"Finished by {say_day(seen['finish']['p80'], first)} in four of five cases")
    if project["due"] is not None:
        chance = say_chance(seen["on_time_probability"])
        said.append(f"wanted by {say_day(project['due'], first)} (chance {chance})")
    return f"{', '.join(said)}." if said else ""


def _days(answer: dict[str, Any], first: date) -> int:
    ends: list[date] = [day["date"] for day in answer["usage"]]
    ends += [project["due"] for project in answer["projects"] if project["due"] is not None]
    return min(_LONGEST, max(28, (max(ends) - first).days + 8))


def _credits(answer: dict[str, Any], first: date) -> SafeString:
    usage = answer["usage"]
    steps = [
        (day["date"], day["capacity"])
        for n, day in enumerate(usage)
        if n == 0 or usage[n - 1]["capacity"] != day["capacity"]
    ]
    bars = [
        Bar(
            work["title"], work["credits"], first, work["finish"], work["finish"], "made",
            f"{work['title']}: {say_credits(work['credits'])}, in production until "
            f"{say_day(work['finish'], first)}", "",
        )
        for work in answer["in_production"]
    ] + [
        Bar(
            project["title"], project["credits"], project["start"], project["finish"],
            project["finish"], "waits",
            f"{project['title']}: {say_credits(project['credits'])}, "
            f"{say_day(project['start'], first)} to {say_day(project['finish'], first)}",
            "", planned=True,
        )
        for project in answer["projects"]
        if project["start"] is not None
    ]  # fmt: skip
    held = sum(day["held"] for day in usage)
    capacity = sum(day["capacity"] for day in usage)
    share = f"{held / capacity:.0%}" if capacity else "none"
    sentence = (
        f"{share} of the credits are in use until {say_day(usage[-1]['date'], first)}; "
        f"at most {say_credits(max(day['held'] for day in usage))} at one time."
    )
    return format_html(
        '<section class="card"><h2>Credits under the capacity</h2><p>{}</p><p class="soft">{}</p>'
        "{}</section>",
        sentence,
        "A block is as high as its credits and as wide as its time. Filled: in production; "
        "hatched: planned. The line is the capacity.",
        strip_over_time(
            bars, steps, first, _days(answer, first), sentence, origin=f"{first.day} {first:%b}"
        ),
    )


def _teams(answer: dict[str, Any], first: date) -> SafeString | str:
    """Who holds how much of whose credits; nothing without teams."""
    if not answer["teams"]:
        return ""
    said = [
        f"{team['name']} borrows at most {say_credits(team['most_borrowed'])}, on "
        f"{say_number(team['days_borrowed'], 'working day', 'working days')} from "
        f"{say_day(team['first_borrowed'], first)} on."
        for team in answer["teams"]
        if team["days_borrowed"]
    ]
    sentence = " ".join(said) or "No team borrows anything."
    return format_html(
        '<section class="card"><h2>Teams and their loans</h2><p>{}</p><p class="soft">{}</p>{}'
        "</section>",
        sentence,
        "The line is what a team owns. Filled: what it holds of that; hatched: what it holds "
        "above it, on loan from the others.",
        teams_drawn(answer, first, _days(answer, first), sentence),
    )


def _rows(answer: dict[str, Any], first: date) -> SafeString:
    planned = [project for project in answer["projects"] if project["start"] is not None]
    said = "A diamond is the day by which it is wanted; what runs beyond it is hatched."
    if len(planned) > MOST_ROWS:
        said += f" The first {MOST_ROWS} of {say_count(len(planned))} are drawn; the table has all."
    return format_html(
        '<section class="card"><h2>Projects over time</h2><p class="soft">{}</p>{}</section>',
        said,
        rows_drawn(
            planned,
            first,
            _days(answer, first),
            "Each project from its brief until it is usually finished, beside the day by which it "
            "is wanted. The table below has the chances.",
        ),
    )


def _table(projects: list[dict[str, Any]], first: date, moves: Moves) -> SafeString:
    headings = (
        "Project", "Brief on", "Credits", "80 % date", "Wanted by", "Chance in time", "As planned",
    )  # fmt: skip
    rows = (
        (
            project["title"],
            _notes(project),
            say_day(project["start"], first) if project["start"] else "never",
            old_day(moves.get(project["id"]), first),
            say_count(project["credits"]),
            say_day(sure, first) if (sure := project["forecast"]["finish"]["p80"]) else "",
            say_day(project["due"], first) if project["due"] else "",
            say_chance(project["forecast"]["on_time_probability"]),
            _late(project) or (_NEVER if project["start"] is None else "in time"),
        )
        for project in projects
    )
    return format_html(
        '<section class="card"><h2 id="all">All projects</h2><p class="soft">{}</p>'
        '<div class="scroll" tabindex="0" '
        'role="region" aria-labelledby="all"><table><thead><tr>{}</tr></thead><tbody>{}</tbody>'
        "</table></div></section>",
        "By the 80 % date it is finished in four of five cases. As planned: if all takes its "
        "usual time.",
        format_html_join(
            "",
            '<th scope="col" class="{}">{}</th>',
            (("number" if name in _NUMBERS else "", name) for name in headings),
        ),
        format_html_join(
            "",
            '<tr><th scope="row">{}{}</th><td>{}{}</td><td class="number">{}</td><td>{}</td>'
            '<td>{}</td><td class="number">{}</td><td>{}</td></tr>',
            rows,
        ),
    )


def _notes(project: dict[str, Any]) -> SafeString:
    """What stands in columns that are not known."""
    return format_html_join("", '<span class="note">{}: {}</span>', project["notes"].items())


def _left_out(answer: dict[str, Any]) -> SafeString | str:
    lines = rows_to_look_at(answer)
    if not lines:
        return ""
    return format_html(
        '<section class="card"><h2>Rows to look at</h2><ul>{}</ul></section>',
        format_html_join("", "<li>{}</li>", ((visible(line),) for line in lines)),
    )
