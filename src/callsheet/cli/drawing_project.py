"""A project in the terminal: its page, and what a step on it has led to."""

from __future__ import annotations

from datetime import date

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.acting import find_account
from callsheet.cli.drawing import expected
from callsheet.insight.project_view import ProjectPage
from callsheet.insight.queue_view import read_queue_view
from callsheet.insight.wording import say_credits, say_day
from callsheet.journal.commands import Answer
from callsheet.kit import clock
from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.projects.models import Project


def say_outcome(console: Console, project_id: int, answer: Answer) -> None:
    """What a step has done: the new status, credits that came home, the place, what started."""
    project = Project.objects.select_related("account").get(pk=project_id)
    status = Status(answer["status"]).label.lower()
    said = f"“{project.title}” is now {status}."
    if answer.get("released"):
        said += f" {say_credits(answer['released'])} came home."
    if answer.get("consumed"):
        said += f" {say_credits(answer['consumed'])} were used up."
    console.print(Text(said))
    if answer["status"] == Status.QUEUED:
        view = read_queue_view(project.account_id)
        for brief in view.waiting:
            if brief.project == project.pk:
                console.print(
                    Text(f"Place {brief.position}. {brief.sentence} {expected(brief, view.today)}")
                )
    draw_started(console, answer)


def draw_started(console: Console, answer: Answer) -> None:
    """The briefs that started by themselves, a line each."""
    started = Project.objects.in_bulk(answer.get("started") or [])
    for pk in answer.get("started") or []:
        if pk in started:
            console.print(
                Text(
                    f"“{started[pk].title}” ({say_credits(started[pk].credits)}) started by itself."
                )
            )


def draw_project(console: Console, page: ProjectPage) -> None:
    """All about a project: scope, dates, why it waits, timeline, what may happen next."""
    line = page.line
    today = today_of(line.account)
    console.print(Text(line.title, style="bold"))
    console.print(
        Text(
            f"{line.account}/{line.key}, {say_credits(line.credits)},"
            f" {Status(line.status).label.lower()}, version {line.version}"
        )
    )
    if page.waiting is not None:
        brief = page.waiting
        console.print(Text(f"Place {brief.position}. {brief.sentence} {expected(brief, today)}"))
    dates = {
        "wanted by": line.wanted_by, "publish": page.publish_on, "not before": page.not_before,
        "promised": page.promised_on,
    }  # fmt: skip
    if line.status in HOLDING:
        dates |= {"credits back from": line.returns_from, "credits back by": line.returns_by}
    for what, day in dates.items():
        if day is not None:
            console.print(Text(f"{what}: {say_day(day, today)}"))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("number", "concept", "deliverable", "quantity", "credits", "state"):
        numeric = column in {"number", "quantity", "credits"}
        table.add_column(column, justify="right" if numeric else "left")
    for item in page.deliverables:
        table.add_row(
            str(item.deliverable), Text(item.concept), item.type, str(item.quantity),
            str(item.quantity * item.unit_credits), item.state.replace("_", " "),
        )  # fmt: skip
    console.print(table)
    for event in page.timeline:
        note = f": {event.note}" if event.note else ""
        kind = event.kind.replace("_", " ")
        console.print(Text(f"{event.at:%Y-%m-%d %H:%M}  {kind}, {event.by}{note}"))
    if page.actions:
        console.print(
            Text("Its status allows: " + ", ".join(a.replace("_", " ") for a in page.actions))
        )


def today_of(account: str) -> date:
    """The day that it is for the account of that key."""
    return clock.today(find_account(account).time_zone)
