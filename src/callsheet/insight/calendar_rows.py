"""Calendar entries as a sheet writes them: what an export prints, and an import compares with.

Both read the same rows here, which is why importing an export changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Concept, Deliverable, Project
from callsheet.schedule.entry import one_line
from callsheet.schedule.following import SAID
from callsheet.schedule.models import Entry, EntryDeliverable, WantedDeliverable

FIELDS = (
    "title", "publish", "campaign", "days", "fixed", "channel", "brand", "wanted", "status",
    "published", "projects",
)  # fmt: skip
"""What a sheet may change of an entry, by the names of its columns."""
_HIDDEN_DRAFT = Q(
    project__status__in=[Status.DRAFT.value, Status.PENDING_APPROVAL.value],
    project__shared_with_studio=False,
)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with its ``fields`` as plain data (blank ones are missing), the types that it wants
    with their numbers and names, and the ids of the deliverables that serve it.
    """

    entry: Entry
    fields: dict[str, Any]
    wanted: tuple[tuple[str, str, int], ...]
    links: frozenset[int]


@dataclass(frozen=True, slots=True)
class ProjectLines:
    """The deliverables of projects in their order, and what sheets call them: “P-7” is all of P-7,
    “P-7#2” its second. ``owners`` are the projects' ids by their deliverables'.
    """

    lines: dict[str, list[int]]
    owners: dict[int, int]

    def deliverables(self, projects: Iterable[tuple[str, int | None]]) -> frozenset[int]:
        """The ids that these names mean. Raises IndexError for a number that is not there."""
        found: set[int] = set()
        for key, number in projects:
            lines = self.lines.get(key, [])
            found |= set(lines) if number is None else {lines[number - 1]}
        return frozenset(found)

    def names(self, deliverables: Collection[int]) -> list[str]:
        """The shortest names of these deliverables, in order."""
        names: list[str] = []
        for key in sorted(self.lines):
            lines = self.lines[key]
            served = [n for n, pk in enumerate(lines, start=1) if pk in deliverables]
            if served and len(served) == len(lines):
                names.append(key)
            else:
                names += [f"{key}#{n}" for n in served]
        return names


def project_lines(account_id: int, keys: Collection[str] | None = None) -> ProjectLines:
    """The lines of the account's projects with these keys (None: of all).

    Three queries of one table each, by its index: an import asks while the tables are full of rows
    that the planner has not counted yet, and joins them in the worst order.
    """
    projects = Project.objects.filter(account_id=account_id)
    if keys is not None:
        projects = projects.filter(key__in=keys)
    names = dict(projects.values_list("pk", "key"))
    concepts = {
        pk: (names[project_id], position, project_id)
        for pk, project_id, position in Concept.objects.filter(project_id__in=list(names))
        .order_by()
        .values_list("pk", "project_id", "position")
    }
    found = sorted(
        (*concepts[concept_id][:2], concept_id, position, pk)
        for pk, concept_id, position in Deliverable.objects.filter(concept_id__in=list(concepts))
        .order_by()
        .values_list("pk", "concept_id", "position")
    )
    lines: dict[str, list[int]] = defaultdict(list)
    owners: dict[int, int] = {}
    for key, _, concept_id, _, pk in found:
        lines[key].append(pk)
        owners[pk] = concepts[concept_id][2]
    return ProjectLines(dict(lines), owners)


def read_entry_rows(
    account_id: int, entries: QuerySet[Entry] | None = None, *, drafts: bool = True
) -> list[EntryRow]:
    """The account's entries (or those of the query) as rows, by day; whoever asks. Without
    ``drafts``, drafts that are not shared with the studio are left out of what serves them.

    Six queries, however many entries.
    """
    if entries is None:
        entries = Entry.objects.all()
    found = list(
        entries.filter(account_id=account_id)
        .select_related("campaign", "brand", "account")
        .order_by("publish_on", "pk")
    )
    wanted: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for entry_id, kind, name, quantity in (
        WantedDeliverable.objects.filter(account_id=account_id, entry__in=found)
        .order_by("position", "pk")
        .values_list("entry_id", "type__key", "type__name", "quantity")
    ):
        wanted[entry_id].append((kind, name, quantity))
    links: dict[int, set[int]] = defaultdict(set)
    keys: set[str] = set()
    served = EntryDeliverable.objects.filter(account_id=account_id, entry__in=found)
    for entry_id, deliverable, key in (
        served if drafts else served.exclude(_HIDDEN_DRAFT)
    ).values_list("entry_id", "deliverable_id", "project__key"):
        links[entry_id].add(deliverable)
        keys.add(key)
    lines = project_lines(account_id, keys) if keys else ProjectLines({}, {})
    return [
        EntryRow(
            entry,
            _fields(entry, wanted[entry.pk], lines.names(links[entry.pk])),
            tuple(wanted[entry.pk]),
            frozenset(links[entry.pk]),
        )
        for entry in found
    ]


def _fields(
    entry: Entry, wanted: list[tuple[str, str, int]], projects: list[str]
) -> dict[str, Any]:
    published = entry.published_on.isoformat() if entry.published_on else None
    fields = {
        "title": one_line(entry.title),
        "publish": entry.publish_on.isoformat(),
        "campaign": entry.campaign.key if entry.campaign else "",
        "days": entry.days_from_anchor,
        "fixed": entry.fixed_date or None,
        "channel": one_line(entry.channel),
        "brand": one_line(entry.brand.name) if entry.brand else "",
        "wanted": [[key, quantity] for key, _, quantity in wanted],
        "status": str(entry.status) if entry.status in SAID else "",
        "published": published,
        "projects": projects,
    }
    return {name: value for name, value in fields.items() if value not in ("", None, [])}
