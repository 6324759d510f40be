"""Writing a draft inside an open command: what writing, copying and restoring have in common."""

from __future__ import annotations

from collections.abc import Mapping

from callsheet.catalogue.models import DeliverableType, deliverable_types, studio_rules
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, new_key
from callsheet.kit import clock
from callsheet.kit.errors import Conflict
from callsheet.kit.rows import insert, save, write_fields
from callsheet.projects.brief import DATES, BriefInput, check
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Brand, Concept, Deliverable, Project
from callsheet.projects.scope import scope_credits
from callsheet.services.entry_links import keep_links, restore_links
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for
from callsheet.tenants.models import Account, AccountStatus


def save_draft(
    command: OpenCommand,
    account: Account,
    brief: BriefInput,
    project_id: int | None = None,
    version: int | None = None,
) -> Answer:
    """Save a new draft, or (with ``project_id``) the draft as it now reads: see `briefing.write`.

    Whether the command's actor may write in the account is for the caller to check; whether they
    know of the draft is checked here.
    """
    if account.status == AccountStatus.ENDED:
        raise Conflict("account_ended", "This account has ended; it takes no new briefs.")
    types, rules = deliverable_types(), studio_rules()
    today = clock.today(account.time_zone)
    if project_id is None:
        check(brief, types, rules, today)
        project = Project(
            account=account,
            wallet=account.wallet,
            key=f"B-{new_key()[:10]}",
            owner_id=command.actor.user_id,
            created_at=clock.now(),
        )
    else:
        project_of(command.actor, project_id)
        project = lock_project(project_id, version)
        if project.account_id != account.pk or project.status != Status.DRAFT:
            raise Conflict("not_a_draft", "Only drafts can be rewritten. Withdraw the brief first.")
        check(brief, types, rules, today, {name: getattr(project, name) for name in DATES})
    deliverables = _save(project, brief, types)
    project.credits = scope_credits(project, deliverables, rules)
    write_fields([project], ["credits"])
    events.record(
        "written", "project", project.pk, command=command, account_id=account.pk,
        data={"credits": project.credits, "version": project.version},
    )  # fmt: skip
    return answer_for(project)


def _save(
    project: Project, brief: BriefInput, types: Mapping[str, DeliverableType]
) -> list[Deliverable]:
    """Write the draft and replace its concepts by those of the brief."""
    for name in (
        "title", "brief_type", "campaign", "priority", "publish_on", "wanted_by", "not_before",
        "cost_centre", "purchase_order",
    ):  # fmt: skip
        setattr(project, name, getattr(brief, name))
    project.fields = dict(brief.fields)
    project.dos = list(brief.dos)
    project.donts = list(brief.donts)
    project.brand = (
        Brand.objects.get_or_create(account_id=project.account_id, name=brief.brand)[0]
        if brief.brand
        else None
    )
    project.version += 1
    project.changed_at = clock.now()
    if project._state.adding:
        insert(project)
    else:
        save(project)
    links = keep_links([project.pk])
    project.concepts.all().delete()
    saved: list[Deliverable] = []
    for position, wanted in enumerate(brief.concepts):
        concept = Concept(project=project, position=position, title=wanted.title)
        insert(concept)
        rows = [
            Deliverable(
                concept=concept,
                position=place,
                type=types[part.type],
                quantity=part.quantity,
                supplied_master=part.supplied_master,
                placement=part.placement,
                notes=part.notes,
            )
            for place, part in enumerate(wanted.deliverables)
        ]
        Deliverable.objects.bulk_create(rows)
        varied = []
        for row, part in zip(rows, wanted.deliverables, strict=True):
            if part.master is not None:
                row.master = rows[part.master]
                varied.append(row)
        write_fields(varied, ["master"])
        saved += rows
    restore_links(links)
    return saved
