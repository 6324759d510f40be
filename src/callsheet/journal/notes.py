"""Free texts kept beside their salted digest, so that they can be erased later."""

from __future__ import annotations

import hashlib
import secrets

from callsheet.journal.models import Note
from callsheet.kit import clock


def digest_of(text: str, salt: bytes) -> bytes:
    """The digest that stands for the text in a hash chain: SHA-256 of salt and UTF-8 text."""
    return hashlib.sha256(salt + text.encode()).digest()


def keep(text: str) -> Note | None:
    """Store a note; an empty text is no note."""
    if not text.strip():
        return None
    salt = secrets.token_bytes(16)
    return Note.objects.create(
        text=text, salt=salt, digest=digest_of(text, salt), created_at=clock.now()
    )


def erase(note_id: int) -> None:
    """Forget the text and its salt for good; the digest stays, so every chain still verifies."""
    Note.objects.filter(pk=note_id).update(text=None, salt=None)
