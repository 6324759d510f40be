"""Product samples: one product for one or more projects, on its way to the studio and back.

Locks: the sample, then its projects by id. Nothing else locks a sample, and no credits move, so
that no wallet is locked. Every date is a day of the account.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, NotFound, Refused
from callsheet.projects.lifecycle import ENDED
from callsheet.projects.models import Project, Sample
from callsheet.services.arriving import after_sample
from callsheet.services.causes import of_sample
from callsheet.services.loading import account_of, hides
from callsheet.tenants.access import Rights, check_can_produce, check_can_write, rights_in_account
from callsheet.tenants.checks import name as checked_name
from callsheet.tenants.models import Account, AccountStatus

LONGEST_TRACKING = 200


def create_sample(
    actor: Actor,
    account_id: int,
    name: str,
    project_ids: Sequence[int],
    *,
    expected_on: date | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Announce a product for one or more projects of an account. Members, admins, all staff.

    Raises ``Refused`` with the codes of names, ``projects_missing``, ``project_elsewhere``,
    ``date_in_the_past``; ``Conflict`` with ``project_ended`` or ``account_ended``.
    """

    def work(command: OpenCommand) -> Answer:
        account = account_of(account_id)
        rights = _check_may_send(actor, account)
        if account.status == AccountStatus.ENDED:
            raise Conflict("account_ended", "This account has ended; it takes no samples.")
        tidy = checked_name(name)
        if not project_ids:
            raise Refused(
                "projects_missing", "Say for which project the sample is.", field="projects"
            )
        _check_to_come(account, expected_on, "expected_on")
        projects = _lock_projects(project_ids)
        _check_projects(projects, project_ids, account, rights)
        sample = Sample.objects.create(account=account, name=tidy, expected_on=expected_on)
        sample.projects.set([project.pk for project in projects])
        _record("sample_created", sample, command, projects, {"expected_on": expected_on})
        after_sample(command, projects, of_sample(command.name, tidy))
        return _answer(sample, projects)

    given = {
        "account": account_id, "name": name, "projects": sorted(set(project_ids)),
        "expected_on": expected_on,
    }  # fmt: skip
    return run(actor, "create_sample", key, given, work, note=note)


