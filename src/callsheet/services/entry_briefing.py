"""From the calendar to a brief in one step."""

from __future__ import annotations

from collections.abc import Sequence

from callsheet.catalogue.models import BriefType, DeliverableKind
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.journal.models import Event
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Refused
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Deliverable, DeliverableState
from callsheet.schedule.models import Entry, EntryDeliverable, WantedDeliverable
from callsheet.services import briefing
from callsheet.services.calendar_loading import (
    check_open,
    check_version,
    entries_of,
    lock_calendar,
    lock_entries,
)
from callsheet.services.entry_links import write_links
from callsheet.services.loading import hides
from callsheet.tenants.access import Rights, check_can_write

SUPPLIED = "Supplied by the customer"
MOST_ENTRIES = 100


def brief_entries(
    actor: Actor,
    entry_ids: Sequence[int],
    *,
    title: str = "",
    brief_type: str = "",
    version: int | None = None,
    key: str | None = None,
) -> Answer:
    """Write one draft brief for these entries: a concept for each with the deliverables it wants,
    which then serve it; the earliest publish date; brand and campaign where they agree.

    ``title`` empty: the entry's, or for several their campaign's. ``brief_type`` empty: the first
    that offers everything wanted. ``version`` is that of a single entry. A variation varies the
    concept's first master, or in an Adapt & Optimize brief what the customer supplies.

    Members and admins of the account, and staff on their behalf. Raises
    ``Refused("nothing_wanted")``, ``Refused("too_many_entries")``, ``Conflict("already_briefed")``,
    ``Conflict("entry_closed")``, ``Conflict("stale")`` and what writing a brief refuses.
    """

    def work(command: OpenCommand) -> Answer:
        if len(entry_ids) > MOST_ENTRIES:
            raise Refused(
                "too_many_entries", f"At most {MOST_ENTRIES} entries become one brief.",
                field="entries",
            )  # fmt: skip
        account = entries_of(actor, entry_ids, check_can_write)[0].account
        lock_calendar(account.pk)
        entries = sorted(lock_entries(entry_ids), key=lambda one: (one.publish_on, one.pk))
        for entry in entries:
            check_open(entry)
            check_version(entry, version if len(entries) == 1 else None)
        _check_not_briefed(entries, check_can_write(actor, account))
        wanted = _wanted(entries)
        kind = brief_type or _brief_type([part for parts in wanted for part in parts])
        brief = BriefInput(
            title=title.strip() or _title(entries),
            brief_type=kind,
            concepts=tuple(
                _concept(entry, parts, kind) for entry, parts in zip(entries, wanted, strict=True)
            ),
            brand=_agreed([entry.brand.name if entry.brand else "" for entry in entries]),
            campaign=_agreed([entry.campaign.name if entry.campaign else "" for entry in entries]),
            publish_on=entries[0].publish_on,
        )
        written = briefing.write(actor, account.pk, brief)
        lines = Deliverable.objects.filter(concept__project_id=written["project"]).select_related(
            "concept"
        )
        write_links((entries[line.concept.position], line) for line in lines)
        Event.objects.bulk_create(
            events.build(
                "brief_written", "entry", entry.pk, command=command, account_id=account.pk,
                data={"project": written["project"]},
            )
            for entry in entries
        )  # fmt: skip
        return {**written, "entries": [entry.pk for entry in entries]}

    given = {
        "entries": list(entry_ids), "title": title, "brief_type": brief_type, "version": version,
    }  # fmt: skip
    return run(actor, "brief_entries", key, given, work)


def _check_not_briefed(entries: Sequence[Entry], rights: Rights) -> None:
    """Raise ``Conflict("already_briefed")`` when a live brief serves one of them already."""
    link = (
        EntryDeliverable.objects.filter(entry__in=entries)
        .exclude(project__status=Status.CANCELED)
        .exclude(deliverable__state=DeliverableState.DROPPED)
        .select_related("entry", "project")
        .order_by("entry_id", "pk")
        .first()
    )
    if link is not None:
        title = "a draft" if hides(link.project, rights) else f"“{link.project}”"
        raise Conflict(
            "already_briefed",
            f"“{link.entry}” is served by {title} ({link.project.key}) already. Change"
            " that brief, or unlink it first.",
            field="entries",
            project=link.project_id,
        )


def _wanted(entries: Sequence[Entry]) -> list[list[WantedDeliverable]]:
    """What each entry wants. Raises ``Refused("nothing_wanted")``."""
    by_entry: dict[int, list[WantedDeliverable]] = {entry.pk: [] for entry in entries}
    for part in (
        WantedDeliverable.objects.filter(entry__in=entries)
        .select_related("type")
        .order_by("position", "pk")
    ):
        by_entry[part.entry_id].append(part)
    for entry in entries:
        if not by_entry[entry.pk]:
            raise Refused(
                "nothing_wanted", f"Say first which deliverables “{entry}” wants.", field="wanted"
            )
    return [by_entry[entry.pk] for entry in entries]


def _brief_type(wanted: Sequence[WantedDeliverable]) -> str:
    """The first brief type that offers everything wanted; variations alone adapt something."""
    if all(part.type.kind == DeliverableKind.VARIATION for part in wanted):
        return BriefType.ADAPT_OPTIMIZE.value
    for kind in BriefType:
        if all(kind in part.type.brief_types for part in wanted):
            return kind.value
    return BriefType.ORIGINAL_CREATIVE.value


def _concept(entry: Entry, wanted: Sequence[WantedDeliverable], kind: str) -> ConceptInput:
    """The entry's concept: masters as they are, variations of the first of them."""
    masters = [n for n, part in enumerate(wanted) if part.type.kind == DeliverableKind.MASTER]
    lines = []
    for part in wanted:
        varies = part.type.kind == DeliverableKind.VARIATION
        supplied = varies and not masters and kind == BriefType.ADAPT_OPTIMIZE
        lines.append(
            DeliverableInput(
                type=part.type.key,
                quantity=part.quantity,
                master=masters[0] if varies and masters else None,
                supplied_master=SUPPLIED if supplied else "",
                placement=entry.channel,
            )
        )
    return ConceptInput(title=entry.title, deliverables=tuple(lines))


def _title(entries: Sequence[Entry]) -> str:
    """The entry's title; of several, their campaign's, or the first one's with how many more."""
    if len(entries) == 1:
        return entries[0].title
    first = entries[0]
    if first.campaign and all(entry.campaign_id == first.campaign_id for entry in entries):
        return f"{first.campaign.name}: {len(entries)} entries"
    return f"{first.title[:250]} and {len(entries) - 1} more"


def _agreed(values: Sequence[str]) -> str:
    """What all of them say, or nothing."""
    return values[0] if len(set(values)) == 1 else ""
