"""Lucide's icons, each drawn once in a process. Templates load them as ``lucide``.

The package copies and writes an element tree for every icon on every page: a tenth of a millisecond
each, and a long form has fifty.
"""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide as draw

register = template.Library()


@lru_cache(maxsize=512)
def _drawn(name: str, size: int | None, more: tuple[tuple[str, object], ...]) -> SafeString:
    return SafeString(draw(name, size=size, **dict(more)))


@register.simple_tag
def lucide(name: str, *, size: int | None = 24, **more: object) -> SafeString:
    """The icon of that name as SVG, with further attributes (``class``, ``aria-label``)."""
    return _drawn(str(name), size, tuple(more.items()))
