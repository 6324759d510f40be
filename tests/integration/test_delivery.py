"""Delivering, approving, asking for changes: what is allowed, what follows, what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CLOCK, CONSOLE
from callsheet.kit.errors import CallsheetError, Conflict, Forbidden, Refused
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Clock, ClockKind, Part, Project, ProjectPerson
from callsheet.services import production, reviewing
from callsheet.services.approving import approve_masters
from callsheet.services.loading import lock_project
from callsheet.tenants.models import Absence, Role
from tests.builders import somebody, status_of, wallet_with
from tests.delivery_builders import accepted, concept, parts_of, states_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    """Two masters, the first with three variations."""
    return accepted(wallet_with(60), concept("A", ("static", 1), ("video", 1), variations=3))


def refusal(work: Any, *arguments: Any, **more: Any) -> CallsheetError:
    with pytest.raises(CallsheetError) as raised:
        work(CONSOLE, *arguments, **more)
    return raised.value


# -- masters first ---------------------------------------------------------------------------------


def test_delivering_all_leaves_what_is_locked_for_later(project: Project) -> None:
    static, video, variation = parts_of(project)
    answer = production.deliver(CONSOLE, project.pk)
    assert answer["delivered"] == [static.pk, video.pk]
    assert answer["status"] == status_of(project) == Status.INITIAL_DELIVERY
    assert states_of(project) == ["delivered", "delivered", "waiting"]
    refused = refusal(production.deliver, project.pk)
    assert (type(refused), refused.code) == (Conflict, "master_not_approved")
    reviewing.approve(CONSOLE, project.pk, [static.pk])
    assert production.deliver(CONSOLE, project.pk)["delivered"] == [variation.pk]
    assert status_of(project) == Status.DELIVERED


def test_a_locked_variation_is_refused_with_the_names_of_both(project: Project) -> None:
    static, _, variation = parts_of(project)
    production.deliver(CONSOLE, project.pk, [static.pk])
    refused = refusal(production.deliver, project.pk, [variation.pk])
    assert refused.code == "master_not_approved"
    assert "“3 Format variation” is a variation of “1 Static creative” (A)" in refused.message
    assert refused.details["locked"] == [{"deliverable": variation.pk, "master": static.pk}]
    assert states_of(project) == ["delivered", "waiting", "waiting"]


def test_when_each_was_delivered_and_approved_is_known(project: Project) -> None:
    static = parts_of(project)[0]
    production.deliver(CONSOLE, project.pk, [static.pk])
    later = clock.now() + timedelta(hours=3)
    with clock.at(later):
        reviewing.approve(CONSOLE, project.pk, [static.pk])
    static.refresh_from_db()
    assert static.delivered_at is not None
    assert static.delivered_at < later == static.approved_at


@pytest.mark.parametrize(
    ("chosen", "code"),
    [([], "nothing_to_deliver"), ([2**40], "unknown_deliverable")],
)
def test_what_cannot_be_delivered(project: Project, chosen: list[int], code: str) -> None:
    assert refusal(production.deliver, project.pk, chosen).code == code


def test_a_delivered_one_is_not_delivered_again(project: Project) -> None:
    static = parts_of(project)[0].pk
    production.deliver(CONSOLE, project.pk, [static])
    assert refusal(production.deliver, project.pk, [static]).code == "unknown_deliverable"


# -- the first delivery's clock --------------------------------------------------------------------


def first_delivery(project: Project) -> Clock | None:
    return Clock.objects.filter(project=project, kind=ClockKind.FIRST_DELIVERY).first()


def test_each_further_delivery_gives_the_whole_time_anew_until_it_is_answered(
    project: Project,
) -> None:
    static, video, _ = (part.pk for part in parts_of(project))
    production.deliver(CONSOLE, project.pk, [static])
    begun = first_delivery(project)
    assert begun is not None
    with clock.at(clock.now() + timedelta(days=3)):
        production.deliver(CONSOLE, project.pk, [video])
    anew = first_delivery(project)
    assert anew is not None
    assert anew.since >= begun.since + timedelta(days=3)
    assert anew.due_at > begun.due_at
    assert Event.objects.filter(kind="deliver_some", subject_id=project.pk).count() == 2
    reviewing.approve(CONSOLE, project.pk, [static])
    assert first_delivery(project) is not None  # the film is still unanswered
    reviewing.approve(CONSOLE, project.pk)
    assert first_delivery(project) is None
    # The variation is still to come: the studio is asked for it.
    assert Clock.objects.filter(project=project, kind=ClockKind.PRODUCTION).exists()


def by_clock(project: Project) -> dict[str, Any]:
    from callsheet.credits.locking import lock_wallets
    from callsheet.journal.commands import run

    def work(command: Any) -> dict[str, Any]:
        locked = lock_wallets([project.wallet_id])
        return approve_masters(command, locked, lock_project(project.pk))

    return run(CLOCK, "approve_masters", None, {"project": project.pk}, work)


def test_masters_that_nobody_answers_count_as_approved_by_the_clock(project: Project) -> None:
    static, video, _ = parts_of(project)
    production.deliver(CONSOLE, project.pk)
    assert by_clock(project)["approved"] == [static.pk, video.pk]
    event = Event.objects.get(kind="masters_approved_by_clock")
    assert (event.actor, event.data["deliverables"]) == (CLOCK.key, [static.pk, video.pk])
    assert production.deliver(CONSOLE, project.pk)["status"] == Status.DELIVERED
    # Later there is no first delivery any more: nothing happens.
    assert by_clock(project)["approved"] == []


# -- approving and asking for changes --------------------------------------------------------------


def test_a_project_is_approved_in_parts_and_for_good(project: Project) -> None:
    static, video, variation = (part.pk for part in parts_of(project))
    assert refusal(reviewing.approve, project.pk).code == "not_in_review"
    production.deliver(CONSOLE, project.pk)
    assert refusal(reviewing.approve, project.pk, [variation]).code == "not_delivered"
    answer = reviewing.approve(CONSOLE, project.pk, [static])
    assert (answer["approved"], answer["concepts"]) == ([static], [])
    refused = refusal(reviewing.approve, project.pk, [static, video])
    assert (type(refused), refused.code) == (Conflict, "already_approved")
    assert refused.details["deliverables"] == [static]
    assert states_of(project) == ["approved", "delivered", "waiting"]  # all or nothing
    refused = refusal(reviewing.ask_for_changes, project.pk, {static: "Brighter"})
    assert (type(refused), refused.code) == (Conflict, "approved_for_good")
    production.deliver(CONSOLE, project.pk)
    reviewing.approve(CONSOLE, project.pk)
    own = project.concepts.get()
    assert own.approved_at is not None
    assert refusal(reviewing.approve, project.pk).code == "nothing_to_approve"
    assert status_of(project) == Status.DELIVERED


def test_changes_are_asked_for_each_with_a_note_and_counted(project: Project) -> None:
    static, video, _ = (part.pk for part in parts_of(project))
    production.deliver(CONSOLE, project.pk)
    for changes, code in (
        ({}, "no_changes"),
        ({static: "Brighter", video: " "}, "note_missing"),
        ({2**40: "x"}, "unknown_deliverable"),
        ({static: "x" * 20_001}, "too_long"),
    ):
        assert refusal(reviewing.ask_for_changes, project.pk, changes).code == code
    reviewing.ask_for_changes(CONSOLE, project.pk, {static: "Brighter", video: "Shorter"})
    assert status_of(project) == Status.UNDER_REVISION
    said = Event.objects.filter(kind="change_requested").order_by("pk").select_related("note")
    assert [(e.data["deliverable"], e.data["round"], str(e.note)) for e in said] == [
        (static, 1, "Brighter"), (video, 1, "Shorter"),
    ]  # fmt: skip
    assert refusal(reviewing.ask_for_changes, project.pk, {static: "x"}).code == "not_delivered"
    production.deliver(CONSOLE, project.pk, [static])
    assert status_of(project) == Status.UNDER_REVISION
    reviewing.ask_for_changes(CONSOLE, project.pk, {static: "Still too dark"})
    assert parts_of(project)[0].rounds == 2
    # While it is with the studio already, the wish is an event of its own.
    assert Event.objects.filter(kind="changes_requested").count() == 1
    assert Event.objects.filter(kind="revise").count() == 1


def test_the_same_approval_twice_with_one_key_is_one(project: Project) -> None:
    production.deliver(CONSOLE, project.pk)
    first = reviewing.approve(CONSOLE, project.pk, key="click")
    assert reviewing.approve(CONSOLE, project.pk, key="click") == first
    assert Event.objects.filter(kind="deliverables_approved").count() == 1


def test_who_acts_on_an_old_reading_is_told_so(project: Project) -> None:
    production.deliver(CONSOLE, project.pk)
    project.refresh_from_db()
    seen = project.version
    reviewing.ask_for_changes(CONSOLE, project.pk, {parts_of(project)[0].pk: "Brighter"})
    assert refusal(reviewing.approve, project.pk, version=seen).code == "stale"


def test_reviewers_of_the_project_may_answer_for_it(project: Project) -> None:
    viewer = somebody(project.account, Role.VIEWER)
    production.deliver(CONSOLE, project.pk)
    with pytest.raises(Forbidden) as raised:
        reviewing.approve(viewer, project.pk)
    assert raised.value.code == "reviewers_only"
    ProjectPerson.objects.create(project=project, user_id=viewer.user_id, part=Part.REVIEWER)
    assert reviewing.approve(viewer, project.pk)["approved"]


def test_a_deputy_answers_for_the_reviewer_who_is_away(project: Project) -> None:
    away, deputy = (somebody(project.account, Role.VIEWER) for _ in range(2))
    ProjectPerson.objects.create(project=project, user_id=away.user_id, part=Part.REVIEWER)
    production.deliver(CONSOLE, project.pk)
    today = clock.today("UTC")
    Absence.objects.create(
        user_id=away.user_id, deputy_id=deputy.user_id, starts_on=today, ends_on=today
    )
    reviewing.approve(deputy, project.pk)
    event = Event.objects.get(kind="deliverables_approved")
    assert event.actor_name == f"{deputy.name} for {away.name}"


# -- required approvers ----------------------------------------------------------------------------


def test_nobody_finalizes_before_every_required_approver_has_approved(project: Project) -> None:
    people = [somebody(project.account) for _ in range(2)]
    for person in people:
        ProjectPerson.objects.create(project=project, user_id=person.user_id, part=Part.APPROVER)
    production.deliver(CONSOLE, project.pk)
    reviewing.approve(CONSOLE, project.pk)
    production.deliver(CONSOLE, project.pk)
    refused = refusal(production.finalize, project.pk)
    assert (type(refused), refused.code) == (Conflict, "approval_missing")
    assert refused.details["people"] == [person.name for person in people]
    ProjectPerson.objects.filter(project=project).update(approved_at=clock.now())
    reviewing.ask_for_changes(CONSOLE, project.pk, {parts_of(project)[2].pk: "Taller"})
    production.deliver(CONSOLE, project.pk)
    # What they had approved is not what is delivered now.
    assert refusal(production.finalize, project.pk).code == "approval_missing"
    ProjectPerson.objects.filter(project=project).update(approved_at=clock.now())
    assert production.finalize(CONSOLE, project.pk)["status"] == Status.FINALIZED


def test_what_is_parked_or_over_is_not_reviewed(project: Project) -> None:
    production.deliver(CONSOLE, project.pk)
    production.cancel(CONSOLE, project.pk, note="Campaign dropped")
    assert refusal(reviewing.approve, project.pk).code == "not_in_review"
    refused = refusal(reviewing.ask_for_changes, project.pk, {parts_of(project)[0].pk: "x"})
    assert refused.code == "not_in_review"
    assert isinstance(refusal(reviewing.approve, project.pk, [2**70]), Conflict | Refused)
