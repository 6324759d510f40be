"""The embedded PostgreSQL: one folder of data, one server over a unix socket.

    cluster = Cluster(Path("/var/lib/callsheet"))
    with cluster.session():          # started if it was not, stopped by the last one to leave
        cluster.ensure_database("callsheet")
        psycopg.connect(cluster.url("callsheet"))

No TCP port is opened. Whoever can enter the socket's folder (mode 700: the server's user and
root) may connect as any of the three roles of `callsheet.postgres.roles`.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg

from callsheet.postgres import roles
from callsheet.postgres.binaries import Binaries, find_binaries, reachable_by
from callsheet.postgres.errors import ClusterError, ClusterVersionError
from callsheet.postgres.os_user import ServerUser
from callsheet.postgres.placement import claim, place

_PORT: Final = 5432
# A socket's address holds 108 bytes on Linux and 104 on macOS, its end marked by a zero.
_LONGEST_SOCKET: Final = 103
_START_SECONDS: Final = 60
_ORPHAN_SECONDS: Final = 20

_SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "max_connections": "200",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # many short statements: compiling them costs more than it gives
}
_NOT_DURABLE: Final[Mapping[str, str]] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",  # the log says nothing of files that are copied
    "max_wal_senders": "0",  # which minimal asks for
}


@dataclass(frozen=True, slots=True)
class Status:
    """What is known about a cluster at this moment."""

    data_dir: Path
    created: bool
    running: bool
    ready: bool
    pid: int | None
    version: int | None
    url: str


class Cluster:
    """The PostgreSQL server of one data folder.

    Constructing it touches nothing. ``durable=False`` trades safety against a crash for speed
    (tests only); ``settings`` are further PostgreSQL settings for the next start.
    """

    def __init__(
        self, data_dir: Path, *, durable: bool = True, settings: Mapping[str, str] | None = None
    ) -> None:
        self.user = ServerUser.current()
        self.asked = data_dir
        self.data_dir = place(data_dir, self.user)
        self.pgdata = self.data_dir / "postgres"
        self.log = self.pgdata / "server.log"
        self._durable = durable
        self._settings = {
            **_SETTINGS,
            **({} if durable else _NOT_DURABLE),
            **(settings or {}),
        }
        self._binaries: Binaries | None = None

    # -- where -----------------------------------------------------------------------------

    @property
    def binaries(self) -> Binaries:
        """PostgreSQL's programs, where the server's user can run them."""
        if self._binaries is None:
            self._binaries = reachable_by(self.user, find_binaries())
        return self._binaries

    @property
    def socket_dir(self) -> Path:
        """The folder of the unix socket: beside the data, or in /tmp where that is too long."""
        beside = self.data_dir / "socket"
        if len(os.fsencode(f"{beside}/.s.PGSQL.{_PORT}")) <= _LONGEST_SOCKET:
            return beside
        digest = hashlib.sha256(os.fsencode(self.pgdata)).hexdigest()[:12]
        return Path("/tmp") / f"callsheet-{digest}"  # noqa: S108  (made private, owner checked)

    def url(self, dbname: str = roles.DATABASE, role: str = roles.APPLICATION) -> str:
        """Return the address of ``dbname`` for ``role``; the server need not be running."""
        return f"postgresql://{role}@/{dbname}?host={quote(str(self.socket_dir), safe='')}"

    # -- life ------------------------------------------------------------------------------

    def start(self) -> bool:
        """Create the cluster if there is none and start it; say whether it had to be started.

        Returns once connections are accepted and the roles exist. Raises
        `ClusterVersionError` for data of another major version, `ClusterError` otherwise.
        """
        with self._exclusive():
            return self._start()

    def stop(self) -> bool:
        """Stop the server, ending open connections; say whether it was running."""
        with self._exclusive():
            return self._stop()

    @contextmanager
    def session(self) -> Iterator["Cluster"]:
        """Use the cluster: start it if nobody has, and stop it when the last user leaves.

        A server that was started by `start` outlives its sessions.
        """
        autostarted = self.data_dir / "autostarted"
        with self._exclusive():
            if self._start():
                autostarted.touch()
        users = (self.data_dir / "users.lock").open("a")
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield self
        finally:
            with self._exclusive():
                fcntl.flock(users, fcntl.LOCK_UN)
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass  # others still use it
                else:
                    if autostarted.exists():
                        self._stop()
                users.close()

    def keep(self) -> None:
        """Let the server outlive the sessions that use it now."""
        (self.data_dir / "autostarted").unlink(missing_ok=True)

    def status(self) -> Status:
        """Return what is known without changing anything."""
        version_file = self.pgdata / "PG_VERSION"
        created = version_file.exists()
        pid = self._postmaster() if created else None
        return Status(
            data_dir=self.data_dir,
            created=created,
            running=pid is not None,
            ready=pid is not None and self._is_ready(),
            pid=pid,
            version=int(version_file.read_text()) if created else None,
            url=self.url(),
        )

    def ensure_database(self, name: str = roles.DATABASE, *, template: str | None = None) -> bool:
        """Create database ``name`` for the owner role if missing; say whether it was created."""
        with self.superuser() as connection:
            return roles.create_database(connection, name, template=template)

    def drop_database(self, name: str) -> None:
        """Drop database ``name`` with its connections, if it exists."""
        with self.superuser() as connection:
            roles.drop_database(connection, name)

    def superuser(self, dbname: str = "postgres") -> psycopg.Connection:
        """Connect as superuser in autocommit, for set-up only."""
        return psycopg.connect(self.url(dbname, roles.SUPERUSER), autocommit=True)

    def destroy(self) -> None:
        """Stop the server and delete its data (tests)."""
        if self.data_dir.exists():
            self.stop()
        shutil.rmtree(self.socket_dir, ignore_errors=True)
        shutil.rmtree(self.data_dir, ignore_errors=True)

    # -- how -------------------------------------------------------------------------------

    def _start(self) -> bool:
        self._create_if_missing()
        self._refuse_other_version()
        if self._postmaster() is not None:
            self._wait_until_ready()
            return False
        # Lock files whose process is not our server would make PostgreSQL refuse to start when
        # the number was given to somebody else, as after a restart of a container.
        for left_over in (
            self.pgdata / "postmaster.pid",
            self.socket_dir / f".s.PGSQL.{_PORT}.lock",
            self.socket_dir / f".s.PGSQL.{_PORT}",
        ):
            left_over.unlink(missing_ok=True)
        self.keep()
        self.user.make_private(self.socket_dir)
        options = {**self._settings, "unix_socket_directories": str(self.socket_dir)}
        arguments = " ".join(f"-c {shlex.quote(f'{k}={v}')}" for k, v in options.items())
        command = [
            self.binaries.path("pg_ctl"), "start", "-w", "-s",
            "-t", str(_START_SECONDS),
            "-D", str(self.pgdata),
            "-l", str(self.log),
            "-o", f"{arguments} -p {_PORT}",
        ]  # fmt: skip
        deadline = time.monotonic() + _ORPHAN_SECONDS
        while (done := self.user.run(command)).returncode != 0:
            # The children of a killed server take a moment to notice and go.
            orphans = "shared memory block" in self._end_of_log(5)
            if not orphans or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        if done.returncode != 0:
            raise ClusterError(
                f"PostgreSQL did not start in {self.pgdata}. {done.stderr.strip()}\n"
                f"The end of {self.log}:\n{self._end_of_log()}"
            )
        with self.superuser() as connection:
            roles.create_roles(connection)
        return True

    def _stop(self) -> bool:
        if self._postmaster() is None:
            return False
        done = self.user.run(
            [
                self.binaries.path("pg_ctl"), "stop", "-w", "-s",
                "-m", "fast", "-t", str(_START_SECONDS), "-D", str(self.pgdata),
            ]
        )  # fmt: skip
        if done.returncode != 0:
            raise ClusterError(f"PostgreSQL in {self.pgdata} did not stop. {done.stderr.strip()}")
        self.keep()
        return True

    def _create_if_missing(self) -> None:
        if (self.pgdata / "PG_VERSION").exists():
            return
        # Made beside and moved when complete, so that an interrupted start leaves no half data.
        unfinished = self.pgdata.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        self.user.make_private(unfinished)
        command = [
            self.binaries.path("initdb"), "-D", str(unfinished),
            "-U", roles.SUPERUSER, "--auth=trust", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
            "--data-checksums", "--no-instructions",
        ]  # fmt: skip
        done = self.user.run(command if self._durable else [*command, "--no-sync"])
        if done.returncode != 0:
            raise ClusterError(f"initdb failed in {self.data_dir}: {done.stderr.strip()}")
        # Only the socket, whose folder is private; no line for any network address.
        (unfinished / "pg_hba.conf").write_text("local all all trust\n")
        unfinished.rename(self.pgdata)

    def _refuse_other_version(self) -> None:
        found = int((self.pgdata / "PG_VERSION").read_text())
        ours = self.binaries.major
        if found != ours:
            raise ClusterVersionError(
                f"The data in {self.pgdata} was written by PostgreSQL {found}; the programs here "
                f"are PostgreSQL {ours}, which cannot read it.\n"
                "To move it:\n"
                f"  1. with the programs of {found}:  PG_BIN=<folder of {found}> "
                "callsheet db backup studio.dump\n"
                f"  2. move the old folder aside:    mv {self.pgdata} {self.pgdata}-{found}\n"
                "  3. with the new programs:        callsheet db restore studio.dump"
            )

    def _postmaster(self) -> int | None:
        """Return the server's process id, or None; a left-over pid file does not fool it."""
        try:
            pid = int((self.pgdata / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        # Said by ps and not by kill(pid, 0): the number may belong to another program by now.
        said = subprocess.run(
            ["ps", "-ww", "-o", "args=", "-p", str(pid)],  # noqa: S607  (ps is where the system has it)
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        return pid if "postgres" in said and str(self.pgdata) in said else None

    def _is_ready(self) -> bool:
        return (
            self.user.run(
                [
                    self.binaries.path("pg_isready"), "-q", "-t", "3",
                    "-h", str(self.socket_dir), "-p", str(_PORT),
                ]
            ).returncode
            == 0
        )  # fmt: skip

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_ready():
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"PostgreSQL runs in {self.pgdata} but accepts no connections. "
                    f"The end of {self.log}:\n{self._end_of_log()}"
                )
            time.sleep(0.05)

    def _end_of_log(self, lines: int = 15) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return "(no log)"

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """One process at a time starts, stops or counts users; a killed one frees the lock."""
        claim(self.asked, self.user)
        with (self.data_dir / "cluster.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def temporary_folder(prefix: str, parent: Path | None = None) -> Path:
    """Return a new empty folder under which the server's user can reach its data (tests).

    It is made in ``parent``, else where temporary files are kept.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    if not ServerUser.current().is_caller:
        folder.chmod(0o711)  # our own fresh folder: the server's user passes, nobody reads
    return folder
