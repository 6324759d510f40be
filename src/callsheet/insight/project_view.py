"""Projects as lists and pages read them: what they ask for, where they are, what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from callsheet.insight.queue_view import WaitingBrief, read_queue_view
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.projects.lifecycle import Status, actions_from
from callsheet.projects.models import Deliverable, Project
from callsheet.tenants.access import check_can_read
from callsheet.tenants.models import Account

UNSUBMITTED = (Status.DRAFT.value, Status.PENDING_APPROVAL.value)


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project in a list. Days are days of the account."""

    project: int
    account: str
    key: str
    title: str
    status: str
    credits: int
    brief_type: str
    wanted_by: date | None
    returns_from: date | None
    returns_by: date | None
    version: int


@dataclass(frozen=True, slots=True)
class DeliverableLine:
    """What is ordered, how many, at which price, and where it is."""

    deliverable: int
    concept: str
    type: str
    quantity: int
    unit_credits: int
    state: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the project's timeline."""

    at: datetime
    by: str
    kind: str
    note: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """All about one project. ``actions`` is what its status allows, not who may do it."""

    line: ProjectLine
    campaign: str
    fields: dict[str, Any]
    dos: tuple[str, ...]
    donts: tuple[str, ...]
    publish_on: date | None
    not_before: date | None
    promised_on: date | None
    submitted_at: datetime | None
    started_at: datetime | None
    delivered_at: datetime | None
    ended_at: datetime | None
    owner: str | None
    deliverables: tuple[DeliverableLine, ...]
    waiting: WaitingBrief | None
    actions: tuple[str, ...]
    timeline: tuple[Happened, ...]


def _line(project: Project) -> ProjectLine:
    return ProjectLine(
        project=project.pk,
        account=project.account.key,
        key=project.key,
        title=project.title,
        status=project.status,
        credits=project.credits,
        brief_type=project.brief_type,
        wanted_by=project.wanted_by,
        returns_from=project.returns_p50,
        returns_by=project.returns_p80,
        version=project.version,
    )


def list_projects(
    actor: Actor, account: Account, *, statuses: Iterable[str] = (), most: int = 200
) -> list[ProjectLine]:
    """The account's projects, those that changed last first. Without ``statuses``: all that have
    not ended.

    Staff see drafts only when shared with them. Raises ``NotFound`` for strangers.
    """
    rights = check_can_read(actor, account)
    projects: QuerySet[Project] = Project.objects.filter(account=account).select_related("account")
    wanted = list(statuses)
    if wanted:
        projects = projects.filter(status__in=wanted)
    else:
        projects = projects.exclude(status__in=[Status.FINALIZED.value, Status.CANCELED.value])
    if not rights.account_role and not rights.system:
        projects = projects.exclude(status__in=UNSUBMITTED, shared_with_studio=False)
    return [_line(project) for project in projects.order_by("-changed_at", "pk")[:most]]


def read_project(project_id: int) -> ProjectPage:
    """All about that project, whoever asks; permission is for the caller to check."""
    project = Project.objects.select_related("account", "owner").get(pk=project_id)
    deliverables = (
        Deliverable.objects.filter(concept__project=project)
        .select_related("type", "concept")
        .order_by("concept__position", "position", "pk")
    )
    events = (
        Event.objects.filter(subject_type="project", subject_id=project.pk)
        .select_related("note")
        .order_by("pk")
    )
    zone = clock.zone(project.account.time_zone)
    return ProjectPage(
        line=_line(project),
        campaign=project.campaign,
        fields=dict(project.fields),
        dos=tuple(project.dos),
        donts=tuple(project.donts),
        publish_on=project.publish_on,
        not_before=project.not_before,
        promised_on=project.promised_on,
        submitted_at=project.submitted_at,
        started_at=project.started_at,
        delivered_at=project.delivered_at,
        ended_at=project.ended_at,
        owner=str(project.owner) if project.owner else None,
        deliverables=tuple(
            DeliverableLine(
                deliverable=d.pk,
                concept=str(d.concept),
                type=d.type.name,
                quantity=d.quantity,
                unit_credits=d.unit_credits,
                state=d.state,
            )
            for d in deliverables
        ),
        waiting=_waiting(project),
        actions=actions_from(project.status),
        timeline=tuple(
            Happened(
                at=event.at.astimezone(zone),
                by=event.actor_name,
                kind=event.kind,
                note=event.note.text if event.note else None,
                data=event.data,
            )
            for event in events
        ),
    )


def _waiting(project: Project) -> WaitingBrief | None:
    if project.status != Status.QUEUED and project.resuming_since is None:
        return None
    view = read_queue_view(project.account_id)
    return next((brief for brief in view.waiting if brief.project == project.pk), None)
