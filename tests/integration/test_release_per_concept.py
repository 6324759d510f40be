"""Credits that come back, or are used up, concept by concept."""

import pytest

from callsheet.credits.models import Hold, Wallet
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Refused
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Amendment, Occupancy, Project
from callsheet.services import briefing, production, reviewing
from tests.builders import (
    READY_FIELDS,
    assert_books_balance,
    brief_of,
    paying_wallet,
    status_of,
    submitted,
    wallet_with,
)
from tests.delivery_builders import accepted, concept, parts_of, per_concept

pytestmark = pytest.mark.django_db

TWO = (concept("A", ("static", 4)), concept("B", ("video", 1)))  # 20 and 10 credits


def held(project: Project) -> int:
    return Hold.objects.get(project=project).credits


def occupied(project: Project) -> list[tuple[int, bool]]:
    """Its intervals: credits, and whether it still goes on."""
    intervals = Occupancy.objects.filter(project=project).order_by("pk")
    return [(interval.credits, interval.until is None) for interval in intervals]


def test_a_concept_gives_its_part_back_when_it_is_approved_and_a_brief_starts() -> None:
    wallet = per_concept(wallet_with(30))
    project = accepted(wallet, *TWO)
    waiting = submitted(wallet, 20, "Next")
    assert status_of(waiting) == Status.QUEUED
    production.deliver(CONSOLE, project.pk)
    a, b = parts_of(project)
    answer = reviewing.approve(CONSOLE, project.pk, [a.pk])
    assert (answer["released"], answer["consumed"]) == (20, 0)
    assert answer["started"] == [waiting.pk]
    project.refresh_from_db()
    assert (project.settled, project.asks, held(project)) == (20, 10, 10)
    assert occupied(project) == [(30, False), (10, True)]
    answer = reviewing.approve(CONSOLE, project.pk, [b.pk])
    assert answer["released"] == 10
    assert occupied(project) == [(30, False), (10, False)]
    answer = production.finalize(CONSOLE, project.pk)
    assert (answer["status"], answer["released"]) == (Status.FINALIZED, 0)
    assert_books_balance()


def test_by_default_nothing_comes_back_before_the_end() -> None:
    wallet = wallet_with(30)
    project = accepted(wallet, *TWO)
    production.deliver(CONSOLE, project.pk)
    answer = reviewing.approve(CONSOLE, project.pk)
    assert (answer["concepts"], answer["released"]) != ([], 30)
    assert held(project) == 30
    assert production.finalize(CONSOLE, project.pk)["released"] == 30
    assert_books_balance()


def test_under_pay_as_you_go_a_concept_uses_up_its_part() -> None:
    wallet = per_concept(paying_wallet((30, None), (30, None)))
    project = accepted(wallet, *TWO)
    production.deliver(CONSOLE, project.pk)
    answer = reviewing.approve(CONSOLE, project.pk, [parts_of(project)[0].pk])
    assert (answer["released"], answer["consumed"]) == (0, 20)
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held) == (30, 10)
    answer = production.finalize(CONSOLE, project.pk)
    assert (answer["released"], answer["consumed"]) == (0, 10)
    assert_books_balance()


@pytest.mark.parametrize("paying", [False, True])
def test_canceling_later_works_with_what_is_still_held(paying: bool) -> None:
    wallet = per_concept(paying_wallet((30, None)) if paying else wallet_with(30))
    project = accepted(wallet, *TWO)
    production.deliver(CONSOLE, project.pk)
    reviewing.approve(CONSOLE, project.pk, [parts_of(project)[0].pk])
    if paying:
        with pytest.raises(Refused) as raised:
            production.cancel(CONSOLE, project.pk, consumed=11, note="Stop")
        assert raised.value.code == "consumed_out_of_range"
    answer = production.cancel(CONSOLE, project.pk, note="Stop")
    assert (answer["released"], answer["consumed"]) == ((0, 10) if paying else (10, 0))
    assert_books_balance()


