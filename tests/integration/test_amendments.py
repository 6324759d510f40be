"""Amendments: who may, what is refused, what counts at once and what waits."""

from __future__ import annotations

import pytest

from callsheet.catalogue.models import DeliverableType, StudioRules
from callsheet.credits.models import Hold
from callsheet.journal.models import Event
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict, Forbidden, NotFound, Refusals, Refused
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.models import (
    Amendment,
    Clock,
    Concept,
    Deliverable,
    DeliverableState,
    Occupancy,
    Project,
)
from callsheet.projects.scope_changes import Addition, ScopeChanges
from callsheet.services import amending, briefing, crediting, production, reviewing
from callsheet.tenants.models import Role
from tests.builders import (
    READY_FIELDS,
    assert_books_balance,
    brief_of,
    delivered,
    draft,
    paying_wallet,
    somebody,
    status_of,
    submitted,
    wallet_with,
)
from tests.delivery_builders import per_concept
from tests.scope_builders import Sides, amended, fewer, line_of, more, proposed, sides_of

pytestmark = pytest.mark.django_db

WAITING, APPLIED = Amendment.Status.WAITING, Amendment.Status.APPLIED


@pytest.fixture
def running() -> Project:
    """Forty of sixty credits, in production."""
    project = submitted(wallet_with(60), 40)
    production.accept(CONSOLE, project.pk)
    project.refresh_from_db()
    return project


@pytest.fixture
def sides(running: Project) -> Sides:
    return sides_of(running)


def balances(project: Project) -> tuple[int, int]:
    project.wallet.refresh_from_db()
    return project.wallet.available, project.wallet.held


def code_of(error: pytest.ExceptionInfo[Refused | Conflict]) -> str:
    return error.value.code


# -- proposing ------------------------------------------------------------------------------------


def test_nothing_changes_until_the_other_side_agrees(running: Project, sides: Sides) -> None:
    answer = amending.propose(sides.customer, running.pk, more(2), "One more idea")
    assert (answer["amendment_status"], answer["change"]) == ("proposed", 10)
    running.refresh_from_db()
    assert (running.credits, balances(running)) == (40, (20, 40))
    assert Clock.objects.filter(project=running, kind="amendment").exists()


def test_more_scope_is_held_on_the_same_hold_at_once(running: Project, sides: Sides) -> None:
    amendment = amended(running, more(4), sides)
    assert amendment.status == APPLIED
    assert (running.credits, balances(running)) == (60, (0, 60))
    assert Hold.objects.get().credits == 60
    assert not Clock.objects.filter(project=running, kind="amendment").exists()
    intervals = [(o.credits, o.until is None) for o in Occupancy.objects.order_by("pk")]
    assert intervals == [(40, False), (60, True)]
    assert_books_balance()


def test_less_scope_comes_home_at_once_and_starts_what_waits(
    running: Project, sides: Sides
) -> None:
    waiting = submitted(running.wallet, 40)
    assert waiting.status == "queued"
    amendment = proposed(running, fewer(running, 4), sides.customer)
    answer = amending.agree(sides.studio, amendment.pk)
    assert answer["started"] == [waiting.pk]
    running.refresh_from_db()
    assert (running.credits, balances(running)) == (20, (0, 60))
    assert_books_balance()


def test_a_swap_that_costs_the_same_counts_at_once(running: Project, sides: Sides) -> None:
    line = line_of(running)
    changes = ScopeChanges(
        add=(Addition("video", 2, concept=line.concept_id),), quantity={line.pk: 4}
    )
    amendment = amended(running, changes, sides)
    assert (amendment.credits_change, amendment.status, running.credits) == (0, APPLIED, 40)
    assert list(
        Deliverable.objects.order_by("pk").values_list("type__key", "quantity", "unit_credits")
    ) == [("static", 4, 5), ("video", 2, 10)]  # fmt: skip
    assert Occupancy.objects.count() == 1
    assert_books_balance()


