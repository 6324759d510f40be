"""Complimentary variations that are added while a project runs."""

import pytest

from callsheet.catalogue.models import DeliverableType
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict, Forbidden, Refusals, Refused
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Deliverable, Project
from callsheet.services import parking, production, reviewing
from callsheet.services.variations import Variation, add_variations
from callsheet.tenants.models import Role
from tests.builders import assert_books_balance, draft, somebody, status_of, submitted, wallet_with
from tests.delivery_builders import accepted, concept, parts_of, per_concept

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    """A master with two variations, in production."""
    return accepted(per_concept(wallet_with(20)), concept("A", ("static", 2), variations=2))


def more(project: Project, quantity: int = 3) -> list[int]:
    master = parts_of(project)[0].pk
    answer = add_variations(CONSOLE, project.pk, [Variation("text-variation", master, quantity)])
    return list(answer["variations"])


def test_they_cost_nothing_and_wait_for_their_master(project: Project) -> None:
    added = more(project)
    variation = Deliverable.objects.get(pk=added[0])
    assert (variation.unit_credits, variation.quantity, variation.state) == (0, 3, "waiting")
    assert variation.concept_id == parts_of(project)[0].concept_id
    project.refresh_from_db()
    assert (project.credits, project.status) == (10, Status.IN_PROGRESS)
    production.deliver(CONSOLE, project.pk)
    assert [part.state for part in parts_of(project)] == ["delivered", "waiting", "waiting"]
    assert_books_balance()


def test_a_delivered_project_goes_back_under_revision_until_they_are(project: Project) -> None:
    production.deliver(CONSOLE, project.pk)
    reviewing.approve(CONSOLE, project.pk)
    production.deliver(CONSOLE, project.pk)
    reviewing.approve(CONSOLE, project.pk)
    approved = project.concepts.get().approved_at
    assert approved is not None
    more(project)
    assert status_of(project) == Status.UNDER_REVISION
    production.deliver(CONSOLE, project.pk)  # their master is approved: nothing locks them
    assert status_of(project) == Status.DELIVERED
    answer = reviewing.approve(CONSOLE, project.pk)
    # The concept was approved before, and stays so; it gives nothing back twice.
    assert (answer["concepts"], answer["released"]) == ([], 0)
    assert project.concepts.get().approved_at == approved
    assert_books_balance()


def test_also_while_it_waits_is_reviewed_or_parked() -> None:
    wallet = wallet_with(10)
    running, queued = submitted(wallet, 10), submitted(wallet, 10)
    for project in (running, queued):
        more(project)
    assert status_of(queued) == Status.QUEUED
    production.accept(CONSOLE, running.pk)
    production.deliver(CONSOLE, running.pk)
    reviewing.approve(CONSOLE, running.pk)
    production.deliver(CONSOLE, running.pk)
    assert status_of(running) == Status.DELIVERED
    parking.park(CONSOLE, running.pk, "On ice")
    more(running)
    running.refresh_from_db()
    # It goes on where its deliverables say.
    assert (running.status, running.resumes_to) == (Status.PARKED, Status.UNDER_REVISION)


def test_not_before_submission_nor_after_the_end(project: Project) -> None:
    unwritten = draft(wallet_with(10), 10)
    with pytest.raises(Conflict) as raised:
        more(unwritten)
    assert raised.value.code == "not_submitted"
    production.cancel(CONSOLE, project.pk, note="Stop")
    with pytest.raises(Conflict) as raised:
        more(project)
    assert raised.value.code == "project_ended"


def test_every_mistake_is_named_where_it_is(project: Project) -> None:
    master, variation = (part.pk for part in parts_of(project))
    DeliverableType.objects.filter(key="text-variation").update(brief_types=["adapt_optimize"])
    wanted = [
        Variation("static", master),
        Variation("nonsense", master),
        Variation("format-variation", variation),
        Variation("format-variation", 2**40),
        Variation("format-variation", master, quantity=0),
        Variation("format-variation", master, quantity=201),
        Variation("format-variation", master, placement="x" * 201),
        Variation("text-variation", master),
    ]
    with pytest.raises(Refusals) as raised:
        add_variations(CONSOLE, project.pk, wanted)
    assert [(p.field, p.code) for p in raised.value.problems] == [
        ("variations.0.type", "unknown_variation"),
        ("variations.1.type", "unknown_variation"),
        ("variations.2.master", "master_is_variation"),
        ("variations.3.master", "unknown_master"),
        ("variations.4.quantity", "quantity_out_of_range"),
        ("variations.5.quantity", "quantity_out_of_range"),
        ("variations.6.placement", "too_long"),
        ("variations.7.type", "deliverable_not_offered"),
    ]
    assert len(parts_of(project)) == 2
    with pytest.raises(Refused) as none:
        add_variations(CONSOLE, project.pk, [])
    assert none.value.code == "no_variations"


def test_a_master_of_another_project_is_unknown(project: Project) -> None:
    other = accepted(wallet_with(20), concept("A", ("static", 2)))
    with pytest.raises(Refusals) as raised:
        add_variations(CONSOLE, project.pk, [Variation("text-variation", parts_of(other)[0].pk)])
    assert raised.value.code == "unknown_master"


def test_viewers_order_nothing(project: Project) -> None:
    viewer = somebody(project.account, Role.VIEWER)
    with pytest.raises(Forbidden):
        add_variations(viewer, project.pk, [Variation("text-variation", parts_of(project)[0].pk)])
