"""Changes of a submitted project's scope: one side proposes, the other agrees or declines."""

from __future__ import annotations

from django.db.models import Max

from callsheet.catalogue.models import DeliverableType, studio_rules
from callsheet.credits.book import Book
from callsheet.credits.collect import release
from callsheet.credits.locking import Locked, lock_wallets
from callsheet.credits.models import Billing, Hold
from callsheet.insight.growth import Effect, effect_of, holds_credits, most_at_once, too_large
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Forbidden, NotFound, Refused
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import Amendment, ClockKind, Concept, Deliverable, Project
from callsheet.projects.scope_changes import (
    ScopeChanges,
    Surroundings,
    Weighed,
    from_data,
    weigh,
)
from callsheet.services.admitting import admit
from callsheet.services.applying import apply, close_amendment, note_amendment, occupy_anew
from callsheet.services.approving import approve_concepts
from callsheet.services.following import start_clock, stop_clock
from callsheet.services.loading import lock_project, project_of
from callsheet.services.loose_ends import OPEN
from callsheet.services.moving import answer_for
from callsheet.services.settling import settle
from callsheet.services.telling import tell
from callsheet.tenants.access import WRITERS, check_can_take_part, rights_in_account
from callsheet.tenants.models import Account

NOT_SUBMITTED = (Status.DRAFT, Status.PENDING_APPROVAL)
SIDES = Amendment.Side


def preview(actor: Actor, project_id: int, changes: ScopeChanges) -> Effect:
    """What these changes would do to the project's credits, without proposing anything.

    Members and admins of the account, and staff. Raises what :func:`propose` raises for the
    changes; that the credits would never suffice is part of the answer.
    """
    project = project_of(actor, project_id, check_can_take_part)
    _check_can_change(project)
    return effect_of(project, _weigh(project, changes).credits)


