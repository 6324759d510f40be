"""What is wrong is refused with a code, a field and a sentence, and leaves nothing behind.

Each case is one call. Before and after it, every row of every table is counted and digested.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from _pytest.outcomes import Failed
from django.db import transaction

from callsheet.catalogue import defaults
from callsheet.catalogue.models import BriefType, StudioRules
from callsheet.credits.models import StandingOrder, Subscription
from callsheet.credits.opening import open_wallet
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, Actor
from callsheet.kit.errors import CallsheetError, Conflict, Forbidden, NotFound, Refusals, Refused
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.models import Project
from callsheet.services import (
    absences,
    accounts,
    briefing,
    closing,
    crediting,
    inviting,
    membership,
    production,
    queueing,
    sequencing,
    staffing,
    subscribing,
    transferring,
)
from callsheet.tenants.models import Account, AccountType, Role, StaffRole
from tests.builders import (
    brief_for,
    brief_of,
    delivered,
    draft,
    organization_with,
    paying_wallet,
    somebody,
    submitted,
    wallet_with,
)
from tests.races.support import contents

pytestmark = pytest.mark.django_db

HUGE = (2**31, 2**63, 10**30)
STATUS = {NotFound: 404, Forbidden: 403, Conflict: 409, Refused: 422, Refusals: 422}
Try = Callable[[], Any]


def day(number: int) -> date:
    return clock.today("UTC") + timedelta(days=number)


def refusal(attempt: Try) -> CallsheetError:
    """The one refusal of the call, which must have left no trace."""
    before = contents()
    with pytest.raises(CallsheetError) as raised, transaction.atomic():
        attempt()
    assert contents() == before, "the refused call left something behind"
    error = raised.value
    assert error.status == STATUS[type(error)]
    return error


def assert_refused(attempt: Try, kind: type[CallsheetError], code: str, field: str | None) -> None:
    error = refusal(attempt)
    problems = error.problems if isinstance(error, Refusals) else [error]
    found = [(problem.code, problem.field) for problem in problems]
    assert isinstance(error, kind), error
    assert (code, field) in found, found
    for problem in problems:
        assert problem.message.endswith((".", "?")), problem.message
        assert problem.message[0].isupper() or problem.message[0] in "“0123456789", problem.message
        assert len(problem.message) < 400, problem.message


def assert_each(cases: Mapping[str, Any], look: Callable[[Any], None]) -> None:
    """Look at every case, and name all that are not as they should be."""
    wrong = {}
    for name, case in cases.items():
        try:
            look(case)
        except (AssertionError, Failed) as error:
            wrong[name] = str(error)
    assert not wrong, "\n\n".join(f"{name}: {said}" for name, said in wrong.items())


@pytest.fixture
def world() -> SimpleNamespace:
    defaults.install()
    alone = wallet_with(60)
    pool, team = organization_with(20, north=60, south=40)
    far_pool, far_team = organization_with(20, west=40)
    planned = wallet_with(0)
    subscribing.subscribe(CONSOLE, planned.pk, "growth")
    paying = paying_wallet((60, day(100)))
    running = submitted(alone, 20)
    return SimpleNamespace(
        alone=alone, pool=pool, north=team["north"], south=team["south"], far=far_team["west"],
        far_pool=far_pool, planned=planned, paying=paying, account=alone.account_id,
        running=running, draft=draft(alone, 10), queued=submitted(alone, 60),
        done=delivered(submitted(wallet_with(20), 20)),
        member=somebody(alone.account), admin=somebody(alone.account, Role.ADMIN),
        producer=somebody(staff=StaffRole.PRODUCER),
        studio_admin=somebody(staff=StaffRole.STUDIO_ADMIN),
    )  # fmt: skip


def one(**deliverable: Any) -> BriefInput:
    """A brief of one deliverable."""
    concept = ConceptInput("Concept", (DeliverableInput(**deliverable),))
    return replace(brief_for(10), concepts=(concept,))


def variation(master: int | None, **more: Any) -> BriefInput:
    concept = ConceptInput(
        "Concept",
        (DeliverableInput("static", 2), DeliverableInput("text-variation", 1, master, **more)),
    )
    return replace(brief_for(10), concepts=(concept,))


WHERE = "concepts.0.deliverables.0"
BRIEFS: list[tuple[str, BriefInput, str, str]] = [
    ("unknown deliverable", one(type="hologram"), "unknown_deliverable", f"{WHERE}.type"),
    ("variation without master", variation(None), "variation_without_master",
     "concepts.0.deliverables.1.master"),
    ("master supplied, but not to an adaptation", variation(None, supplied_master="old.mp4"),
     "variation_without_master", "concepts.0.deliverables.1.master"),
    ("master elsewhere", variation(7), "unknown_master", "concepts.0.deliverables.1.master"),
    ("master before the first", variation(-1), "unknown_master",
     "concepts.0.deliverables.1.master"),
    ("variation of itself", variation(1), "master_is_variation",
     "concepts.0.deliverables.1.master"),
    ("master of a master", one(type="static", master=0), "master_of_master", f"{WHERE}.master"),
    ("no quantity", one(type="static", quantity=0), "quantity_out_of_range", f"{WHERE}.quantity"),
    ("negative quantity", one(type="static", quantity=-2), "quantity_out_of_range",
     f"{WHERE}.quantity"),
    *[(f"quantity {n}", one(type="static", quantity=n), "quantity_out_of_range",
       f"{WHERE}.quantity") for n in HUGE],
    ("long placement", one(type="static", placement="x" * 201), "too_long", f"{WHERE}.placement"),
    ("long notes", one(type="static", notes="x" * 20_001), "too_long", f"{WHERE}.notes"),
    ("long supplied master", one(type="static", supplied_master="x" * 301), "too_long",
     f"{WHERE}.supplied_master"),
    ("eleven do's", brief_for(10, dos=("Smile",) * 11), "too_many_lines", "dos"),
    ("eleven don'ts", brief_for(10, donts=("Frown",) * 11), "too_many_lines", "donts"),
    ("a long do", brief_for(10, dos=("x" * 301,)), "too_long", "dos"),
    ("no title", brief_for(10, title=" "), "title_missing", "title"),
    ("title of 10,000 characters", brief_for(10, title="x" * 10_000), "too_long", "title"),
    ("long brand", brief_for(10, brand="x" * 201), "too_long", "brand"),
    ("long campaign", brief_for(10, campaign="x" * 201), "too_long", "campaign"),
    ("long cost centre", brief_for(10, cost_centre="x" * 81), "too_long", "cost_centre"),
    ("long purchase order", brief_for(10, purchase_order="x" * 81), "too_long", "purchase_order"),
    ("published yesterday", brief_for(10, publish_on=date(2020, 1, 1)), "date_in_the_past",
     "publish_on"),
    ("wanted yesterday", brief_for(10, wanted_by=date(2020, 1, 1)), "date_in_the_past",
     "wanted_by"),
    ("a day in 9999", brief_for(10, not_before=date.max), "date_out_of_range", "not_before"),
    ("unknown brief type", replace(brief_for(10), brief_type="poem"), "unknown_brief_type",
     "brief_type"),
    ("unknown priority", brief_for(10, priority=5), "unknown_priority", "priority"),
    *[(f"priority {n}", brief_for(10, priority=n), "unknown_priority", "priority")
      for n in (-1, *HUGE)],
    ("NUL in the title", brief_for(10, title="A\x00B"), "bad_character", "title"),
    ("half a character", brief_for(10, title="A\ud800"), "bad_character", "title"),
    ("NUL in a do", brief_for(10, dos=("Smile\x00",)), "bad_character", "dos.0"),
    ("NUL in a placement", one(type="static", placement="\x00"), "bad_character",
     f"{WHERE}.placement"),
    ("NUL in a field", brief_for(10, campaign="\x00"), "bad_character", "campaign"),
    ("NUL deep in a field", replace(brief_for(10), fields={"props": ["a", {"b": "\x00"}]}),
     "bad_character", "fields.props.1.b"),
    ("NUL in a field's name", replace(brief_for(10), fields={"a\x00": "b"}), "bad_character",
     "fields"),
    ("infinity in a field", replace(brief_for(10), fields={"size": float("inf")}), "not_a_number",
     "fields.size"),
    ("a field of 20,001 characters", replace(brief_for(10), fields={"setting": "x" * 20_001}),
     "too_long", "fields.setting"),
    ("101 concepts", replace(brief_for(10), concepts=(ConceptInput(),) * 101),
     "too_many_concepts", "concepts"),
    ("201 kinds of deliverables", brief_of(*[("static", 1)] * 201), "too_many_deliverables",
     "concepts.0.deliverables"),
    ("100,001 credits", brief_of(*[("stop-motion", 200)] * 34), "too_many_credits", "concepts"),
]  # fmt: skip


def test_briefs_that_are_wrong() -> None:
    wallet = wallet_with(0)
    draft(wallet, 10)

    def look(case: tuple[BriefInput, str, str]) -> None:
        brief, code, field = case
        write = partial(briefing.write, CONSOLE, wallet.account_id, brief)
        assert_refused(write, Refused, code, field)

    assert_each({name: case for name, *case in BRIEFS}, look)


def test_every_wrong_field_is_named_at_once() -> None:
    wallet = wallet_with(0)
    draft(wallet, 10)
    wrong = replace(one(type="hologram"), title="", dos=("x",) * 11, publish_on=date(2020, 1, 1))
    error = refusal(lambda: briefing.write(CONSOLE, wallet.account_id, wrong))
    assert isinstance(error, Refusals)
    fields = {problem.field for problem in error.problems}
    assert fields == {"title", "dos", "publish_on", f"{WHERE}.type"}


def test_characters_of_four_bytes_are_kept_as_they_are() -> None:
    wallet = wallet_with(0)
    title = "Frühstück 🥐 𝒞𝒶𝒻é 早餐 " + "é" * 200
    project = draft(wallet, 10, title=title, dos=("🥐",))
    assert (project.title, project.dos) == (title, ["🥐"])


NOT_READY: list[tuple[str, BriefInput, str, str]] = [
    ("no deliverables", replace(brief_for(10), concepts=()), "no_deliverables", "concepts"),
    ("concept under the minimum", brief_for(5), "concept_under_minimum", "concepts.0"),
    ("one of two concepts under it",
     replace(brief_for(10), concepts=(*brief_for(10).concepts, *brief_for(5).concepts)),
     "concept_under_minimum", "concepts.1"),
    ("nothing said about the product", replace(brief_for(10), fields={"setting": "Table"}),
     "field_missing", "fields.product_information"),
    ("no master", replace(
        brief_for(10), brief_type=BriefType.ADAPT_OPTIMIZE, fields={"what_to_change": " "},
        concepts=(ConceptInput("C", (
            DeliverableInput("text-variation", supplied_master="old.mp4"),)),)),
     "field_missing", "fields.what_to_change"),
]  # fmt: skip


@pytest.mark.parametrize(("brief", "code", "field"), [b[1:] for b in NOT_READY],
                         ids=[b[0] for b in NOT_READY])  # fmt: skip
def test_a_brief_that_is_not_ready(brief: BriefInput, code: str, field: str) -> None:
    wallet = wallet_with(60)
    draft(wallet, 10)
    pk = briefing.write(CONSOLE, wallet.account_id, brief)["project"]
    assert_refused(lambda: briefing.submit(CONSOLE, pk), Refused, code, field)


def test_a_brief_that_costs_nothing_is_not_queued() -> None:
    """An adaptation is free where the studio says so; but what holds nothing cannot start."""
    wallet = wallet_with(60)
    defaults.install()
    StudioRules.objects.update(adaptation_price=0)
    adaptation = replace(
        brief_for(10),
        brief_type=BriefType.ADAPT_OPTIMIZE,
        fields={"what_to_change": "Language"},
        not_before=day(3),
        concepts=(ConceptInput("C", (DeliverableInput("text-variation", supplied_master="a"),)),),
    )
    pk = briefing.write(CONSOLE, wallet.account_id, adaptation)["project"]
    assert_refused(lambda: briefing.submit(CONSOLE, pk), Refused, "no_credits", "concepts")


def test_a_brief_whose_day_has_passed_since() -> None:
    wallet = wallet_with(60)
    project = draft(wallet, 10, wanted_by=day(3))
    with clock.at(clock.now() + timedelta(days=4)):
        assert_refused(
            lambda: briefing.submit(CONSOLE, project.pk), Refused, "date_in_the_past", "wanted_by"
        )


# Each action, what does it, and the statuses in which the table of the design allows it.
ACTIONS: dict[str, tuple[Callable[[int], Any], set[str]]] = {
    "submit": (lambda pk: briefing.submit(CONSOLE, pk), {"draft", "pending_approval"}),
    "withdraw": (
        lambda pk: briefing.withdraw(CONSOLE, pk),
        {"queued", "pending_review", "clarification_requested"},
    ),
    "accept": (lambda pk: production.accept(CONSOLE, pk), {"pending_review"}),
    "request_clarification": (
        lambda pk: production.request_clarification(CONSOLE, pk, "Which?"), {"pending_review"},
    ),
    "clarify": (lambda pk: production.clarify(CONSOLE, pk, "This"), {"clarification_requested"}),
    "return": (
        lambda pk: production.return_brief(CONSOLE, pk, "Unclear"),
        {"pending_review", "clarification_requested"},
    ),
    "deliver": (
        lambda pk: production.deliver(CONSOLE, pk),
        {"in_progress", "initial_delivery", "under_revision"},
    ),
    "finalize": (lambda pk: production.finalize(CONSOLE, pk), {"delivered"}),
    "cancel": (
        lambda pk: production.cancel(CONSOLE, pk, note="Off"),
        {"queued", "pending_review", "clarification_requested", "in_progress",
         "initial_delivery", "delivered", "under_revision", "parked"},
    ),
}  # fmt: skip
STATUSES = (
    "draft", "pending_approval", "queued", "pending_review", "clarification_requested",
    "in_progress", "initial_delivery", "delivered", "under_revision", "parked", "finalized",
    "canceled",
)  # fmt: skip


@pytest.mark.parametrize("status", STATUSES)
def test_a_forbidden_transition(status: str) -> None:
    wallet = wallet_with(60)
    project = submitted(wallet, 10)
    submitted(wallet, 60)  # something that would start if credits came free
    Project.objects.filter(pk=project.pk).update(
        status=status, ended_at=clock.now(), rank=1, wait_reason="",
        resumes_to="in_progress" if status == "parked" else "",
    )  # fmt: skip
    for action, (call, allowed) in ACTIONS.items():
        if status in allowed:
            continue
        error = refusal(lambda call=call: call(project.pk))
        assert (error.code, error.status, error.field) == ("forbidden_transition", 409, "status")
        assert status.replace("_", " ") in error.message, action


CASES: list[tuple[str, Callable[[SimpleNamespace], Any], type[CallsheetError], str, str | None]] = [
    ("moving held credits",
     lambda w: transferring.transfer(CONSOLE, w.north.pk, w.south.pk, 61),
     Conflict, "not_enough_available", "amount"),
    ("moving to another organization",
     lambda w: transferring.transfer(CONSOLE, w.north.pk, w.far.pk, 1),
     Refused, "other_organization", "target"),
    ("moving to another organization's pool",
     lambda w: transferring.transfer(CONSOLE, w.pool.pk, w.far_pool.pk, 1),
     Refused, "other_organization", "target"),
    ("moving out of a standalone account",
     lambda w: transferring.transfer(CONSOLE, w.alone.pk, w.north.pk, 1),
     Refused, "other_organization", "target"),
    ("lending to another organization",
     lambda w: transferring.lend(CONSOLE, w.north.pk, w.far.pk, 1, starts_on=day(1),
                                 ends_on=day(2)),
     Refused, "other_organization", "target"),
    ("scheduling to another organization",
     lambda w: transferring.schedule_transfer(CONSOLE, w.north.pk, w.far.pk, 1, day(1)),
     Refused, "other_organization", "target"),
    ("moving to the same wallet",
     lambda w: transferring.transfer(CONSOLE, w.north.pk, w.north.pk, 1),
     Refused, "same_wallet", "target"),
    ("a loan in the past",
     lambda w: transferring.lend(CONSOLE, w.north.pk, w.south.pk, 1, starts_on=day(-1),
                                 ends_on=day(2)), Refused, "date_in_the_past", "starts_on"),
    ("a loan that ends before it starts",
     lambda w: transferring.lend(CONSOLE, w.north.pk, w.south.pk, 1, starts_on=day(2),
                                 ends_on=day(2)), Refused, "ends_before_start", "ends_on"),
    ("a transfer in the past",
     lambda w: transferring.schedule_transfer(CONSOLE, w.north.pk, w.south.pk, 1, day(-1)),
     Refused, "date_in_the_past", "due_on"),
    ("limits of an account on its own",
     lambda w: transferring.set_lending_limits(CONSOLE, w.alone.pk, may_borrow=1, may_lend=1),
     Refused, "not_integrated", "wallet"),
    ("canceling an order that is none", lambda w: transferring.cancel_order(CONSOLE, 10**9),
     NotFound, "not_found", None),
    ("a grant of a kind that is none", lambda w: crediting.grant(CONSOLE, w.alone.pk, 5, "luck"),
     Refused, "unknown_category", "category"),
    ("a grant to pay-as-you-go", lambda w: crediting.grant(CONSOLE, w.paying.pk, 5),
     Refused, "lots_only", "credits"),
    ("a grant from yesterday",
     lambda w: crediting.grant(CONSOLE, w.alone.pk, 5, starts_on=day(-1)),
     Refused, "date_in_the_past", "starts_on"),
    ("a grant that ends today", lambda w: crediting.grant(CONSOLE, w.alone.pk, 5, ends_on=day(0)),
     Refused, "ends_before_start", "ends_on"),
    ("a grant at a negative price",
     lambda w: crediting.grant(CONSOLE, w.alone.pk, 5, price=Decimal(-1)),
     Refused, "price_out_of_range", "price"),
    ("a grant at no price at all",
     lambda w: crediting.grant(CONSOLE, w.alone.pk, 5, price=Decimal("NaN")),
     Refused, "price_out_of_range", "price"),
    ("a lot at a huge price",
     lambda w: crediting.buy_lot(CONSOLE, w.paying.pk, 5, price=Decimal(10) ** 30),
     Refused, "price_out_of_range", "price"),
    ("a lot for a subscription", lambda w: crediting.buy_lot(CONSOLE, w.alone.pk, 5),
     Refused, "no_lots", "credits"),
    ("a lot that is void today",
     lambda w: crediting.buy_lot(CONSOLE, w.paying.pk, 5, expires_on=day(0)),
     Refused, "date_in_the_past", "expires_on"),
    ("an adjustment by nothing",
     lambda w: crediting.adjust(CONSOLE, w.alone.pk, 0, permanent=True, note="Why"),
     Refused, "amount_out_of_range", "change"),
    ("an adjustment without a reason",
     lambda w: crediting.adjust(CONSOLE, w.alone.pk, 5, permanent=True, note=" "),
     Refused, "reason_missing", "note"),
    ("an adjustment without an end", lambda w: crediting.adjust(CONSOLE, w.alone.pk, 5, note="Why"),
     Refused, "end_missing", "until"),
    ("an adjustment until yesterday",
     lambda w: crediting.adjust(CONSOLE, w.alone.pk, 5, until=day(-1), note="Why"),
     Refused, "date_in_the_past", "until"),
    ("taking more than was bought",
     lambda w: crediting.adjust(CONSOLE, w.paying.pk, -61, permanent=True, note="Why"),
     Refused, "not_enough_available", "change"),
    ("a reason of 20,001 characters",
     lambda w: crediting.adjust(CONSOLE, w.alone.pk, 5, permanent=True, note="x" * 20_001),
     Refused, "too_long", "note"),
    ("a reason with NUL",
     lambda w: crediting.adjust(CONSOLE, w.alone.pk, 5, permanent=True, note="a\x00"),
     Refused, "bad_character", "note"),
    ("an unknown plan", lambda w: subscribing.subscribe(CONSOLE, w.alone.pk, "gold"),
     Refused, "unknown_plan", "plan"),
    ("a plan's name with NUL", lambda w: subscribing.subscribe(CONSOLE, w.alone.pk, "\x00"),
     Refused, "bad_character", "plan"),
    ("a plan for a team", lambda w: subscribing.subscribe(CONSOLE, w.north.pk, "growth"),
     Refused, "pool_only", "plan"),
    ("a plan for pay-as-you-go", lambda w: subscribing.subscribe(CONSOLE, w.paying.pk, "growth"),
     Refused, "lots_only", "plan"),
    ("a second plan", lambda w: subscribing.subscribe(CONSOLE, w.planned.pk, "growth"),
     Conflict, "subscribed_already", None),
    ("a plan that renewed yesterday",
     lambda w: subscribing.subscribe(CONSOLE, w.alone.pk, "growth", renews_on=day(-1)),
     Refused, "date_in_the_past", "renews_on"),
    ("the same plan", lambda w: subscribing.change_plan(CONSOLE, w.planned.pk, "growth"),
     Refused, "same_plan", "plan"),
    ("changing no plan", lambda w: subscribing.change_plan(CONSOLE, w.alone.pk, "growth"),
     NotFound, "not_found", None),
    ("a pause until today", lambda w: subscribing.pause(CONSOLE, w.planned.pk, day(0)),
     Refused, "date_in_the_past", "until"),
    ("a pause for ever", lambda w: subscribing.pause(CONSOLE, w.planned.pk, date.max),
     Refused, "date_out_of_range", "until"),
    ("resuming what runs", lambda w: subscribing.resume(CONSOLE, w.planned.pk),
     Conflict, "not_paused", None),
    ("a stale queue", lambda w: queueing.reorder(CONSOLE, w.account, [w.queued.pk, w.running.pk]),
     Conflict, "stale_queue", "order"),
    ("an empty order of a queue", lambda w: queueing.reorder(CONSOLE, w.account, []),
     Conflict, "stale_queue", "order"),
    ("twice in an order",
     lambda w: queueing.reorder(CONSOLE, w.account, [w.queued.pk, w.queued.pk]),
     Refused, "twice_in_order", "order"),
    ("an order with huge numbers", lambda w: queueing.reorder(CONSOLE, w.account, [2**70]),
     Conflict, "stale_queue", "order"),
    ("an unknown policy", lambda w: queueing.set_policy(CONSOLE, w.account, "luck"),
     Refused, "unknown_policy", "policy"),
    ("overtaking on pay-as-you-go",
     lambda w: queueing.set_policy(CONSOLE, w.paying.account_id, "backfill"),
     Refused, "always_strict", "policy"),
    ("a stale version", lambda w: briefing.withdraw(CONSOLE, w.running.pk, version=1),
     Conflict, "stale", "version"),
    ("a stale draft",
     lambda w: briefing.write(CONSOLE, w.account, brief_for(10), project_id=w.draft.pk, version=0),
     Conflict, "stale", "version"),
    ("a huge version", lambda w: production.finalize(CONSOLE, w.done.pk, version=2**70),
     Conflict, "stale", "version"),
    ("rewriting what runs",
     lambda w: briefing.write(CONSOLE, w.account, brief_for(10), project_id=w.running.pk),
     Conflict, "not_a_draft", None),
    ("rewriting another account's draft",
     lambda w: briefing.write(CONSOLE, w.north.account_id, brief_for(10), project_id=w.draft.pk),
     Conflict, "not_a_draft", None),
    ("deleting what runs", lambda w: briefing.delete_draft(CONSOLE, w.running.pk),
     Conflict, "not_deletable", None),
    ("promising yesterday",
     lambda w: production.accept(CONSOLE, w.running.pk, promised_on=day(-1)),
     Refused, "date_in_the_past", "promised_on"),
    ("asking nothing", lambda w: production.request_clarification(CONSOLE, w.running.pk, " "),
     Refused, "question_missing", "note"),
    ("answering nothing", lambda w: production.clarify(CONSOLE, w.running.pk, ""),
     Refused, "answer_missing", "note"),
    ("returning without a reason", lambda w: production.return_brief(CONSOLE, w.running.pk, ""),
     Refused, "reason_missing", "note"),
    ("canceling without a reason", lambda w: production.cancel(w.producer, w.running.pk),
     Refused, "reason_missing", "note"),
    ("using up a subscription",
     lambda w: production.cancel(CONSOLE, w.running.pk, consumed=5, note="Off"),
     Refused, "nothing_consumed", "consumed"),
    ("not before yesterday", lambda w: sequencing.change_not_before(CONSOLE, w.queued.pk, day(-1)),
     Refused, "date_in_the_past", "not_before"),
    ("not before, too late",
     lambda w: sequencing.change_not_before(CONSOLE, w.running.pk, day(1)),
     Conflict, "already_started", "status"),
    ("waiting for itself",
     lambda w: sequencing.set_predecessors(CONSOLE, w.queued.pk, [w.queued.pk]),
     Refused, "predecessor_circle", "predecessors"),
    ("waiting for somebody else's",
     lambda w: sequencing.set_predecessors(CONSOLE, w.queued.pk, [w.done.pk]),
     Refused, "predecessor_elsewhere", "predecessors"),
    ("waiting for what is not",
     lambda w: sequencing.set_predecessors(CONSOLE, w.queued.pk, [2**70, -1]),
     Refused, "predecessor_elsewhere", "predecessors"),
    ("an unknown time zone",
     lambda w: accounts.create_account(CONSOLE, "A", time_zone="Mars/Olympus"),
     Refused, "unknown_time_zone", "time_zone"),
    ("an unknown country", lambda w: accounts.create_account(CONSOLE, "A", country="XX"),
     Refused, "unknown_country", "country"),
    ("an account without a name", lambda w: accounts.create_account(CONSOLE, " "),
     Refused, "name_missing", "name"),
    ("an account with a name of 10,000 characters",
     lambda w: accounts.create_account(CONSOLE, "x" * 10_000), Refused, "name_too_long", "name"),
    ("an account with NUL in its name", lambda w: accounts.create_account(CONSOLE, "A\x00"),
     Refused, "bad_character", "name"),
    ("a team without an organization",
     lambda w: accounts.create_account(CONSOLE, "A", account_type="integrated"),
     Refused, "organization_missing", "organization"),
    ("a team in an organization that is not",
     lambda w: accounts.create_account(CONSOLE, "A", account_type="integrated",
                                       organization_id=2**70), NotFound, "not_found", None),
    ("a key that is taken",
     lambda w: accounts.create_account(CONSOLE, "A", slug=w.alone.account.key),
     Conflict, "key_taken", "slug"),
    ("a field that cannot be changed",
     lambda w: accounts.change_account(CONSOLE, w.account, type="integrated"),
     Refused, "unknown_field", "type"),
    ("ending for no reason that counts",
     lambda w: closing.end_account(CONSOLE, w.account, reason="bored"),
     Refused, "unknown_reason", "reason"),
    ("ending while projects run",
     lambda w: closing.end_account(CONSOLE, w.account, reason="price"),
     Conflict, "projects_run", None),
    ("inviting no address",
     lambda w: inviting.invite(CONSOLE, "nobody", "member", account_id=w.account),
     Refused, "email_malformed", "email"),
    ("inviting as a king",
     lambda w: inviting.invite(CONSOLE, "a@example.com", "king", account_id=w.account),
     Refused, "unknown_role", "role"),
    ("inviting to nowhere", lambda w: inviting.invite(CONSOLE, "a@example.com", "member"),
     Refused, "one_place", "account"),
    ("a member who is one",
     lambda w: membership.add_member(CONSOLE, "person@example.com", "member",
                                     account_id=2**70), NotFound, "not_found", None),
    ("staff with no such role",
     lambda w: staffing.create_staff(CONSOLE, "a@example.com", role="king"),
     Refused, "unknown_role", "role"),
    ("demoting oneself",
     lambda w: staffing.change_staff_role(w.studio_admin, w.studio_admin.user_id, "producer"),
     Conflict, "own_role", None),
    ("away backwards",
     lambda w: absences.set_absence(w.member, w.member.user_id, starts_on=day(5), ends_on=day(4)),
     Refused, "ends_before_start", "ends_on"),
    ("standing in for oneself",
     lambda w: absences.set_absence(w.member, w.member.user_id, starts_on=day(4), ends_on=day(5),
                                    deputy_id=w.member.user_id),
     Refused, "deputy_is_self", "deputy"),
    ("delivering nothing", lambda w: production.deliver(CONSOLE, accepted(w).pk, []),
     Refused, "nothing_to_deliver", "deliverables"),
    ("delivering what is not in it", lambda w: production.deliver(CONSOLE, accepted(w).pk, [2**70]),
     Refused, "unknown_deliverable", "deliverables"),
]  # fmt: skip


def accepted(world: SimpleNamespace) -> Project:
    Project.objects.filter(pk=world.running.pk).update(status="in_progress")
    return world.running


def test_calls_that_are_wrong(world: SimpleNamespace) -> None:
    def look(case: tuple[Callable[[SimpleNamespace], Any], Any, str, str | None]) -> None:
        call, kind, code, field = case
        with transaction.atomic():
            if "deliver" in code:
                accepted(world)
            assert_refused(lambda: call(world), kind, code, field)
            transaction.set_rollback(True)

    assert_each({name: case for name, *case in CASES}, look)


AMOUNTS = (0, -1, -(2**31), 100_001, *HUGE, -(10**30))


def test_amounts_are_between_one_and_a_hundred_thousand(world: SimpleNamespace) -> None:
    assert_each({str(n): n for n in AMOUNTS}, lambda amount: look_at_amount(world, amount))


def look_at_amount(world: SimpleNamespace, amount: int) -> None:
    tries: list[tuple[Try, str]] = [
        (lambda: transferring.transfer(CONSOLE, world.north.pk, world.south.pk, amount), "credits"),
        (lambda: transferring.lend(CONSOLE, world.north.pk, world.south.pk, amount,
                                   starts_on=day(0), ends_on=day(1)), "credits"),
        (lambda: transferring.schedule_transfer(CONSOLE, world.north.pk, world.south.pk, amount,
                                                day(1)), "credits"),
        (lambda: crediting.grant(CONSOLE, world.alone.pk, amount), "credits"),
        (lambda: crediting.buy_lot(CONSOLE, world.paying.pk, amount), "credits"),
    ]  # fmt: skip
    if abs(amount) > 1:
        tries.append(
            (
                lambda: crediting.adjust(
                    CONSOLE, world.alone.pk, amount, permanent=True, note="Why"
                ),
                "change",
            )
        )
    for attempt, field in tries:
        assert_refused(attempt, Refused, "amount_out_of_range", field)
    if amount:
        limits = {"may_borrow": amount, "may_lend": 0}
        assert_refused(
            lambda: transferring.set_lending_limits(CONSOLE, world.north.pk, **limits),
            Refused, "amount_out_of_range", "may_borrow",
        )  # fmt: skip


@pytest.mark.parametrize("consumed", [-1, 31, *HUGE])
def test_no_more_is_used_up_than_was_held(consumed: int) -> None:
    project = delivered(submitted(paying_wallet((60, None)), 30))
    assert_refused(
        lambda: production.cancel(CONSOLE, project.pk, consumed=consumed, note="Off"),
        Refused, "consumed_out_of_range", "consumed",
    )  # fmt: skip


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63, 2**70, -(2**70)])
def test_numbers_that_nothing_has(number: int) -> None:
    wallet_with(10)
    tries: list[Callable[[Actor], Any]] = [
        lambda a: briefing.submit(a, number),
        lambda a: briefing.write(a, number, brief_for(10)),
        lambda a: production.cancel(a, number, note="Off"),
        lambda a: queueing.reorder(a, number, []),
        lambda a: crediting.grant(a, number, 5),
        lambda a: transferring.transfer(a, number, number + 1, 5),
        lambda a: transferring.cancel_order(a, number),
        lambda a: transferring.set_borrowing(a, number, True),
        lambda a: subscribing.change_plan(a, number, "growth"),
        lambda a: membership.change_role(a, number, "viewer"),
        lambda a: inviting.revoke(a, number),
        lambda a: absences.remove_absence(a, number),
        lambda a: staffing.deactivate(a, number),
        lambda a: closing.end_account(a, number, reason="price"),
    ]
    for attempt in tries:
        error = refusal(lambda attempt=attempt: attempt(CONSOLE))
        assert (type(error), error.code) == (NotFound, "not_found")


def test_the_books_do_not_grow_beyond_what_a_number_holds() -> None:
    """A thousand grants may be more than a wallet's number holds: then the last one is refused."""
    wallet = wallet_with(0)
    from callsheet.credits.kinds import Kind
    from callsheet.credits.post import Move, post_once

    for n in range(2):
        post_once(CONSOLE, "fill", str(n), [Move(Kind.ADJUST, 10**9, wallet.pk)])
    for n in range(14):
        post_once(CONSOLE, "fill", f"more {n}", [Move(Kind.ADJUST, 10**7, wallet.pk)])
    for n in range(74):
        post_once(CONSOLE, "fill", f"rest {n}", [Move(Kind.ADJUST, 10**5, wallet.pk)])
    assert_refused(
        lambda: crediting.grant(CONSOLE, wallet.pk, 100_000), Refused, "amount_too_large", "amount"
    )