def test_growth_that_does_not_fit_waits_while_production_goes_on(
    running: Project, sides: Sides
) -> None:
    other = submitted(running.wallet, 20)
    amendment = amended(running, more(4), sides)
    assert (amendment.status, amendment.wait_reason) == (WAITING, "waiting_for_credits")
    assert (running.credits, running.status) == (40, "in_progress")
    delivered(other)
    production.finalize(CONSOLE, other.pk)
    amendment.refresh_from_db()
    running.refresh_from_db()
    assert (amendment.status, running.credits, balances(running)) == (APPLIED, 60, (0, 60))
    assert Event.objects.filter(kind="amendment_applied", subject_id=running.pk).exists()
    assert_books_balance()


def test_growth_waits_ahead_of_the_queue(running: Project, sides: Sides) -> None:
    other = submitted(running.wallet, 20)
    first = submitted(running.wallet, 20)
    amendment = amended(running, more(4), sides)
    last = draft(running.wallet, 20)
    answer = briefing.submit(CONSOLE, last.pk)
    assert (answer["position"], answer["credits_ahead"]) == (3, 40)
    delivered(other)
    answer = production.finalize(CONSOLE, other.pk)
    amendment.refresh_from_db()
    assert (amendment.status, answer["started"], status_of(first)) == (APPLIED, [], "queued")
    assert_books_balance()


def test_growth_that_was_agreed_first_is_served_first(running: Project, sides: Sides) -> None:
    other = submitted(running.wallet, 20)
    proposed_first = proposed(running, more(2), sides.studio)
    agreed_first = amended(other, more(2))
    amending.agree(sides.customer, proposed_first.pk)
    crediting.adjust(CONSOLE, running.wallet_id, 10, permanent=True, note="A gift")
    statuses = dict(Amendment.objects.values_list("pk", "status"))
    assert statuses == {proposed_first.pk: WAITING, agreed_first.pk: APPLIED}
    assert_books_balance()


def test_scope_that_can_never_be_held_is_refused_with_what_helps(
    running: Project, sides: Sides
) -> None:
    with pytest.raises(Refused) as error:
        proposed(running, more(5), sides.customer)
    assert code_of(error) == "exceeds_capacity"
    assert "65 credits" in error.value.message
    assert "raise the plan" in error.value.message


def test_the_preview_says_when_it_would_fit(running: Project, sides: Sides) -> None:
    at_once = amending.preview(sides.customer, running.pk, more(4))
    assert (at_once.credits, at_once.change, at_once.at_once) == (60, 20, True)
    other = submitted(running.wallet, 20)
    later = amending.preview(sides.customer, running.pk, more(2))
    assert (later.at_once, later.reason) == (False, "waiting_for_credits")
    assert (later.from_day, "not expected before" in later.sentence) == (None, True)
    delivered(other)
    soon = amending.preview(sides.customer, running.pk, more(2))
    assert soon.from_day == Project.objects.get(pk=other.pk).returns_p50
    never = amending.preview(sides.customer, running.pk, more(10))
    assert (never.at_once, never.reason, never.from_day) == (False, "exceeds_capacity", None)
    less = amending.preview(sides.customer, running.pk, fewer(running, 2))
    assert (less.change, less.at_once) == (-30, True)
    assert not Amendment.objects.exists()


def test_one_change_at_a_time(running: Project, sides: Sides) -> None:
    proposed(running, more(2), sides.customer)
    with pytest.raises(Conflict) as error:
        proposed(running, more(2), sides.studio)
    assert code_of(error) == "amendment_open"


