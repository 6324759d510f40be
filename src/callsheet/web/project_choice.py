"""What the list of projects shows, as it stands in the address: read leniently, written back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode

from callsheet.catalogue.models import BriefType
from callsheet.insight.project_list import FIRST_DOWN, ListChoice, Sort, Tab, ToFilterBy
from callsheet.projects.lifecycle import Status
from callsheet.web.templatetags.said import say_day

LONGEST = 200
_LARGEST_NUMBER = 2**31


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says, and the address without it."""

    words: str
    without: str


def read_choice(given: QueryDict) -> ListChoice:
    """What the address asks for; whatever it says that makes no sense is left out."""
    sort = given.get("sort", "")
    down = sort.startswith("-")
    by = Sort(sort.lstrip("-")) if sort.lstrip("-") in set(Sort) else Sort.CHANGED
    if not sort:
        down = by in FIRST_DOWN
    return ListChoice(
        tab=Tab(_one_of(given, "tab", Tab) or Tab.OPEN),
        search=_text(given, "q"),
        status=_one_of(given, "status", Status),
        brief_type=_one_of(given, "type", BriefType.values),
        owner=read_number(given.get("owner", "")),
        campaign=_text(given, "campaign"),
        wanted_from=read_day(given.get("from", "")),
        wanted_to=read_day(given.get("to", "")),
        sort=by,
        down=down,
    )


def _one_of(given: QueryDict, name: str, known: Iterable[str]) -> str:
    wanted = given.get(name, "")
    return wanted if wanted in set(known) else ""


def _text(given: QueryDict, name: str) -> str:
    return given.get(name, "").replace("\0", "").strip()[:LONGEST]


def read_number(text: str) -> int | None:
    """A number as an address carries it, or None."""
    if not (text.isascii() and text.isdigit()):
        return None
    number = int(text[:12])
    return number if 0 < number < _LARGEST_NUMBER else None


def read_day(text: str) -> date | None:
    """A day as ``2026-05-12``, or None."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def as_query(choice: ListChoice, page: int = 1) -> str:
    """The choice as the end of an address; what is usual is not said."""
    usual = ListChoice()
    said: dict[str, Any] = {}
    if choice.tab != usual.tab:
        said["tab"] = choice.tab.value
    names = {
        "q": choice.search, "status": choice.status, "type": choice.brief_type,
        "owner": choice.owner, "campaign": choice.campaign,
        "from": choice.wanted_from, "to": choice.wanted_to,
    }  # fmt: skip
    said |= {name: value for name, value in names.items() if value}
    if (choice.sort, choice.down) != (usual.sort, usual.down):
        said["sort"] = f"{'-' if choice.down else ''}{choice.sort.value}"
    if page > 1:
        said["page"] = page
    return f"?{urlencode(said)}" if said else "?"


def chips(choice: ListChoice, known: ToFilterBy, today: date) -> list[Chip]:
    """The filters that are on, each with the way out of it."""
    found = []

    def on(words: str, **without: Any) -> None:
        found.append(Chip(words, as_query(replace(choice, **without))))

    if choice.search:
        on(f"“{choice.search}”", search="")
    if choice.status:
        on(Status(choice.status).label, status="")
    if choice.brief_type:
        on(str(BriefType(choice.brief_type).label), brief_type="")
    if choice.owner:
        name = dict(known.owners).get(choice.owner, "somebody else")
        on(f"Owner: {name}", owner=None)
    if choice.campaign:
        on(f"Campaign: {choice.campaign}", campaign="")
    if choice.wanted_from:
        on(f"Wanted from {say_day(choice.wanted_from, today)}", wanted_from=None)
    if choice.wanted_to:
        on(f"Wanted by {say_day(choice.wanted_to, today)}", wanted_to=None)
    return found


@dataclass(frozen=True, slots=True)
class Heading:
    """A column that the list can be ordered by: the address that does it, and ``aria-sort``."""

    name: str
    words: str
    to: str
    sorted: str


_HEADINGS = (
    (Sort.TITLE, "Project"),
    (Sort.CREDITS, "Credits"),
    (Sort.WANTED_BY, "Wanted by"),
    (Sort.CHANGED, "Changed"),
)


def headings(choice: ListChoice) -> dict[str, Heading]:
    """The columns to order by; the one in force is turned round by its link."""
    found = {}
    for sort, words in _HEADINGS:
        here = choice.sort is sort
        down = not choice.down if here else sort in FIRST_DOWN
        state = ("descending" if choice.down else "ascending") if here else "none"
        to = as_query(replace(choice, sort=sort, down=down))
        found[sort.value] = Heading(sort.value, words, to, state)
    return found
