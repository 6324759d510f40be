"""Which samples projects still wait for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q

from callsheet.kit.asked import Asked
from callsheet.projects.models import Party, Project, Sample


@dataclass(frozen=True, slots=True)
class Awaited:
    """Samples of a project that have not arrived: how many, how many of them without an expected
    day, and the last day on which one of the others is expected.
    """

    missing: int
    undated: int
    expected_on: date | None


_MISSING = Asked(
    lambda projects: (
        Sample.projects.through.objects.filter(
            project_id__any_of=projects, sample__received_on__isnull=True
        )
        .values_list("project_id")
        .annotate(
            missing=Count("pk"),
            undated=Count("pk", filter=Q(sample__expected_on__isnull=True)),
            expected_on=Max("sample__expected_on"),
        )
    )
)


def awaited_samples(project_ids: Collection[int]) -> dict[int, Awaited]:
    """What these projects still wait for, by project; those that wait for none are left out. One
    query, none for no projects.
    """
    if not project_ids:
        return {}
    return {
        project: Awaited(missing, undated, expected_on)
        for project, missing, undated, expected_on in _MISSING.rows(list(project_ids))
    }


def arrived_samples(project_ids: Collection[int]) -> set[int]:
    """Those of these projects that have samples, and wait for none of them any more; one query."""
    links = Sample.projects.through.objects.filter(project_id__in=project_ids)
    missing = Count("pk", filter=Q(sample__received_on__isnull=True))
    rows = links.values("project_id").annotate(missing=missing)
    return {row["project_id"] for row in rows if not row["missing"]}


def overdue_samples(project: Project, today: date) -> dict[str, object]:
    """What is asked about when a project's sample has not come: the names of those that are late
    on ``today`` (of all that are missing, if none is), the first day that has passed, and who is
    waited for: the carrier of what was sent, else the customer. One query.
    """
    missing = list(project.samples.filter(received_on__isnull=True).order_by("expected_on", "pk"))
    late = [row for row in missing if row.expected_on and row.expected_on < today] or missing
    sent = bool(late) and all(row.shipped_on for row in late)
    return {
        "samples": [row.name for row in late],
        "expected_on": late[0].expected_on if late else None,
        "waiting_for": (Party.CARRIER if sent else Party.CUSTOMER).value,
    }