def test_the_flat_price_of_an_adaptation_comes_back_at_the_end() -> None:
    wallet = per_concept(wallet_with(30))
    supplied = DeliverableInput("text-variation", 4, supplied_master="Spring film")
    project = submitted(wallet, 10)  # the catalogue
    production.cancel(CONSOLE, project.pk, note="Not this one")
    brief = BriefInput(
        "Adapt", "adapt_optimize", concepts=(ConceptInput("A", (supplied,)),),
        fields=READY_FIELDS["adapt_optimize"],
    )  # fmt: skip
    project = Project.objects.get(pk=briefing.write(CONSOLE, wallet.account_id, brief)["project"])
    briefing.submit(CONSOLE, project.pk)
    production.accept(CONSOLE, project.pk)
    # A supplied master locks nothing.
    assert production.deliver(CONSOLE, project.pk)["status"] == Status.DELIVERED
    answer = reviewing.approve(CONSOLE, project.pk)
    assert (answer["released"], len(answer["concepts"])) == (0, 1)
    assert production.finalize(CONSOLE, project.pk)["released"] == 10
    assert_books_balance()


def test_growth_after_everything_came_back_has_a_hold_of_its_own() -> None:
    wallet = per_concept(wallet_with(60))
    project = accepted(wallet, *TWO)
    production.deliver(CONSOLE, project.pk)
    reviewing.approve(CONSOLE, project.pk)
    project.refresh_from_db()
    assert (project.settled, Hold.objects.get(project=project).closed_at is None) == (30, False)
    growing(project, {"title": "C"}, 10)
    submitted(wallet, 10, "Something that lets the queue move")
    project.refresh_from_db()
    # What it gives back was gone: growth has a hold and an interval of its own.
    assert (project.credits, held(project), status_of(project)) == (40, 10, "under_revision")
    assert occupied(project) == [(30, False), (10, True)]
    production.deliver(CONSOLE, project.pk)
    assert reviewing.approve(CONSOLE, project.pk)["released"] == 10
    assert production.finalize(CONSOLE, project.pk)["released"] == 0
    assert Wallet.objects.get(pk=wallet.pk).available == 50
    assert_books_balance()


def growing(project: Project, where: dict[str, object], credits: int) -> None:
    """An agreed amendment that waits for its credits."""
    part = {"type": "static", "quantity": credits // 5, "unit_credits": 5, **where}
    Amendment.objects.create(
        project=project, number=1, status=Amendment.Status.WAITING, proposed_by="customer",
        changes={"add": [part]}, credits_change=credits, proposed_at=clock.now(),
    )  # fmt: skip


def test_credits_that_come_free_may_be_those_that_the_projects_own_growth_waits_for() -> None:
    wallet = per_concept(wallet_with(30))
    project = accepted(wallet, *TWO)
    growing(project, {"title": "C"}, 20)
    production.deliver(CONSOLE, project.pk)
    answer = reviewing.approve(CONSOLE, project.pk, [parts_of(project)[0].pk])
    project.refresh_from_db()
    assert (answer["credits"], project.credits, project.settled) == (50, 50, 20)
    assert (answer["version"], answer["status"]) == (project.version, "under_revision")
    assert held(project) == 30
    assert occupied(project) == [(30, False), (10, False), (30, True)]
    assert_books_balance()


def test_an_unnamed_brief_is_one_concept() -> None:
    wallet = per_concept(wallet_with(30))
    submitted(wallet, 10)
    brief = brief_of(("static", 2))
    pk = briefing.write(CONSOLE, wallet.account_id, brief)["project"]
    briefing.submit(CONSOLE, pk)
    production.accept(CONSOLE, pk)
    production.deliver(CONSOLE, pk)
    assert reviewing.approve(CONSOLE, pk)["released"] == 10
    assert_books_balance()
