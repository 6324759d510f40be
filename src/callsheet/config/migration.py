"""Bring a database up to date: migrations as the owner, then the application's rights."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

import psycopg
from django.apps import apps
from django.core.management import call_command

from callsheet.config.databases import default_points_at
from callsheet.postgres.grants import apply_grants


def migrate(owner_url: str, *, verbosity: int = 1) -> None:
    """Run all migrations on the database at ``owner_url`` and hand out the rights again."""
    with default_points_at(owner_url):
        call_command("migrate", interactive=False, verbosity=verbosity)
        call_command("createcachetable", verbosity=0)  # leaves one that is there alone
    with psycopg.connect(owner_url) as connection:
        apply_grants(connection, table_grants())


def table_grants() -> Mapping[str, str]:
    """Return what the application may do per table, where that is not everything.

    Collected from the constant ``TABLE_GRANTS`` in each app's ``grants`` module, such as
    ``{"credits_transfer": "SELECT"}``. Raises `ValueError` for a table named twice.
    """
    collected = {"django_migrations": "SELECT"}
    for app in apps.get_app_configs():
        if not app.name.startswith("callsheet.") or find_spec(f"{app.name}.grants") is None:
            continue
        for table, rights in import_module(f"{app.name}.grants").TABLE_GRANTS.items():
            if table in collected:
                raise ValueError(f"{app.name}.grants: the rights on {table} are said twice")
            collected[table] = rights
    return collected
