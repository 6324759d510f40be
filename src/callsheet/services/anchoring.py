"""A campaign's anchor moves, and with it what has not been started."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from callsheet.credits.locking import lock_wallets
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Refused
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import DeliverableState, Project
from callsheet.schedule.dates import place
from callsheet.schedule.following import SAID, UNSTARTED, EntryStatus, standing
from callsheet.schedule.models import Campaign, Entry, EntryDeliverable
from callsheet.services.calendar_loading import (
    campaign_of,
    check_version,
    lock_calendar,
    lock_entries,
)
from callsheet.services.campaigning import briefs_naming, campaign_answer
from callsheet.services.entry_links import lock_projects
from callsheet.services.loading import hides
from callsheet.services.telling import tell_all
from callsheet.tenants.access import Rights, check_can_write

MOVES = frozenset(
    {
        Status.DRAFT, Status.PENDING_APPROVAL, Status.QUEUED, Status.PENDING_REVIEW,
        Status.CLARIFICATION_REQUESTED,
    }
)  # fmt: skip
"""Briefs that nobody has accepted: their dates move with their entries."""
DATES = ("publish_on", "wanted_by")


@dataclass(slots=True)
class _Moves:
    """What a move does, and what stays and why."""

    entries: list[Entry] = field(default_factory=list)
    days: dict[int, int] = field(default_factory=dict)
    moved: list[dict[str, Any]] = field(default_factory=list)
    stayed: list[dict[str, Any]] = field(default_factory=list)
    briefs: list[dict[str, Any]] = field(default_factory=list)
    briefs_stayed: list[dict[str, Any]] = field(default_factory=list)


def move_campaign(
    actor: Actor,
    campaign_id: int,
    anchor_on: date,
    *,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Give the campaign another anchor date (or its first). Entries that nobody has started
    (planned, briefed) go to their distance from it, in calendar days, and the dates of briefs not
    yet accepted go with them. Moving back undoes it.

    What stays is listed with its reason. ``stayed`` entries: ``in_production``, ``ready``,
    ``published``, ``fixed_date``. ``briefs_stayed``: ``serves_others`` (an entry that stays, or
    that moves by other days), ``no_entry`` (it names the campaign, but no entry says
    when it is needed). A brief's not-before date, reservation and place in the queue stay.
    ``passed`` are entries whose new day is in the past.

    Members and admins of the account, and staff on their behalf. Raises
    ``Refused("date_in_the_past")``, ``Refused("same_anchor")``, ``Conflict("stale")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = campaign_of(actor, campaign_id, check_can_write)
        lock_calendar(seen.account_id)
        campaign = campaign_of(actor, campaign_id, check_can_write)
        rights = check_can_write(actor, campaign.account)
        check_version(campaign, version)
        today = clock.today(campaign.account.time_zone)
        if anchor_on < today:
            raise Refused("date_in_the_past", f"{anchor_on} has passed. Choose a later day.",
                          field="anchor_on")  # fmt: skip
        if anchor_on == campaign.anchor_on:
            raise Refused("same_anchor", f"The anchor is {anchor_on} already.", field="anchor_on")
        ids = Entry.objects.filter(
            account_id=campaign.account_id, campaign=campaign
        ).values_list("pk", flat=True)  # fmt: skip
        links = EntryDeliverable.objects.filter(entry__in=list(ids))
        # Wallets, projects, entries: what follows a project's move takes them in this order, and
        # under the wallet's lock admission writes to no brief meanwhile.
        lock_wallets([campaign.account.wallet.pk])
        projects = lock_projects(links.values_list("project_id", flat=True))
        before, campaign.anchor_on = campaign.anchor_on, anchor_on
        moves = _Moves()
        _move_entries(campaign, lock_entries(list(ids)), moves)
        _move_briefs(campaign, projects, rights, moves)
        now = clock.now()
        campaign.version += 1
        campaign.changed_at = now
        campaign.save()
        Entry.objects.bulk_update(
            moves.entries, ["publish_on", "days_from_anchor", "version", "changed_at"]
        )
        _record(command, campaign, before, moves)
        return campaign_answer(
            campaign,
            before=before,
            days=(anchor_on - before).days if before else None,
            moved=moves.moved,
            stayed=moves.stayed,
            briefs=moves.briefs,
            briefs_stayed=moves.briefs_stayed,
            passed=[one["entry"] for one in moves.moved if one["to"] < today],
        )

    given = {"campaign": campaign_id, "anchor_on": anchor_on, "version": version}
    return run(actor, "move_campaign", key, given, work, note=note)


def _move_entries(campaign: Campaign, entries: Sequence[Entry], moves: _Moves) -> None:
    for entry in sorted(entries, key=lambda one: (one.publish_on, one.pk)):
        line = {"entry": entry.pk, "key": entry.key, "title": entry.title}
        if entry.fixed_date or entry.status not in (*UNSTARTED, EntryStatus.DROPPED):
            reason = "fixed_date" if entry.fixed_date else entry.status
            if entry.status != EntryStatus.DROPPED:
                moves.stayed.append(line | {"publish_on": entry.publish_on, "reason": reason})
            if not entry.fixed_date and entry.days_from_anchor is None:
                # The first anchor: it says how far this one is from it, and does not move it.
                _bind(campaign, entry, moves)
            continue
        day = entry.publish_on
        _bind(campaign, entry, moves)
        if entry.publish_on == day:
            continue
        moves.days[entry.pk] = (entry.publish_on - day).days
        if entry.status != EntryStatus.DROPPED:
            moves.moved.append(line | {"from": day, "to": entry.publish_on})


def _bind(campaign: Campaign, entry: Entry, moves: _Moves) -> None:
    """Put the entry at its distance from the anchor; one that has none gets the present one."""
    given = entry.publish_on if entry.days_from_anchor is None else None
    placed = place(given, entry.days_from_anchor, campaign.anchor_on, fixed=False)
    entry.publish_on, entry.days_from_anchor = placed.publish_on, placed.days_from_anchor
    entry.version += 1
    entry.changed_at = clock.now()
    moves.entries.append(entry)


def _move_briefs(
    campaign: Campaign, projects: Sequence[Project], rights: Rights, moves: _Moves
) -> None:
    serves: dict[int, set[int]] = defaultdict(set)
    for project_id, entry_id in EntryDeliverable.objects.filter(project__in=projects).exclude(
        Q(entry__status__in=SAID) | Q(deliverable__state=DeliverableState.DROPPED)
    ).values_list("project_id", "entry_id"):  # fmt: skip
        serves[project_id].add(entry_id)
    changed: list[Project] = []
    for project in projects:
        days = {moves.days.get(entry_id, 0) for entry_id in serves[project.pk]}
        if days <= {0} or standing(project.status, project.resumes_to) not in MOVES:
            continue
        line = _named(project, rights)
        if len(days) > 1:
            moves.briefs_stayed.append(line | {"reason": "serves_others"})
        else:
            step = timedelta(days=days.pop())
            for name in DATES:
                day = getattr(project, name)
                if day is not None:
                    setattr(project, name, day + step)
            project.version += 1
            project.changed_at = clock.now()
            changed.append(project)
            moves.briefs.append(
                line | {"publish_on": project.publish_on, "wanted_by": project.wanted_by}
            )
    Project.objects.bulk_update(changed, [*DATES, "version", "changed_at"])
    named = (
        Project.objects.filter(briefs_naming(campaign), entry_links__isnull=True)
        .exclude(status__in=[status.value for status in ENDED])
        .order_by("pk")
    )
    moves.briefs_stayed += [_named(one, rights) | {"reason": "no_entry"} for one in named]


def _named(project: Project, rights: Rights) -> dict[str, Any]:
    """A brief as the answer names it: a draft that is not shared stays without title to others."""
    title = "" if hides(project, rights) else project.title
    return {"project": project.pk, "key": project.key, "title": title}


def _record(command: OpenCommand, campaign: Campaign, before: date | None, moves: _Moves) -> None:
    """One event for the campaign, one for each entry and brief that moved."""
    facts: list[tuple[str, str, int, dict[str, Any]]] = [
        ("moved", "campaign", campaign.pk, {"from": before, "to": campaign.anchor_on})
    ]
    facts += [
        ("moved", "entry", one["entry"], {"from": one["from"], "to": one["to"]})
        for one in moves.moved
    ]
    facts += [
        (
            "dates_moved", "project", one["project"],
            {"campaign": campaign.pk, "publish_on": one["publish_on"],
             "wanted_by": one["wanted_by"]},
        )
        for one in moves.briefs
    ]  # fmt: skip
    tell_all(
        Event.objects.bulk_create(
            events.build(
                kind, subject, pk, command=command, account_id=campaign.account_id, data=data
            )
            for kind, subject, pk, data in facts
        )
    )
