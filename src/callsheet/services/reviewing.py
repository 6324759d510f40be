"""The customer's answer to what was delivered: approve it, or say what has to change."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from callsheet.credits.locking import lock_wallets
from callsheet.journal import capacity, events, notes
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Forbidden, Refused
from callsheet.kit.rows import write_fields
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Deliverable, DeliverableState, Project, ProjectPerson
from callsheet.services.approving import approve_in
from callsheet.services.delivering import deliverables_of, names_of, note_step
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for, follow_deliverables
from callsheet.tenants.access import check_can_write, rights_in_account

IN_REVIEW = (Status.INITIAL_DELIVERY, Status.DELIVERED, Status.UNDER_REVISION)
"""In these statuses something can be with the customer."""

LONGEST_NOTE = 20_000


def project_to_review(actor: Actor, project_id: int) -> Project:
    """The project, if ``actor`` may answer for the customer: members and admins of the account,
    account managers on their behalf, reviewers and approvers of the project, and their deputies.

    Reads without a lock. Raises ``NotFound`` to strangers, ``Forbidden("reviewers_only")`` to
    others who see it.
    """
    project = project_of(actor, project_id)
    _check_can_review(actor, project)
    return project


def _check_can_review(actor: Actor, project: Project) -> None:
    rights = rights_in_account(actor, project.account)
    if rights.may_write:
        check_can_write(actor, project.account)
        return
    # Deputies answer for the reviewers whom they stand in for.
    names = {held.stands_in_for or actor.user_id or 0: held for held in rights.held}
    people = ProjectPerson.objects.filter(project=project, user_id__in=names)
    parts = set(people.values_list("user_id", flat=True))
    if not parts:
        raise Forbidden(
            "reviewers_only",
            "You can look at this project, but not answer for it. Ask its owner to make you a"
            " reviewer.",
        )
    if actor.user_id not in parts:
        away = min(parts)
        deputy_for = (away, names[away].name)
        capacity.note(actor, account_id=project.account_id, deputy_for=deputy_for)


def approve(
    actor: Actor,
    project_id: int,
    deliverable_ids: Collection[int] | None = None,
    *,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Approve the named deliverables, or everything that is delivered. For good: nobody can take an
    approval back.

    Members and admins of the account, staff on their behalf, reviewers and approvers of the
    project. A concept whose deliverables are all approved is approved itself; where the account's
    credits come back concept by concept, its part comes back (or, under pay-as-you-go, is
    consumed) in the same moment, and what then fits starts. Raises
    ``Conflict("already_approved")``, ``Conflict("not_delivered")``,
    ``Conflict("nothing_to_approve")``, ``Conflict("not_in_review")``,
    ``Refused("unknown_deliverable")``, ``Conflict("stale")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_to_review(actor, project_id)
        locked = lock_wallets([seen.wallet_id])
        project = lock_project(project_id, version)
        _check_in_review(project)
        found = {deliverable.pk: deliverable for deliverable in deliverables_of(project)}
        chosen = _chosen(found, deliverable_ids)
        return approve_in(command, locked, project, chosen)

    ids = None if deliverable_ids is None else sorted(deliverable_ids)
    given = {"project": project_id, "deliverables": ids, "version": version}
    return run(actor, "approve", key, given, work, note=note)


def _chosen(
    found: Mapping[int, Deliverable], deliverable_ids: Collection[int] | None
) -> list[Deliverable]:
    delivered = [d for d in found.values() if d.state == DeliverableState.DELIVERED]
    if deliverable_ids is None:
        if not delivered:
            raise Conflict(
                "nothing_to_approve", "Nothing in this project waits for an approval now."
            )
        return delivered
    chosen = _named(found, deliverable_ids)
    if approved := [d for d in chosen if d.state == DeliverableState.APPROVED]:
        raise Conflict(
            "already_approved",
            f"{names_of(approved)}: approved already. An approval is for good.",
            field="deliverables",
            deliverables=[d.pk for d in approved],
        )
    _check_delivered(chosen)
    return chosen


def ask_for_changes(
    actor: Actor,
    project_id: int,
    changes: Mapping[int, str],
    *,
    version: int | None = None,
    key: str | None = None,
) -> Answer:
    """Ask for changes to delivered deliverables: ``changes`` says of each, by its number, what.

    Who may: as in :func:`approve`. Each starts another revision round, and the project goes back
    to the studio. Raises ``Refused("note_missing")``, ``Conflict("approved_for_good")``,
    ``Conflict("not_delivered")``, ``Conflict("not_in_review")``,
    ``Refused("unknown_deliverable")``, ``Conflict("stale")``.
    """

    def work(command: OpenCommand) -> Answer:
        project_to_review(actor, project_id)
        _check_notes(changes)
        project = lock_project(project_id, version)
        _check_in_review(project)
        found = {deliverable.pk: deliverable for deliverable in deliverables_of(project)}
        chosen = _named(found, changes)
        if approved := [d for d in chosen if d.state == DeliverableState.APPROVED]:
            raise Conflict(
                "approved_for_good",
                f"{names_of(approved)}: approved, and an approval is for good. What should be"
                " different now is new scope.",
                field="deliverables",
                deliverables=[d.pk for d in approved],
            )
        _check_delivered(chosen)
        for deliverable in chosen:
            deliverable.state = DeliverableState.CHANGES_REQUESTED
            deliverable.rounds += 1
            kept = notes.keep(changes[deliverable.pk])
            events.record(
                "change_requested", "project", project.pk, command=command,
                account_id=project.account_id, note_id=kept.pk if kept else None,
                data={"deliverable": deliverable.pk, "round": deliverable.rounds},
            )  # fmt: skip
        write_fields(chosen, ["state", "rounds"])
        numbers = sorted(deliverable.pk for deliverable in chosen)
        if not follow_deliverables(command, project, deliverables=numbers):
            note_step(command, project, "changes_requested", deliverables=numbers)
        return answer_for(project, changes=numbers)

    given = {
        "project": project_id,
        "changes": {str(pk): text for pk, text in changes.items()},
        "version": version,
    }
    return run(actor, "ask_for_changes", key, given, work)


def _check_notes(changes: Mapping[int, str]) -> None:
    if not changes:
        raise Refused("no_changes", "Name what should change.", field="changes")
    for pk, text in changes.items():
        if not text.strip():
            raise Refused("note_missing", "Write what should change.", field=f"changes.{pk}")
        if len(text) > LONGEST_NOTE:
            raise Refused(
                "too_long",
                f"At most {LONGEST_NOTE:,} characters fit here.",
                field=f"changes.{pk}",
            )


def _check_in_review(project: Project) -> None:
    if project.status not in IN_REVIEW:
        raise Conflict(
            "not_in_review",
            f"This project is {Status(project.status).label.lower()}: nothing of it can be"
            " approved or changed now.",
            field="status",
            status=project.status,
        )


def _named(found: Mapping[int, Deliverable], deliverable_ids: Collection[int]) -> list[Deliverable]:
    if not deliverable_ids:
        raise Refused("nothing_to_approve", "Name at least one deliverable.", field="deliverables")
    if not set(deliverable_ids) <= set(found):
        raise Refused(
            "unknown_deliverable",
            "Some of these deliverables are not in this project.",
            field="deliverables",
        )
    return [found[pk] for pk in sorted(set(deliverable_ids))]


def _check_delivered(chosen: list[Deliverable]) -> None:
    if early := [d for d in chosen if d.state != DeliverableState.DELIVERED]:
        raise Conflict(
            "not_delivered",
            f"{names_of(early)}: not with you to look at now.",
            field="deliverables",
            deliverables=[d.pk for d in early],
        )
