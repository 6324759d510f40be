"""``callsheet project amend``, ``stop-request``, ``change-date``: changes after submission."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from callsheet.cli.acting import As, Key, Note, ProjectName, Version, acting, find_project
from callsheet.cli.drawing_project import draw_started, say_outcome, today_of
from callsheet.cli.output import Json, show
from callsheet.insight.wording import say_credits, say_day
from callsheet.journal.commands import Answer
from callsheet.kit.errors import NotFound, Refused
from callsheet.projects.models import Amendment, Concept, Priority, Project, StopRequest
from callsheet.projects.scope_changes import Addition, ScopeChanges
from callsheet.services import amending, dating, stopping
from callsheet.services.loading import project_of

amend_app = typer.Typer(help="Changes of scope: one side proposes, the other agrees.")
stop_app = typer.Typer(help="Wishes to park or cancel what the studio has accepted.")

Add = Annotated[
    list[str] | None,
    typer.Option(metavar="TYPE=NUMBER", help="Add so many of a deliverable type, as video=2."),
]
InConcept = Annotated[
    str,
    typer.Option(
        "--concept",
        metavar="TITLE",
        help="To which concept it is added; a title that is not there yet makes a new one.",
    ),
]
Master = Annotated[
    int | None,
    typer.Option(help="Variations: the deliverable they vary (its number in `project show`)."),
]
Supplied = Annotated[str, typer.Option(help="Adapt & Optimize: the supplied master.")]
Quantity = Annotated[
    list[str] | None,
    typer.Option(metavar="DELIVERABLE=NUMBER", help="Make it so many of that deliverable."),
]
Drop = Annotated[list[int] | None, typer.Option(help="Drop that deliverable.")]
Reason = Annotated[str, typer.Argument(help="Why; the other side reads it.")]


@amend_app.command("preview")
def preview_command(
    project: ProjectName,
    add: Add = None,
    concept: InConcept = "",
    master: Master = None,
    supplied_master: Supplied = "",
    quantity: Quantity = None,
    drop: Drop = None,
    as_: As = "",
    json: Json = False,
) -> None:
    """Say what a change of scope would cost and whether it would fit now. Proposes nothing."""
    actor, found = acting(as_), find_project(project)
    project_of(actor, found.pk)
    changes = _changes(found, add, concept, master, supplied_master, quantity, drop)
    effect = amending.preview(actor, found.pk, changes)

    def human(console: Console) -> None:
        console.print(Text(f"{_say_change(effect.change)} {say_credits(effect.credits)} in all."))
        if effect.at_once:
            console.print(Text("It would count as soon as the other side agrees."))
            return
        console.print(Text(f"{effect.sentence} {effect.remedy}"))
        if effect.from_day is not None:
            today = today_of(found.account.key)
            console.print(Text(f"Its credits are expected from {say_day(effect.from_day, today)}."))

    show(asdict(effect), json=json, human=human)


@amend_app.command("propose")
def propose_command(
    project: ProjectName,
    reason: Reason,
    add: Add = None,
    concept: InConcept = "",
    master: Master = None,
    supplied_master: Supplied = "",
    quantity: Quantity = None,
    drop: Drop = None,
    as_: As = "",
    version: Version = None,
    key: Key = None,
    json: Json = False,
) -> None:
    """Propose another scope: members to the studio, the studio to the customer."""
    actor, found = acting(as_), find_project(project)
    project_of(actor, found.pk)
    changes = _changes(found, add, concept, master, supplied_master, quantity, drop)
    answer = amending.propose(actor, found.pk, changes, reason, version=version, key=key)
    _show(found, answer, json)


@amend_app.command("agree")
def agree_command(
    project: ProjectName, as_: As = "", note: Note = "", key: Key = None, json: Json = False
) -> None:
    """Agree to what the other side proposed."""
    actor, found = acting(as_), find_project(project)
    answer = amending.agree(actor, _open_amendment(actor, found), note=note, key=key)
    _show(found, answer, json)


@amend_app.command("decline")
def decline_command(
    project: ProjectName, as_: As = "", note: Note = "", key: Key = None, json: Json = False
) -> None:
    """Decline what the other side proposed; the scope stays as it is."""
    actor, found = acting(as_), find_project(project)
    answer = amending.decline(actor, _open_amendment(actor, found), note=note, key=key)
    _show(found, answer, json)


@amend_app.command("withdraw")
def withdraw_command(
    project: ProjectName, as_: As = "", note: Note = "", key: Key = None, json: Json = False
) -> None:
    """Take back what one's own side proposed, or give up what waits for credits."""
    actor, found = acting(as_), find_project(project)
    answer = amending.withdraw(actor, _open_amendment(actor, found), note=note, key=key)
    _show(found, answer, json)


