"""Finding what a command is about, for somebody who may know of it."""

from __future__ import annotations

from collections.abc import Callable

from callsheet.kit.actor import Actor
from callsheet.kit.asked import Asked
from callsheet.kit.errors import Conflict, Forbidden, NotFound
from callsheet.kit.locks import require_transaction
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.tenants.access import Rights, check_can_read, rights_in_account
from callsheet.tenants.models import Account

DRAFTS = (Status.DRAFT, Status.PENDING_APPROVAL)

_ACCOUNT = Asked(lambda pk: Account.objects.select_related("organization", "wallet").filter(pk=pk))
_PROJECT = Asked(lambda pk: Project.objects.select_related("account").filter(pk=pk))
_LOCKED_PROJECT = Asked(
    lambda pk: (
        Project.objects.select_for_update(of=("self",)).select_related("account").filter(pk=pk)
    )
)


def account_of(account_id: int) -> Account:
    """The account of that id, with its organization and wallet. Raises ``NotFound``."""
    account = _ACCOUNT.first(account_id)
    if account is None:
        raise NotFound("account")
    return account


def project_of(
    actor: Actor, project_id: int, check: Callable[[Actor, Account], Rights] = check_can_read
) -> Project:
    """The project, if ``actor`` may do with it what ``check`` asks; reads without a lock.

    Raises ``NotFound`` to strangers, and to staff for a draft that was not shared with them;
    ``Forbidden`` to those who see it but lack the right.
    """
    project = _PROJECT.first(project_id)
    if project is None:
        raise NotFound("project")
    try:
        rights = check(actor, project.account)
    except NotFound:
        raise NotFound("project") from None
    except Forbidden:
        if hides(project, rights_in_account(actor, project.account)):
            raise NotFound("project") from None
        raise
    if hides(project, rights):
        raise NotFound("project")
    return project


def hides(project: Project, rights: Rights) -> bool:
    """Drafts are seen by their account, and by others when they were shared."""
    private = project.status in DRAFTS and not project.shared_with_studio
    return private and not rights.account_role and not rights.system


def lock_project(project_id: int, version: int | None = None) -> Project:
    """Lock the project's row and read it again.

    ``version`` is the reading that the person acted on; raises ``Conflict("stale")`` when the
    project has changed since, ``NotFound`` when it was deleted meanwhile.
    """
    require_transaction()
    project = _LOCKED_PROJECT.first(project_id)
    if project is None:
        raise NotFound("project")
    if version is not None and project.version != version:
        raise Conflict(
            "stale",
            f"“{project.title}” was changed by somebody else meanwhile. Look at it again, then"
            " repeat what you did.",
            field="version",
            current=project.version,
        )
    return project
