"""Which files are taken, what they are called, and whether they are what they are called. Pure.

A file's type is said by its ending and has to be borne out by its first bytes. What a browser is
told about it comes from this table alone, never from whoever sent it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from callsheet.kit.errors import Refused

HEAD = 8192
"""So many bytes from its beginning are enough to tell what a file is."""

LONGEST_NAME = 200
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]+')


@dataclass(frozen=True, slots=True)
class FileType:
    """What a browser is told, and what the contents may look like: endings by which
    :mod:`puremagic` calls them. Containers say themselves what is in them: ``riff`` is the word in
    a RIFF file. Text looks like nothing; it has to be readable.
    """

    content_type: str
    looks_like: frozenset[str] = field(default_factory=frozenset)
    riff: bytes = b""
    film: bool = False
    text: bool = False


def _bytes(content_type: str, *looks_like: str) -> FileType:
    return FileType(content_type, frozenset(looks_like))


def _riff(content_type: str, word: bytes) -> FileType:
    return FileType(content_type, riff=word)


def _film(content_type: str) -> FileType:
    # Films and sound share one container, whose brands nobody keeps apart by the ending.
    return FileType(content_type, frozenset({"mp4", "m4v", "m4a", "mov", "f4a", "3gp"}), film=True)


def _text(content_type: str) -> FileType:
    return FileType(content_type, text=True)


KNOWN: dict[str, FileType] = {
    "jpg": _bytes("image/jpeg", "jpg", "jpeg", "jfif"),
    "jpeg": _bytes("image/jpeg", "jpg", "jpeg", "jfif"),
    "png": _bytes("image/png", "png"),
    "gif": _bytes("image/gif", "gif"),
    "webp": _riff("image/webp", b"WEBP"),
    "avif": _bytes("image/avif", "avif"),
    "heic": _bytes("image/heic", "heic", "heif"),
    "tif": _bytes("image/tiff", "tif", "tiff"),
    "tiff": _bytes("image/tiff", "tif", "tiff"),
    "psd": _bytes("image/vnd.adobe.photoshop", "psd"),
    "psb": _bytes("image/vnd.adobe.photoshop", "psd", "psb"),
    "ai": _bytes("application/postscript", "pdf", "ai", "ps", "eps"),
    "eps": _bytes("application/postscript", "eps", "ps"),
    "pdf": _bytes("application/pdf", "pdf"),
    "svg": _bytes("image/svg+xml", "svg"),
    "mp4": _film("video/mp4"),
    "m4v": _film("video/mp4"),
    "mov": _film("video/quicktime"),
    "webm": _bytes("video/webm", "webm", "mkv"),
    "avi": _riff("video/x-msvideo", b"AVI "),
    "m4a": _film("audio/mp4"),
    "mp3": _bytes("audio/mpeg", "mp3", "mp1"),
    "aac": _bytes("audio/aac", "aac"),
    "wav": _riff("audio/wav", b"WAVE"),
    "flac": _bytes("audio/flac", "flac"),
    "ogg": _bytes("audio/ogg", "ogg", "oga", "opus"),
    "zip": _bytes("application/zip", "zip"),
    "txt": _text("text/plain; charset=utf-8"),
    "srt": _text("text/plain; charset=utf-8"),
    "vtt": _text("text/vtt; charset=utf-8"),
}
"""Every type that can be taken, by ending."""

USUAL = frozenset(KNOWN) - {"svg"}
"""What is taken where nobody says otherwise. A drawing as SVG can carry scripts: only by choice."""


def ending_of(name: str) -> str:
    """The last ending of a file's name, in lower case and without the dot; empty for none."""
    return PurePosixPath(name).suffix.removeprefix(".").lower()


def clean_name(name: str) -> str:
    """A file's name as it may be shown, stored and offered: the last part of a path, without
    control or direction characters and what file systems refuse, at most 200 characters long.

    Raises ``Refused("file_name_missing")`` where nothing is left.
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(
        " " if unicodedata.category(character)[0] in "CZ" else character
        for character in unicodedata.normalize("NFC", last)
    )
    tidy = " ".join(_NOT_IN_NAMES.sub("_", shown).split()).strip(". ")
    if not tidy:
        raise Refused("file_name_missing", "The file has no name.", field="file")
    ending = PurePosixPath(tidy).suffix[:20]
    return tidy if len(tidy) <= LONGEST_NAME else tidy[: LONGEST_NAME - len(ending)] + ending


def check_ending(name: str, allowed: Collection[str]) -> FileType:
    """The type that a file's ending says. Raises ``Refused("file_type_not_allowed")``."""
    ending = ending_of(name)
    kind = KNOWN.get(ending) if ending in allowed else None
    if kind is None:
        raise Refused(
            "file_type_not_allowed",
            f"“{name}” is of a type that is not taken. These are: {', '.join(sorted(allowed))}.",
            field="file",
            allowed=sorted(allowed),
        )
    return kind


def check_contents(name: str, kind: FileType, head: bytes) -> None:
    """Raise ``Refused("file_type_mismatch")`` unless a file that begins with ``head`` is what its
    ending says. ``head`` are its first :data:`HEAD` bytes.
    """
    if not _agrees(kind, head):
        raise Refused(
            "file_type_mismatch",
            f"“{name}” is not what its ending says. Was it renamed, or is it damaged?",
            field="file",
        )


def _agrees(kind: FileType, head: bytes) -> bool:
    if kind.text:
        return _is_text(head)
    if kind.riff:
        return head[:4] == b"RIFF" and head[8:12] == kind.riff
    if kind.film and head[4:8] == b"ftyp":
        return not kind.looks_like.isdisjoint(_guesses(head)) or _brand_of_a_film(head)
    return not kind.looks_like.isdisjoint(_guesses(head))


def _guesses(head: bytes) -> set[str]:
    import puremagic  # it reads its tables when imported, which few processes need

    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return set()
    return {guess.extension.removeprefix(".").lower() for guess in found}


def _brand_of_a_film(head: bytes) -> bool:
    """Whether the container's brand is not one of pictures: brands of films are many."""
    return head[8:12].lower() not in {b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis"}


def _is_text(head: bytes) -> bool:
    """Readable as UTF-8, without control characters; a character may be cut at the end."""
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.end < len(head) or len(head) < HEAD:
            return False
        text = head[: error.start].decode("utf-8-sig")
    return not any(c < " " and c not in "\t\n\r\f" for c in text) and not _is_markup(text)


def _is_markup(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith("<")
