"""As whom a command acts, and what its arguments name."""

from __future__ import annotations

from typing import Annotated

import typer

from callsheet.kit.actor import CONSOLE, Actor, person
from callsheet.kit.errors import NotFound, Refused
from callsheet.projects.models import Project
from callsheet.schedule.models import Campaign, Entry
from callsheet.tenants.models import Account, User

As = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="EMAIL",
        help="Act as this person, with their rights. Not given: as the studio.",
    ),
]
"""The type of every acting command's ``as_`` parameter: ``def submit(..., as_: As = "")``."""

AccountKey = Annotated[str, typer.Argument(help="The account's key, such as lumiere.")]
Key = Annotated[
    str | None,
    typer.Option("--key", help="Name this command; the same one again does nothing more."),
]
Version = Annotated[
    int | None,
    typer.Option(help="The version that you looked at; refused when it has changed since."),
]
Note = Annotated[str, typer.Option("--note", help="Why; kept in the project's timeline.")]

ProjectName = Annotated[
    str, typer.Argument(help="The project: ACCOUNT/KEY, its key alone, or its number.")
]
EntryName = Annotated[str, typer.Argument(help="The entry: ACCOUNT/KEY, or its number.")]
CampaignName = Annotated[str, typer.Argument(help="The campaign: ACCOUNT/KEY, or its number.")]


def acting(email: str) -> Actor:
    """The actor behind ``--as``. Raises ``NotFound("person")``."""
    if not email:
        return CONSOLE
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise NotFound("person")
    return person(user.pk, str(user))


def find_account(key: str) -> Account:
    """The account of that key. Raises ``NotFound("account")``."""
    account = Account.objects.select_related("wallet").filter(key=key.strip().lower()).first()
    if account is None:
        raise NotFound("account")
    return account


def find_project(name: str) -> Project:
    """The project of that name. Who may know of it is for the service to say.

    Raises ``NotFound("project")``, ``Refused("ambiguous_key")`` when several accounts have the key.
    """
    projects = Project.objects.select_related("account")
    account, slash, key = name.strip().partition("/")
    if slash:
        found = list(projects.filter(account__key=account.lower(), key=key)[:2])
    else:
        found = list(projects.filter(key=account)[:2])
        if not found and account.isascii() and account.isdecimal() and len(account) < 19:
            found = list(projects.filter(pk=int(account)))
    if not found:
        raise NotFound("project")
    if len(found) > 1:
        raise Refused(
            "ambiguous_key",
            f"Several accounts have a project {key or account}. Write ACCOUNT/KEY.",
            field="project",
        )
    return found[0]


def find_entry(name: str) -> Entry:
    """The calendar entry of that name. Raises ``NotFound("entry")``."""
    entry = _find(Entry, name)
    if entry is None:
        raise NotFound("entry")
    return entry


def find_campaign(name: str) -> Campaign:
    """The campaign of that name. Raises ``NotFound("campaign")``."""
    campaign = _find(Campaign, name)
    if campaign is None:
        raise NotFound("campaign")
    return campaign


def _find[T: (Entry, Campaign)](model: type[T], name: str) -> T | None:
    """The row of an account's key, or of a number."""
    account, slash, key = name.strip().partition("/")
    rows = model._default_manager.select_related("account")
    if slash:
        return rows.filter(account__key=account.lower(), key__iexact=key).first()
    number = account.isascii() and account.isdecimal() and len(account) < 19
    return rows.filter(pk=int(account)).first() if number else None
