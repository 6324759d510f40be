"""Who runs the server: the caller, or an unprivileged user where the caller is root.

PostgreSQL refuses to run as root. Nobody's permissions are changed to please it: what the
unprivileged user cannot reach is put where it can.
"""

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from callsheet.postgres.errors import ClusterError

_UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The operating-system user that owns the data folder and runs the server."""

    name: str
    uid: int
    gid: int

    @classmethod
    def current(cls) -> "ServerUser":
        """Return the caller, or ``postgres`` (else ``nobody``) when the caller is root."""
        if os.geteuid() != 0:
            try:
                name = pwd.getpwuid(os.geteuid()).pw_name
            except KeyError:  # a container's number without a name
                name = str(os.geteuid())
            return cls(name, os.geteuid(), os.getegid())
        for name in _UNPRIVILEGED:
            try:
                found = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(name, found.pw_uid, found.pw_gid)
        raise ClusterError(
            "PostgreSQL does not run as root, and there is neither a user postgres nor nobody. "
            "Start Callsheet as an ordinary user, or set DATABASE_URL."
        )

    @property
    def is_caller(self) -> bool:
        """Whether the server runs as the very user that calls."""
        return self.uid == os.geteuid()

    def default_home(self) -> Path:
        """Return the folder where this user's clusters live unless DATA_DIR says otherwise."""
        if not self.is_caller:
            return Path("/var/lib/callsheet")
        base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        return Path(base) / "callsheet"

    def run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run ``command`` as this user with a clean environment; never raises on its exit code."""
        return subprocess.run(
            command,
            user=None if self.is_caller else self.uid,
            group=None if self.is_caller else self.gid,
            extra_groups=None if self.is_caller else [],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **(env or {})},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def can_run(self, program: str) -> bool:
        """Whether this user can reach and run ``program``."""
        try:
            return self.run([program, "--version"], timeout=30).returncode == 0
        except OSError:
            return False

    def can_enter(self, folder: Path) -> bool:
        """Whether this user can enter ``folder`` (which exists), parents included."""
        if self.is_caller:
            return os.access(folder, os.X_OK)
        return self.run(["test", "-x", str(folder)]).returncode == 0

    def make_passable(self, folder: Path) -> None:
        """Create ``folder`` and missing parents so that this user can pass; others stay as is."""
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            each.mkdir(exist_ok=True)
            if not self.is_caller:
                each.chmod(0o755)  # whatever root's umask says: it is a new folder of our own

    def make_private(self, folder: Path) -> None:
        """Create ``folder`` (parents too) for this user alone; an existing one must be its own."""
        self.make_passable(folder.parent)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            if folder.lstat().st_uid != self.uid or folder.is_symlink():
                raise ClusterError(
                    f"{folder} belongs to somebody else, not to the user {self.name}. "
                    "Choose another DATA_DIR."
                ) from None
            return
        if not self.is_caller:
            os.chown(folder, self.uid, self.gid)
