"""``callsheet demo``: a whole studio to look at, made in a minute, there again in seconds."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from callsheet.cli.exits import ExitCode
from callsheet.cli.output import Json, show
from callsheet.cli.serve import require_free, run_web, worker_beside
from callsheet.cli.session import studio
from callsheet.cli.storytelling import draw_story
from callsheet.config.env import SettingsError, get_env
from callsheet.demo import logins, quarter
from callsheet.demo.building import EXAMPLE, Demo, build
from callsheet.demo.telling import CHOSEN, tell

_OF_THE_DEMO = {
    # A password that everybody knows needs no second factor; and the terminal is for the story.
    "CALLSHEET_REQUIRE_MFA": "false",
    "CALLSHEET_LOG_LEVEL": "WARNING",
    "CALLSHEET_STUDIO_NAME": "Demo studio",
    # Nothing leaves this machine: `callsheet mail show` reads what was sent.
    "CALLSHEET_EMAIL_URL": "file:",
}
_FOLDERS = ("DATA_DIR", "CALLSHEET_DATA_DIR")

_HERE = "127.0.0.1"
"""The demo is for this machine alone, because its passwords are known to everybody."""


def demo(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port, instead of PORT.")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the demo's database; else DATA_DIR, else demo in the usual folder."
        ),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Tell the story and end, instead of serving pages.")
    ] = False,
    sheets: Annotated[
        Path, typer.Option(help="The studio to import.", show_default="examples/studio")
    ] = EXAMPLE,
    weeks: Annotated[
        int,
        typer.Option(min=1, max=quarter.WEEKS, help="How many weeks the first start plays."),
    ] = quarter.WEEKS,
    json: Json = False,
) -> None:
    """Import the example studio, play a quarter of it, then serve its pages until Ctrl-C.

    The second start takes seconds, because the data is there. With --once it tells the story of
    the quarter (with --json: as data) and ends with 0, or with 1 when the books are not right.
    """
    if json and not once:
        raise typer.BadParameter("it goes with --once; pages are not JSON", param_hint="--json")
    if not get_env().embedded:
        raise SettingsError(
            "DATABASE_URL is set; expected: not here, because the demo's passwords are known to"
            " everybody. It brings a PostgreSQL of its own."
        )
    flags = [flag for flag, given in (("--once", once), ("--json", json)) if given]
    given = ["--sheets", str(sheets), "--weeks", str(weeks)]
    _start_anew_where_needed(port, data_dir, [*given, *flags])
    if not once:
        require_free(port, _HERE)
    console = Console(stderr=json)
    begun = time.monotonic()
    with studio():
        made = _build(console, sheets, weeks)
        if once:
            story = tell(made.begins)
            show(asdict(story), json=json, human=lambda console: draw_story(console, story))
            if not json:
                console.print(
                    f"\nThat took {time.monotonic() - begun:.0f} s. Look closer:", highlight=False
                )
                _look_closer(console)
                console.print("make demo serves the pages. Log in there as:", highlight=False)
                _people(console)
            if not story.audit.clean:
                raise typer.Exit(ExitCode.DIFFERENCE)
            return
        _welcome(console)
        with worker_beside():
            run_web(port=port, host=_HERE)


def _start_anew_where_needed(port: int | None, data_dir: Path | None, arguments: list[str]) -> None:
    """Settings are read when a process starts; one that needs others starts itself anew."""
    wanted = {name: value for name, value in _OF_THE_DEMO.items() if name not in os.environ}
    if port is not None and port != get_env().port:
        wanted["CALLSHEET_PORT"] = str(port)
    if data_dir is not None and data_dir.resolve() != get_env().data_dir.resolve():
        wanted["CALLSHEET_DATA_DIR"] = str(data_dir.resolve())
    elif data_dir is None and get_env().embedded and not any(map(os.environ.get, _FOLDERS)):
        # A studio of one's own in the usual folder and the demo do not come in each other's way.
        wanted["DATA_DIR"] = str(get_env().data_dir / "demo")
    if not wanted:
        return
    # Nothing is open yet: no connection, no lock, no child.
    os.execve(  # noqa: S606  # this very program
        sys.executable,
        [sys.executable, "-m", "callsheet", "demo", *arguments],
        {**os.environ, **wanted},
    )


def _build(console: Console, sheets: Path, weeks: int) -> Demo:
    with console.status("Looking for the demo studio") as status:

        def told(text: str) -> None:
            status.update(text)

        def played(day: date) -> None:
            status.update(f"Playing the quarter: {day.day} {day:%B}")

        return build(sheets, weeks=weeks, told=told, played=played)


def _welcome(console: Console) -> None:
    env = get_env()
    site = env.site.geturl()
    console.print(Text(f"Customers' pages: {site}/", style="bold"))
    console.print(Text(f"Staff administration: {site}/admin/", style="bold"))
    _people(console)
    console.print("Look at it from another terminal, too:")
    _look_closer(console)


def _people(console: Console) -> None:
    for login in logins.logins():
        console.print(Text(f"  {login.email}  {logins.PASSWORD}  ({login.role})"), soft_wrap=True)


def _look_closer(console: Console) -> None:
    env = get_env()
    chosen = {"DATA_DIR", "CALLSHEET_DATA_DIR"} & os.environ.keys()
    folder = f"DATA_DIR={env.data_dir} " if chosen else ""
    for command in (f"queue show {CHOSEN[0]}", "ledger balances", "ledger verify"):
        console.print(
            Text(f"  {folder}.venv/bin/callsheet {command}"), soft_wrap=True, highlight=False
        )
