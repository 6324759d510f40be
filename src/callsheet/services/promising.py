"""Promised dates: given at acceptance, changed or taken back with a reason, always on record."""

from __future__ import annotations

from datetime import date

from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Refused
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project, PublishedRange
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for
from callsheet.services.telling import tell
from callsheet.tenants.access import check_can_produce

PROMISABLE = (
    Status.IN_PROGRESS, Status.INITIAL_DELIVERY, Status.UNDER_REVISION, Status.PARKED,
)  # fmt: skip
"""While something is still to be delivered. Before acceptance nobody has looked at it."""


def change_promise(
    actor: Actor,
    project_id: int,
    promised_on: date | None,
    reason: str,
    *,
    version: int | None = None,
    key: str | None = None,
) -> Answer:
    """Promise another day for the delivery, or take the promise back (None), with a reason that
    the customer reads. Studio staff.

    Raises ``Refused("reason_missing")``, ``Refused("date_in_the_past")``,
    ``Refused("promised_already")``, ``Conflict("nothing_to_promise")``, ``Conflict("stale")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_produce)
        if not reason.strip():
            raise Refused("reason_missing", "Say why the promised day changes.", field="note")
        if promised_on and promised_on < clock.today(seen.account.time_zone):
            raise Refused("date_in_the_past", f"{promised_on} has passed.", field="promised_on")
        project = lock_project(project_id, version)
        if project.status not in PROMISABLE or project.accepted_at is None:
            raise Conflict(
                "nothing_to_promise",
                "A day can be promised between acceptance and delivery. This project is"
                f" {Status(project.status).label.lower()}.",
                field="status",
            )
        before = project.promised_on
        if before == promised_on:
            raise Refused(
                "promised_already",
                f"{promised_on} is promised already." if promised_on else "Nothing is promised.",
                field="promised_on",
            )
        project.promised_on = promised_on
        project.version += 1
        project.changed_at = clock.now()
        project.save(update_fields=["promised_on", "version", "changed_at"])
        publish_promise(project, reason.strip())
        event = events.record(
            "promise_changed", "project", project.pk, command=command,
            account_id=project.account_id,
            data={"from": before, "to": promised_on, "promised_on": promised_on},
        )  # fmt: skip
        tell(event)
        return answer_for(project, promised_on=promised_on)

    given = {"project": project_id, "promised_on": promised_on, "version": version}
    return run(actor, "change_promise", key, given, work, note=reason)


def publish_promise(project: Project, reason: str) -> None:
    """Keep the project's promise on record, as the day it has now."""
    PublishedRange.objects.create(
        account_id=project.account_id, project=project, what=PublishedRange.What.PROMISE,
        first=project.promised_on, last=project.promised_on, at=clock.now(), reason=reason[:300],
    )  # fmt: skip
