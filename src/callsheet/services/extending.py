"""Putting off, once, that a delivered project is finalized by itself."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from callsheet.catalogue.models import studio_rules
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Clock, ClockKind
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for
from callsheet.tenants.access import check_can_write


def extend(actor: Actor, project_id: int, *, key: str | None = None) -> Answer:
    """Ask for more time to look at a delivery, once: reminders and finalizing come the studio's
    extension later (calendar days).

    Members and admins of the account, and staff. Answers the day on which it would be finalized.
    Raises ``Conflict("not_delivered")``, ``Conflict("extended_already")``.
    """

    def work(command: OpenCommand) -> Answer:
        project_of(actor, project_id, check_can_write)
        project = lock_project(project_id)
        if project.status != Status.DELIVERED:
            raise Conflict(
                "not_delivered", "There is nothing to put off: this project is not delivered.",
                field="status",
            )  # fmt: skip
        if project.finalize_extended:
            raise Conflict(
                "extended_already",
                "This has been put off once already. Ask for changes or finalize it.",
            )
        rules = studio_rules()
        later = timedelta(days=rules.finalize_extension_days)
        project.finalize_extended = True
        project.version += 1
        project.changed_at = clock.now()
        project.save(update_fields=["finalize_extended", "version", "changed_at"])
        running = Clock.objects.filter(project=project, kind=ClockKind.FINALIZE)
        running.update(due_at=F("due_at") + later, put_off_days=rules.finalize_extension_days)
        ends = running.values_list("since", flat=True).first()
        day = None
        if ends is not None:
            zone = clock.zone(project.account.time_zone)
            day = (ends + timedelta(days=rules.finalize_days) + later).astimezone(zone).date()
        events.record(
            "finalizing_put_off", "project", project.pk, command=command,
            account_id=project.account_id, data={"to": day},
        )  # fmt: skip
        return answer_for(project, finalizes_on=day)

    return run(actor, "extend", key, {"project": project_id}, work)