def expect_sample(
    actor: Actor,
    sample_id: int,
    expected_on: date | None,
    *,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Say when a sample should be with the studio (None: nobody knows); the forecast of all its
    projects moves. Members, admins, all staff.

    Raises ``Refused("date_in_the_past")``, ``Conflict("sample_received")``.
    """

    def change(sample: Sample) -> None:
        _check_not_received(sample)
        _check_to_come(sample.account, expected_on, "expected_on")
        sample.expected_on = expected_on

    given = {"sample": sample_id, "expected_on": expected_on}
    return _change(actor, "expect_sample", sample_id, "sample_expected", change, given, key, note)


def ship_sample(
    actor: Actor,
    sample_id: int,
    shipped_on: date,
    *,
    tracking: str = "",
    expected_on: date | None = None,
    key: str | None = None,
) -> Answer:
    """Say on which day a sample was sent, with the carrier's number; ``expected_on`` is the day
    that the carrier names, if it does. Members, admins, all staff.

    Raises ``Refused("day_to_come")``, ``Refused("too_long")``, ``Refused("date_in_the_past")``,
    ``Conflict("sample_received")``.
    """

    def change(sample: Sample) -> None:
        _check_not_received(sample)
        _check_real(sample.account, shipped_on, "shipped_on")
        if len(tracking) > LONGEST_TRACKING:
            raise Refused("too_long", f"At most {LONGEST_TRACKING} characters.", field="tracking")
        if expected_on:
            _check_to_come(sample.account, expected_on, "expected_on")
            sample.expected_on = expected_on
        sample.shipped_on = shipped_on
        sample.tracking = tracking.strip() or sample.tracking

    given = {
        "sample": sample_id, "shipped_on": shipped_on, "tracking": tracking,
        "expected_on": expected_on,
    }  # fmt: skip
    return _change(actor, "ship_sample", sample_id, "sample_shipped", change, given, key)


def receive_sample(
    actor: Actor, sample_id: int, received_on: date, *, key: str | None = None
) -> Answer:
    """Say on which day a sample came to the studio. Creation starts for every project that waits
    for it and for no other one, in the same transaction. Studio staff.

    Answers the projects that went on. Raises ``Refused("day_to_come")``,
    ``Refused("received_before_shipped")``, ``Conflict("sample_received")``.
    """

    def change(sample: Sample) -> None:
        _check_not_received(sample)
        _check_real(sample.account, received_on, "received_on")
        if sample.shipped_on and received_on < sample.shipped_on:
            raise Refused(
                "received_before_shipped",
                f"The sample was sent on {sample.shipped_on}; it cannot have come before that.",
                field="received_on",
            )
        sample.received_on = received_on

    given = {"sample": sample_id, "received_on": received_on}
    return _change(
        actor, "receive_sample", sample_id, "sample_received", change, given, key,
        check=check_can_produce,
    )  # fmt: skip


def return_sample(
    actor: Actor, sample_id: int, returned_on: date, *, key: str | None = None
) -> Answer:
    """Say on which day a sample went back to the customer. Studio staff.

    Raises ``Refused("day_to_come")``, ``Refused("returned_before_received")``,
    ``Conflict("sample_not_received")``, ``Conflict("sample_returned")``.
    """

    def change(sample: Sample) -> None:
        if sample.received_on is None:
            raise Conflict("sample_not_received", "This sample has not come to the studio yet.")
        if sample.returned_on is not None:
            raise Conflict("sample_returned", f"It went back on {sample.returned_on} already.")
        _check_real(sample.account, returned_on, "returned_on")
        if returned_on < sample.received_on:
            raise Refused(
                "returned_before_received",
                f"The sample came on {sample.received_on}; it cannot have gone before that.",
                field="returned_on",
            )
        sample.returned_on = returned_on

    given = {"sample": sample_id, "returned_on": returned_on}
    return _change(
        actor, "return_sample", sample_id, "sample_returned", change, given, key,
        check=check_can_produce,
    )  # fmt: skip


def remove_sample(
    actor: Actor, sample_id: int, *, key: str | None = None, note: str = ""
) -> Answer:
    """Take back the announcement of a sample that is not needed; nobody waits for it any more.
    Members, admins, all staff. Raises ``Conflict("sample_received")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = sample_of(actor, sample_id)
        sample = _lock_sample(seen.pk)
        _check_not_received(sample)
        projects = _lock_projects(list(sample.projects.values_list("pk", flat=True)))
        _record("sample_removed", sample, command, projects, {})
        answer = _answer(sample, projects)
        sample.delete()
        after_sample(command, projects, of_sample(command.name, sample.name))
        return answer | {"removed": True}

    return run(actor, "remove_sample", key, {"sample": sample_id}, work, note=note)


def sample_of(
    actor: Actor, sample_id: int, check: Callable[[Actor, Account], Rights] | None = None
) -> Sample:
    """The sample, if ``actor`` may do with it what ``check`` asks (default: change its dates).

    Raises ``NotFound`` to strangers, ``Forbidden`` to those who see it but lack the right.
    """
    sample = Sample.objects.select_related("account__organization").filter(pk=sample_id).first()
    if sample is None:
        raise NotFound("sample")
    try:
        (check or _check_may_send)(actor, sample.account)
    except NotFound:
        raise NotFound("sample") from None
    return sample


def _change(
    actor: Actor,
    name: str,
    sample_id: int,
    kind: str,
    change: Callable[[Sample], None],
    given: dict[str, Any],
    key: str | None,
    note: str = "",
    check: Callable[[Actor, Account], Rights] | None = None,
) -> Answer:
    """Change a sample's dates under its lock and those of its projects; what follows, follows."""

    def work(command: OpenCommand) -> Answer:
        seen = sample_of(actor, sample_id, check)
        sample = _lock_sample(seen.pk)
        before = _dates(sample)
        change(sample)
        after = _dates(sample)
        if before == after:
            raise Refused("nothing_changed", "The sample's dates are these already.")
        sample.version += 1
        sample.save()
        projects = _lock_projects(list(sample.projects.values_list("pk", flat=True)))
        changed = {name: day for name, day in after.items() if before[name] != day}
        was = {name: before[name] for name in changed}
        _record(kind, sample, command, projects, {"changed": changed, "before": was})
        went_on: list[int] = []
        if sample.returned_on is None:
            went_on = after_sample(command, projects, of_sample(command.name, sample.name))
        return _answer(sample, projects) | {"went_on": went_on}

    return run(actor, name, key, given, work, note=note)


def _check_may_send(actor: Actor, account: Account) -> Rights:
    """Members and admins of the account, and anybody of the studio."""
    rights = rights_in_account(actor, account)
    return rights if rights.is_staff else check_can_write(actor, account)


def _lock_sample(sample_id: int) -> Sample:
    sample = (
        Sample.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account")
        .filter(pk=sample_id)
        .first()
    )
    if sample is None:
        raise NotFound("sample")
    return sample


def _lock_projects(project_ids: Sequence[int]) -> list[Project]:
    """Lock these projects by id and read them again."""
    return list(
        Project.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(pk__in=set(project_ids))
        .order_by("pk")
    )


def _check_projects(
    projects: Sequence[Project], wanted: Sequence[int], account: Account, rights: Rights
) -> None:
    # What is hidden from somebody looks as if it did not exist.
    seen = [p for p in projects if p.account_id == account.pk and not hides(p, rights)]
    if len(seen) != len(set(wanted)):
        raise Refused(
            "project_elsewhere",
            "A sample serves projects of one account. One of these is not in it.",
            field="projects",
        )
    ended = [project for project in projects if project.status in ENDED]
    if ended:
        raise Conflict(
            "project_ended",
            f"“{ended[0].title}” has ended; it needs no sample any more.",
            field="projects",
        )


def _check_not_received(sample: Sample) -> None:
    if sample.received_on is not None:
        raise Conflict(
            "sample_received", f"This sample came to the studio on {sample.received_on}."
        )


def _check_to_come(account: Account, day: date | None, field: str) -> None:
    if day and day < clock.today(account.time_zone):
        raise Refused("date_in_the_past", f"{day} has passed.", field=field)


def _check_real(account: Account, day: date, field: str) -> None:
    """What has happened did not happen tomorrow."""
    if day > clock.today(account.time_zone):
        raise Refused("day_to_come", f"{day} is still to come.", field=field)


def _dates(sample: Sample) -> dict[str, date | str | None]:
    names = ("expected_on", "shipped_on", "received_on", "returned_on", "tracking")
    return {name: getattr(sample, name) for name in names}


def _record(
    kind: str,
    sample: Sample,
    command: OpenCommand,
    projects: Sequence[Project],
    data: dict[str, Any],
) -> None:
    """One event for each project of the sample: it belongs into their timelines."""
    Event.objects.bulk_create(
        [
            events.build(
                kind, "project", project.pk, command=command, account_id=project.account_id,
                data={"sample": sample.pk, "name": sample.name, **data},
            )
            for project in projects
        ]
    )  # fmt: skip


def _answer(sample: Sample, projects: Sequence[Project]) -> Answer:
    return {
        "sample": sample.pk,
        "name": sample.name,
        "projects": [project.pk for project in projects],
        **_dates(sample),
        "version": sample.version,
    }
