"""``callsheet import``: a studio's spreadsheets in, problems by sheet, row and column out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.exits import ExitCode
from callsheet.cli.output import Json, show
from callsheet.cli.session import studio
from callsheet.insight.wording import say_number
from callsheet.kit.actor import CONSOLE
from callsheet.services.importing import ImportReport, import_studio
from callsheet.sheets import DateOrder, Problem

MOST_SHOWN = 50
"""Problems of one kind beyond this many are counted; ``--json`` gives all."""


def import_sheets(
    place: Annotated[
        Path, typer.Argument(help="A folder of sheets (.csv, .xlsx), or one .xlsx workbook.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; say what would happen.")
    ] = False,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Leave bad rows out instead of stopping.")
    ] = False,
    date_order: Annotated[
        DateOrder | None,
        typer.Option(help="How 03/04/2026 is meant: dmy (day first) or mdy (month first)."),
    ] = None,
    json: Json = False,
) -> None:
    """Import customers, people, price list, projects and credits from spreadsheets.

    All or nothing, by key: what was imported before is updated where the sheets have changed.
    """
    with studio():
        report = import_studio(
            CONSOLE, place, order=date_order, dry_run=dry_run, skip_bad_rows=skip_bad_rows
        )
    show(report.as_dict(), json=json, human=lambda console: _draw(console, report))
    if report.problems and dry_run:
        raise typer.Exit(ExitCode.DIFFERENCE)
    if report.problems and not report.written:
        raise typer.Exit(ExitCode.REFUSED)


def _draw(console: Console, report: ImportReport) -> None:
    _list(console, "Problems", report.problems, "red")
    _list(console, "Worth knowing", report.warnings, "yellow")
    if report.counts:
        console.print(_counts(report))
    for wallet in report.overdrawn:
        console.print(
            f"{wallet['account']} is overdrawn by {wallet['credits']} credits and starts nothing "
            "until they have come back.",
            style="yellow",
            highlight=False,
        )
    for difference in report.differences[:MOST_SHOWN]:
        console.print(
            f"{difference['sheet']} {difference['key']}, {difference['field']}: "
            f"left as it is. {difference['said']}",
            highlight=False,
            markup=False,
        )
    _more(console, len(report.differences))
    console.print(_sentence(report), highlight=False, soft_wrap=True)


def _list(console: Console, title: str, problems: Sequence[Problem], style: str) -> None:
    if not problems:
        return
    console.print(f"{title}: {len(problems):,}", style=f"bold {style}", highlight=False)
    for problem in problems[:MOST_SHOWN]:
        console.print(Text(f"  {problem}"), soft_wrap=True)
    _more(console, len(problems))


def _more(console: Console, count: int) -> None:
    if count > MOST_SHOWN:
        console.print(f"  … and {count - MOST_SHOWN:,} more (all of them with --json)")


def _counts(report: ImportReport) -> Table:
    table = Table("sheet", box=None)
    for name in ("rows", "new", "changed", "unchanged"):
        table.add_column(name, justify="right")
    for sheet, counts in report.counts.items():
        table.add_row(
            sheet,
            f"{report.rows.get(sheet, 0):,}",
            *(f"{counts.get(name, 0):,}" for name in ("new", "changed", "unchanged")),
        )
    return table


def _sentence(report: ImportReport) -> str:
    if not report.counts:
        return (
            "Nothing was written. Mend the sheets and try again, or leave the bad rows out with "
            "--skip-bad-rows."
        )
    happened = (
        f"{say_number(report.held, 'project holds', 'projects hold')} credits,"
        f" {say_number(report.queued, 'brief waits', 'briefs wait')}, "
        f"{say_number(len(report.started), 'started by itself', 'started by themselves')}."
    )
    if report.dry_run:
        return f"Nothing was written. After the import: {happened}"
    return f"Imported. {happened}"
