"""Writing briefs, submitting them, taking them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from django.db.models import Max

from callsheet.catalogue.models import DeliverableType, StudioRules, studio_rules
from callsheet.credits.book import Book
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Billing
from callsheet.insight.calendars import Calendars
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, new_key, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Refused
from callsheet.projects.brief import BriefInput, check
from callsheet.projects.lifecycle import Status, check_allowed
from callsheet.projects.models import Brand, Concept, Deliverable, Project
from callsheet.projects.readiness import Item, check_ready, checklist
from callsheet.projects.scope import fix_prices, scope_credits
from callsheet.services.admitting import admit
from callsheet.services.loading import account_of, lock_project, project_of
from callsheet.services.moving import answer_for, give_back, move
from callsheet.services.settling import settle
from callsheet.tenants.access import check_can_write
from callsheet.tenants.models import AccountStatus

RANK_STEP = 1024


def write(
    actor: Actor,
    account_id: int,
    brief: BriefInput,
    *,
    project_id: int | None = None,
    version: int | None = None,
    key: str | None = None,
) -> Answer:
    """Save a draft: a new one, or (with ``project_id``) the draft as it now reads.

    Members and admins of the account, and staff on their behalf. A draft may be incomplete, but
    what it says must be right. Raises ``Refusals`` naming every wrong field, ``Conflict("stale")``
    when the draft was changed after reading ``version``, ``Conflict("not_a_draft")``.
    """

    def work(command: OpenCommand) -> Answer:
        account = account_of(account_id)
        check_can_write(actor, account)
        if account.status == AccountStatus.ENDED:
            raise Conflict("account_ended", "This account has ended; it takes no new briefs.")
        today = clock.today(account.time_zone)
        types = {kind.key: kind for kind in DeliverableType.objects.all()}
        rules = studio_rules()
        check(brief, types, rules, today)
        if project_id is None:
            project = Project(
                account=account,
                wallet=account.wallet,
                key=f"B-{new_key()[:10]}",
                owner_id=actor.user_id,
                created_at=clock.now(),
            )
        else:
            project_of(actor, project_id)
            project = lock_project(project_id, version)
            if project.account_id != account_id or project.status != Status.DRAFT:
                raise Conflict(
                    "not_a_draft", "Only drafts can be rewritten. Withdraw the brief first."
                )
        deliverables = _save(project, brief, types)
        project.credits = scope_credits(project, deliverables, rules)
        project.save(update_fields=["credits"])
        events.record(
            "written", "project", project.pk, command=command, account_id=account.pk,
            data={"credits": project.credits, "version": project.version},
        )  # fmt: skip
        return answer_for(project)

    given = {"account": account_id, "project": project_id, "version": version}
    return run(actor, "write", key, given | asdict(brief), work)


def _save(
    project: Project, brief: BriefInput, types: dict[str, DeliverableType]
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
    project.save()
    project.concepts.all().delete()
    saved: list[Deliverable] = []
    for position, wanted in enumerate(brief.concepts):
        concept = Concept.objects.create(project=project, position=position, title=wanted.title)
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
        Deliverable.objects.bulk_update(varied, ["master"])
        saved += rows
    return saved


def readiness(actor: Actor, project_id: int) -> list[Item]:
    """The readiness checklist of a brief that ``actor`` may see."""
    project = project_of(actor, project_id)
    concepts, deliverables = _scope(project)
    return _checklist(project, concepts, deliverables, studio_rules())


def _scope(project: Project) -> tuple[list[Concept], list[Deliverable]]:
    deliverables = list(
        Deliverable.objects.filter(concept__project=project)
        .select_related("type", "concept")
        .order_by("concept__position", "position", "id")
    )
    return list(Concept.objects.filter(project=project)), deliverables


def _checklist(
    project: Project,
    concepts: Sequence[Concept],
    deliverables: Sequence[Deliverable],
    rules: StudioRules,
) -> list[Item]:
    return checklist(
        project,
        concepts,
        deliverables,
        rules,
        clock.today(project.account.time_zone),
        pay_as_you_go=project.wallet.billing == Billing.PAY_AS_YOU_GO,
    )


def submit(
    actor: Actor, project_id: int, *, version: int | None = None, key: str | None = None
) -> Answer:
    """Hand a ready brief in: it is priced, takes its place in the queue, and starts at once when
    the queue's policy and the available credits allow.

    Members and admins of the account, and staff on their behalf. Answers the status and, for one
    that waits, the reason and the place. Raises ``Refusals`` naming what is not ready,
    ``Conflict("forbidden_transition")``, ``Conflict("stale")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        locked = lock_wallets([seen.wallet_id])
        project = lock_project(project_id, version)
        # Under the wallet's lock, because ending an account takes it, too.
        if project.account.status == AccountStatus.ENDED:
            raise Conflict("account_ended", "This account has ended; it takes no new briefs.")
        project.wallet = locked.wallets[project.wallet_id]
        check_allowed("submit", project.status)
        concepts, deliverables = _scope(project)
        rules = studio_rules()
        check_ready(_checklist(project, concepts, deliverables, rules))
        Deliverable.objects.bulk_update(fix_prices(deliverables), ["unit_credits"])
        project.credits = scope_credits(project, deliverables, rules)
        if project.credits < 1:
            # Nothing can be held for it, so that admission would stumble over it later.
            raise Refused("no_credits", "A brief asks for at least 1 credit.", field="concepts")
        _take_place(project)
        project.submitted_at = clock.now()
        move(command, project, "submit", Status.QUEUED, credits=project.credits)
        admit(command, locked, [project.wallet_id])
        project.refresh_from_db()
        return answer_for(project, **waiting(project))

    return run(actor, "submit", key, {"project": project_id, "version": version}, work)


