"""Dates, campaign and priority after submission: they stay editable, each change is an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from callsheet.credits.locking import lock_wallets
from callsheet.insight.expected_finish import expected_finish, lateness
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import CallsheetError, Conflict, Refusals, Refused
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import Priority, Project
from callsheet.services.following import cause_of, stir
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for
from callsheet.services.telling import tell
from callsheet.tenants.access import check_can_take_part

DAYS = ("publish_on", "wanted_by")
CHANGEABLE = (*DAYS, "campaign", "priority")
LONGEST_CAMPAIGN = 200


def change_dates(
    actor: Actor,
    project_id: int,
    changes: Mapping[str, Any],
    *,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Change the publish date, the wanted-by date, the campaign or the priority of a submitted
    project. ``changes`` are the new values by field; None takes a date away.

    Members and admins of the account, and staff. Answers the expected finish and, for each day
    that is named (the project's own and those of the calendar entries that it serves), by how many
    working days it is late: see :class:`callsheet.insight.expected_finish.Late`. Raises
    ``Refusals`` that name every field that is wrong (``date_in_the_past``,
    ``wanted_after_publishing``, ``unknown_priority``, ``too_long``, ``unknown_field``),
    ``Refused("nothing_changes")``, ``Conflict("not_submitted")``, ``Conflict("ended")``,
    ``Conflict("stale")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_take_part)
        # Admission writes to the same rows; under the wallet's lock neither overwrites the other.
        lock_wallets([seen.wallet_id])
        project = lock_project(project_id, version)
        _check_can_change(project)
        before = {name: getattr(project, name) for name in CHANGEABLE}
        _check(changes, before, clock.today(project.account.time_zone))
        changed = {name: value for name, value in changes.items() if before[name] != value}
        if not changed:
            raise Refused("nothing_changes", "These are the dates that it has already.")
        for name, value in changed.items():
            setattr(project, name, value)
        project.version += 1
        project.changed_at = clock.now()
        project.save(update_fields=[*changed, "version", "changed_at"])
        event = events.record(
            "dates_changed", "project", project.pk, command=command,
            account_id=project.account_id,
            data={
                "before": {name: before[name] for name in sorted(changed)},
                "after": {name: changed[name] for name in sorted(changed)},
            },
        )  # fmt: skip
        tell(event)
        stir([project.wallet_id], cause_of(command, project))
        return answer_for(project, **_effect(project))

    given = {"project": project_id, "changes": dict(changes), "version": version}
    return run(actor, "change_dates", key, given, work, note=note)


def _effect(project: Project) -> Answer:
    finish = expected_finish(project)
    if finish is None:
        return {"expected": None, "late": []}
    return {"expected": list(finish), "late": [asdict(late) for late in lateness(project, finish)]}


def _check_can_change(project: Project) -> None:
    if project.status in (Status.DRAFT, Status.PENDING_APPROVAL):
        raise Conflict(
            "not_submitted", "This brief is not submitted; change the draft itself.",
            field="status", status=project.status,
        )  # fmt: skip
    if project.status in ENDED:
        raise Conflict(
            "ended",
            f"This project is {Status(project.status).label.lower()}; its dates change no more.",
            field="status",
            status=project.status,
        )


def _check(changes: Mapping[str, Any], before: Mapping[str, Any], today: date) -> None:
    """Only what changes is checked: a day that has passed meanwhile is no mistake by itself."""
    problems: list[CallsheetError] = []
    for name in sorted(changes):
        value = changes[name]
        if name not in CHANGEABLE:
            message = f"“{name}” is not among what can be changed now."
            problems.append(Refused("unknown_field", message, field=name))
        elif value == before[name]:
            continue
        elif name in DAYS and value is not None and value < today:
            message = f"{value} has passed. Choose a later day."
            problems.append(Refused("date_in_the_past", message, field=name))
        elif name == "priority" and value not in Priority.values:
            message = "Choose one of the four priorities."
            problems.append(Refused("unknown_priority", message, field=name))
        elif name == "campaign" and value is None:
            problems.append(Refused("no_text", "Leave the campaign empty instead.", field=name))
        elif name == "campaign" and len(value) > LONGEST_CAMPAIGN:
            message = f"At most {LONGEST_CAMPAIGN} characters fit here."
            problems.append(Refused("too_long", message, field=name))
    publish, wanted = (changes.get(name, before[name]) for name in DAYS)
    if not problems and changes.keys() & set(DAYS) and publish and wanted and wanted > publish:
        message = f"It is wanted by {wanted}, after it is to be published on {publish}."
        field = "wanted_by" if "wanted_by" in changes else "publish_on"
        problems.append(Refused("wanted_after_publishing", message, field=field))
    if problems:
        raise Refusals(problems)
