"""``callsheet db``: the embedded server, migrations, backups."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from callsheet.cli.output import Json, show
from callsheet.cli.session import embedded_cluster
from callsheet.config.databases import owner_url
from callsheet.config.env import Env, SettingsError, get_env
from callsheet.config.migration import migrate as run_migrations
from callsheet.postgres import Cluster
from callsheet.postgres.backup import backup as write_backup
from callsheet.postgres.backup import restore_embedded, restore_into
from callsheet.postgres.roles import DATABASE, SUPERUSER

app = typer.Typer(help="The embedded PostgreSQL, migrations and backups.")


@app.command()
def start(json: Json = False) -> None:
    """Start the embedded PostgreSQL and leave it running."""
    cluster = embedded_cluster()
    started = cluster.start()
    cluster.keep()
    if cluster.ensure_database():
        run_migrations(owner_url(get_env()), verbosity=0)
    show({"started": started, **asdict(cluster.status())}, json=json)


@app.command()
def stop(json: Json = False) -> None:
    """Stop the embedded PostgreSQL, ending open connections."""
    show({"stopped": embedded_cluster().stop()}, json=json)


@app.command()
def status(json: Json = False) -> None:
    """Say whether the embedded PostgreSQL runs, and where its data is."""
    show(asdict(embedded_cluster().status()), json=json)


@app.command()
def migrate(json: Json = False) -> None:
    """Bring tables and rights up to date, as the role that owns them."""
    env = get_env()
    if env.embedded:
        with Cluster(env.data_dir).session() as cluster:
            cluster.ensure_database()
            run_migrations(owner_url(env), verbosity=0 if json else 1)
    else:
        run_migrations(_owners(env), verbosity=0 if json else 1)
    show({"migrated": True}, json=json)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where the backup goes; replaced if it exists.")],
    json: Json = False,
) -> None:
    """Write the whole database to one file that only its owner can read."""
    env = get_env()
    try:
        if env.embedded:
            with Cluster(env.data_dir).session() as cluster:
                size = write_backup(cluster.url(DATABASE, SUPERUSER), file)
        else:
            size = write_backup(_owners(env), file)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}", param_hint="FILE") from error
    show({"file": str(file), "bytes": size}, json=json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup.")],
    json: Json = False,
) -> None:
    """Put a backup in place; the former database is kept under another name.

    A database of your own must be empty.
    """
    env = get_env()
    former = None
    if env.embedded:
        with Cluster(env.data_dir).session() as cluster:
            former = restore_embedded(cluster, file)
            run_migrations(owner_url(env), verbosity=0)
    else:
        restore_into(_owners(env), file)
        run_migrations(owner_url(env), verbosity=0)
    show({"restored": str(file), "former_database_kept_as": former}, json=json)


def _owners(env: Env) -> str:
    """The address for the role that owns the tables of a database of one's own."""
    if env.migration_database_url is None:
        raise SettingsError(
            "CALLSHEET_MIGRATION_DATABASE_URL is not set; expected: the address of the "
            "database for the role that owns the tables. It must differ from DATABASE_URL's."
        )
    return env.migration_database_url
