"""``callsheet account``: customers, their people, and the studio's own."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.acting import AccountKey, As, acting, find_account
from callsheet.cli.output import Json, show
from callsheet.insight.account_view import list_accounts, list_members, show_account
from callsheet.insight.people_view import accounts_without_manager
from callsheet.kit.errors import NotFound
from callsheet.services import accounts, closing, inviting, staffing
from callsheet.tenants.models import Organization, User
from callsheet.web.links import password_link

app = typer.Typer(help="Accounts, their people, and the studio's own people.")

Key = Annotated[
    str | None,
    typer.Option("--key", help="Name this command; the same one again does nothing more."),
]
Role = Annotated[str, typer.Option(help="admin, member or viewer.")]


@app.command("list")
def list_command(as_: As = "", json: Json = False) -> None:
    """List the accounts, with their credits in production and the briefs that wait."""
    rows = list_accounts(acting(as_))

    def human(console: Console) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("key", "name", "type", "status"):
            table.add_column(column)
        for column in ("credits", "running", "waiting"):
            table.add_column(column, justify="right")
        for row in rows:
            credits = Text(
                f"{row.held} of {row.capacity}", style="red" if row.held > row.capacity else ""
            )
            words = (Text(row.key), Text(row.name), row.type, row.status)
            table.add_row(*words, credits, str(row.running), str(row.waiting))
        console.print(table)

    show({"accounts": [asdict(row) for row in rows]}, json=json, human=human)


@app.command("show")
def show_command(account: AccountKey, as_: As = "", json: Json = False) -> None:
    """Show one account: where it is, who looks after it, its credits."""
    page = asdict(show_account(acting(as_), find_account(account).pk))
    show(page.pop("line") | page, json=json)


@app.command("members")
def members_command(account: AccountKey, as_: As = "", json: Json = False) -> None:
    """List the people of an account and of its organization."""
    rows = list_members(acting(as_), find_account(account).pk)

    def human(console: Console) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("name", "e-mail", "role", "of"):
            table.add_column(column)
        for row in rows:
            table.add_row(Text(row.name), Text(row.email), row.role, Text(row.place))
        console.print(table)

    show({"members": [asdict(row) for row in rows]}, json=json, human=human)


@app.command("add")
def add_command(
    name: Annotated[str, typer.Argument(help="What the account is called.")],
    slug: Annotated[str, typer.Option(help="Its key; made from the name.")] = "",
    account_type: Annotated[
        str, typer.Option("--type", help="standalone, connected or integrated.")
    ] = "standalone",
    organization: Annotated[str, typer.Option(help="The key of its organization.")] = "",
    billing: Annotated[str, typer.Option(help="subscription or pay_as_you_go.")] = "subscription",
    time_zone: Annotated[str, typer.Option(help="As Europe/Berlin.")] = "UTC",
    country: Annotated[str, typer.Option(help="As DE or DE-BY; sets the holidays.")] = "",
    currency: Annotated[str, typer.Option(help="As EUR.")] = "EUR",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Open an account with its empty wallet."""
    home = None
    if organization:
        home = Organization.objects.filter(key=organization.strip().lower()).first()
        if home is None:
            raise NotFound("organization")
    answer = accounts.create_account(
        acting(as_), name, slug=slug, account_type=account_type,
        organization_id=home.pk if home else None, billing=billing, time_zone=time_zone,
        country=country, currency=currency, key=key,
    )  # fmt: skip
    show(answer, json=json)


@app.command("add-organization")
def add_organization_command(
    name: Annotated[str, typer.Argument(help="What the organization is called.")],
    slug: Annotated[str, typer.Option(help="Its key; made from the name.")] = "",
    time_zone: Annotated[str, typer.Option(help="As Europe/Berlin.")] = "UTC",
    country: Annotated[str, typer.Option(help="As DE or DE-BY; sets the holidays.")] = "",
    currency: Annotated[str, typer.Option(help="As EUR.")] = "EUR",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Open an organization with its empty pool."""
    answer = accounts.create_organization(
        acting(as_), name, slug=slug, time_zone=time_zone, country=country, currency=currency,
        key=key,
    )  # fmt: skip
    show(answer, json=json)


@app.command("end")
def end_command(
    account: AccountKey,
    reason: Annotated[str, typer.Option(help=", ".join(closing.END_REASONS) + ".")],
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Its last day; a later one gives notice."),
    ] = None,
    note: Annotated[str, typer.Option(help="What they said.")] = "",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """End an account in which nothing runs any more, or give notice for a later day."""
    answer = closing.end_account(
        acting(as_), find_account(account).pk, reason=reason, on=on.date() if on else None,
        note=note, key=key,
    )  # fmt: skip
    show(answer, json=json)


@app.command("invite")
def invite_command(
    account: AccountKey,
    email: Annotated[str, typer.Argument(help="Whom to invite.")],
    role: Role = "member",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Invite somebody by e-mail; a worker sends it."""
    answer = inviting.invite(acting(as_), email, role, account_id=find_account(account).pk, key=key)
    show(answer, json=json)


@app.command("create-staff")
def create_staff_command(
    email: Annotated[str, typer.Argument(help="The address to sign in with.")],
    role: Annotated[str, typer.Option(help="studio_admin, account_manager or producer.")],
    name: Annotated[str, typer.Option(help="What others call them.")] = "",
    time_zone: Annotated[str, typer.Option(help="As Europe/Berlin.")] = "UTC",
    as_: As = "",
    json: Json = False,
) -> None:
    """Make somebody staff, and print a link with which they set their password.

    The link works once, for three days, and is kept nowhere; `account password-link` makes another.
    """
    answer = staffing.create_staff(acting(as_), email, role=role, name=name, time_zone=time_zone)
    link = password_link(User.objects.get(pk=answer["user"]))
    show(answer | {"password_link": link}, json=json)


@app.command("password-link")
def password_link_command(
    email: Annotated[str, typer.Argument(help="Whose password is to be set.")],
    as_: As = "",
    json: Json = False,
) -> None:
    """Print a link with which somebody sets a new password: once, within three days."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise NotFound("person")
    answer = staffing.offer_password(acting(as_), user.pk)
    show(answer | {"password_link": password_link(user)}, json=json)


@app.command("without-manager")
def without_manager_command(as_: As = "", json: Json = False) -> None:
    """List the accounts that nobody of the studio looks after."""
    keys = accounts_without_manager(acting(as_))

    def human(console: Console) -> None:
        for key in keys or ["Every account has a manager."]:
            console.print(Text(key))

    show({"accounts": keys}, json=json, human=human)