@stop_app.command("ask")
def ask_command(
    project: ProjectName,
    wish: Annotated[str, typer.Argument(help="park or cancel")],
    reason: Annotated[str, typer.Argument(help="Why it should stop.")],
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Ask the studio to park or cancel what it has accepted."""
    actor, found = acting(as_), find_project(project)
    answer = stopping.ask_to_stop(actor, found.pk, wish, reason, key=key)
    show(answer, json=json, human=lambda c: c.print(Text("The studio has been asked to decide.")))


@stop_app.command("take-back")
def take_back_command(
    project: ProjectName, as_: As = "", note: Note = "", key: Key = None, json: Json = False
) -> None:
    """Take the wish back; the project goes on."""
    actor, found = acting(as_), find_project(project)
    answer = stopping.take_back(actor, _open_wish(actor, found), note=note, key=key)
    show(answer, json=json, human=lambda console: say_outcome(console, found.pk, answer))


@stop_app.command("grant")
def grant_command(
    project: ProjectName,
    consumed: Annotated[
        int | None,
        typer.Option(help="Pay-as-you-go: credits used up; not given: all that is held."),
    ] = None,
    as_: As = "",
    note: Note = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Park or cancel the project as it was asked for. Studio staff."""
    actor, found = acting(as_), find_project(project)
    wish = _open_wish(actor, found)
    answer = stopping.grant(actor, wish, consumed=consumed, note=note, key=key)
    show(answer, json=json, human=lambda console: say_outcome(console, found.pk, answer))


@stop_app.command("refuse")
def refuse_command(
    project: ProjectName,
    reason: Annotated[str, typer.Argument(help="Why it goes on.")],
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Let the project go on. Studio staff."""
    actor, found = acting(as_), find_project(project)
    answer = stopping.refuse(actor, _open_wish(actor, found), reason, key=key)
    show(answer, json=json, human=lambda console: say_outcome(console, found.pk, answer))


def change_date(
    project: ProjectName,
    publish: Annotated[
        str | None, typer.Option(help="Publish date, as 2026-05-12, or “none”.")
    ] = None,
    wanted: Annotated[
        str | None, typer.Option(help="Wanted-by date, as 2026-05-12, or “none”.")
    ] = None,
    campaign: Annotated[str | None, typer.Option(help="Campaign.")] = None,
    priority: Annotated[str | None, typer.Option(help="low, normal, high or urgent.")] = None,
    as_: As = "",
    version: Version = None,
    note: Note = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Change dates, campaign or priority of a submitted project, and say what that means."""
    changes: dict[str, Any] = {}
    for name, text in (("publish_on", publish), ("wanted_by", wanted)):
        if text is not None:
            changes[name] = _day(name, text)
    if campaign is not None:
        changes["campaign"] = campaign
    if priority is not None:
        changes["priority"] = _priority(priority)
    actor, found = acting(as_), find_project(project)
    answer = dating.change_dates(actor, found.pk, changes, version=version, note=note, key=key)
    show(answer, json=json, human=lambda console: _draw_effect(console, found, answer))


def _draw_effect(console: Console, project: Project, answer: Answer) -> None:
    today = today_of(project.account.key)
    if answer["expected"] is None:
        console.print(Text("Changed. Nothing can be said now about when it will be finished."))
        return
    usual, worst = (say_day(date.fromisoformat(day), today) for day in answer["expected"])
    console.print(Text(f"Changed. It is expected to be finished {usual}, at worst {worst}."))
    for late in answer["late"]:
        what = str(late["what"]).replace("_", " ")
        days = late["late_by"]
        said = f"late by {days} working day{'s' if days != 1 else ''}" if days else "fits"
        console.print(Text(f"{what}, {say_day(date.fromisoformat(late['day']), today)}: {said}"))


def _show(project: Project, answer: Answer, json: bool) -> None:
    def human(console: Console) -> None:
        label = Amendment.Status(answer["amendment_status"]).label.lower()
        change = _say_change(answer["change"])
        console.print(Text(f"Change {answer['number']} of “{project.title}”: {label}. {change}"))
        draw_started(console, answer)

    show(answer, json=json, human=human)


def _say_change(change: int) -> str:
    if not change:
        return "At no cost."
    return f"{say_credits(abs(change)).capitalize()} {'more' if change > 0 else 'less'}."


def _changes(
    project: Project,
    add: list[str] | None,
    concept: str,
    master: int | None,
    supplied_master: str,
    quantity: list[str] | None,
    drop: list[int] | None,
) -> ScopeChanges:
    home = Concept.objects.filter(project=project, title=concept).order_by("position").first()
    additions = tuple(
        Addition(
            kind, number, concept=home.pk if home and master is None else None, title=concept,
            master=master, supplied_master=supplied_master,
        )
        for kind, number in (_pair("add", part) for part in add or ())
    )  # fmt: skip
    numbers: dict[int, int] = {}
    for text in quantity or ():
        name, number = _pair("quantity", text)
        numbers[_number("quantity", name)] = number
    return ScopeChanges(additions, numbers, tuple(drop or ()))


def _pair(field: str, text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    return name.strip(), _number(field, number or "1")


def _number(field: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Refused("not_a_number", f"“{text}” is no whole number.", field=field)
    return int(text)


def _day(field: str, text: str) -> date | None:
    if text.strip().lower() == "none":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            "not_a_day", f"“{text}” is not a day as in 2026-05-12.", field=field
        ) from error


def _priority(text: str) -> int:
    known = {priority.label.lower(): priority.value for priority in Priority}
    if text.strip().lower() not in known:
        raise Refused("unknown_priority", "Choose one of the four priorities.", field="priority")
    return known[text.strip().lower()]


def _open_amendment(actor: Any, project: Project) -> int:
    """The number of the project's open amendment. Raises ``NotFound``, to strangers, too."""
    project_of(actor, project.pk)
    open_ones = (Amendment.Status.PROPOSED, Amendment.Status.WAITING)
    found = Amendment.objects.filter(project=project, status__in=open_ones).first()
    if found is None:
        raise NotFound("open change of scope")
    return found.pk


def _open_wish(actor: Any, project: Project) -> int:
    project_of(actor, project.pk)
    found = StopRequest.objects.filter(project=project, decided_at__isnull=True).first()
    if found is None:
        raise NotFound("open wish to stop")
    return found.pk