def test_an_ended_account_takes_no_briefs() -> None:
    wallet = wallet_with(0)
    project = draft(wallet, 10)
    closing.end_account(CONSOLE, wallet.account_id, reason="price")
    assert_refused(
        lambda: briefing.write(CONSOLE, wallet.account_id, brief_for(10)),
        Conflict, "account_ended", None,
    )  # fmt: skip
    assert_refused(lambda: briefing.submit(CONSOLE, project.pk), Conflict, "account_ended", None)


def test_members_move_their_own_briefs_only() -> None:
    wallet = wallet_with(20)
    submitted(wallet, 20)
    one_member, other = somebody(wallet.account), somebody(wallet.account)
    first = submitted(wallet, 10, actor=one_member)
    second = submitted(wallet, 10, actor=other)
    assert_refused(
        lambda: queueing.reorder(one_member, wallet.account_id, [second.pk, first.pk]),
        Forbidden, "not_your_brief", "order",
    )  # fmt: skip


def test_a_circle_of_predecessors() -> None:
    wallet = wallet_with(0)
    first, second, third = (draft(wallet, 10) for _ in range(3))
    sequencing.set_predecessors(CONSOLE, second.pk, [first.pk])
    sequencing.set_predecessors(CONSOLE, third.pk, [second.pk])
    assert_refused(
        lambda: sequencing.set_predecessors(CONSOLE, first.pk, [third.pk]),
        Refused, "predecessor_circle", "predecessors",
    )  # fmt: skip


