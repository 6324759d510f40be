"""The account's projects: a list that is searched, filtered, sorted, and fetched as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from callsheet.catalogue.models import BriefType
from callsheet.insight.project_list import (
    ListChoice,
    ListedProject,
    ProjectList,
    Tab,
    every_row,
    list_page,
    to_filter_by,
)
from callsheet.projects.lifecycle import Status
from callsheet.sheets.writing import write_csv
from callsheet.web.frame import Frame, account_page, show
from callsheet.web.project_choice import as_query, chips, headings, read_choice, read_number

_TABS = {
    Tab.OPEN: "All open",
    Tab.DRAFTS: "Drafts",
    Tab.QUEUE: "Queue",
    Tab.PRODUCTION: "In production",
    Tab.NEEDS_YOU: "Needs you",
    Tab.PARKED: "Parked",
    Tab.FINALIZED: "Finalized",
    Tab.CANCELED: "Canceled",
}
_SORTS = (
    ("-changed", "Changed last"),
    ("wanted_by", "Wanted first"),
    ("-credits", "Most credits"),
    ("title", "Title"),
)
COLUMNS = (
    "key", "title", "status", "credits", "brief type", "brand", "campaign", "owner", "priority",
    "publish on", "wanted by", "expected start from", "expected start by", "expected back from",
    "expected back by", "submitted", "delivered", "ended", "changed",
)  # fmt: skip
_CHUNK = 200


@account_page
@require_safe
def projects(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The list; HTMX fetches its live part while somebody searches, and when something moved."""
    choice = read_choice(request.GET)
    found = list_page(
        frame.account, frame.rights, choice, read_number(request.GET.get("page", "")) or 1
    )
    known = to_filter_by(frame.account, frame.rights)
    facts = {
        "nav": "projects",
        "choice": choice,
        "found": found,
        "tabs": _tabs(frame, choice, found),
        "chips": chips(choice, known, frame.today),
        "headings": headings(choice),
        "known": known,
        "statuses": [(status.value, status.label) for status in Status],
        "brief_types": BriefType.choices,
        "sorts": _SORTS,
        "sort": f"{'-' if choice.down else ''}{choice.sort.value}",
        "here": as_query(choice, found.page),
        "all_of_it": as_query(ListChoice(tab=choice.tab)),
        "csv": as_query(choice),
        "earlier": as_query(choice, found.page - 1) if found.page > 1 else "",
        "later": as_query(choice, found.page + 1) if found.page < found.pages else "",
    }
    return show(request, frame, "web/projects.html", facts, parts=("live",))


def _tabs(frame: Frame, choice: ListChoice, found: ProjectList) -> list[dict[str, object]]:
    words = dict(_TABS)
    if frame.rights.is_staff:
        words[Tab.NEEDS_YOU] = "Needs the customer"
    return [
        {
            "words": words[tab],
            "count": found.counts[tab],
            "to": as_query(replace(choice, tab=tab)),
            "here": tab is choice.tab,
        }
        for tab in _TABS
    ]


@account_page
@require_safe
def projects_csv(request: HttpRequest, frame: Frame) -> StreamingHttpResponse:
    """What the list shows, all pages of it, as CSV; sent while it is read."""
    choice = read_choice(request.GET)
    rows = every_row(frame.account, frame.rights, choice)
    response = StreamingHttpResponse(_as_csv(rows), content_type="text/csv; charset=utf-8")
    name = f"{frame.account.key}-projects-{choice.tab.value}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _as_csv(rows: Iterable[ListedProject]) -> Iterator[str]:
    """The table in pieces; texts that a spreadsheet would run as a formula are defused."""
    yield write_csv(COLUMNS, [])
    kept: list[tuple[object, ...]] = []
    for row in rows:
        kept.append(_cells(row))
        if len(kept) == _CHUNK:
            yield _lines(kept)
            kept = []
    if kept:
        yield _lines(kept)


def _lines(rows: list[tuple[object, ...]]) -> str:
    return write_csv([], rows).removeprefix("\n")


def _cells(row: ListedProject) -> tuple[object, ...]:
    start = (row.first, row.last) if row.expects == "start" else (None, None)
    back = (row.first, row.last) if row.expects == "back" else (None, None)
    moments = (row.submitted_at, row.delivered_at, row.ended_at, row.changed_at)
    return (
        row.key, row.title, row.status, row.credits, row.brief_type, row.brand, row.campaign,
        row.owner, row.priority, row.publish_on, row.wanted_by, *start, *back,
        *(moment.isoformat(timespec="minutes") if moment else None for moment in moments),
    )  # fmt: skip
