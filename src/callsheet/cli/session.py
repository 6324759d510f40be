"""The database while a command runs: started when needed, up to date, left as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from callsheet.config.databases import owner_url
from callsheet.config.env import Env, SettingsError, get_env
from callsheet.config.migration import migrate
from callsheet.postgres import Cluster


@contextmanager
def studio() -> Iterator[Env]:
    """Give the command a database that answers.

    The embedded one is started if nobody has, brought up to date, and stopped when its last
    user leaves. One of your own is only asked whether it is there and up to date; raises
    `SettingsError` where it is not, because only the role that owns the tables can help that.
    """
    env = get_env()
    if not env.embedded:
        connection.ensure_connection()
        if _pending():
            raise SettingsError(
                "The database of DATABASE_URL does not have all tables of this version. Run "
                "`callsheet db migrate` with CALLSHEET_MIGRATION_DATABASE_URL set."
            )
        yield env
        return
    with Cluster(env.data_dir).session() as cluster:
        if cluster.ensure_database() or _pending():
            migrate(owner_url(env), verbosity=0)
        try:
            yield env
        finally:
            connections.close_all()


def embedded_cluster() -> Cluster:
    """Return the embedded server; raises `SettingsError` where a DATABASE_URL replaces it."""
    env = get_env()
    if not env.embedded:
        raise SettingsError(
            "DATABASE_URL is set, so there is no embedded server here. Start and stop your "
            "own PostgreSQL with its own tools."
        )
    return Cluster(env.data_dir)


def _pending() -> bool:
    try:
        executor = MigrationExecutor(connection)
    except OperationalError:
        return True
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
