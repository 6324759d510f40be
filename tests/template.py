"""The migrated database that tests start from: made once, kept between runs as a dump.

Migrating from nothing takes some ten seconds of a processor, restoring the dump one. The dump is
named after the hash of all that makes it, so nobody has to remember to throw it away.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
from pathlib import Path
from typing import Final

from callsheet.config.migration import migrate
from callsheet.postgres import Cluster
from callsheet.postgres.roles import DATABASE, OWNER, SUPERUSER

ROOT: Final = Path(__file__).resolve().parent.parent
_KEPT: Final = 4


def fill(cluster: Cluster, name: str) -> None:
    """Make the database ``name`` of a running server, migrated, with rights handed out.

    Of several processes that need it at once one migrates; the others wait for what it made.
    """
    cluster.ensure_database(name)
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "callsheet"
    home.mkdir(parents=True, exist_ok=True)
    kept = home / f"template-{_fingerprint()}.dump"
    with (home / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            migrate(cluster.url(name, OWNER), verbosity=0)
            _keep(cluster, name, kept)
            return
    if not _restored(cluster, name, kept):  # spoilt, or a dump of other programs
        cluster.drop_database(name)
        cluster.ensure_database(name)
        migrate(cluster.url(name, OWNER), verbosity=0)
        _keep(cluster, name, kept)


def fill_folder(folder: Path) -> None:
    """Make ``folder`` a studio's data folder as the first command leaves it: migrated, stopped.

    For tests of processes that would each migrate from nothing and are not about that. They ask for
    the fixture ``cluster`` first, which leaves the dump that this takes.
    """
    with Cluster(folder).session() as cluster:
        fill(cluster, DATABASE)


def _restored(cluster: Cluster, name: str, kept: Path) -> bool:
    done = subprocess.run(
        [
            cluster.binaries.path("pg_restore"), "--exit-on-error",
            "-d", cluster.url(name, SUPERUSER), str(kept),
        ],
        capture_output=True,
    )  # fmt: skip
    return done.returncode == 0


def _keep(cluster: Cluster, name: str, kept: Path) -> None:
    for older in sorted(kept.parent.glob("*.dump"), key=lambda p: p.stat().st_mtime)[: 1 - _KEPT]:
        older.unlink(missing_ok=True)
    unfinished = kept.with_suffix(f".{os.getpid()}")
    subprocess.run(
        [
            cluster.binaries.path("pg_dump"), "-Fc", "-Z0", "-f", str(unfinished),
            "-d", cluster.url(name, SUPERUSER),
        ],
        check=True,
    )  # fmt: skip
    unfinished.rename(kept)


def _fingerprint() -> str:
    """Return a hash of everything that the migrated template is made from."""
    package = ROOT / "src" / "callsheet"
    files = [
        *package.glob("*/migrations/*.py"),
        *package.glob("**/*.sql"),
        *package.glob("*/grants.py"),
        *package.glob("*/models.py"),
        *package.glob("*/models/*.py"),  # permissions and content types follow the models
        *package.glob("postgres/*.py"),
        *package.glob("config/*.py"),
        ROOT / "requirements" / "base.txt",
    ]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
