"""Characters that control a terminal, made visible in texts from outside."""

from __future__ import annotations

import re

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters (C0, delete, C1), but not tabs and ends of lines."""


def visible(text: str) -> str:
    """The text with a sign in place of each control character: ␛ instead of an escape.

    A terminal obeys them: a title could rename the window, or hide the rest of a message.
    """
    return CONTROLS.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\N{REPLACEMENT CHARACTER}"
