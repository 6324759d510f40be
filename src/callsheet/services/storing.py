"""Keeping files: measured before they are stored, under random names, removed when not needed.

A file is stored before the transaction that records it, because no transaction should wait for a
film to be copied; whoever stored it removes it again when the transaction fails. What a killed
process leaves behind is swept by a job.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.core.files import File
from django.core.files.storage import default_storage

from callsheet.kit import clock
from callsheet.kit.errors import Refused
from callsheet.kit.file_types import HEAD
from callsheet.projects.models import AssetVersion

log = structlog.get_logger(__name__)

CHUNK = 1 << 20
FOLDER = "assets"
GRACE = timedelta(hours=24)
"""How old a file is before nobody can still be about to record it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a file after it was read once; ``head`` are its first bytes."""

    size: int
    sha256: bytes
    head: bytes


def measure(file: File[bytes], most_megabytes: int) -> Measured:
    """Read the file from its beginning to its end, a piece at a time, and no further than allowed.

    Raises ``Refused("file_too_large")``, ``Refused("file_empty")``.
    """
    digest = hashlib.sha256()
    head = b""
    size = 0
    limit = most_megabytes * 1_000_000
    file.seek(0)
    while piece := file.read(CHUNK):
        if not size:
            head = piece[:HEAD]
        size += len(piece)
        if size > limit:
            raise Refused(
                "file_too_large",
                f"A file has at most {most_megabytes:,} MB here.",
                field="file",
                most_megabytes=most_megabytes,
            )
        digest.update(piece)
    if not size:
        raise Refused("file_empty", "This file is empty.", field="file")
    return Measured(size, digest.digest(), head)


def store(file: File[bytes], account_id: int) -> str:
    """Store the file's bytes from its beginning; returns the name within the storage.

    The name is random and says nothing but the account: neither what the file is called nor of
    which type it is, so that nothing could be served by its ending.
    """
    file.seek(0)
    name = secrets.token_hex(16)
    return default_storage.save(f"{FOLDER}/{account_id}/{name[:2]}/{name}", file)


def discard(name: str) -> None:
    """Remove a stored file that is not recorded. What cannot be removed now is swept later."""
    try:
        default_storage.delete(name)
    except Exception as error:  # the storage may be away; the reason for discarding counts more
        log.warning("file_not_discarded", file=name, error=str(error))


def sweep() -> dict[str, int]:
    """Remove stored files of which no asset knows and that are old enough not to be on their way.

    For a job. Answers how many files there are and how many were removed.
    """
    seen = removed = 0
    for account in _folders(FOLDER):
        for shelf in _folders(f"{FOLDER}/{account}"):
            folder = f"{FOLDER}/{account}/{shelf}"
            names = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
            known = set(AssetVersion.objects.filter(file__in=names).values_list("file", flat=True))
            seen += len(names)
            removed += sum(_sweep(name) for name in names if name not in known)
    return {"files": seen, "removed": removed}


def _folders(folder: str) -> Iterator[str]:
    with suppress(FileNotFoundError):  # nothing was ever stored
        yield from sorted(name for name in default_storage.listdir(folder)[0] if name)


def _sweep(name: str) -> bool:
    try:
        if default_storage.get_modified_time(name) > clock.now() - GRACE:
            return False
    except FileNotFoundError:
        return False
    discard(name)
    log.info("file_swept", file=name)
    return True
