"""Former projects to begin a new brief from. Reads one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from callsheet.catalogue.models import BriefType
from callsheet.insight.brief_view import UNSUBMITTED
from callsheet.projects.models import Project
from callsheet.tenants.access import Rights
from callsheet.tenants.models import Account

MOST = 8


@dataclass(frozen=True, slots=True)
class Copyable:
    """A project that can be copied, and what it cost then."""

    key: str
    title: str
    brief_type: str
    status: str
    credits: int
    changed_at: datetime


def copyable(account: Account, rights: Rights, search: str = "") -> list[Copyable]:
    """The account's projects, those changed last first; ``search`` narrows them by title, campaign
    or key. Staff get drafts only when shared with them.
    """
    projects = Project.objects.filter(account=account)
    if not rights.account_role and not rights.system:
        projects = projects.exclude(status__in=UNSUBMITTED, shared_with_studio=False)
    if search:
        projects = projects.filter(
            Q(title__icontains=search) | Q(campaign__icontains=search) | Q(key__icontains=search)
        )
    return [
        Copyable(
            project.key, project.title, BriefType(project.brief_type).label, project.status,
            project.credits, project.changed_at,
        )
        for project in projects.order_by("-changed_at", "-pk")[:MOST]
    ]  # fmt: skip
