"""What stands open in a project, as one expression beside it: people, clocks, wishes, changes.

Django writes a query anew each time that it is asked. For this one, twelve subqueries that are
always the same, that took as much processor time as half of the page. So it is written once in
a process, from the models as ever, and asked with other days from then on.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import DateField, Exists, JSONField, OuterRef, Q, Subquery, TextField
from django.db.models.expressions import RawSQL, Value
from django.db.models.functions import Cast, Coalesce, JSONObject, NullIf

from callsheet.catalogue.models import DeliverableKind
from callsheet.journal.models import Event
from callsheet.projects.delivery import UNFINISHED
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import (
    Amendment,
    Clock,
    Comment,
    Deliverable,
    DeliverableState,
    Project,
    ProjectPerson,
    PublishedRange,
    StageSpell,
    StopRequest,
)
from callsheet.tenants.models import AccountManagerAssignment

SAID_IN = {
    "request_clarification": Status.CLARIFICATION_REQUESTED,
    "park": Status.PARKED,
    "cancel": Status.CANCELED,
}
"""The steps with which somebody says something that stays in view, and the status they lead to."""

_SOME_DAY = date.min
"""Stands in the written query where the account's day comes."""


def standing(today: date) -> RawSQL:
    """What stands open in a project on that day of its account, to annotate ``Project`` with.

    One object of JSON: ``states`` of its deliverables but dropped ones, whether one could be
    delivered (``deliverable``) or is a ``master``, whether a comment stands open (``talks``), the
    name of the account's ``manager``, and as lists of rows ``said``, ``people``, ``clocks``,
    ``wishes``, ``changes``, ``spell`` and ``start``. Days and moments are in ISO 8601.
    """
    sql, params = _written()
    asked = [today if one == _SOME_DAY else one for one in params]
    return RawSQL(sql, asked, output_field=JSONField())  # noqa: S611  written by Django itself


@cache
def _written() -> tuple[str, tuple[Any, ...]]:
    query = Project.objects.annotate(standing=_standing()).query
    compiler = query.get_compiler(connection=connection)
    sql, params = compiler.compile(query.annotations["standing"])
    return sql, tuple(params)


def _name_of(person: str) -> Coalesce:
    """What a person is called: their name, else their address."""
    given = Cast(f"{person}__name", TextField())
    return Coalesce(
        NullIf(given, Value("", output_field=TextField())), Cast(f"{person}__email", TextField())
    )


def _standing() -> JSONObject:
    mine, today = OuterRef("pk"), Value(_SOME_DAY, output_field=DateField())
    live = Deliverable.objects.filter(concept__project=mine).exclude(state=DeliverableState.DROPPED)
    unlocked = (
        Q(master__isnull=True)
        | Q(master__state__in=[DeliverableState.APPROVED, DeliverableState.DROPPED])
        | ~Q(state=DeliverableState.WAITING)
    )
    care = AccountManagerAssignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        account=OuterRef("account"), starts_on__lte=today,
    ).order_by("-starts_on")  # fmt: skip

    def array(rows: Any, **names: Any) -> ArraySubquery:
        return ArraySubquery(rows.order_by("pk").values(row=JSONObject(**names)))

    return JSONObject(
        states=ArraySubquery(live.order_by("pk").values("state")),
        deliverable=Exists(live.filter(unlocked, state__in=UNFINISHED)),
        master=Exists(live.filter(type__kind=DeliverableKind.MASTER)),
        talks=Exists(
            Comment.objects.filter(project=mine, answers__isnull=True, resolved_at__isnull=True)
        ),
        said=ArraySubquery(
            Event.objects.filter(
                subject_type="project", subject_id=mine, kind__in=list(SAID_IN), note__isnull=False
            )
            .order_by("-pk")
            .values(row=JSONObject(kind="kind", by="actor_name", text="note__text"))[:1]
        ),
        manager=Subquery(care.values(name=_name_of("manager"))[:1]),
        people=array(
            ProjectPerson.objects.filter(project=mine),
            user="user_id", name=_name_of("user"), part="part", approved="approved_at",
        ),
        clocks=array(
            Clock.objects.filter(project=mine),
            kind="kind", since="since", due="due_at", off="put_off_days",
        ),
        wishes=array(
            StopRequest.objects.filter(project=mine, decided_at__isnull=True),
            request="pk", wish="wish", reason="reason", by="asked_by_id", at="asked_at",
        ),
        changes=array(
            Amendment.objects.filter(
                project=mine, status__in=[Amendment.Status.PROPOSED, Amendment.Status.WAITING]
            ),
            amendment="pk", number="number", status="status", side="proposed_by", reason="reason",
            change="credits_change", reserved="reserved_for", changes="changes",
        ),
        spell=array(
            StageSpell.objects.filter(project=mine, until__isnull=True),
            **{"stage": "stage", "for": "waiting_for", "until": "expected_until"},
        ),
        start=ArraySubquery(
            PublishedRange.objects.filter(project=mine, what=PublishedRange.What.START)
            .order_by("-pk")
            .values(row=JSONObject(first="first", last="last"))[:1]
        ),
    )  # fmt: skip
