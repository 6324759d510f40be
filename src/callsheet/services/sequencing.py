"""What must come before a brief: other projects, or a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from callsheet.credits.locking import lock_wallets
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Refused
from callsheet.projects.lifecycle import ENDED, HOLDING
from callsheet.projects.models import Project
from callsheet.services.admitting import admit
from callsheet.services.briefing import waiting
from callsheet.services.following import cause_of, stir
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for
from callsheet.tenants.access import check_can_write


def set_predecessors(
    actor: Actor, project_id: int, predecessors: Sequence[int], *, key: str | None = None
) -> Answer:
    """Say which projects of the same wallet must be finalized before this one starts.

    Raises ``Refused("predecessor_elsewhere")``, ``Refused("predecessor_circle")`` and
    ``Conflict("already_started")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        locked = lock_wallets([seen.wallet_id])
        project = lock_project(project_id)
        _check_not_started(project)
        wanted = set(predecessors)
        known = Project.objects.filter(pk__in=wanted, wallet_id=project.wallet_id).count()
        if known != len(wanted):
            raise Refused(
                "predecessor_elsewhere",
                "A predecessor must be a project on the same credits.",
                field="predecessors",
            )
        _check_no_circle(project_id, wanted)
        project.predecessors.set(wanted)
        events.record(
            "predecessors_set", "project", project_id, command=command,
            account_id=project.account_id, data={"predecessors": sorted(wanted)},
        )  # fmt: skip
        admit(command, locked, [project.wallet_id])
        stir([project.wallet_id], cause_of(command, project))
        project.refresh_from_db()
        return answer_for(project, predecessors=sorted(wanted))

    given = {"project": project_id, "predecessors": sorted(set(predecessors))}
    return run(actor, "set_predecessors", key, given, work)


def _check_not_started(project: Project) -> None:
    """What must come before a project matters until it starts."""
    if project.status in (*HOLDING, *ENDED):
        raise Conflict("already_started", "This project has started already.", field="status")


def _check_no_circle(project_id: int, predecessors: set[int]) -> None:
    links = Project.predecessors.through.objects
    seen: set[int] = set()
    front = set(predecessors)
    while front:
        if project_id in front:
            raise Refused(
                "predecessor_circle",
                "These projects would wait for each other.",
                field="predecessors",
            )
        seen |= front
        front = (
            set(links.filter(from_project_id__in=front).values_list("to_project_id", flat=True))
            - seen
        )


def change_not_before(
    actor: Actor, project_id: int, day: date | None, *, key: str | None = None
) -> Answer:
    """Set or clear (None) the day of the account before which a brief must not start.

    Raises ``Refused("date_in_the_past")``, ``Conflict("already_started")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        if day and day < clock.today(seen.account.time_zone):
            raise Refused("date_in_the_past", f"{day} has passed.", field="not_before")
        locked = lock_wallets([seen.wallet_id])
        project = lock_project(project_id)
        _check_not_started(project)
        project.not_before = day
        project.version += 1
        project.changed_at = clock.now()
        project.save(update_fields=["not_before", "version", "changed_at"])
        events.record(
            "not_before_set", "project", project_id, command=command,
            account_id=project.account_id, data={"not_before": day},
        )  # fmt: skip
        admit(command, locked, [project.wallet_id])
        stir([project.wallet_id], cause_of(command, project))
        project.refresh_from_db()
        return answer_for(project, **waiting(project))

    return run(actor, "change_not_before", key, {"project": project_id, "day": day}, work)
