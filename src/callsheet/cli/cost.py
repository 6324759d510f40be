"""``callsheet cost``: what projects cost, and what is charged back to teams."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.acting import AccountKey, As, ProjectName, acting, find_account, find_project
from callsheet.cli.output import Json, show
from callsheet.insight.chargeback import Chargeback, TeamCosts, chargeback
from callsheet.insight.cost_lines import BY, HEADINGS, Costs, Group, grouped, rows
from callsheet.insight.costs import account_costs
from callsheet.kit import clock
from callsheet.kit.errors import NotFound
from callsheet.services.cost_labels import change_cost_labels
from callsheet.sheets.writing import write_csv
from callsheet.tenants.models import Organization

app = typer.Typer(help="What projects cost, and what is charged back to teams.")

_DAY = ["%Y-%m-%d"]
First = Annotated[
    datetime | None,
    typer.Option("--from", formats=_DAY, help="First day. Not given: the first of the month."),
]
Last = Annotated[
    datetime | None, typer.Option("--to", formats=_DAY, help="Last day. Not given: today.")
]
By = Annotated[str, typer.Option("--by", help=f"Together by {', '.join(BY)}.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV: every project, and what lay idle.")]


@app.command("account")
def account_command(
    account: AccountKey,
    first: First = None,
    last: Last = None,
    by: By = "project",
    csv: Csv = False,
    as_: As = "",
    json: Json = False,
) -> None:
    """Show what an account's projects cost: the price of the days by the credit-days they occupied.

    What lay idle stands apart; all lines add up to the price, to the cent.
    """
    found = find_account(account)
    since, until = _days(first, last, found.time_zone)
    costs = account_costs(acting(as_), found.pk, since, until)
    groups = grouped(costs.lines, by)
    if csv:
        print(write_csv(HEADINGS, rows(costs)), end="")
        return
    facts = _facts(costs) | {"by": by, "groups": [asdict(one) for one in groups]}
    show(facts, json=json, human=lambda console: _draw(console, costs, groups, by))


@app.command("chargeback")
def chargeback_command(
    organization: Annotated[str, typer.Argument(help="The organization's key, such as halden.")],
    first: First = None,
    last: Last = None,
    by: By = "account",
    csv: Csv = False,
    as_: As = "",
    json: Json = False,
) -> None:
    """Charge the price of an organization's pool back to its teams.

    A team bears what its projects occupied, with what it borrowed, and what lay idle of its
    allocation. What nobody was allocated stays with the organization.
    """
    found = Organization.objects.filter(key=organization.strip().lower()).first()
    if found is None:
        raise NotFound("organization")
    since, until = _days(first, last, found.time_zone)
    answer = chargeback(acting(as_), found.pk, since, until)
    groups = grouped(answer.costs.lines, by)
    if csv:
        print(write_csv(HEADINGS, rows(answer.costs)), end="")
        return
    facts = _facts(answer.costs) | {
        "teams": [asdict(team) for team in answer.teams],
        "by": by,
        "groups": [asdict(one) for one in groups],
    }

    def human(console: Console) -> None:
        if by == "account":
            _draw_teams(console, answer)
        else:
            _draw(console, answer.costs, groups, by)

    show(facts, json=json, human=human)


@app.command("label")
def label_command(
    project: ProjectName,
    cost_centre: Annotated[str | None, typer.Option(help="Not given: as it is.")] = None,
    purchase_order: Annotated[str | None, typer.Option(help="Not given: as it is.")] = None,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    as_: As = "",
    key: Annotated[
        str | None,
        typer.Option("--key", help="Name this command; the same one again does nothing more."),
    ] = None,
    json: Json = False,
) -> None:
    """Book a submitted project on another cost centre or purchase order."""
    answer = change_cost_labels(
        acting(as_), find_project(project).pk, cost_centre=cost_centre,
        purchase_order=purchase_order, note=note, key=key,
    )  # fmt: skip
    show(answer, json=json)


def _days(first: datetime | None, last: datetime | None, zone: str) -> tuple[date, date]:
    until = last.date() if last is not None else clock.today(zone)
    return (first.date() if first is not None else until.replace(day=1)), until


def _facts(costs: Costs) -> dict[str, Any]:
    facts = asdict(costs)
    return {"from": facts.pop("first"), "to": facts.pop("last"), **facts}


def _money(amount: Decimal | None) -> str:
    return "-" if amount is None else f"{amount:,.2f}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for n, column in enumerate(columns):
        table.add_column(column, justify="right" if n else "left", no_wrap=n > 0)
    return table


def _head(console: Console, costs: Costs) -> None:
    price = "no price agreed" if costs.price is None else f"{_money(costs.price)} {costs.currency}"
    console.print(
        f"{costs.name}, {costs.first} to {costs.last} ({costs.time_zone}): {price}",
        style="bold", markup=False, highlight=False,
    )  # fmt: skip


def _foot(console: Console, costs: Costs) -> None:
    for note in costs.notes:
        console.print(note, style="yellow", markup=False, highlight=False)


def _draw(console: Console, costs: Costs, groups: Iterable[Group], by: str) -> None:
    """A table of groups; what lay idle below, then the sum of all."""
    _head(console, costs)
    used = any(one.credits for one in costs.lines) or any(one.credits for one in costs.idle)
    columns = [by.replace("-", " "), "projects", "credit-days"]
    table = _table(*columns, *(["credits used"] if used else []), costs.currency)

    def add(name: str, projects: str, days: Decimal, credits: int, amount: Decimal | None) -> None:
        cells = (projects, f"{days:,.2f}", *([f"{credits:,}"] if used else []), _money(amount))
        table.add_row(Text(name), *cells, style="dim" if not projects else "")

    for group in groups:
        name = group.label or "(none)"
        add(name, str(group.projects), group.credit_days, group.credits, group.amount)
    for idle in costs.idle:
        add(f"{idle.what}: {idle.account_name}", "", idle.credit_days, idle.credits, idle.amount)
    table.add_section()
    table.add_row(
        "all", "", f"{costs.credit_days:,.2f}", *([""] if used else []), _money(costs.price),
        style="bold",
    )  # fmt: skip
    console.print(table)
    _foot(console, costs)


def _draw_teams(console: Console, answer: Chargeback) -> None:
    costs = answer.costs
    _head(console, costs)
    table = _table("team", "projects", "credit-days", "used", "idle days", "idle", "all")

    def add(team: TeamCosts) -> None:
        table.add_row(
            Text(team.name), str(team.projects or ""), f"{team.credit_days:,.2f}",
            _money(team.amount), f"{team.idle_days:,.2f}", _money(team.idle_amount),
            _money(team.whole),
        )  # fmt: skip

    for team in answer.teams:
        add(team)
    table.add_section()
    sums = [
        sum((getattr(team, name) or Decimal(0) for team in answer.teams), Decimal(0))
        for name in ("credit_days", "amount", "idle_days", "idle_amount")
    ]
    shown = [f"{amount:,.2f}" for amount in sums]
    if costs.price is None:
        shown[1] = shown[3] = _money(None)
    table.add_row("all", "", *shown, _money(costs.price), style="bold")
    console.print(table)
    _foot(console, costs)
