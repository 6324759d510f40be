"""People of a project: who owns it, who reviews it, and without whose approval it is not finalized
by hand.
"""

from __future__ import annotations

from callsheet.journal import capacity, events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Forbidden, NotFound, Refused
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import Part, Project, ProjectPerson
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for
from callsheet.services.telling import tell
from callsheet.tenants.access import (
    WRITERS,
    Rights,
    check_can_administer,
    check_can_write,
    rights_in_account,
)
from callsheet.tenants.models import Membership, Role, User


def change_owner(
    actor: Actor, project_id: int, user_id: int, *, key: str | None = None, note: str = ""
) -> Answer:
    """Give a project to another owner: a member or admin of its account.

    The owner, account admins, and account managers on their behalf; whoever writes may take over a
    project that nobody owns. Raises ``Forbidden("owner_or_admin")``, ``Refused("not_of_account")``,
    ``Conflict("project_ended")``.
    """

    def work(command: OpenCommand) -> Answer:
        project = _to_arrange(actor, project_id)
        owner = _person_of(project, user_id, "owner", WRITERS)
        before = project.owner_id
        if before != owner.pk:
            project.owner = owner
            project.version += 1
            project.changed_at = clock.now()
            project.save(update_fields=["owner", "version", "changed_at"])
            _record(command, project, "owner_changed", before=before, user=owner.pk, name=owner)
        return answer_for(project, owner=owner.pk, before=before)

    given = {"project": project_id, "user": user_id}
    return run(actor, "change_owner", key, given, work, note=note)


def set_person(
    actor: Actor, project_id: int, user_id: int, part: str, *, key: str | None = None
) -> Answer:
    """Make somebody of the account a reviewer, or a required approver, of a project.

    Who may: as `change_owner`; only an admin makes a required approver a mere reviewer. Answers
    ``{"person", "part"}`` with the project. Raises ``Refused("unknown_part")``,
    ``Refused("not_of_account")``, ``Forbidden("owner_or_admin")``, ``Forbidden("admins_only")``,
    ``Conflict("project_ended")``.
    """

    def work(command: OpenCommand) -> Answer:
        if part not in Part.values:
            raise Refused(
                "unknown_part",
                f"“{part}” is nothing that one is in a project. It is one of:"
                f" {', '.join(Part.values)}.",
                field="part",
            )
        project = _to_arrange(actor, project_id)
        user = _person_of(project, user_id, "user", frozenset(Role))
        person = ProjectPerson.objects.filter(project=project, user=user).first()
        if person is None or person.part != part:
            if person is not None and person.part == Part.APPROVER:
                check_can_administer(actor, project.account)
            person, _ = ProjectPerson.objects.update_or_create(
                project=project, user=user, defaults={"part": part, "approved_at": None}
            )
            _record(command, project, f"{part}_added", user=user.pk, name=user)
        return answer_for(project, person=person.pk, part=part)

    given = {"project": project_id, "user": user_id, "part": part}
    return run(actor, "set_project_person", key, given, work)


