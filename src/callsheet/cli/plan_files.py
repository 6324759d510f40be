"""The files that a plan is written to: looked at before anything is planned, then written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from callsheet.kit.errors import Refused

if TYPE_CHECKING:
    from callsheet.cli.plan_moves import Moves

Ics = Annotated[
    Path | None, typer.Option(help="Write the days of briefing and those wanted to this file.")
]
Html = Annotated[
    Path | None, typer.Option(help="Write the plan as a page for any browser to this file.")
]
Xlsx = Annotated[Path | None, typer.Option(help="Write the plan as a workbook to this file.")]


def check_outputs(outputs: Mapping[str, Path | None], inputs: Iterable[Path | None]) -> None:
    """Refuse, before time is spent, what could not be written or would overwrite what is read.

    ``outputs`` are by option. Raises ``Refused``.
    """
    taken = {_known(file): "is read by this command" for file in inputs if file is not None}
    for option, file in outputs.items():
        if file is None:
            continue
        place = _known(file)
        if place in taken:
            raise Refused("overwrites", f"{file} {taken[place]}: name another.", field=option)
        taken[place] = f"is written by --{option}"
        if file.is_dir():
            raise unwritable(option, file, "it is a folder")
        if not file.parent.is_dir():
            raise unwritable(option, file, f"there is no folder {file.parent}")
        if not os.access(file if file.exists() else file.parent, os.W_OK):
            raise unwritable(option, file, "you may not write there")


def write_plan(
    answer: dict[str, Any],
    first: date,
    *,
    ics: Path | None,
    html: Path | None,
    xlsx: Path | None,
    moves: Moves | None = None,
) -> None:
    """Write a plan (as ``callsheet plan --json`` answers) that begins on ``first`` to the files
    that are named. With ``moves``, what a repair has moved is marked.

    Raises ``Refused`` where that does not work.
    """
    # Each way to write a plan is imported only where it is asked for.
    if ics is not None:
        from callsheet.cli.plan_calendar import ics_of
        from callsheet.kit.clock import now

        write("ics", ics, ics_of(answer, now(), moves))
    if html is not None:
        from callsheet.cli.plan_page import page_of

        write("html", html, page_of(answer, first, moves).encode())
    if xlsx is not None:
        from callsheet.cli.plan_workbook import workbook_of

        write("xlsx", xlsx, workbook_of(answer, moves))


def write(option: str, file: Path, content: bytes) -> None:
    """Write a file. Raises ``Refused`` where that does not work."""
    try:
        file.write_bytes(content)
    except OSError as error:
        raise unwritable(option, file, error.strerror or str(error)) from None


def _known(file: Path) -> object:
    """What a file is known by under any of its names."""
    try:
        found = file.stat()
    except OSError:
        return file.resolve()
    return found.st_dev, found.st_ino


def unwritable(option: str, file: Path, why: str) -> Refused:
    """The refusal of a file that cannot be written."""
    return Refused("unwritable", f"{file} cannot be written: {why}.", field=option)
