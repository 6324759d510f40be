"""What is left open when a project ends, goes back to draft or is put on ice."""

from __future__ import annotations

from callsheet.credits.models import Billing
from callsheet.journal import events
from callsheet.journal.commands import OpenCommand
from callsheet.kit import clock
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import (
    Amendment,
    ClockKind,
    Concept,
    Deliverable,
    DeliverableState,
    Project,
    StopRequest,
)
from callsheet.services.applying import apply, close_amendment
from callsheet.services.following import stop_clock
from callsheet.services.telling import tell_all

OPEN = (Amendment.Status.PROPOSED, Amendment.Status.WAITING)
NOT_STARTED = (Status.DRAFT, Status.PENDING_APPROVAL, Status.QUEUED)

_FULFILLED = {Status.PARKED: StopRequest.Wish.PARK, Status.CANCELED: StopRequest.Wish.CANCEL}


def close_loose_ends(command: OpenCommand, project: Project) -> None:
    """Close what the new status of a project leaves no room for; called after it was moved, before
    credits are settled. The caller holds the locks, wallets before the project.

    - Ended, or a draft again: open amendments are withdrawn, open wishes to stop are closed.
    - Parked on a subscription: agreed growth that waits for credits counts at once, because nothing
      is held now, and going on asks for the whole. Under pay-as-you-go it waits on.
    - Canceled: the owners of what was to come after it are asked what now.
    - A draft again: what an amendment dropped is forgotten.
    """
    if project.status == Status.PARKED:
        _count_growth(command, project)
        _close_stop_requests(command, project, only=StopRequest.Wish.PARK)
        return
    amendments = Amendment.objects.filter(project=project, status__in=OPEN)
    for amendment in amendments.select_for_update(of=("self",)).select_related("project"):
        close_amendment(command, amendment, because=project.status)
    stop_clock(project, ClockKind.AMENDMENT)
    _close_stop_requests(command, project)
    if project.status == Status.CANCELED:
        _ask_successors(command, project)
    if project.status == Status.DRAFT:
        _forget_dropped(project)


def _count_growth(command: OpenCommand, project: Project) -> None:
    if project.wallet.billing == Billing.PAY_AS_YOU_GO:
        return
    waiting = Amendment.objects.filter(project=project, status=Amendment.Status.WAITING)
    for amendment in waiting.select_for_update(of=("self",)):
        amendment.project = project
        apply(command, amendment, project)


def _close_stop_requests(
    command: OpenCommand, project: Project, only: StopRequest.Wish | None = None
) -> None:
    """Close open wishes: granted where just that has happened, overtaken otherwise."""
    requests = StopRequest.objects.filter(project=project, decided_at__isnull=True)
    if only is not None:
        requests = requests.filter(wish=only)
    for request in requests.select_for_update(of=("self",)):
        request.granted = request.wish == _FULFILLED.get(Status(project.status)) or None
        request.decided_at = clock.now()
        request.save()
        events.record(
            "stop_request_closed", "project", project.pk, command=command,
            account_id=project.account_id, data={"request": request.pk, "wish": request.wish},
        )  # fmt: skip
        stop_clock(project, ClockKind.STOP_REQUEST)


def _ask_successors(command: OpenCommand, project: Project) -> None:
    """Ask the owners of briefs that were to start after a project that will never be finalized.

    They wait on until somebody takes the link away, because only people know whether what comes
    after makes sense without what was to come before.
    """
    followers = list(
        Project.objects.filter(
            predecessors=project, status__in=[status.value for status in NOT_STARTED]
        ).order_by("pk")
    )
    tell_all(
        events.record(
            "predecessor_canceled", "project", follower.pk, command=command,
            account_id=follower.account_id,
            data={"predecessor": project.pk, "title": project.title},
        )
        for follower in followers
    )  # fmt: skip


def _forget_dropped(project: Project) -> None:
    """A brief that is written anew knows nothing of what was dropped from it before."""
    Deliverable.objects.filter(concept__project=project, state=DeliverableState.DROPPED).delete()
    Concept.objects.filter(project=project, deliverables__isnull=True).delete()
