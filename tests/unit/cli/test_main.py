"""The command line, whole and in parts: a part is what it is in the whole."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from callsheet.cli.main import COMMANDS, GROUPS, IN_ORDER, PLANNER, WITHOUT_A_DATABASE, build

ROOT = Path(__file__).resolve().parents[3]


def shape(command: Any) -> Any:
    """The commands below this one with their arguments and options."""
    if hasattr(command, "commands"):
        return {name: shape(below) for name, below in command.commands.items()}
    return [(parameter.name, parameter.opts) for parameter in command.params]


def test_the_help_lists_every_command_once() -> None:
    assert sorted(IN_ORDER) == sorted({*GROUPS, *COMMANDS})
    assert set(COMMANDS) >= PLANNER
    assert WITHOUT_A_DATABASE <= GROUPS


@pytest.mark.parametrize("name", IN_ORDER)
def test_a_part_is_what_it_is_in_the_whole(name: str) -> None:
    whole, part = get_command(build()), get_command(build(name))
    assert list(part.commands) == [name]  # type: ignore[attr-defined]
    assert shape(part)[name] == shape(whole)[name]


def test_only_what_was_asked_for_is_imported() -> None:
    asked = (
        "import sys\n"
        "from callsheet.cli.main import app\n"
        "sys.argv = ['callsheet', 'db', '--help']\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "sys.exit('callsheet.cli.demo' in sys.modules or 'callsheet.cli.db' not in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True).returncode == 0
    )
