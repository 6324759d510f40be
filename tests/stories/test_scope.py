"""Scope that grows and shrinks: in one project, agreed by both sides, on sixty credits."""

from datetime import timedelta

import pytest

from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Amendment, Deliverable
from callsheet.projects.scope_changes import Addition, ScopeChanges
from callsheet.services import amending, parking, production, reviewing, transferring
from tests.builders import (
    assert_books_balance,
    delivered,
    finalized,
    organization_with,
    paying_wallet,
    status_of,
    submitted,
    wallet_with,
)
from tests.scope_builders import amended, fewer, line_of, more, sides_of

pytestmark = pytest.mark.django_db


def now_has(wallet) -> tuple[int, int]:
    wallet.refresh_from_db()
    return wallet.available, wallet.held


def test_scope_that_grows_and_shrinks() -> None:
    wallet = wallet_with(60)
    launch = submitted(wallet, 40, "Launch")  # 8 statics
    production.accept(CONSOLE, launch.pk)
    teaser = submitted(wallet, 20, "Teaser")  # the other 20
    spring = submitted(wallet, 20, "Spring")  # waits
    sides = sides_of(launch)
    assert (now_has(wallet), spring.status) == ((0, 60), "queued")

    # The customer wants a film of 20 beside it. The studio agrees; no credit is free.
    film = ScopeChanges(add=(Addition("video", 2, title="Film"),))
    effect = amending.preview(sides.customer, launch.pk, film)
    assert (effect.change, effect.at_once, effect.reason) == (20, False, "waiting_for_credits")
    answer = amending.propose(sides.customer, launch.pk, film, "The film tells it better")
    answer = amending.agree(sides.studio, answer["amendment"])
    assert (answer["amendment_status"], answer["status"]) == ("waiting", "in_progress")

    # Half of the statics are not needed any more, says the customer; but one change at a time.
    # So the film is given up for the moment, and the statics go first: 20 come home, Spring starts.
    amending.withdraw(sides.customer, answer["amendment"])
    answer = amending.propose(sides.customer, launch.pk, fewer(launch, 4), "Four are enough")
    answer = amending.agree(sides.studio, answer["amendment"])
    assert answer["started"] == [spring.pk]
    assert (answer["credits"], now_has(wallet)) == (20, (0, 60))

    # The film is agreed again and waits ahead of everybody else: Summer, too, wants 20.
    film_again = amended(launch, film, sides)
    summer = submitted(wallet, 20, "Summer")
    assert (film_again.status, summer.status) == ("waiting", "queued")
    answer = production.finalize(CONSOLE, delivered(teaser).pk)
    launch.refresh_from_db()
    assert (answer["started"], launch.credits, launch.hold.credits) == ([], 40, 40)

    # Statics and film are delivered and approved. A variation more costs nothing.
    production.deliver(CONSOLE, launch.pk)
    reviewing.approve(CONSOLE, launch.pk)
    square = ScopeChanges(add=(Addition("format-variation", 4, master=line_of(launch).pk),))
    amended(launch, square, sides)
    assert (launch.credits, launch.status) == (40, "under_revision")
    production.deliver(CONSOLE, launch.pk)
    answer = production.finalize(CONSOLE, launch.pk)
    assert (answer["released"], answer["started"]) == (40, [summer.pk])
    timeline = Event.objects.filter(subject_type="project", subject_id=launch.pk)
    assert timeline.filter(kind="amendment_applied").count() == 3
    assert_books_balance()


def test_the_studio_offers_more_and_holds_nothing_until_the_customer_agrees() -> None:
    wallet = wallet_with(60)
    launch = submitted(wallet, 40, "Launch")
    sides = sides_of(launch)
    answer = amending.propose(sides.studio, launch.pk, more(2), "Two more would pay off")
    assert now_has(wallet) == (20, 40)
    amending.decline(sides.customer, answer["amendment"])
    assert now_has(wallet) == (20, 40)
    answer = amending.propose(sides.studio, launch.pk, more(2), "Then for the sale")
    amending.agree(sides.customer, answer["amendment"])
    assert now_has(wallet) == (10, 50)
    assert_books_balance()


def test_a_team_grows_on_what_another_lends_and_gives_it_back_as_it_shrinks() -> None:

    pool, team = organization_with(0, north=40, south=20)
    transferring.set_borrowing(CONSOLE, pool.organization_id, True)
    for wallet in team.values():
        transferring.set_lending_limits(CONSOLE, wallet.pk, may_borrow=20, may_lend=20)
    launch = submitted(team["north"], 40, "Launch")
    sides = sides_of(launch)
    # 20 more: none of them are north's own, all are south's idle ones.
    amended(launch, more(4), sides)
    assert (launch.credits, now_has(team["south"]), now_has(team["north"])) == (
        60, (0, 0), (0, 60),
    )  # fmt: skip
    # 10 less: they go home first.
    amended(launch, ScopeChanges(quantity={line_of(launch, 1).pk: 2}), sides)
    assert (now_has(team["south"]), now_has(team["north"])) == ((10, 0), (0, 50))
    finalized(launch)
    assert (now_has(team["south"]), now_has(team["north"])) == ((20, 0), (40, 0))
    assert_books_balance()


def test_bought_credits_grow_from_the_lot_that_ends_first() -> None:

    soon = clock.today("UTC") + timedelta(days=30)
    wallet = paying_wallet((20, soon), (60, None))
    launch = submitted(wallet, 40, "Launch")  # 20 of the first lot, 20 of the second
    sides = sides_of(launch)
    amended(launch, more(4), sides)
    assert now_has(wallet) == (20, 60)
    with clock.at(clock.now() + timedelta(days=40)):
        # 20 less: they go back to the lot that has no end, so that nothing is lost.
        amended(launch, ScopeChanges(drop=(line_of(launch, 1).pk,)), sides)
        assert now_has(wallet) == (40, 40)
        finalized(launch)
        assert now_has(wallet) == (40, 0)
    assert_books_balance()


def test_what_is_on_ice_changes_freely_and_asks_for_the_whole_when_it_goes_on() -> None:
    wallet = wallet_with(60)
    launch = submitted(wallet, 40, "Launch")
    production.accept(CONSOLE, launch.pk)
    sides = sides_of(launch)
    parking.park(CONSOLE, launch.pk, "The sample is in the post")
    teaser = submitted(wallet, 20, "Teaser")
    assert amended(launch, more(4), sides).status == Amendment.Status.APPLIED
    assert now_has(wallet) == (40, 20)
    answer = parking.resume(CONSOLE, launch.pk)
    assert answer["reason"] == "waiting_for_credits"  # 60 are asked for, 40 are free
    production.finalize(CONSOLE, delivered(teaser).pk)
    assert (status_of(launch), now_has(wallet)) == ("in_progress", (0, 60))
    assert Deliverable.objects.filter(concept__project=launch).count() == 2
    assert_books_balance()
