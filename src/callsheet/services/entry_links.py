"""Which deliverables serve which entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound, Refused
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Deliverable, DeliverableState, Project
from callsheet.schedule.models import Entry, EntryDeliverable
from callsheet.services.calendar_loading import (
    check_open,
    entry_answer,
    entry_of,
    lock_calendar,
    lock_entry,
)
from callsheet.services.entry_following import follow_entries
from callsheet.services.loading import project_of
from callsheet.tenants.access import check_can_write


def link_deliverables(
    actor: Actor, entry_id: int, deliverable_ids: Collection[int], *, key: str | None = None
) -> Answer:
    """Say that these deliverables serve the entry, too. One deliverable may serve many entries.

    Members and admins of the account, and staff on their behalf. The entry's status follows at
    once. Raises ``Refused("unknown_deliverable")`` for one that is not of this account (or in a
    draft that this person does not see), ``Refused("deliverable_gone")``,
    ``Conflict("entry_closed")``.
    """

    def work(command: OpenCommand) -> Answer:
        entry = _locked(actor, entry_id)
        asked = Deliverable.objects.filter(
            pk__in=deliverable_ids, concept__project__account_id=entry.account_id
        )
        lock_projects(asked.values_list("concept__project_id", flat=True))
        lines = _lines(actor, entry, deliverable_ids)
        for line in lines:
            gone = line.state == DeliverableState.DROPPED
            if gone or line.concept.project.status == Status.CANCELED:
                raise Refused(
                    "deliverable_gone",
                    f"{line} of “{line.concept.project}” is dropped or canceled; nothing will come"
                    " of it.",
                    field="deliverables",
                )
        check_open(lock_entry(entry_id))
        write_links((entry, line) for line in lines)
        return _linked(command, entry, "linked", deliverable_ids)

    given = {"entry": entry_id, "deliverables": sorted(deliverable_ids)}
    return run(actor, "link_deliverables", key, given, work)


def unlink_deliverables(
    actor: Actor, entry_id: int, deliverable_ids: Collection[int], *, key: str | None = None
) -> Answer:
    """Say that these deliverables do not serve the entry any more. They themselves stay.

    Members and admins of the account, and staff on their behalf. Raises
    ``Refused("not_linked")``, ``Conflict("entry_closed")``.
    """

    def work(command: OpenCommand) -> Answer:
        entry = _locked(actor, entry_id)
        links = entry.links.filter(deliverable_id__in=deliverable_ids)
        lock_projects(links.values_list("project_id", flat=True))
        check_open(lock_entry(entry_id))
        found = set(links.values_list("deliverable_id", flat=True))
        if not found or found != set(deliverable_ids):
            raise Refused(
                "not_linked", "Some of these deliverables do not serve this entry.",
                field="deliverables",
            )  # fmt: skip
        links.delete()
        return _linked(command, entry, "unlinked", deliverable_ids)

    given = {"entry": entry_id, "deliverables": sorted(deliverable_ids)}
    return run(actor, "unlink_deliverables", key, given, work)


def lock_projects(project_ids: Iterable[int]) -> list[Project]:
    """Lock these projects in the order of their ids, and read them again."""
    return list(
        Project.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account")
        .filter(pk__in=set(project_ids))
        .order_by("pk")
    )


def write_links(pairs: Iterable[tuple[Entry, Deliverable]]) -> None:
    """Write links inside an open command; those that are there already stay."""
    EntryDeliverable.objects.bulk_create(
        (
            EntryDeliverable(
                account_id=entry.account_id,
                entry=entry,
                deliverable=line,
                project_id=line.concept.project_id,
            )
            for entry, line in pairs
        ),
        ignore_conflicts=True,
    )


def _locked(actor: Actor, entry_id: int) -> Entry:
    entry = entry_of(actor, entry_id, check_can_write)
    lock_calendar(entry.account_id)
    return entry


def _lines(actor: Actor, entry: Entry, deliverable_ids: Collection[int]) -> list[Deliverable]:
    lines = list(
        Deliverable.objects.filter(
            pk__in=deliverable_ids, concept__project__account_id=entry.account_id
        )
        .select_related("type", "concept__project")
        .order_by("pk")
    )
    unknown = Refused(
        "unknown_deliverable", "Some of these deliverables are not in this account's projects.",
        field="deliverables",
    )  # fmt: skip
    if not lines or len(lines) != len(set(deliverable_ids)):
        raise unknown
    for project_id in {line.concept.project_id for line in lines}:
        try:
            project_of(actor, project_id)
        except NotFound:
            raise unknown from None
    return lines


def _linked(
    command: OpenCommand, entry: Entry, kind: str, deliverable_ids: Collection[int]
) -> Answer:
    events.record(
        kind, "entry", entry.pk, command=command, account_id=entry.account_id,
        data={"deliverables": sorted(deliverable_ids)},
    )  # fmt: skip
    follow_entries(command, [entry.pk])
    entry.refresh_from_db()
    return entry_answer(entry, deliverables=linked_to(entry))


def linked_to(entry: Entry) -> list[int]:
    """The ids of the deliverables that serve the entry."""
    return sorted(entry.links.values_list("deliverable_id", flat=True))


# --- drafts are rewritten as a whole; what serves an entry goes on serving it --------------------


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a deliverable stood in its brief."""

    project: int
    concept: int
    place: int
    type: int


@dataclass(frozen=True, slots=True)
class KeptLinks:
    """Links of projects that are about to be rewritten, by where their deliverables stood."""

    spots: dict[_Spot, list[tuple[int, int]]]


def keep_links(project_ids: Collection[int]) -> KeptLinks:
    """Remember which entries these projects serve, before their deliverables are written anew."""
    spots: dict[_Spot, list[tuple[int, int]]] = defaultdict(list)
    for link in EntryDeliverable.objects.filter(project_id__in=project_ids).select_related(
        "deliverable__concept"
    ):
        line = link.deliverable
        spot = _Spot(link.project_id, line.concept.position, line.position, line.type_id)
        spots[spot].append((link.account_id, link.entry_id))
    return KeptLinks(spots)


def restore_links(kept: KeptLinks) -> None:
    """Link what was written anew in the same place, or else the first of the same type in the same
    concept, or else in the same brief. What is not in the brief any more serves nobody.
    """
    if not kept.spots:
        return
    now = [
        (_Spot(line.concept.project_id, line.concept.position, line.position, line.type_id), line)
        for line in Deliverable.objects.filter(
            concept__project_id__in={spot.project for spot in kept.spots}
        )
        .select_related("concept")
        .order_by("concept__position", "position", "pk")
    ]
    links = []
    for spot, places in kept.spots.items():
        same = [(other, line) for other, line in now
                if (other.project, other.type) == (spot.project, spot.type)]  # fmt: skip
        same.sort(key=lambda pair: (pair[0] != spot, pair[0].concept != spot.concept))
        if same:
            links += [
                EntryDeliverable(
                    account_id=account_id, entry_id=entry_id, project_id=spot.project,
                    deliverable=same[0][1],
                )
                for account_id, entry_id in places
            ]  # fmt: skip
    EntryDeliverable.objects.bulk_create(links, ignore_conflicts=True)
