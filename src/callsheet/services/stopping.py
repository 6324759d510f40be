"""Wishes to park or to cancel what is accepted already: the customer asks, the studio decides."""

from __future__ import annotations

from callsheet.credits.locking import Locked, lock_wallets
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Forbidden, NotFound, Refused
from callsheet.projects.lifecycle import ENDED, Status, check_allowed
from callsheet.projects.models import ClockKind, Project, StopRequest
from callsheet.services.following import start_clock, stop_clock
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for
from callsheet.services.parking import park_in
from callsheet.services.production import cancel_in
from callsheet.services.telling import tell
from callsheet.tenants.access import check_can_produce, check_can_write, rights_in_account

NOT_ACCEPTED = (
    Status.DRAFT, Status.PENDING_APPROVAL, Status.QUEUED, Status.PENDING_REVIEW,
    Status.CLARIFICATION_REQUESTED,
)  # fmt: skip


def ask_to_stop(
    actor: Actor, project_id: int, wish: str, reason: str, *, key: str | None = None
) -> Answer:
    """Ask the studio to ``park`` or ``cancel`` a project that it has accepted; production goes on
    until it decides.

    Members and admins of the account, and staff on their behalf. Raises
    ``Refused("unknown_wish")``, ``Refused("reason_missing")``, ``Conflict("not_accepted")`` for
    what the customer can simply withdraw, ``Conflict("ended")``, ``Conflict("already_parked")``,
    ``Conflict("stop_request_open")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        if wish not in StopRequest.Wish.values:
            raise Refused("unknown_wish", "Ask to park or to cancel.", field="wish")
        if not reason.strip():
            raise Refused("reason_missing", "Say why it should stop.", field="reason")
        project = lock_project(seen.pk)
        _check_can_ask(project, wish)
        if StopRequest.objects.filter(project=project, decided_at__isnull=True).exists():
            raise Conflict(
                "stop_request_open", "The studio has been asked already and has not decided yet."
            )
        request = StopRequest.objects.create(
            project=project, wish=wish, reason=reason, asked_by_id=actor.user_id,
            asked_at=clock.now(),
        )  # fmt: skip
        start_clock(project, ClockKind.STOP_REQUEST)
        tell(_note(command, request, "stop_requested"))
        return answer_for(project, request=request.pk, wish=wish)

    given = {"project": project_id, "wish": wish}
    return run(actor, "ask_to_stop", key, given, work, note=reason)


def take_back(actor: Actor, request_id: int, *, key: str | None = None, note: str = "") -> Answer:
    """Take back a wish to park or cancel that is not decided. Who asked, or an account admin.

    Raises ``Conflict("stop_request_closed")``, ``Forbidden("not_your_request")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = request_of(actor, request_id)
        check_can_write(actor, seen.project.account)
        rights = rights_in_account(actor, seen.project.account)
        if actor.user_id != seen.asked_by_id and not rights.may_administer:
            raise Forbidden(
                "not_your_request",
                "Somebody else asked for this; they or an account admin can take it back.",
            )
        project = lock_project(seen.project_id)
        request = _lock(request_id, project)
        _close(request, None, note)
        tell(_note(command, request, "stop_request_withdrawn"))
        return answer_for(project, request=request.pk)

    return run(actor, "take_back_stop_request", key, {"request": request_id}, work, note=note)


def grant(
    actor: Actor,
    request_id: int,
    *,
    consumed: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Do what the customer asked for: park the project or cancel it. Studio staff.

    ``consumed`` is what canceling uses up under pay-as-you-go (default: all that is held). Raises
    ``Conflict("stop_request_closed")`` and what parking and canceling raise.
    """

    def work(command: OpenCommand) -> Answer:
        seen = request_of(actor, request_id)
        check_can_produce(actor, seen.project.account)
        locked = lock_wallets([seen.project.wallet_id])
        project = lock_project(seen.project_id)
        request = _lock(request_id, project)
        _close(request, True, note)
        tell(_note(command, request, "stop_request_decided", granted=True))
        done = _stop(command, locked, project, request.wish, consumed)
        return done | {"request": request.pk, "granted": True}

    given = {"request": request_id, "consumed": consumed}
    return run(actor, "grant_stop_request", key, given, work, note=note)


def refuse(actor: Actor, request_id: int, reason: str, *, key: str | None = None) -> Answer:
    """Let the project go on, and say why. Studio staff.

    Raises ``Refused("reason_missing")``, ``Conflict("stop_request_closed")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = request_of(actor, request_id)
        check_can_produce(actor, seen.project.account)
        if not reason.strip():
            raise Refused("reason_missing", "Say why it goes on.", field="reason")
        project = lock_project(seen.project_id)
        request = _lock(request_id, project)
        _close(request, False, reason)
        tell(_note(command, request, "stop_request_decided", granted=False))
        return answer_for(project, request=request.pk, granted=False)

    return run(actor, "refuse_stop_request", key, {"request": request_id}, work, note=reason)


def request_of(actor: Actor, request_id: int) -> StopRequest:
    """The wish, for somebody who may read its project. Raises ``NotFound`` to strangers."""
    request = StopRequest.objects.filter(pk=request_id).first()
    if request is None:
        raise NotFound("request")
    try:
        request.project = project_of(actor, request.project_id)
    except NotFound:
        raise NotFound("request") from None
    return request


def _check_can_ask(project: Project, wish: str) -> None:
    status = Status(project.status)
    if status in NOT_ACCEPTED:
        queued = status in (Status.DRAFT, Status.PENDING_APPROVAL)
        raise Conflict(
            "not_accepted",
            "This is a draft; nobody has to be asked."
            if queued
            else "The studio has not accepted this brief yet: you can withdraw it yourself.",
            field="status",
            status=project.status,
        )
    if status in ENDED:
        raise Conflict(
            "ended", f"This project is {status.label.lower()} already.", field="status",
            status=project.status,
        )  # fmt: skip
    if status is Status.PARKED and wish == StopRequest.Wish.PARK:
        raise Conflict("already_parked", "This project is parked already.", field="wish")


def _stop(
    command: OpenCommand, locked: Locked, project: Project, wish: str, consumed: int | None
) -> Answer:
    if wish == StopRequest.Wish.CANCEL:
        return cancel_in(command, locked, project, consumed)
    if consumed:
        raise Refused(
            "nothing_consumed", "Parking uses up nothing; it can go on later.", field="consumed"
        )
    check_allowed("park", project.status)
    return park_in(command, locked, project)


def _lock(request_id: int, project: Project) -> StopRequest:
    request = StopRequest.objects.select_for_update().get(pk=request_id)
    request.project = project
    if request.decided_at is not None:
        raise Conflict("stop_request_closed", "This wish was decided or taken back already.")
    return request


def _close(request: StopRequest, granted: bool | None, answer: str) -> None:
    request.granted = granted
    request.answer = answer
    request.decided_at = clock.now()
    request.save()
    stop_clock(request.project, ClockKind.STOP_REQUEST)


def _note(command: OpenCommand, request: StopRequest, kind: str, **facts: object) -> Event:
    asked = [request.asked_by_id] if request.asked_by_id else []
    return events.record(
        kind, "project", request.project_id, command=command,
        account_id=request.project.account_id,
        data={"request": request.pk, "wish": request.wish, "asked": asked, **facts},
    )  # fmt: skip