def _take_place(project: Project) -> None:
    """The brief's rank: the kept one if it came back in time, else after everybody else."""
    today = clock.today(project.account.time_zone)
    kept = project.rank_kept_until
    if project.rank is None or kept is None or kept < today:
        last = Project.objects.filter(wallet_id=project.wallet_id, rank__isnull=False).aggregate(
            last=Max("rank")
        )["last"]
        project.rank = (last or 0) + RANK_STEP
    project.rank_kept_until = None


def waiting(project: Project) -> Answer:
    """Why a queued brief waits and where it stands; empty for one that does not wait."""
    if project.status != Status.QUEUED:
        return {}
    ahead = Project.objects.filter(
        wallet_id=project.wallet_id, status=Status.QUEUED, rank__lt=project.rank
    ).values_list("credits", flat=True)
    return {
        "reason": project.wait_reason,
        "position": len(ahead) + 1,
        "credits_ahead": sum(ahead),
        "reserved_for": project.reserved_for,
    }


def withdraw(
    actor: Actor,
    project_id: int,
    *,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Take a brief back into draft before it is accepted; its credits come home at once.

    It keeps its place in the queue for some working days (a studio rule). Members and admins of
    the account, and staff on their behalf.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        return back_to_draft(command, seen, "withdraw", version)

    given = {"project": project_id, "version": version}
    return run(actor, "withdraw", key, given, work, note=note)


def back_to_draft(command: OpenCommand, seen: Project, action: str, version: int | None) -> Answer:
    """Withdraw or return a brief inside an open command: see :func:`withdraw`."""
    locked = lock_wallets([seen.wallet_id])
    project = lock_project(seen.pk, version)
    check_allowed(action, project.status)
    book = Book(locked)
    released = give_back(book, project)
    calendar = Calendars().of(project.account)
    today = clock.today(project.account.time_zone)
    project.rank_kept_until = calendar.add(today, studio_rules().rank_kept_days)
    project.wait_reason = ""
    project.reserved_for = project.first_reserved_for = None
    project.returns_p50 = project.returns_p80 = None
    move(command, project, action, Status.DRAFT, released=released)
    started = settle(command, book)
    return answer_for(project, released=released, started=started)


def delete_draft(actor: Actor, project_id: int, *, key: str | None = None) -> Answer:
    """Delete a draft for good. Only drafts that were never in production can go."""

    def work(command: OpenCommand) -> Answer:
        project_of(actor, project_id, check_can_write)
        project = lock_project(project_id)
        if project.status != Status.DRAFT or project.hold_id is not None:
            raise Conflict(
                "not_deletable", "Only a draft that was never in production can be deleted."
            )
        events.record(
            "deleted", "project", project.pk, command=command, account_id=project.account_id,
            data={"title": project.title},
        )  # fmt: skip
        project.delete()
        return {"project": project_id, "deleted": True}

    return run(actor, "delete_draft", key, {"project": project_id}, work)
