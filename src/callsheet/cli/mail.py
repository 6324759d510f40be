"""``callsheet mail``: what was mailed where CALLSHEET_EMAIL_URL is ``file:``, as in the demo."""

from __future__ import annotations

from email import message_from_binary_file, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.output import Json, show
from callsheet.config.env import get_env
from callsheet.kit.errors import NotFound

app = typer.Typer(help="Mail that was kept instead of sent (CALLSHEET_EMAIL_URL is file:).")


@app.command("list")
def list_command(
    most: Annotated[int, typer.Option("--most", min=1, help="How many.")] = 20,
    json: Json = False,
) -> None:
    """List the mails that were kept, the newest first."""
    rows = [
        {
            "number": number,
            "to": str(message["To"]),
            "subject": str(message["Subject"]),
            "at": str(message["Date"]),
        }
        for number, message in ((n, _read(path)) for n, path in _newest_first()[:most])
    ]

    def human(console: Console) -> None:
        if not rows:
            console.print(f"No mail was kept in {_folder()} yet.", soft_wrap=True)
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("mail", justify="right")
        for column in ("to", "subject"):
            table.add_column(column)
        for row in rows:
            table.add_row(str(row["number"]), Text(str(row["to"])), Text(str(row["subject"])))
        console.print(table)

    show({"mails": rows}, json=json, human=human)


@app.command("show")
def show_command(
    number: Annotated[
        int | None, typer.Argument(help="The mail's number. Not given: the newest.")
    ] = None,
    html: Annotated[
        bool, typer.Option("--html", help="Print its HTML, to look at in a browser.")
    ] = False,
    json: Json = False,
) -> None:
    """Show one mail as its reader gets it."""
    kept = _newest_first()
    found = [path for n, path in kept if number in (None, n)]
    if not found:
        raise NotFound("mail")
    message = _read(found[0])
    page = _part(message, "html")
    data: dict[str, Any] = {
        "from": str(message["From"]),
        "to": str(message["To"]),
        "subject": str(message["Subject"]),
        "text": _part(message, "plain"),
        "html": page,
        "file": str(found[0]),
    }

    def human(console: Console) -> None:
        if html:
            print(page or data["text"])
            return
        for name in ("from", "to", "subject"):
            console.print(Text(f"{name.title()}: {data[name]}"), soft_wrap=True)
        console.print(Text(f"\n{data['text']}"), soft_wrap=True, highlight=False)

    show(data, json=json, human=human)


def _folder() -> Path:
    return get_env().mail_dir


def _newest_first() -> list[tuple[int, Path]]:
    """The mails with their numbers, which count from the first that was kept."""
    return list(enumerate(sorted(_folder().glob("*.eml")), start=1))[::-1]


def _read(path: Path) -> EmailMessage:
    with path.open("rb") as file:
        return message_from_binary_file(file, policy=policy.default)


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    return str(part.get_content()) if part is not None else ""
