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


def build() -> typer.Typer:
    """Return the whole command line. Django must be set up, because commands import models."""
    from callsheet.cli import (
        absence,
        account,
        account_since,
        approval,
        calendar,
        contract,
        cost,
        db,
        demo,
        importing,
        ledger,
        mail,
        notifications,
        project,
        project_dates,
        project_people,
        project_rest,
        project_review,
        queue,
        sample,
        serve,
    )

    program = _program()
    program.command()(demo.demo)
    program.command()(serve.serve)
    program.command()(serve.worker)
    program.add_typer(db.app, name="db")
    program.add_typer(ledger.app, name="ledger", callback=_database)
    program.add_typer(account.app, name="account", callback=_database)
    program.add_typer(contract.app, name="contract", callback=_database)
    program.add_typer(cost.app, name="cost", callback=_database)
    program.add_typer(queue.app, name="queue", callback=_database)
    project_dates.add_to(project.app)
    project_rest.add_to(project.app)
    project_review.add_to(project.app)
    account_since.add_to(account.app)
    project.app.add_typer(project_people.people, name="people")
    project.app.add_typer(project_people.guest, name="guest")
    program.add_typer(project.app, name="project", callback=_database)
    program.add_typer(absence.app, name="absence", callback=_database)
    program.add_typer(approval.app, name="approval", callback=_database)
    program.command("tasks")(absence.tasks_command)
    program.add_typer(sample.app, name="sample", callback=_database)
    program.add_typer(calendar.app, name="calendar", callback=_database)
    program.add_typer(notifications.app, name="notifications", callback=_database)
    program.add_typer(mail.app, name="mail")
    program.command("import")(importing.import_sheets)
    for name in sorted(PLANNER):
        _add_planner(program, name)
    program.command("version")(_version)
    return program


def build_planner(*names: str) -> typer.Typer:
    """Return these commands of the planner alone (all of them if none is named).

    They need neither Django nor a database, and only what is named is imported.
    """
    program = _program()
    program.callback()(lambda: None)
    for name in names or sorted(PLANNER):
        _add_planner(program, name)
    return program


def _add_planner(program: typer.Typer, name: str) -> None:
    function = name.replace("-", "_")
    command = getattr(import_module(f"callsheet.cli.{function}"), function)
    program.command(name)(command)


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
    if sys.argv[1:2] and sys.argv[1] in PLANNER:
        # Setting Django up takes longer than planning a season.
        build_planner(sys.argv[1])()
        return
    boot()
    build()()


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
