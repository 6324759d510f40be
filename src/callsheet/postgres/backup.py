"""Backups: one compressed file that pg_restore understands, and back again.

What a backup holds is personal data: the file is readable by its owner alone.
"""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from callsheet.postgres import roles
from callsheet.postgres.binaries import find_binaries
from callsheet.postgres.cluster import Cluster
from callsheet.postgres.errors import ClusterError


def backup(url: str, file: Path) -> int:
    """Write the whole database at ``url`` to ``file`` and return its size in bytes.

    The file appears when it is complete; an existing one is replaced. Raises `ClusterError`.
    """
    unfinished = file.with_name(f"{file.name}.unfinished")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as target:
            done = subprocess.run(
                [find_binaries().path("pg_dump"), "-Fc", "-d", url],
                stdout=target,
                stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        if done.returncode != 0:
            raise ClusterError(f"The backup failed: {done.stderr.decode(errors='replace').strip()}")
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return file.stat().st_size


def restore_embedded(cluster: Cluster, file: Path) -> str | None:
    """Put the backup in place of the running cluster's database.

    It is restored beside the present one and exchanged with it when complete. Returns the name
    under which the former database is kept (drop it when you are sure), or None without one.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%d_%H%M%S")
    fresh, former = f"callsheet_restored_{stamp}", f"callsheet_before_{stamp}"
    cluster.ensure_database(fresh)
    try:
        _pg_restore(cluster.url(fresh, roles.SUPERUSER), file)
    except ClusterError:
        cluster.drop_database(fresh)
        raise
    with cluster.superuser() as connection:
        existed = _rename(connection, roles.DATABASE, former)
        _rename(connection, fresh, roles.DATABASE)
    return former if existed else None


def restore_into(url: str, file: Path) -> None:
    """Restore the backup into the empty database at ``url``, whose role will own everything.

    Raises `ClusterError` when there are tables already, or when the file is no backup.
    """
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p')"
        ).fetchone()
    if row and row[0]:
        raise ClusterError(
            f"The database has {row[0]} tables already. Restore into an empty database, then "
            "point DATABASE_URL at it."
        )
    _pg_restore(url, file, "--no-owner", "--no-acl", "--single-transaction")


def _pg_restore(url: str, file: Path, *options: str) -> None:
    done = subprocess.run(
        [find_binaries().path("pg_restore"), "--exit-on-error", *options, "-d", url, str(file)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        raise ClusterError(f"{file} could not be restored: {done.stderr.strip()}")


def _rename(connection: psycopg.Connection, old: str, new: str) -> bool:
    """Rename a database, ending its connections; False where there is none of that name."""
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (old,)).fetchone()
    if found is None:
        return False
    names = {"old": sql.Identifier(old), "new": sql.Identifier(new)}
    connection.execute(sql.SQL("ALTER DATABASE {old} ALLOW_CONNECTIONS false").format(**names))
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (old,)
    )
    connection.execute(sql.SQL("ALTER DATABASE {old} RENAME TO {new}").format(**names))
    connection.execute(sql.SQL("ALTER DATABASE {new} ALLOW_CONNECTIONS true").format(**names))
    return True
