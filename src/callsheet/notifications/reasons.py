"""Why expected dates moved, said in the language that is active. Pure.

A reason is kept as the sentence that was published, because it is what people were told. Only
sentences of the one table of causes are kept, so that they are found again here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callsheet.notifications.causes import CAUSES, OTHERS

_NAME = re.compile(r"\\\{(\w+)\\\}")
_MORE = re.compile(r"; and (?P<n>\d+) more changes?$")


def say_reason(kept: str) -> str:
    """The reason in the active language; what is not understood stays as it was published."""
    more = _MORE.search(kept)
    rest = kept[: more.start()] if more else kept
    said = "; ".join(_said(part) for part in _parts(rest))
    if more:
        n = int(more["n"])
        said += ngettext("; and {n} more change", "; and {n} more changes", n).format(n=n)
    return said


def _parts(text: str) -> Iterator[str]:
    """The causes that are named, two or one: a title may have the same sign in it."""
    for parts in _cuts(text):
        if all(_found(part) for part in parts):
            yield from parts
            return
    yield text


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    for match in re.finditer("; ", text):
        yield text[: match.start()], text[match.end() :]


def _said(part: str) -> str:
    found = _found(part)
    if found is None:
        return part
    sentence, names = found
    return _(sentence).format(**{name: _name(given) for name, given in names.items()})


def _name(given: str) -> str:
    if given in OTHERS:
        return _(given)
    return _("“{name}”").format(name=given[1:-1])


def _found(part: str) -> tuple[str, dict[str, str]] | None:
    for sentence, pattern in _patterns():
        if match := pattern.fullmatch(part):
            return sentence, match.groupdict()
    return None


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    others = "|".join(map(re.escape, OTHERS))
    return tuple(
        (sentence, re.compile(_NAME.sub(rf"(?P<\1>“.*”|{others})", re.escape(sentence))))
        for sentence in sorted(CAUSES)
    )
