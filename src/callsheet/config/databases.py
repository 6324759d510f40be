"""Which database Django's default connection speaks to.

Ordinarily the application's role. Migrations and tests that need a database of their own
point the default connection elsewhere for a while.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from callsheet.config.env import Env
from callsheet.postgres import Cluster
from callsheet.postgres.roles import APPLICATION, DATABASE, OWNER


def application_url(env: Env) -> str:
    """Return the address for the application's role."""
    return env.database_url or Cluster(env.data_dir).url(DATABASE, APPLICATION)


def owner_url(env: Env) -> str:
    """Return the address for the role that owns the tables (migrations, backups)."""
    if env.embedded:
        return Cluster(env.data_dir).url(DATABASE, OWNER)
    return env.migration_database_url or application_url(env)


def worker_url(env: Env) -> str:
    """Return the address for workers: past a PgBouncer where there is one."""
    return env.direct_database_url or application_url(env)


def django_database(url: str, *, pool: int = 0) -> dict[str, Any]:
    """Return Django's description of the database at ``url``.

    No session state outside transactions that a PgBouncer in transaction mode would lose: no
    server-side cursors, and statements are prepared only where there is none (see `engine`).
    ``pool`` is the most connections of psycopg's pool; 0 means one lasting connection per thread.
    """
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    known = ("dbname", "user", "password", "host", "port")
    options: dict[str, Any] = {key: value for key, value in parts.items() if key not in known}
    options.setdefault("connect_timeout", "10")
    options["server_side_binding"] = True
    if pool:
        options["pool"] = {"min_size": min(2, pool), "max_size": pool, "timeout": 10}
    return {
        "ENGINE": "callsheet.config.engine",
        "NAME": parts.get("dbname", ""),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "OPTIONS": options,
        # psycopg's pool hands connections out per request; lasting ones would empty it.
        "CONN_MAX_AGE": 0 if pool else 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "ATOMIC_REQUESTS": False,
    }


@contextmanager
def default_points_at(url: str) -> Iterator[None]:
    """Let Django's default connection, in every thread that opens one, speak to ``url``.

    Closes this thread's connection on the way in and out; other threads close their own.
    """
    from django.db import connections

    target = connections.settings["default"]
    before = dict(target)
    connections["default"].close()
    target.update(django_database(url))
    try:
        yield
    finally:
        connections["default"].close()
        target.clear()
        target.update(before)