def propose(
    actor: Actor,
    project_id: int,
    changes: ScopeChanges,
    reason: str,
    *,
    version: int | None = None,
    key: str | None = None,
) -> Answer:
    """Propose to change the scope of a project that has started; nothing changes until the other
    side agrees.

    Members and admins of the account propose to the studio, staff to the account. What is added
    has today's prices. Raises ``Refusals`` naming every field that is wrong,
    ``Conflict("already_produced")`` for what was delivered, ``Conflict("amendment_open")``,
    ``Conflict("not_started")``, ``Conflict("ended")``, ``Refused("exceeds_capacity")`` for scope
    that can never be held, ``Refused("reason_missing")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_take_part)
        if not reason.strip():
            raise Refused("reason_missing", "Say why the scope should change.", field="reason")
        project = lock_project(project_id, version)
        project.wallet = seen.wallet
        _check_can_change(project)
        if Amendment.objects.filter(project=project, status__in=OPEN).exists():
            raise Conflict(
                "amendment_open",
                "A change of scope is open already. It is agreed, declined or withdrawn first.",
            )
        weighed = _weigh(project, changes)
        _check_can_ever(project, weighed.credits)
        last = Amendment.objects.filter(project=project).aggregate(last=Max("number"))["last"]
        amendment = Amendment.objects.create(
            project=project,
            number=(last or 0) + 1,
            proposed_by=_side_of(actor, seen.account),
            proposer_id=actor.user_id,
            reason=reason,
            changes=weighed.data,
            credits_change=weighed.change,
            proposed_at=clock.now(),
        )
        start_clock(project, ClockKind.AMENDMENT)
        tell(note_amendment(command, amendment, "amendment_proposed"))
        return _answer(amendment, project)

    given = {"project": project_id, "changes": changes.as_data(), "version": version}
    return run(actor, "propose_amendment", key, given, work, note=reason)


def agree(actor: Actor, amendment_id: int, *, key: str | None = None, note: str = "") -> Answer:
    """Agree to what the other side proposed.

    Less scope, or as much, counts at once, and what it frees comes home. More scope counts as soon
    as its credits are held: now if admission lets it, otherwise it waits ahead of the queue while
    production goes on. On a project that holds nothing (parked, on a subscription) every change
    counts at once, and going on asks for the whole.

    Members and admins of the account agree to what staff proposed, staff to what the account did.
    Everything is checked anew: raises what :func:`propose` raises, and
    ``Conflict("price_changed")``, ``Conflict("amendment_closed")``,
    ``Forbidden("other_side_decides")``.
    """

    def work(command: OpenCommand) -> Answer:
        locked, project, amendment = _open_amendment(actor, amendment_id)
        _check_other_side(actor, amendment)
        _check_proposed(amendment)
        _check_can_change(project)
        weighed = _weigh(project, from_data(amendment.changes))
        _check_prices(amendment, weighed)
        _check_can_ever(project, weighed.credits)
        amendment.decided_at = clock.now()
        amendment.save()
        stop_clock(project, ClockKind.AMENDMENT)
        tell(note_amendment(command, amendment, "amendment_agreed"))
        started = _bring_about(command, locked, project, amendment)
        amendment.refresh_from_db()
        project.refresh_from_db()
        return _answer(amendment, project, started=started)

    return run(actor, "agree_amendment", key, {"amendment": amendment_id}, work, note=note)


def decline(actor: Actor, amendment_id: int, *, key: str | None = None, note: str = "") -> Answer:
    """Decline what the other side proposed; the scope stays as it was.

    Members and admins of the account decline what staff proposed, staff what the account did.
    Raises ``Conflict("amendment_closed")``, ``Forbidden("other_side_decides")``.
    """

    def work(command: OpenCommand) -> Answer:
        _, project, amendment = _open_amendment(actor, amendment_id)
        _check_other_side(actor, amendment)
        _check_proposed(amendment)
        amendment.status = Amendment.Status.DECLINED
        amendment.decided_at = clock.now()
        amendment.save()
        stop_clock(project, ClockKind.AMENDMENT)
        tell(note_amendment(command, amendment, "amendment_declined"))
        return _answer(amendment, project)

    return run(actor, "decline_amendment", key, {"amendment": amendment_id}, work, note=note)


def withdraw(actor: Actor, amendment_id: int, *, key: str | None = None, note: str = "") -> Answer:
    """Take back what one's own side proposed, as long as it does not count. What waits for credits
    the customer may give up whoever proposed it, because the credits are theirs.

    Raises ``Conflict("amendment_closed")``, ``Forbidden("other_side_proposed")``.
    """

    def work(command: OpenCommand) -> Answer:
        locked, project, amendment = _open_amendment(actor, amendment_id)
        side = _side_of(actor, project.account)
        waits = amendment.status == Amendment.Status.WAITING
        if side != amendment.proposed_by and not (waits and side == SIDES.CUSTOMER):
            raise Forbidden(
                "other_side_proposed",
                "The other side proposed this change. Decline it, or ask them to withdraw it.",
            )
        if amendment.status not in OPEN:
            raise _closed(amendment)
        close_amendment(command, amendment)
        stop_clock(project, ClockKind.AMENDMENT)
        # What waited ahead of the queue may have kept others from starting.
        started = admit(command, locked, [project.wallet_id]) if waits else []
        return _answer(amendment, project, started=started)

    return run(actor, "withdraw_amendment", key, {"amendment": amendment_id}, work, note=note)


def _side_of(actor: Actor, account: Account) -> Amendment.Side:
    """On which side somebody stands who takes part: writers of the account are the customer, the
    rest is the studio.
    """
    rights = rights_in_account(actor, account)
    return SIDES.CUSTOMER if rights.account_role in WRITERS else SIDES.STUDIO


def amendment_of(actor: Actor, amendment_id: int) -> Amendment:
    """The amendment, for somebody who takes part in its project; reads without a lock.

    Raises ``NotFound`` to strangers, ``Forbidden`` to viewers.
    """
    amendment = Amendment.objects.filter(pk=amendment_id).first()
    if amendment is None:
        raise NotFound("amendment")
    try:
        amendment.project = project_of(actor, amendment.project_id, check_can_take_part)
    except NotFound:
        raise NotFound("amendment") from None
    return amendment


def _open_amendment(actor: Actor, amendment_id: int) -> tuple[Locked, Project, Amendment]:
    """Lock an amendment with what it concerns, wallets first, and read it again."""
    seen = amendment_of(actor, amendment_id)
    locked = lock_wallets([seen.project.wallet_id])
    project = lock_project(seen.project_id)
    project.wallet = locked.wallets[project.wallet_id]
    amendment = Amendment.objects.select_for_update().get(pk=amendment_id)
    amendment.project = project
    return locked, project, amendment


def _bring_about(
    command: OpenCommand, locked: Locked, project: Project, amendment: Amendment
) -> list[int]:
    """Let an agreed change count, or wait for its credits. Returns what started by it."""
    change = amendment.credits_change
    if not holds_credits(project):
        apply(command, amendment, project)
        # What waits to go on asks for another amount now.
        waits = project.resuming_since is not None
        return admit(command, locked, [project.wallet_id]) if waits else []
    if change > 0:
        amendment.status = Amendment.Status.WAITING
        amendment.save()
        return admit(command, locked, [project.wallet_id])
    book = Book(locked)
    if change < 0 and project.hold is not None:
        release(book, Hold.objects.get(pk=project.hold.pk), -change)
    apply(command, amendment, project)
    parted = _approve_what_is_left(command, book, project)
    if not book.moves:
        return []
    if not parted:  # else it occupies less by that already
        occupy_anew(project, project.asks)
    return settle(command, book)


def _approve_what_is_left(command: OpenCommand, book: Book, project: Project) -> int:
    """A concept is approved when all that is left of it is, also when the rest was dropped. Answers
    the credits that leave the hold by it.
    """
    concepts, parted = approve_concepts(book, project)
    if concepts:
        project.save(update_fields=["settled"])
        events.record(
            "concepts_approved", "project", project.pk, command=command,
            account_id=project.account_id, data={"concepts": concepts, "credits": parted},
        )  # fmt: skip
    return parted


def _weigh(project: Project, changes: ScopeChanges) -> Weighed:
    deliverables = (
        Deliverable.objects.filter(concept__project=project)
        .select_related("type", "concept")
        .order_by("concept__position", "concept_id", "position", "pk")
    )
    around = Surroundings(
        project=project,
        concepts=list(Concept.objects.filter(project=project)),
        deliverables=list(deliverables),
        types={kind.key: kind for kind in DeliverableType.objects.all()},
        rules=studio_rules(),
        pay_as_you_go=project.wallet.billing == Billing.PAY_AS_YOU_GO,
    )
    return weigh(changes, around)


def _check_can_change(project: Project) -> None:
    """Scope is amended from the start of a project to its end."""
    if project.status in NOT_SUBMITTED or project.status == Status.QUEUED:
        queued = project.status == Status.QUEUED
        raise Conflict(
            "not_started",
            "This brief has not started. "
            + (
                "Withdraw it, change it and hand it in again; it keeps its place for some days."
                if queued
                else "Change the draft itself."
            ),
            field="status",
            status=project.status,
        )
    if project.status in ENDED:
        raise Conflict(
            "ended",
            f"This project is {Status(project.status).label.lower()}; its scope changes no more.",
            field="status",
            status=project.status,
        )


def _check_can_ever(project: Project, credits: int) -> None:
    """Refuse growth that the wallet can never hold together with what the project has."""
    if credits <= project.credits:
        return
    most, asks = most_at_once(project), credits - project.settled
    if most is not None and asks > most:
        raise Refused(
            "exceeds_capacity",
            f"{too_large(asks, most)} Brief it as a project of its own, ask for less, or raise the"
            " plan.",
            field="changes",
            credits=asks,
            most=most,
        )


def _check_prices(amendment: Amendment, weighed: Weighed) -> None:
    """What was proposed is what is agreed to: the catalogue may have changed since."""
    before, now = (
        [part["unit_credits"] for part in data["add"]] for data in (amendment.changes, weighed.data)
    )
    if before != now or weighed.change != amendment.credits_change:
        raise Conflict(
            "price_changed",
            f"Prices have changed since this was proposed: it would cost {weighed.change} credits"
            f" instead of {amendment.credits_change}. Decline it, so that it can be proposed anew.",
            proposed=amendment.credits_change,
            now=weighed.change,
        )


def _check_other_side(actor: Actor, amendment: Amendment) -> None:
    side = _side_of(actor, amendment.project.account)
    if side == amendment.proposed_by:
        other = "studio" if side == SIDES.CUSTOMER else "customer"
        raise Forbidden(
            "other_side_decides", f"Your side proposed this; the {other} agrees or declines."
        )


def _check_proposed(amendment: Amendment) -> None:
    if amendment.status != Amendment.Status.PROPOSED:
        raise _closed(amendment)


def _closed(amendment: Amendment) -> Conflict:
    status = Amendment.Status(amendment.status)
    return Conflict(
        "amendment_closed",
        f"Change {amendment.number} of the scope is not open to that: {status.label.lower()}.",
        field="status",
        status=status.value,
    )


def _answer(amendment: Amendment, project: Project, **more: object) -> Answer:
    """What every command on an amendment answers: the project, and where the amendment stands."""
    return answer_for(
        project,
        amendment=amendment.pk,
        number=amendment.number,
        amendment_status=amendment.status,
        change=amendment.credits_change,
        reason=amendment.wait_reason,
        reserved_for=amendment.reserved_for,
        **more,
    )
