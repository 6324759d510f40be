"""``callsheet project``: deliveries and the answers to them, files, and what is said of them."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from django.core.files import File
from django.core.files.storage import default_storage
from rich.console import Console
from rich.text import Text

from callsheet.cli.acting import As, ProjectName, acting, find_project
from callsheet.cli.drawing_project import say_outcome
from callsheet.cli.drawing_review import draw_review, say_size
from callsheet.cli.output import Json, show
from callsheet.insight.asset_files import find_file
from callsheet.insight.review_view import show_review
from callsheet.kit.errors import Refused
from callsheet.services import commenting, production, reviewing, uploading, variations
from callsheet.services.commenting import Pin, Said

assets = typer.Typer(help="Files of a project: hand in, list, fetch.")
Key = Annotated[
    str | None,
    typer.Option("--key", help="Name this command; the same one again does nothing more."),
]
Version = Annotated[
    int | None,
    typer.Option(help="The version that you looked at; refused when it has changed since."),
]
Chosen = Annotated[
    list[int] | None,
    typer.Option(help="Only these (their numbers in `project review`); not given: all."),
]


def review(project: ProjectName, as_: As = "", json: Json = False) -> None:
    """Show what was delivered, what waits for what, and what was said."""
    found = show_review(acting(as_), find_project(project).pk)
    show(asdict(found), json=json, human=lambda console: draw_review(console, found))


def deliver(
    project: ProjectName,
    deliverable: Chosen = None,
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Deliver all that can be delivered, or some of it; masters come first. Studio staff."""
    found = find_project(project)
    answer = production.deliver(acting(as_), found.pk, deliverable or None, key=key)
    show(answer, json=json, human=lambda console: say_outcome(console, found.pk, answer))


def approve(
    project: ProjectName,
    deliverable: Chosen = None,
    as_: As = "",
    version: Version = None,
    key: Key = None,
    json: Json = False,
) -> None:
    """Approve what was delivered, or some of it, for good."""
    found = find_project(project)
    answer = reviewing.approve(acting(as_), found.pk, deliverable or None, version=version, key=key)

    def human(console: Console) -> None:
        say_outcome(console, found.pk, answer)
        for concept in found.concepts.filter(pk__in=answer["concepts"]):
            console.print(Text(f"“{concept}” is approved."))

    show(answer, json=json, human=human)


def changes(
    project: ProjectName,
    change: Annotated[
        list[str],
        typer.Argument(help="NUMBER=WORDS for each deliverable, such as 12='Warmer light'."),
    ],
    as_: As = "",
    version: Version = None,
    key: Key = None,
    json: Json = False,
) -> None:
    """Ask for changes to what was delivered."""
    wanted: dict[int, str] = {}
    for one in change:
        number, sign, words = one.partition("=")
        if not sign or not number.strip().isdecimal():
            raise Refused(
                "not_a_change", f"“{one}” is not a change as in 12='Warmer light'.", field="change"
            )
        wanted[int(number)] = words
    found = find_project(project)
    answer = reviewing.ask_for_changes(acting(as_), found.pk, wanted, version=version, key=key)
    show(answer, json=json, human=lambda console: say_outcome(console, found.pk, answer))