def test_an_order_that_is_done_or_is_a_plans_end(world: SimpleNamespace) -> None:
    done = transferring.schedule_transfer(CONSOLE, world.north.pk, world.south.pk, 5, day(0))
    assert_refused(
        lambda: transferring.cancel_order(CONSOLE, done["order"]), Conflict, "order_done", "order"
    )
    subscribing.change_plan(CONSOLE, world.planned.pk, "starter")
    downgrade = StandingOrder.objects.get(kind="downgrade")
    assert_refused(
        lambda: transferring.cancel_order(CONSOLE, downgrade.pk), Refused, "not_a_transfer", "order"
    )


def test_a_plan_that_has_ended_changes_no_more(world: SimpleNamespace) -> None:
    Subscription.objects.filter(wallet=world.planned).update(status="ended")
    assert_refused(
        lambda: subscribing.change_plan(CONSOLE, world.planned.pk, "scale"),
        Conflict, "subscription_ended", None,
    )  # fmt: skip
    assert_refused(
        lambda: subscribing.pause(CONSOLE, world.planned.pk, day(3)), Conflict, "not_active", None
    )


def test_a_wrong_call_that_does_write_is_found() -> None:
    """Negative control: the digest of all tables sees one changed row."""
    wallet = wallet_with(0)
    before = contents()
    account = Account.objects.create(key="trace", name="Trace", type=AccountType.STANDALONE)
    assert contents() != before
    between = contents()
    open_wallet(account)
    wallet.account.name = "Another"
    wallet.account.save()
    changed = {table for table, state in contents().items() if between[table] != state}
    assert changed == {"tenants_account", "credits_wallet", "credits_domain"}