def test_the_same_command_proposes_once(running: Project, sides: Sides) -> None:
    answers = [
        amending.propose(sides.customer, running.pk, more(2), "Why not", key="once")
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert Amendment.objects.count() == 1


def test_what_is_not_running_is_not_amended(sides: Sides, running: Project) -> None:
    wallet = running.wallet
    queued, written = submitted(wallet, 40), draft(wallet, 10)
    for project in (queued, written):
        with pytest.raises(Conflict) as error:
            proposed(project, more(2), sides.customer)
        assert code_of(error) == "not_started"
    production.cancel(CONSOLE, running.pk, note="Off")
    with pytest.raises(Conflict) as error:
        proposed(running, more(2), sides.customer)
    assert code_of(error) == "ended"


# -- what is refused ------------------------------------------------------------------------------


def refused(project: Project, changes: ScopeChanges) -> set[tuple[str, str | None]]:
    with pytest.raises(Refused) as error:
        amending.propose(CONSOLE, project.pk, changes, "Try")
    problems = getattr(error.value, "problems", [error.value])
    return {(problem.code, problem.field) for problem in problems}


def test_every_wrong_field_is_named(running: Project) -> None:
    line = line_of(running)
    changes = ScopeChanges(
        add=(
            Addition("no_such_thing"),
            Addition("static", 0),
            Addition("static", 1, concept=2**40),
            Addition("static", 1, master=line.pk),
            Addition("format-variation", 1),
            Addition("format-variation", 1, master=2**40),
            Addition("format-variation", 1, added_master=4),
            Addition("format-variation", 1, added_master=99),
            Addition("static", 1, title="x" * 301),
        ),
        quantity={line.pk: 1000, 2**40: 2},
        drop=(2**41,),
    )
    assert refused(running, changes) == {
        ("unknown_deliverable", "add.0.type"),
        ("quantity_out_of_range", "add.1.quantity"),
        ("unknown_concept", "add.2.concept"),
        ("master_of_master", "add.3.master"),
        ("variation_without_master", "add.4.master"),
        ("unknown_master", "add.5.master"),
        ("master_is_variation", "add.6.master"),
        ("unknown_master", "add.7.master"),
        ("too_long", "add.8.title"),
        ("quantity_out_of_range", f"quantity.{line.pk}"),
        ("unknown_deliverable", "quantity"),
        ("unknown_deliverable", "drop"),
    }


def test_what_is_no_change_is_refused(running: Project) -> None:
    assert refused(running, ScopeChanges()) == {("nothing_changes", "changes")}
    assert refused(running, fewer(running, 8)) == {("nothing_changes", "changes")}


def test_a_line_is_dropped_or_changed(running: Project) -> None:
    pk = line_of(running).pk
    assert ("changed_twice", "quantity") in refused(
        running, ScopeChanges(quantity={pk: 3}, drop=(pk,))
    )


def test_a_reason_is_needed(running: Project) -> None:
    with pytest.raises(Refused) as error:
        amending.propose(CONSOLE, running.pk, more(1), "  ")
    assert code_of(error) == "reason_missing"


def test_something_is_left_and_no_concept_is_too_small(running: Project) -> None:
    pk = line_of(running).pk
    assert refused(running, ScopeChanges(drop=(pk,))) == {("no_deliverables", "drop")}
    assert refused(running, fewer(running, 1)) == {("concept_under_minimum", "changes")}
    assert refused(running, more(1)) == {("concept_under_minimum", "changes")}
    variations = ScopeChanges(
        add=(Addition("format-variation", 2, supplied_master="theirs.psd"),), drop=(pk,)
    )
    assert ("variation_without_master", "add.0.master") in refused(running, variations)


def test_what_the_catalogue_offers_no_more_is_not_added(running: Project, sides: Sides) -> None:
    amendment = proposed(running, more(2, "photo-set"), sides.studio)
    DeliverableType.objects.filter(key="photo-set").update(active=False)
    assert refused_code(lambda: amending.agree(sides.customer, amendment.pk)) == (
        "deliverable_not_offered"
    )


def refused_code(act: object) -> str:
    with pytest.raises((Refused, Conflict, Forbidden)) as error:
        act()  # type: ignore[operator]
    return error.value.code


def test_a_price_that_changed_has_to_be_proposed_anew(running: Project, sides: Sides) -> None:
    amendment = proposed(running, more(2), sides.studio)
    DeliverableType.objects.filter(key="static").update(credits=6)
    assert refused_code(lambda: amending.agree(sides.customer, amendment.pk)) == "price_changed"
    amending.decline(sides.customer, amendment.pk)
    # The line that was agreed before keeps its price, also for more of it.
    again = amended(running, ScopeChanges(quantity={line_of(running).pk: 9}), sides)
    assert (again.credits_change, running.credits) == (5, 45)


def test_what_was_delivered_stays(running: Project, sides: Sides) -> None:
    amended(running, more(2), sides)
    first, second = line_of(running), line_of(running, 1)
    production.deliver(CONSOLE, running.pk, [first.pk])
    for changes in (
        ScopeChanges(drop=(first.pk,)),
        ScopeChanges(quantity={first.pk: 7}),
        ScopeChanges(quantity={first.pk: 9}),
    ):
        with pytest.raises(Conflict) as error:
            proposed(running, changes, sides.customer)
        assert code_of(error) == "already_produced"
        assert error.value.details["deliverables"] == [first.pk]
    amended(running, ScopeChanges(drop=(second.pk,)), sides)
    assert (status_of(running), running.credits) == ("delivered", 40)
    assert_books_balance()


def with_variation(wallet_credits: int = 60) -> Project:
    wallet = wallet_with(wallet_credits)
    concept = ConceptInput(
        "Idea",
        (
            DeliverableInput("static", 4),
            DeliverableInput("format-variation", 3, master=0),
            DeliverableInput("static", 4),
        ),
    )
    brief = BriefInput(
        title="With variations",
        brief_type="content_creation",
        fields=READY_FIELDS["content_creation"],  # type: ignore[index]
        concepts=(concept,),
    )
    project = draft(wallet, 10)
    briefing.write(CONSOLE, wallet.account_id, brief, project_id=project.pk)
    briefing.submit(CONSOLE, project.pk)
    production.accept(CONSOLE, project.pk)
    project.refresh_from_db()
    return project


def test_a_master_takes_its_variations_along() -> None:
    project = with_variation()
    amended(project, ScopeChanges(drop=(line_of(project).pk,)))
    states = list(Deliverable.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["dropped", "dropped", "waiting"]
    assert project.credits == 20


def test_the_master_of_a_delivered_variation_stays() -> None:
    project = with_variation()
    Deliverable.objects.filter(type__kind="variation").update(state=DeliverableState.APPROVED)
    with pytest.raises(Conflict) as error:
        proposed(project, ScopeChanges(drop=(line_of(project).pk,)))
    assert code_of(error) == "already_produced"


def test_a_variation_goes_to_its_master() -> None:
    project = with_variation()
    master = line_of(project)
    changes = ScopeChanges(
        add=(
            Addition("text-variation", 2, master=master.pk),
            Addition("static", 2, title="New"),
            Addition("text-variation", 5, added_master=1),
        )
    )
    amendment = amended(project, changes)
    assert amendment.credits_change == 10
    by_type = list(
        Deliverable.objects.filter(type__key="text-variation").order_by("pk")
    )  # fmt: skip
    assert [d.concept_id for d in by_type] == [master.concept_id, by_type[1].master.concept_id]
    assert by_type[1].concept.title == "New"
    other = Concept.objects.create(project=project, position=9)
    assert refused(
        project,
        ScopeChanges(add=(Addition("text-variation", 1, master=master.pk, concept=other.pk),)),
    ) == {("other_concept", "add.0.concept")}


def test_an_approved_concept_takes_no_new_master(running: Project) -> None:
    line = line_of(running)
    Concept.objects.filter(pk=line.concept_id).update(approved_at=running.accepted_at)
    into = ScopeChanges(add=(Addition("static", 2, concept=line.concept_id),))
    assert refused(running, into) == {("concept_approved", "add.0.concept")}


def test_an_adaptation_of_variations_alone_keeps_its_flat_price() -> None:
    wallet = wallet_with(60)
    project = draft(wallet, 10)
    brief = BriefInput(
        title="Adapt", brief_type="adapt_optimize",
        fields=READY_FIELDS["adapt_optimize"],  # type: ignore[index]
        concepts=(
            ConceptInput("A", (DeliverableInput("format-variation", 3, supplied_master="a.psd"),)),
        ),
    )  # fmt: skip
    briefing.write(CONSOLE, wallet.account_id, brief, project_id=project.pk)
    briefing.submit(CONSOLE, project.pk)
    project.refresh_from_db()
    variation = Addition("text-variation", 2, supplied_master="b.psd", title="B")
    assert amended(project, ScopeChanges(add=(variation,))).credits_change == 0
    # With a master it is a project like others: 2 statics are 10, as the flat price was.
    assert amended(project, more(4)).credits_change == 10
    assert (project.credits, Deliverable.objects.filter(supplied_master="b.psd").count()) == (20, 1)
    assert amended(project, ScopeChanges(drop=(line_of(project, 2).pk,))).credits_change == -10
    assert_books_balance()


# -- deciding -------------------------------------------------------------------------------------


def test_who_decides(running: Project, sides: Sides) -> None:
    theirs = proposed(running, more(2), sides.studio)
    manager = somebody(staff="account_manager")  # type: ignore[arg-type]
    for act in (amending.agree, amending.decline):
        for actor in (sides.studio, manager, CONSOLE):
            assert refused_code(lambda a=act, w=actor: a(w, theirs.pk)) == "other_side_decides"
        for viewer in (somebody(running.account, Role.VIEWER),):
            assert refused_code(lambda a=act, w=viewer: a(w, theirs.pk)) == "viewer_may_not_write"
        with pytest.raises(NotFound):
            act(somebody(), theirs.pk)
    assert refused_code(lambda: amending.withdraw(sides.customer, theirs.pk)) == (
        "other_side_proposed"
    )
    amending.withdraw(manager, theirs.pk)
    ours = proposed(running, more(2), sides.customer)
    assert refused_code(lambda: amending.agree(sides.customer, ours.pk)) == "other_side_decides"
    amending.agree(somebody(staff="producer"), ours.pk)  # type: ignore[arg-type]


def test_what_is_closed_stays_closed(running: Project, sides: Sides) -> None:
    amendment = proposed(running, more(2), sides.studio)
    amending.decline(sides.customer, amendment.pk)
    for act, actor in (
        (amending.agree, sides.customer),
        (amending.decline, sides.customer),
        (amending.withdraw, sides.studio),
    ):
        assert refused_code(lambda a=act, w=actor: a(w, amendment.pk)) == "amendment_closed"
    running.refresh_from_db()
    assert running.credits == 40


def test_the_customer_gives_up_what_waits_and_others_start(running: Project, sides: Sides) -> None:
    other = submitted(running.wallet, 10)
    amendment = amended(running, more(4), sides)
    blocked = submitted(running.wallet, 10)
    assert (amendment.status, blocked.wait_reason) == (WAITING, "behind_reservation")
    answer = amending.withdraw(sides.customer, amendment.pk)
    assert answer["started"] == [blocked.pk]
    assert status_of(other) == "pending_review"
    assert_books_balance()


def test_what_was_delivered_meanwhile_withdraws_the_growth(running: Project, sides: Sides) -> None:
    amended(running, more(2), sides)
    second = line_of(running, 1)
    other = submitted(running.wallet, 10)
    swap = ScopeChanges(add=(Addition("static", 4, title="Big"),), drop=(second.pk,))
    amendment = amended(running, swap, sides)
    assert amendment.status == WAITING
    production.deliver(CONSOLE, running.pk, [second.pk])
    delivered(other)
    production.finalize(CONSOLE, other.pk)
    amendment.refresh_from_db()
    second.refresh_from_db()
    running.refresh_from_db()
    assert (amendment.status, second.state) == (Amendment.Status.WITHDRAWN, "delivered")
    assert (running.credits, balances(running)) == (50, (10, 50))
    event = Event.objects.get(kind="amendment_withdrawn")
    assert event.data["because"] == "already_produced"
    assert_books_balance()


def test_a_concept_that_was_approved_meanwhile_does_not_grow(
    running: Project, sides: Sides
) -> None:
    other = submitted(running.wallet, 20)
    concept = line_of(running).concept_id
    amendment = amended(running, ScopeChanges(add=(Addition("static", 2, concept=concept),)), sides)
    assert amendment.status == WAITING
    amending.withdraw(sides.customer, amendment.pk)
    into_both = ScopeChanges(
        add=(Addition("static", 2, concept=concept), Addition("static", 2, title="Other"))
    )
    amendment = amended(running, into_both, sides)
    production.deliver(CONSOLE, running.pk)
    reviewing.approve(CONSOLE, running.pk)
    production.finalize(CONSOLE, delivered(other).pk)
    amendment.refresh_from_db()
    running.refresh_from_db()
    assert (amendment.status, running.credits) == (Amendment.Status.WITHDRAWN, 40)
    assert Event.objects.filter(data__because="concept_approved").exists()


def test_a_concept_is_approved_when_what_is_left_of_it_is() -> None:
    project = submitted(per_concept(wallet_with(60)), 40)
    production.accept(CONSOLE, project.pk)
    sides = sides_of(project)
    concept = line_of(project).concept_id
    amended(
        project,
        ScopeChanges(
            add=(Addition("static", 2, concept=concept), Addition("static", 2, title="Other"))
        ),
        sides,
    )
    first, second = line_of(project), line_of(project, 1)
    production.deliver(CONSOLE, project.pk, [first.pk])
    reviewing.approve(CONSOLE, project.pk, [first.pk])
    amended(project, ScopeChanges(drop=(second.pk,)), sides)
    assert (project.credits, project.settled, project.asks) == (50, 40, 10)
    assert (balances(project), project.hold.credits) == ((50, 10), 10)
    # What is left is dropped, too: nothing is held any more, and growth opens a hold anew.
    amended(project, ScopeChanges(drop=(line_of(project, 1).pk,)), sides)
    assert (project.status, project.asks, balances(project)) == ("delivered", 0, (60, 0))
    amended(project, more(2), sides)
    assert (project.status, project.asks, balances(project)) == ("under_revision", 10, (50, 10))
    assert list(
        Occupancy.objects.filter(until=None).values_list("credits", flat=True)
    ) == [10]  # fmt: skip
    production.deliver(CONSOLE, project.pk)
    production.finalize(CONSOLE, project.pk)
    assert balances(project) == (60, 0)
    assert_books_balance()


# -- the end, and other statuses ------------------------------------------------------------------


def test_growth_of_what_was_delivered_is_a_revision(running: Project, sides: Sides) -> None:
    production.deliver(CONSOLE, running.pk)
    amended(running, more(2), sides)
    assert status_of(running) == "under_revision"
    production.deliver(CONSOLE, running.pk)
    assert production.finalize(CONSOLE, running.pk)["released"] == 50
    assert_books_balance()


@pytest.mark.parametrize("waits", [False, True])
def test_the_end_closes_what_is_open(running: Project, sides: Sides, waits: bool) -> None:
    submitted(running.wallet, 20)
    amendment = amended(running, more(2), sides) if waits else proposed(running, more(2))
    production.deliver(CONSOLE, running.pk)
    production.finalize(CONSOLE, running.pk)
    amendment.refresh_from_db()
    assert amendment.status == Amendment.Status.WITHDRAWN
    assert not Clock.objects.filter(project=running).exists()
    assert_books_balance()


def test_a_brief_that_goes_back_forgets_what_was_dropped() -> None:
    wallet = wallet_with(60)
    project = draft(wallet, 10)
    brief = brief_of(("static", 4), ("static", 4))
    briefing.write(CONSOLE, wallet.account_id, brief, project_id=project.pk)
    briefing.submit(CONSOLE, project.pk)
    amended(project, ScopeChanges(drop=(line_of(project).pk,)))
    opened = proposed(project, more(2))
    DeliverableType.objects.filter(key="static").update(credits=7)
    briefing.withdraw(CONSOLE, project.pk)
    opened.refresh_from_db()
    assert opened.status == Amendment.Status.WITHDRAWN
    assert not Clock.objects.filter(project=project).exists()
    assert Deliverable.objects.filter(concept__project=project).count() == 1
    assert briefing.submit(CONSOLE, project.pk)["credits"] == 28
    assert_books_balance()


def test_pay_as_you_go_grows_from_its_lots_and_gives_back_to_them() -> None:
    wallet = paying_wallet((40, None), (20, None))
    project = submitted(wallet, 40)
    amended(project, more(2))
    assert (project.credits, balances(project)) == (50, (10, 50))
    assert amended(project, more(4)).status == WAITING
    waiting = Amendment.objects.get(status=WAITING)
    assert waiting.wait_reason == "waiting_for_purchase"
    amending.withdraw(CONSOLE, waiting.pk)
    amended(project, fewer(project, 4))
    assert (project.credits, balances(project)) == (30, (30, 30))
    assert refused(project, fewer(project, 2)) == {("project_under_minimum", "changes")}
    delivered(project)
    production.finalize(CONSOLE, project.pk)
    assert balances(project) == (30, 0)
    assert_books_balance()


def test_the_studios_rules_count(running: Project) -> None:
    StudioRules.objects.update_or_create(pk=1, defaults={"most_quantity": 9})
    assert refused(running, fewer(running, 10)) == {
        ("quantity_out_of_range", f"quantity.{line_of(running).pk}")
    }
    assert isinstance(Refusals([Refused("a", "b")]), Refused)