def comment(
    project: ProjectName,
    text: Annotated[str, typer.Argument(help="What you want to say; empty with --resolve.")] = "",
    file: Annotated[int | None, typer.Option(help="About this file (its number).")] = None,
    at: Annotated[
        str, typer.Option(help="A place in it: X,Y from 0 to 1, from the upper left.")
    ] = "",
    second: Annotated[float | None, typer.Option(help="A second of a film.")] = None,
    answers: Annotated[int | None, typer.Option(help="In answer to this comment.")] = None,
    resolve: Annotated[int | None, typer.Option(help="Say that this one is dealt with.")] = None,
    reopen: Annotated[int | None, typer.Option(help="Say that this one is not.")] = None,
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Say something about a project, or about a place or a second of a file."""
    actor, found = acting(as_), find_project(project)
    if resolve is not None or reopen is not None:
        settle = commenting.resolve_comment if resolve is not None else commenting.reopen_comment
        answer = settle(actor, resolve if resolve is not None else reopen or 0, key=key)
        said = "is dealt with" if answer["resolved"] else "is open again"
    else:
        pin = _pin(at, second)
        answer = commenting.comment(
            actor, found.pk, Said(text, version=file, pin=pin, answers=answers), key=key
        )
        said = "was added"
    show(
        answer,
        json=json,
        human=lambda console: console.print(Text(f"Comment {answer['comment']} {said}.")),
    )


def vary(
    project: ProjectName,
    master: Annotated[int, typer.Argument(help="The master's number in `project review`.")],
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="Such as format-variation.")],
    quantity: Annotated[int, typer.Option(help="How many.")] = 1,
    placement: Annotated[str, typer.Option(help="For where.")] = "",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Order more complimentary variations of a master."""
    found = find_project(project)
    wanted = variations.Variation(type_, master, quantity, placement)
    answer = variations.add_variations(acting(as_), found.pk, [wanted], key=key)
    show(answer, json=json, human=lambda console: say_outcome(console, found.pk, answer))


@assets.command("add")
def add_asset(
    deliverable: Annotated[int, typer.Argument(help="Its number in `project review`.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file.")],
    name: Annotated[
        str, typer.Option(help="The asset's name; the same one again is its next version.")
    ] = "",
    sha256: Annotated[str, typer.Option(help="The digest that it should have.")] = "",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Hand in a file for a deliverable. Studio staff."""
    with file.open("rb") as opened:
        answer = uploading.add_asset(
            acting(as_), deliverable, File(opened, file.name), name=name, sha256=sha256, key=key
        )
    size = say_size(answer["size"])
    said = f"File {answer['version']} is version {answer['number']}, {size}."
    shown = {name: value for name, value in answer.items() if name != "file"}
    show(shown, json=json, human=lambda console: console.print(Text(said)))


@assets.command("list")
def list_assets(project: ProjectName, as_: As = "", json: Json = False) -> None:
    """List the files of a project, the latest version of each."""
    found = show_review(acting(as_), find_project(project).pk)
    rows = [
        (concept.title, line.deliverable, asset)
        for concept in found.concepts
        for line in concept.deliverables
        for asset in line.assets
    ]

    def human(console: Console) -> None:
        for concept, _, asset in rows:
            latest = asset.latest
            console.print(
                Text(
                    f"{latest.version:>6}  {concept} / {asset.name}, version {latest.number}:"
                    f" {latest.file_name}, {say_size(latest.size)}"
                )
            )

    files = [
        {"concept": concept, "deliverable": number, "asset": asset.name} | asdict(asset.latest)
        for concept, number, asset in rows
    ]
    show({"files": files}, json=json, human=human)


@assets.command("get")
def get_asset(
    file: Annotated[int, typer.Argument(help="The file's number in `project asset list`.")],
    to: Annotated[
        Path | None, typer.Option(help="Where to; not given: its name, in this folder.")
    ] = None,
    as_: As = "",
    json: Json = False,
) -> None:
    """Fetch a file. Nothing that is there already is overwritten."""
    found = find_file(acting(as_), file)
    target = to or Path(found.name)
    try:
        with target.open("xb") as written, default_storage.open(found.stored) as stored:
            shutil.copyfileobj(stored, written, 1 << 20)
    except FileExistsError:
        raise Refused("file_exists", f"{target} is there already.", field="to") from None
    except OSError as error:
        raise Refused("not_writable", f"{target} cannot be written: {error}.", field="to") from None
    show(
        {"file": str(target), "size": found.size, "sha256": found.sha256},
        json=json,
        human=lambda console: console.print(Text(f"{target}, {say_size(found.size)}.")),
    )


def _pin(at: str, second: float | None) -> Pin | None:
    if not at:
        return None if second is None else Pin(second=second)
    try:
        x, y = (float(part) for part in at.split(","))
    except ValueError as error:
        raise Refused(
            "not_a_place", f"“{at}” is not a place as in 0.5,0.25.", field="at"
        ) from error
    return Pin(x, y, second)


def add_to(app: typer.Typer) -> None:
    """Put these commands among those of ``callsheet project``."""
    for command in (review, deliver, approve, changes, comment, vary):
        app.command()(command)
    app.add_typer(assets, name="asset")
