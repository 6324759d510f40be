"""Letting the studio look at a draft, and at the draft alone, before it is submitted."""

from __future__ import annotations

from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict
from callsheet.kit.rows import write_fields
from callsheet.services.loading import DRAFTS, lock_project, project_of
from callsheet.services.moving import answer_for
from callsheet.tenants.access import check_can_write


def share_draft(
    actor: Actor, project_id: int, *, shared: bool = True, key: str | None = None
) -> Answer:
    """Show a draft to the studio, or (``shared`` false) hide it again.

    Members and admins of the account, and staff with whom it is shared. The brief itself, and its
    version, stay as they are. Raises ``Conflict("not_a_draft")``: what was submitted the studio
    sees anyway.
    """

    def work(command: OpenCommand) -> Answer:
        project_of(actor, project_id, check_can_write)
        project = lock_project(project_id)
        if project.status not in DRAFTS:
            raise Conflict("not_a_draft", "This is no draft any more; the studio sees it anyway.")
        if project.shared_with_studio != shared:
            project.shared_with_studio = shared
            project.changed_at = clock.now()
            write_fields([project], ["shared_with_studio", "changed_at"])
            events.record(
                "shared" if shared else "unshared", "project", project.pk, command=command,
                account_id=project.account_id, data={},
            )  # fmt: skip
        return answer_for(project, shared=shared)

    return run(actor, "share_draft", key, {"project": project_id, "shared": shared}, work)
