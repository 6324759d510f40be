"""A new draft that begins as a copy of a project."""

from __future__ import annotations

from callsheet.catalogue.models import deliverable_types, studio_rules
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import Actor
from callsheet.projects.as_written import input_of
from callsheet.projects.copying import copy_of
from callsheet.services.checking import scope_of
from callsheet.services.draft_writing import save_draft
from callsheet.services.loading import account_of, project_of
from callsheet.tenants.access import check_can_write


def duplicate(actor: Actor, project_id: int, *, key: str | None = None) -> Answer:
    """Write a new draft of the same account with what that project asks for, whatever became of it.

    Dates are left out, and so is what the catalogue does not offer any more; ``left_out`` in the
    answer names these deliverables. Members and admins of the account, and staff on their behalf.
    Raises ``NotFound``, ``Conflict("account_ended")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_write)
        account = account_of(seen.account_id)
        brief = input_of(seen, *scope_of(seen))
        copy, left_out = copy_of(brief, deliverable_types(), studio_rules())
        return save_draft(command, account, copy) | {"left_out": left_out}

    return run(actor, "duplicate", key, {"project": project_id}, work)
