"""Which of several causes is given as the reason for a changed date. Pure but for the rows."""

from __future__ import annotations

from collections.abc import Sequence

from callsheet.projects.models import Stirred

LONGEST = 300
_MOST_NAMED = 2


def reason_for(project: int, causes: Sequence[tuple[Stirred, bool]]) -> str:
    """The reason in words: what happened to the project of that number itself, else what happened
    on its own credits, else what happened with others on the same credits, without their titles.

    ``causes`` come with the latest first; the flag says that it happened on the project's own
    credits. Two are named at most, the others counted.
    """
    about = [row.cause for row, own in causes if own and row.about == project]
    here = [row.cause for row, own in causes if own]
    elsewhere = [row.elsewhere for row, own in causes if not own]
    found = list(dict.fromkeys(words for words in (about[:1] or here or elsewhere) if words))
    more = len(found) - _MOST_NAMED
    said = "; ".join(found[:_MOST_NAMED])
    if more > 0:
        said += f"; and {more} more change{'s' if more > 1 else ''}"
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
