"""The program ``callsheet``: groups of commands, one way to set up, one way to fail."""

import os
import signal
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from callsheet.cli.exits import report
from callsheet.cli.output import JSON_KEY, Json, show
from callsheet.cli.terminating import exit_when_terminated


class ReportingGroup(TyperGroup):
    """Turns every error into a sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; see `callsheet.cli.exits` for what becomes of its errors."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except BrokenPipeError:
            # Whoever read the output has seen enough (`| head`); nothing went wrong.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(128 + signal.SIGPIPE) from None
        except Exception as error:
            if hasattr(error, "format_message"):  # the command line itself was wrong
                raise
            raise typer.Exit(report(error, as_json=ctx.meta.get(JSON_KEY, False))) from error


PLANNER = frozenset(
    {
        "plan", "repair", "split-advice", "forecast", "scenario", "capacity-advice", "durations",
        "replay", "psplib",
    }
)  # fmt: skip
"""The commands that need neither Django nor a database."""

GROUPS = frozenset(
    {
        "db", "ledger", "account", "contract", "cost", "queue", "project", "absence", "approval",
        "sample", "calendar", "notifications", "mail",
    }
)  # fmt: skip
"""Groups of commands; each is the ``app`` of the module of its name."""

WITHOUT_A_DATABASE = frozenset({"db", "mail"})
"""Groups that do not need one that answers."""

FURTHER = {
    "account": ("account_since", "account_history"),
    "project": ("project_dates", "project_rest", "project_review", "project_people"),
}
"""Modules that add commands to a group, by ``add_to``."""

COMMANDS = {
    "demo": ("demo", "demo"),
    "serve": ("serve", "serve"),
    "worker": ("serve", "worker"),
    "tasks": ("absence", "tasks_command"),
    "import": ("importing", "import_sheets"),
    **{name: (name.replace("-", "_"),) * 2 for name in PLANNER},
    "version": ("main", "_version"),
}
"""Where the commands are that stand in no group: module and function."""

IN_ORDER = (
    "demo", "serve", "worker", "db", "ledger", "account", "contract", "cost", "queue", "project",
    "absence", "approval", "tasks", "sample", "calendar", "notifications", "mail", "import",
    *sorted(PLANNER), "version",
)  # fmt: skip
"""All commands and groups, as the help lists them."""


def build(*names: str) -> typer.Typer:
    """Return the commands and groups of these names alone, or the whole command line.

    Only what is named is imported, which takes half the time. Django must be set up for all but
    the planner's commands, because the others import models.
    """
    program = _program()
    if names:
        program.callback()(lambda: None)  # one command alone would have no name
    for name in names or IN_ORDER:
        _add(program, name)
    return program


def build_planner(*names: str) -> typer.Typer:
    """Return these commands of the planner alone (all of them if none is named).

    They need neither Django nor a database.
    """
    return build(*(names or sorted(PLANNER)))


def _add(program: typer.Typer, name: str) -> None:
    if name not in GROUPS:
        module, function = COMMANDS[name]
        program.command(name)(getattr(import_module(f"callsheet.cli.{module}"), function))
        return
    group = import_module(f"callsheet.cli.{name}").app
    for module in FURTHER.get(name, ()):
        import_module(f"callsheet.cli.{module}").add_to(group)
    if name in WITHOUT_A_DATABASE:
        program.add_typer(group, name=name)
    else:
        program.add_typer(group, name=name, callback=_database)


def _program() -> typer.Typer:
    return typer.Typer(
        name="callsheet",
        help="Credits, briefs and queues of a content studio.",
        cls=ReportingGroup,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )


def boot() -> None:
    """Check the environment and set Django up; a wrong setting ends the process with code 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callsheet.config.settings")
    from callsheet.config.env import SettingsError, get_env

    try:
        get_env()
    except SettingsError as error:
        sys.exit(int(report(error, as_json="--json" in sys.argv)))
    import django

    django.setup()


def app() -> None:
    """Run the program (the entry point ``callsheet``)."""
    exit_when_terminated()
    named = [name for name in sys.argv[1:2] if name in IN_ORDER]
    if not PLANNER.intersection(named):
        boot()  # takes longer than planning a season
    build(*named)()


def _database(context: typer.Context) -> None:
    """Give a group's commands a database that answers."""
    from callsheet.cli.session import studio

    context.with_resource(studio())


def _version(json: Json = False) -> None:
    """Print the version."""
    import platform

    import django

    from callsheet import __version__

    show(
        {
            "callsheet": __version__,
            "python": platform.python_version(),
            "django": django.get_version(),
        },
        json=json,
    )
