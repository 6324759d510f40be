"""Taking the steps of clocks that are due: reminders first, and then what was announced.

Each step is a command of its own, so that one project's trouble holds nobody else up, and happens
once, whoever runs it and however often. After days of standstill what was missed is caught up with:
one reminder for all that were missed, and nothing more before it can have been read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from callsheet.credits.locking import Locked, lock_wallets
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import CLOCK
from callsheet.kit.errors import CallsheetError
from callsheet.projects.clocks import Act
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Clock, ClockKind, Comment, Project
from callsheet.projects.samples import overdue_samples
from callsheet.services.approving import approve_masters
from callsheet.services.ending import finalize_in
from callsheet.services.following import Surroundings
from callsheet.services.loading import lock_project
from callsheet.services.parking import park_in
from callsheet.services.telling import tell

log = structlog.get_logger(__name__)

BATCH = 500
"""Clocks that are read at once."""

REMINDERS: dict[str, str] = {
    ClockKind.REVIEW: "review_escalated",
    ClockKind.CLARIFICATION: "clarification_reminder",
    ClockKind.FIRST_DELIVERY: "first_delivery_reminder",
    ClockKind.FINALIZE: "finalize_reminder",
    ClockKind.PRODUCTION: "production_overdue",
    ClockKind.PARKED: "parked_reminder",
    ClockKind.APPROVAL: "approval_reminder",
    ClockKind.STOP_REQUEST: "stop_request_reminder",
    ClockKind.AMENDMENT: "amendment_reminder",
    ClockKind.SAMPLE: "sample_expected_passed",
}
"""The event that a reminder of each kind of clock is."""

_WAITS_FOR_COMMENTS = (Act.FINALIZE, Act.APPROVE_MASTERS)
_MOVES_CREDITS = (Act.PARK, Act.FINALIZE, Act.APPROVE_MASTERS)
_LOOK_AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of the clocks came to: steps taken, projects that started by them, failures."""

    steps: int = 0
    started: int = 0
    failed: int = 0


def run_clocks() -> Ran:
    """Take every step that is due now, the oldest first; a step that fails is logged and tried
    again at the next run.
    """
    now = clock.now()
    around = Surroundings()
    steps = started = failed = 0
    after: tuple[datetime, int] | None = None
    while True:
        batch = _due(now, after)
        for pk, due_at in batch:
            after = (due_at, pk)
            try:
                answer = take_step(pk, due_at, around)
                steps += bool(answer["act"])
                started += len(answer["started"])
            except CallsheetError as error:
                failed += 1
                log.error("clock_failed", clock=pk, code=error.code, error=str(error))
        if len(batch) < BATCH:
            return Ran(steps, started, failed)


def _due(now: datetime, after: tuple[datetime, int] | None) -> list[tuple[int, datetime]]:
    """The next clocks whose moment has come, as (id, moment), behind the last one that was read."""
    due = Clock.objects.filter(due_at__lte=now).order_by("due_at", "pk")
    if after is not None:
        due = due.filter(due_at__gte=after[0]).exclude(due_at=after[0], pk__lte=after[1])
    return list(due.values_list("pk", "due_at")[:BATCH])


def take_step(clock_id: int, due_at: datetime, around: Surroundings | None = None) -> Answer:
    """Take the step of a clock that was due at ``due_at``, once.

    Answers the act (empty when the clock was stopped or moved on meanwhile) and what started.
    """

    def work(command: OpenCommand) -> Answer:
        seen = (
            Clock.objects.filter(pk=clock_id, due_at=due_at)
            .select_related("project__account")
            .first()
        )
        if seen is None:
            return {"act": "", "started": []}
        surroundings = around or Surroundings()
        dial = surroundings.dial(seen.project, seen.put_off_days)
        due = dial.take(seen.kind, seen.step, seen.since, seen.reminded_at, clock.now())
        # Wallets are locked before projects, and only where credits will move.
        locked = lock_wallets([seen.project.wallet_id]) if due.act in _MOVES_CREDITS else None
        project = lock_project(seen.project_id)
        running = (
            Clock.objects.select_for_update(no_key=True).filter(pk=clock_id, due_at=due_at).first()
        )
        if running is None:
            return {"act": "", "started": []}
        if due.act in _WAITS_FOR_COMMENTS and _unresolved(project):
            _move_on(running, running.step, clock.now() + _LOOK_AGAIN)
            return {"act": "", "started": []}
        if locked is not None:
            started = _act(command, locked, project, due.act)
            return {"act": due.act, "started": started}
        if due.act is not None:
            running.reminded_at = clock.now()
            deadline = dial.acts_at(seen.kind, seen.since, due)
            _remind(command, running, project, due.next_due, deadline)
        if due.next_due is not None:
            _move_on(running, due.next_step, due.next_due)
        return {"act": due.act or "", "started": []}

    key = f"{clock_id}:{due_at.isoformat()}"
    return run(CLOCK, "clock_step", key, {"clock": clock_id, "due": due_at}, work)


def _act(command: OpenCommand, locked: Locked, project: Project, act: Act | None) -> list[int]:
    """Do what was announced; returns the projects that started by it."""
    if act is Act.PARK:
        answer = park_in(command, locked, project, by_clock=True)
        _note(command, project, "clarification_parked")
    elif act is Act.APPROVE_MASTERS:
        Clock.objects.filter(project=project, kind=ClockKind.FIRST_DELIVERY).delete()
        answer = approve_masters(command, locked, project)
    elif project.status == Status.DELIVERED:
        answer = finalize_in(command, locked, project, by_clock=True)
        _note(command, project, "finalized_by_clock")
    else:
        return []
    return [int(pk) for pk in answer.get("started", ())]


def _remind(
    command: OpenCommand,
    running: Clock,
    project: Project,
    then: datetime | None,
    deadline: datetime | None,
) -> None:
    """Journal a reminder: ``then`` is the clock's next step, ``deadline`` the moment at which what
    it announces is done (None: never by itself).
    """
    more: dict[str, object] = {}
    if running.kind == ClockKind.SAMPLE:
        more = overdue_samples(project, clock.today(project.account.time_zone))
    _note(
        command, project, REMINDERS[running.kind],
        step=running.step, since=running.since, then=then, deadline=deadline, **more,
    )  # fmt: skip


def _note(command: OpenCommand, project: Project, kind: str, **data: object) -> None:
    event = events.record(
        kind, "project", project.pk, command=command, account_id=project.account_id, data=data
    )
    tell(event)


def _move_on(running: Clock, step: int, due_at: datetime) -> None:
    running.step = step
    running.due_at = due_at
    running.save(update_fields=["step", "due_at", "reminded_at"])


def _unresolved(project: Project) -> bool:
    """Whether somebody waits for an answer to a comment."""
    return Comment.objects.filter(
        project=project, resolved_at__isnull=True, answers__isnull=True
    ).exists()


def answered(project: Project) -> None:
    """A comment was resolved, so that what waited for it may go on: but not before the warning time
    has passed once more. For the command that resolves it, which holds the project's lock.
    """
    if _unresolved(project):
        return
    rules = Surroundings().rules
    earliest = clock.now() + timedelta(hours=rules.last_warning_hours)
    kinds = [ClockKind.FINALIZE, ClockKind.FIRST_DELIVERY]
    Clock.objects.filter(project=project, kind__in=kinds, due_at__lt=earliest).update(
        due_at=earliest
    )