def remove_person(actor: Actor, project_id: int, user_id: int, *, key: str | None = None) -> Answer:
    """Take a reviewer or a required approver out of a project.

    Reviewers by themselves and by who may `change_owner`; required approvers by account admins
    (and account managers on their behalf) alone, so that nobody gets round them. Raises
    ``NotFound("person")``, ``Forbidden("admins_only")``, ``Forbidden("owner_or_admin")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id)
        person = ProjectPerson.objects.filter(project=seen, user_id=user_id).first()
        if person is not None and person.part == Part.APPROVER:
            check_can_administer(actor, seen.account)
        elif actor.user_id != user_id or person is None:
            _check_may_arrange(actor, seen)
        project = lock_project(project_id)
        gone, _ = ProjectPerson.objects.filter(project=project, user_id=user_id).delete()
        if not gone or person is None:
            raise NotFound("person")
        _record(command, project, f"{person.part}_removed", user=user_id, name=person.user)
        return answer_for(project)

    given = {"project": project_id, "user": user_id}
    return run(actor, "remove_project_person", key, given, work)


def give_approval(
    actor: Actor,
    project_id: int,
    *,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Agree, as a required approver, to what is delivered now; a new delivery asks anew.

    Required approvers, and their deputies. Answers ``{"approver", "missing"}``: for whom it was
    given, and how many are still to agree. Raises ``Forbidden("approvers_only")``,
    ``Conflict("not_delivered")``, ``Conflict("approved_already")``, ``Conflict("stale")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id)
        project = lock_project(project_id, version)
        mine = _approvals(actor, seen)
        if project.status != Status.DELIVERED:
            raise Conflict(
                "not_delivered",
                f"This project is {Status(project.status).label.lower()}: there is nothing to"
                " approve now.",
                field="status",
                status=project.status,
            )
        person = next((one for one in mine if one.approved_at is None), None)
        if person is None:
            raise Conflict("approved_already", "You have approved this project already.")
        _sign_for(actor, project, person)
        person.approved_at = clock.now()
        person.save(update_fields=["approved_at"])
        missing = _missing(project)
        _record(
            command, project, "approval_given", user=person.user_id, name=person.user,
            missing=missing,
        )  # fmt: skip
        return answer_for(project, approver=person.user_id, missing=missing)

    given = {"project": project_id, "version": version}
    return run(actor, "give_approval", key, given, work, note=note)


def take_approval_back(
    actor: Actor, project_id: int, *, key: str | None = None, note: str = ""
) -> Answer:
    """Take one's approval as a required approver back, while the project is not finalized.

    Required approvers, and their deputies. Raises ``Forbidden("approvers_only")``,
    ``Conflict("not_approved")``, ``Conflict("project_ended")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id)
        project = lock_project(project_id)
        mine = _approvals(actor, seen)
        _check_goes_on(project)
        person = next((one for one in mine if one.approved_at is not None), None)
        if person is None:
            raise Conflict("not_approved", "You have not approved this project.")
        _sign_for(actor, project, person)
        person.approved_at = None
        person.save(update_fields=["approved_at"])
        _record(
            command, project, "approval_taken_back", user=person.user_id, name=person.user,
            missing=_missing(project),
        )  # fmt: skip
        return answer_for(project, approver=person.user_id, missing=_missing(project))

    return run(actor, "take_approval_back", key, {"project": project_id}, work, note=note)


def _to_arrange(actor: Actor, project_id: int) -> Project:
    """The project, locked, if ``actor`` may say who its people are."""
    seen = project_of(actor, project_id)
    _check_may_arrange(actor, seen)
    project = lock_project(project_id)
    _check_goes_on(project)
    return project


def _check_may_arrange(actor: Actor, project: Project) -> Rights:
    rights = check_can_write(actor, project.account)
    if rights.may_administer or project.owner_id is None:
        return rights
    stands_for = {held.stands_in_for or actor.user_id for held in rights.held}
    if project.owner_id not in stands_for:
        raise Forbidden(
            "owner_or_admin", "Only the project's owner or an account admin can do that."
        )
    return rights


def _check_goes_on(project: Project) -> None:
    if project.status in ENDED:
        raise Conflict("project_ended", "This project has ended.", field="status")


def _person_of(
    project: Project, user_id: int, field: str, roles: frozenset[Role] | frozenset[str]
) -> User:
    """Somebody of the project's account with one of these roles."""
    member = (
        Membership.objects.filter(
            account_id=project.account_id, user_id=user_id, role__in=roles, user__is_active=True
        )
        .select_related("user")
        .first()
    )
    if member is None:
        raise Refused(
            "not_of_account",
            "Only somebody who belongs to this account (and, as an owner, may write in it) can be"
            " that.",
            field=field,
        )
    return member.user


def _approvals(actor: Actor, project: Project) -> list[ProjectPerson]:
    """The approvals that ``actor`` decides about: their own first, then those of whom they stand in
    for. Raises ``Forbidden("approvers_only")`` where there is none.
    """
    held = rights_in_account(actor, project.account).held
    names = {one.stands_in_for or actor.user_id for one in held}
    people = ProjectPerson.objects.filter(
        project=project, part=Part.APPROVER, user_id__in=[pk for pk in names if pk]
    ).select_related("user")
    mine = sorted(people, key=lambda one: (one.user_id != actor.user_id, one.pk))
    if not mine:
        raise Forbidden("approvers_only", "Only this project's required approvers can do that.")
    return mine


def _sign_for(actor: Actor, project: Project, person: ProjectPerson) -> None:
    """Have the event say for whom a deputy decides, also where their own rights are as wide."""
    if person.user_id != actor.user_id:
        capacity.note(
            actor, account_id=project.account_id, deputy_for=(person.user_id, str(person.user))
        )


def _missing(project: Project) -> int:
    return ProjectPerson.objects.filter(
        project=project, part=Part.APPROVER, approved_at__isnull=True
    ).count()


def _record(command: OpenCommand, project: Project, kind: str, **facts: object) -> None:
    facts = {name: str(fact) if name == "name" else fact for name, fact in facts.items()}
    event = events.record(
        kind, "project", project.pk, command=command, account_id=project.account_id, data=facts
    )
    tell(event)
