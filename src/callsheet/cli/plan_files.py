"""The files that a plan is written to: looked at before anything is planned, then written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from callsheet.kit.errors import Refused


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
