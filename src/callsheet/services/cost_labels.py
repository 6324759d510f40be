"""Cost centre and purchase order of a project, after they were fixed with its submission."""

from __future__ import annotations

from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Refused
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for
from callsheet.tenants.access import check_can_write

LONGEST = 80
UNSUBMITTED = (Status.DRAFT, Status.PENDING_APPROVAL)


def change_cost_labels(
    actor: Actor,
    project_id: int,
    *,
    cost_centre: str | None = None,
    purchase_order: str | None = None,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Book a submitted project on another cost centre or purchase order; None leaves one as it is.

    Members and admins of the account, and staff on their behalf; also after the project's end,
    because books are closed later. Every report from then on uses the new label, for past days too;
    the change is an event. Raises ``Conflict("not_submitted")`` (a draft is rewritten instead),
    ``Refused("too_long")``, ``Refused("nothing_to_change")``, ``Conflict("stale")``.
    """

    def work(command: OpenCommand) -> Answer:
        project_of(actor, project_id, check_can_write)
        project = lock_project(project_id, version)
        if project.status in UNSUBMITTED:
            raise Conflict(
                "not_submitted", "This brief is still being written: change it there.",
                field="status",
            )  # fmt: skip
        changed = _changes(project, {"cost_centre": cost_centre, "purchase_order": purchase_order})
        if not changed:
            raise Refused(
                "nothing_to_change", "That is what the project says already.", field="cost_centre"
            )
        for name, (_, after) in changed.items():
            setattr(project, name, after)
        project.version += 1
        project.changed_at = clock.now()
        project.save(update_fields=[*changed, "version", "changed_at"])
        events.record(
            "cost_labels_changed", "project", project.pk, command=command,
            account_id=project.account_id, data=changed,
        )  # fmt: skip
        return answer_for(project, changed=changed)

    given = {"project": project_id, "cost_centre": cost_centre, "purchase_order": purchase_order}
    return run(actor, "change_cost_labels", key, given | {"version": version}, work, note=note)


def _changes(project: Project, wanted: dict[str, str | None]) -> dict[str, list[str]]:
    """What differs, as [before, after] by field. Raises ``Refused("too_long")``."""
    changed: dict[str, list[str]] = {}
    for name, value in wanted.items():
        if value is None:
            continue
        tidy = value.strip()
        if len(tidy) > LONGEST:
            raise Refused("too_long", f"At most {LONGEST} characters fit here.", field=name)
        before = str(getattr(project, name))
        if tidy != before:
            changed[name] = [before, tidy]
    return changed
