"""What the editor foresees is what then happens: each world is asked, then the brief handed in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from callsheet.catalogue.models import deliverable_types, studio_rules
from callsheet.credits.models import Billing, Domain, Policy, Wallet
from callsheet.insight.brief_alternatives import Measure, other_ways
from callsheet.insight.brief_view import read_draft, weigh
from callsheet.insight.queue_view import read_queue_view
from callsheet.insight.start_preview import Foreseen, StartPreview, read_start
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.models import Project
from callsheet.services import briefing, crediting, production
from callsheet.tenants.access import Rights
from callsheet.tenants.models import Account
from tests.builders import (
    READY_FIELDS,
    assert_books_balance,
    draft,
    organization_with,
    paying_wallet,
    submitted,
    wallet_with,
)

pytestmark = pytest.mark.django_db


def foreseen(project: Project) -> StartPreview:
    """What the editor says of that draft."""
    account = Account.objects.select_related(
        "organization", "wallet__domain", "wallet__subscription"
    ).get(pk=project.account_id)
    found = read_draft(account, Rights(system=True), project.key)
    measure = measure_of(account)
    credits = weigh(
        found.brief, measure.types, measure.rules, measure.today,
        pay_as_you_go=measure.pay_as_you_go,
    ).credits  # fmt: skip
    return read_start(account, found, found.brief, credits, measure)


def measure_of(account: Account) -> Measure:
    return Measure(
        deliverable_types(), studio_rules(), clock.today(account.time_zone),
        account.wallet.billing == Billing.PAY_AS_YOU_GO,
    )  # fmt: skip


def comes_true(said: Foreseen, project: Project) -> None:
    """Hand the brief in and compare."""
    briefing.submit(CONSOLE, project.pk)
    as_foreseen(said, project)


def as_foreseen(said: Foreseen, project: Project) -> None:
    project.refresh_from_db()
    assert said.now == (project.status == "pending_review"), (said, project.status)
    assert said.credits == project.credits
    if said.now:
        assert (said.first, said.why) == (clock.today(project.account.time_zone), "")
        return
    (line,) = [
        line for line in read_queue_view(project.account_id).waiting if line.project == project.pk
    ]
    assert (said.first, said.last) == (line.starts_from, line.starts_by)
    assert (said.reason, said.why) == (line.reason, line.sentence)
    assert said.position == line.position
    assert said.credits_ahead == line.credits_ahead
    assert said.missing == line.missing


def test_it_starts_now() -> None:
    project = draft(wallet_with(60), 20)
    said = foreseen(project)
    assert said.start.now
    assert said.alternatives == ()
    comes_true(said.start, project)


def test_it_waits_for_credits() -> None:
    wallet = wallet_with(60)
    submitted(wallet, 50)
    project = draft(wallet, 20)
    said = foreseen(project)
    assert said.start.reason == "waiting_for_credits"
    comes_true(said.start, project)


def test_it_waits_behind_others() -> None:
    wallet = wallet_with(60)
    submitted(wallet, 50)
    submitted(wallet, 40)
    submitted(wallet, 30)
    project = draft(wallet, 20)
    said = foreseen(project)
    assert said.start.position == 3
    assert said.start.credits_ahead == 70
    comes_true(said.start, project)


def test_it_would_hold_up_the_first() -> None:
    """10 are free, and kept for the head, whom a brief that takes longer would hold up."""
    wallet = wallet_with(60)
    submitted(wallet, 50)
    submitted(wallet, 60)
    project = draft(wallet, 10)
    said = foreseen(project)
    assert said.start.reason == "behind_reservation"
    comes_true(said.start, project)


def test_it_goes_ahead_of_the_first_where_that_costs_nothing() -> None:
    """The head takes 20 of the 60 that will be free: 10 now are surplus then."""
    wallet = wallet_with(60)
    submitted(wallet, 50)
    submitted(wallet, 20)
    project = draft(wallet, 10)
    said = foreseen(project)
    assert said.start.now
    comes_true(said.start, project)


def test_it_may_not_start_yet() -> None:
    wallet = wallet_with(60)
    day = clock.today("UTC") + timedelta(days=20)
    project = draft(wallet, 20, not_before=day)
    said = foreseen(project)
    assert said.start.reason == "not_before"
    assert said.start.first is not None
    assert said.start.first >= day
    comes_true(said.start, project)


def test_it_can_never_start_as_it_is() -> None:
    wallet = wallet_with(60)
    project = draft(wallet, 80)
    said = foreseen(project)
    assert (said.start.reason, said.start.first) == ("exceeds_capacity", None)
    comes_true(said.start, project)


def test_it_comes_after_another() -> None:
    wallet = wallet_with(60)
    before = submitted(wallet, 10, "The one before")
    project = draft(wallet, 20)
    project.predecessors.add(before)
    said = foreseen(project)
    assert said.start.reason == "waiting_for_predecessor"
    assert "“The one before”" in said.start.why
    comes_true(said.start, project)


def test_a_kept_place_counts() -> None:
    """Withdrawn, it goes back to its place before the others that waited behind it."""
    wallet = wallet_with(60)
    submitted(wallet, 50)
    project = submitted(wallet, 40, "First in line")
    submitted(wallet, 30, "Second in line")
    briefing.withdraw(CONSOLE, project.pk)
    project.refresh_from_db()
    said = foreseen(project)
    assert said.start.position == 1
    comes_true(said.start, project)


@pytest.mark.parametrize("policy", list(Policy.values))
def test_whatever_the_policy(policy: str) -> None:
    wallet = wallet_with(60)
    Wallet.objects.filter(pk=wallet.pk).update(policy=policy)
    submitted(wallet, 50)
    submitted(wallet, 60)
    submitted(wallet, 10)
    project = draft(wallet, 10)
    comes_true(foreseen(project).start, project)


def test_what_is_bought_waits_for_more() -> None:
    wallet = paying_wallet((40, None))
    submitted(wallet, 30)
    project = draft(wallet, 30)
    said = foreseen(project)
    assert (said.start.reason, said.start.first) == ("waiting_for_purchase", None)
    comes_true(said.start, project)


def test_other_teams_help_out() -> None:
    _, teams = organization_with(40, north=20, south=20)
    north = teams["north"]
    Domain.objects.filter(pk=north.domain_id).update(borrowing=True)
    Wallet.objects.filter(pk=north.pk).update(may_borrow=20)
    Wallet.objects.exclude(pk=north.pk).filter(domain_id=north.domain_id).update(may_lend=20)
    submitted(north, 10)
    submitted(teams["south"], 20)
    project = draft(north, 20)
    said = foreseen(project)
    assert said.start.now
    comes_true(said.start, project)
    assert_books_balance()


def test_an_overdrawn_wallet_starts_nothing() -> None:
    wallet = wallet_with(60)
    submitted(wallet, 50)
    crediting.adjust(CONSOLE, wallet.pk, -30, permanent=True, note="Correction")
    project = draft(wallet, 20)
    said = foreseen(project)
    assert said.start.reason == "wallet_overdrawn"
    comes_true(said.start, project)


def two_concepts() -> BriefInput:
    """A film and stills of 30, and stills of 15."""
    return BriefInput(
        "Film and stills",
        "content_creation",
        concepts=(
            ConceptInput(
                "Outdoors",
                (
                    DeliverableInput("static", 2),
                    DeliverableInput("video", 2),
                    DeliverableInput("text-variation", 3, 1),
                ),
            ),
            ConceptInput("Still life", (DeliverableInput("static", 3),)),
        ),
        fields=READY_FIELDS["content_creation"],  # type: ignore[index]
    )


def waiting_world() -> tuple[Wallet, Project]:
    """15 of 60 credits are free, and a brief of 45 is written."""
    wallet = wallet_with(60)
    submitted(wallet, 45)
    number = briefing.write(CONSOLE, wallet.account_id, two_concepts())["project"]
    return wallet, Project.objects.get(pk=number)


def test_without_the_dearest_comes_true() -> None:
    wallet, project = waiting_world()
    said = foreseen(project)
    smaller = next(one for one in said.alternatives if one.without)
    assert smaller.without == "“Video creative” (2)"
    assert smaller.credits == 25
    (way,) = [one for one in other_ways(two_concepts(), measure_of(wallet.account)) if one.without]
    (_, brief, _) = way.pieces[0]
    briefing.write(CONSOLE, wallet.account_id, brief, project_id=project.pk)
    comes_true(smaller.pieces[0], project)


def test_split_by_concept_comes_true() -> None:
    """Each concept as a brief of its own: the second one, of 15, starts at once."""
    wallet, project = waiting_world()
    said = foreseen(project)
    assert not said.start.now
    split = next(one for one in said.alternatives if not one.without)
    assert [(piece.title, piece.credits, piece.now) for piece in split.pieces] == [
        ("Outdoors", 30, False), ("Still life", 15, True),
    ]  # fmt: skip
    assert split.earlier > 0
    first, second = (
        replace(two_concepts(), concepts=(concept,)) for concept in two_concepts().concepts
    )
    briefing.write(CONSOLE, wallet.account_id, first, project_id=project.pk)
    number = briefing.write(CONSOLE, wallet.account_id, second)["project"]
    briefing.submit(CONSOLE, project.pk)
    briefing.submit(CONSOLE, number)
    as_foreseen(split.pieces[0], project)
    as_foreseen(split.pieces[1], Project.objects.get(pk=number))


def test_asking_writes_nothing() -> None:
    wallet, project = waiting_world()
    before = (project.version, Wallet.objects.get(pk=wallet.pk).available)
    foreseen(project)
    project.refresh_from_db()
    assert (project.version, Wallet.objects.get(pk=wallet.pk).available) == before
    assert project.rank is None


def test_what_comes_free_is_foreseen() -> None:
    """Once the project in production is finalized, the answer is another one, and true again."""
    wallet, project = waiting_world()
    running = Project.objects.exclude(pk=project.pk).get(account=wallet.account)
    assert not foreseen(project).start.now
    production.accept(CONSOLE, running.pk)
    production.deliver(CONSOLE, running.pk)
    production.finalize(CONSOLE, running.pk)
    said = foreseen(project)
    assert said.start.now
    comes_true(said.start, project)
