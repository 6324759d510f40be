"""``callsheet contract``: terms, notice and prices of subscriptions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from callsheet.cli.acting import As, acting
from callsheet.cli.output import Json, show
from callsheet.credits.balances import find_wallet
from callsheet.insight.contract_view import ContractPage, Price, show_contract
from callsheet.kit.errors import Refused
from callsheet.services import closing, noticing, pricing

app = typer.Typer(help="Terms, notice and prices of subscriptions.")

WalletName = Annotated[str, typer.Argument(help="The account's key, or pool:ORGANIZATION.")]
Key = Annotated[
    str | None,
    typer.Option("--key", help="Name this command; the same one again does nothing more."),
]
Note = Annotated[str, typer.Option(help="What was said.")]
_DAY = ["%Y-%m-%d"]


@app.command("show")
def show_command(wallet: WalletName, as_: As = "", json: Json = False) -> None:
    """Show a subscription: plan, term, the last day for notice, and its prices."""
    page = show_contract(acting(as_), find_wallet(wallet).pk)
    show(asdict(page), json=json, human=lambda console: _draw(console, page))


@app.command("announce-price")
def announce_price_command(
    wallet: WalletName,
    price: Annotated[str, typer.Argument(help="For a calendar month, in the wallet's currency.")],
    from_day: Annotated[
        datetime, typer.Option("--from", formats=_DAY, help="Its first day, after today.")
    ],
    note: Note = "",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Announce another price from a day to come on. What was agreed until then stays."""
    answer = pricing.announce_price(
        acting(as_), find_wallet(wallet).pk, _money(price), from_day.date(), note=note, key=key
    )
    show(answer, json=json)


@app.command("withdraw-price")
def withdraw_price_command(
    wallet: WalletName, note: Note = "", as_: As = "", key: Key = None, json: Json = False
) -> None:
    """Take back the prices that were announced and have not begun."""
    answer = pricing.withdraw_price(acting(as_), find_wallet(wallet).pk, note=note, key=key)
    show(answer, json=json)


@app.command("terms")
def terms_command(
    wallet: WalletName,
    term_months: Annotated[int, typer.Option(help="From the next renewal on.")],
    notice_days: Annotated[int, typer.Option(help="Calendar days before a renewal.")],
    note: Note = "",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Agree on another term and another notice."""
    answer = noticing.change_terms(
        acting(as_), find_wallet(wallet).pk, term_months=term_months, notice_days=notice_days,
        note=note, key=key,
    )  # fmt: skip
    show(answer, json=json)


@app.command("give-notice")
def give_notice_command(
    wallet: WalletName,
    reason: Annotated[str, typer.Option(help=", ".join(closing.END_REASONS) + ".")],
    on: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="When it was given. Not given: today.")
    ] = None,
    note: Note = "",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Record a notice: the subscription ends at its renewal, if it was in time."""
    answer = noticing.give_notice(
        acting(as_), find_wallet(wallet).pk, on=on.date() if on else None, reason=reason,
        note=note, key=key,
    )  # fmt: skip
    show(answer, json=json)


@app.command("take-notice-back")
def take_notice_back_command(
    wallet: WalletName, note: Note = "", as_: As = "", key: Key = None, json: Json = False
) -> None:
    """Let a subscription renew after all."""
    answer = noticing.take_back_notice(acting(as_), find_wallet(wallet).pk, note=note, key=key)
    show(answer, json=json)


def _money(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Refused("not_a_price", f"{text!r} is no price as in 2400.00.", field="price") from (
            error
        )


def _draw(console: Console, page: ContractPage) -> None:
    console.print(
        f"{page.name}: {page.plan}, {page.credits} credits, {page.status}", style="bold",
        markup=False, highlight=False,
    )  # fmt: skip
    lines = [f"began {page.starts_on}, {page.term_months} months a term"]
    if page.ends_on is not None:
        lines.append(f"notice was given on {page.notice_on}; it ends on {page.ends_on}")
    elif page.status != "ended":
        lines.append(
            f"renews on {page.renews_on}; notice {page.notice_days} days before, until"
            f" {page.notice_until}"
        )
    if page.next_plan:
        price = "no price agreed" if page.next_price is None else f"{page.next_price:,.2f}"
        lines.append(f"then {page.next_plan}, {price}")
    for line in lines:
        console.print(line, markup=False, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for n, column in enumerate(("from", "until", "credits", f"{page.currency} a month")):
        table.add_column(column, justify="right" if n > 1 else "left")
    for one in page.prices:
        table.add_row(
            str(one.starts_on), str(one.ends_on or ""), str(one.credits or ""), _said(one)
        )
    console.print(table)


def _said(one: Price) -> str:
    if one.monthly_price is None:
        return "no price agreed" if one.credits else "no subscription"
    return f"{one.monthly_price:,.2f}"
