"""Campaigns: opened and changed. Their anchors move in :mod:`callsheet.services.anchoring`."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.text import slugify

from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import CallsheetError, Conflict, Refusals, Refused
from callsheet.projects.models import Brand, Project
from callsheet.schedule.entry import checked_key, one_line
from callsheet.schedule.models import Campaign
from callsheet.services.calendar_loading import campaign_of, check_version, lock_calendar
from callsheet.services.loading import account_of
from callsheet.tenants.access import check_can_write
from callsheet.tenants.models import AccountStatus

LONGEST_NAME = 200
LONGEST_NOTES = 20_000


def create_campaign(
    actor: Actor,
    account_id: int,
    name: str,
    *,
    campaign_key: str = "",
    anchor_on: date | None = None,
    brand: str = "",
    notes: str = "",
    key: str | None = None,
) -> Answer:
    """Open a campaign. ``campaign_key`` is what it is called for good, empty: made from the name.
    ``anchor_on`` is the day from which its entries' days are counted; it may follow later.

    Members and admins of the account, and staff on their behalf. Raises ``Refusals`` naming every
    wrong field, ``Conflict("campaign_taken")``, ``Conflict("account_ended")``.
    """

    def work(command: OpenCommand) -> Answer:
        account = account_of(account_id)
        check_can_write(actor, account)
        if account.status == AccountStatus.ENDED:
            raise Conflict("account_ended", "This account has ended; its calendar is closed.")
        lock_calendar(account_id)
        _check(name, brand, notes)
        campaign = open_campaign(
            account_id, name, campaign_key=campaign_key, anchor_on=anchor_on,
            brand=brand, notes=notes,
        )  # fmt: skip
        events.record(
            "created", "campaign", campaign.pk, command=command, account_id=account_id,
            data={"key": campaign.key, "anchor_on": anchor_on},
        )  # fmt: skip
        return campaign_answer(campaign)

    given = {
        "account": account_id, "name": name, "campaign_key": campaign_key, "anchor_on": anchor_on,
        "brand": brand, "notes": notes,
    }  # fmt: skip
    return run(actor, "create_campaign", key, given, work)


def open_campaign(
    account_id: int,
    name: str,
    *,
    campaign_key: str = "",
    anchor_on: date | None = None,
    brand: str = "",
    notes: str = "",
) -> Campaign:
    """A new campaign inside an open command that holds the calendar's lock.

    Raises ``Conflict("campaign_taken")``.
    """
    name = one_line(name)
    chosen = checked_key(campaign_key, "campaign_key") if campaign_key.strip() else ""
    chosen = chosen or _free_key(account_id, name)
    _check_free(Campaign.objects.filter(account_id=account_id), name, chosen)
    now = clock.now()
    return Campaign.objects.create(
        account_id=account_id, key=chosen, name=name, anchor_on=anchor_on,
        brand=_brand(account_id, brand), notes=notes, created_at=now, changed_at=now,
    )  # fmt: skip


def change_campaign(
    actor: Actor,
    campaign_id: int,
    *,
    name: str | None = None,
    brand: str | None = None,
    notes: str | None = None,
    version: int | None = None,
    key: str | None = None,
) -> Answer:
    """Change a campaign's name, brand or notes; None leaves as it is. Its anchor is moved, not
    changed. Briefs that name the campaign get its new name, so that they still belong to it.

    Members and admins, and staff on their behalf. Raises ``Refusals``, ``Conflict("stale")``,
    ``Conflict("campaign_taken")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = campaign_of(actor, campaign_id, check_can_write)
        lock_calendar(seen.account_id)
        campaign = campaign_of(actor, campaign_id, check_can_write)
        check_version(campaign, version)
        before = campaign.name
        new_name = before if name is None else one_line(name)
        new_notes = campaign.notes if notes is None else notes
        _check(new_name, brand or "", new_notes)
        others = Campaign.objects.filter(account_id=campaign.account_id).exclude(pk=campaign_id)
        _check_free(others, new_name)
        campaign.name, campaign.notes = new_name, new_notes
        if brand is not None:
            campaign.brand = _brand(campaign.account_id, brand)
        campaign.version += 1
        campaign.changed_at = clock.now()
        campaign.save()
        renamed = _rename_in_briefs(campaign, before) if new_name != before else []
        events.record(
            "changed", "campaign", campaign_id, command=command, account_id=campaign.account_id,
            data={"name": new_name, "before": before, "projects": renamed},
        )  # fmt: skip
        return campaign_answer(campaign, projects=renamed)

    given = {
        "campaign": campaign_id, "name": name, "brand": brand, "notes": notes, "version": version,
    }  # fmt: skip
    return run(actor, "change_campaign", key, given, work)


def briefs_naming(campaign: Campaign) -> Q:
    """The projects whose brief names this campaign: by its name or key, whatever the case."""
    named = Q(campaign__iexact=campaign.name) | Q(campaign__iexact=campaign.key)
    return Q(account_id=campaign.account_id) & named


def _rename_in_briefs(campaign: Campaign, before: str) -> list[int]:
    """Let the briefs that name the campaign go on naming it. Returns their ids."""
    named = list(
        Project.objects.select_for_update(of=("self",), no_key=True)
        .filter(account_id=campaign.account_id, campaign__iexact=before)
        .order_by("pk")
    )
    for project in named:
        project.campaign = campaign.name
        project.version += 1
        project.changed_at = clock.now()
    Project.objects.bulk_update(named, ["campaign", "version", "changed_at"])
    return [project.pk for project in named]


def _check_free(others: QuerySet[Campaign], *names: str) -> None:
    """A name or key means one campaign, so none is the name or the key of another.

    Raises ``Conflict("campaign_taken")``.
    """
    taken = Q()
    for name in names:
        taken |= Q(name__iexact=name) | Q(key__iexact=name)
    if others.filter(taken).exists():
        raise Conflict(
            "campaign_taken", "There is a campaign of this name or key in the account.",
            field="name",
        )  # fmt: skip


def _check(name: str, brand: str, notes: str) -> None:
    problems: list[CallsheetError] = []
    if not name.strip():
        problems.append(Refused("name_missing", "Give the campaign a name.", field="name"))
    for field, text, longest in (
        ("name", name, LONGEST_NAME), ("brand", brand, LONGEST_NAME),
        ("notes", notes, LONGEST_NOTES),
    ):  # fmt: skip
        if len(text) > longest:
            problems.append(
                Refused("too_long", f"At most {longest:,} characters fit here.", field=field)
            )
    if problems:
        raise Refusals(problems)


def _brand(account_id: int, name: str) -> Brand | None:
    return Brand.objects.get_or_create(account_id=account_id, name=name)[0] if name else None


def _free_key(account_id: int, name: str) -> str:
    """The name as a key, with a number where that is taken."""
    plain = slugify(name)[:50] or "campaign"
    taken = {
        text.casefold()
        for pair in Campaign.objects.filter(account_id=account_id).values_list("key", "name")
        for text in pair
    }
    key, number = plain, 1
    while key in taken:
        number += 1
        key = f"{plain}-{number}"
    return key


def campaign_answer(campaign: Campaign, **more: object) -> Answer:
    """What every command on a campaign answers: its id, key, anchor, version."""
    return {
        "campaign": campaign.pk,
        "key": campaign.key,
        "anchor_on": campaign.anchor_on,
        "version": campaign.version,
        **more,
    }
