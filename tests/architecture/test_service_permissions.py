"""Every service that somebody does is refused to whoever may not do it.

The functions are found by looking, so a new one fails here until it stands in the table. Nine
people try each of them. To those from whom a thing is hidden, it looks exactly as if it did not
exist; those who see it without the right are told so.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

import callsheet.insight
import callsheet.services
from callsheet.catalogue import defaults
from callsheet.catalogue.models import DeliverableType
from callsheet.credits.models import StandingOrder, Wallet
from callsheet.credits.opening import open_wallet
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, Actor, person
from callsheet.kit.errors import CallsheetError, Forbidden, NotFound
from callsheet.projects.models import Brand, Deliverable, Project, ProjectPerson
from callsheet.schedule.entry import EntryInput
from callsheet.services import (
    calendaring,
    commenting,
    guesting,
    internal_approval,
    inviting,
    noticing,
    parking,
    pricing,
    production,
    sampling,
    stopping,
    subscribing,
    uploading,
)
from callsheet.services.commenting import Said
from callsheet.services.membership import PlaceRef
from callsheet.services.variations import Variation
from callsheet.tenants.models import (
    Absence,
    Account,
    AccountStatus,
    AccountType,
    Invitation,
    Membership,
    Organization,
    Role,
    StaffRole,
    StudioClosure,
    User,
)
from tests.builders import (
    brief_for,
    delivered,
    draft,
    finalize_by_clock,
    organization_with,
    paying_wallet,
    somebody,
    submitted,
    wallet_with,
)
from tests.calendar_builders import a_campaign, an_entry, serves
from tests.files import picture
from tests.scope_builders import more, proposed

pytestmark = pytest.mark.django_db

ROLES = (
    "stranger", "other", "viewer", "member", "admin", "org_admin", "producer", "manager",
    "studio_admin",
)  # fmt: skip
OUTSIDE = {"stranger", "other"}
TEAM = {"viewer", "member", "admin"}
STAFF = {"producer", "manager", "studio_admin"}
MANAGERS = {"manager", "studio_admin"}
UNKNOWN = 2**40 + 1


@dataclass
class Row:
    """How a function is called, who may, and from whom its subject is hidden; the rest see it."""

    call: Callable[[Any, Actor, Any], Any]
    may: set[str]
    hidden: set[str] = field(default_factory=lambda: OUTSIDE | {"org_admin"})
    by_number: bool = True
    inherited: bool = True  # a deputy may it, too


def row(call: Callable[[Any, Actor, Any], Any], may: set[str], hidden: set[str], **more: bool):
    return Row(call, may, hidden, **more)


def with_project(name: str, *rest: Any) -> Callable[[Any, Actor, Any], Any]:
    return lambda f, actor, w: f(actor, getattr(w, name), *rest)


WRITERS = {"member", "admin", *MANAGERS}
TAKE_PART = {"member", "admin", *STAFF}
READERS = {*TEAM, *STAFF}
TALKERS = {"member", "admin", *STAFF}
SENDERS = {"member", "admin", *STAFF}
LOOK_AFTER = {"admin", "org_admin", *MANAGERS}
NOT_OF_THE_STUDIO = set(ROLES) - STAFF
UNSEEN = OUTSIDE | {"org_admin"}  # the account does not share its briefs
NOT_IN_ORGANIZATION = OUTSIDE | {"member", "admin"}


def _days(number: int) -> Any:
    return clock.today("UTC") + timedelta(days=number)


TABLE: dict[str, list[Row]] = {
    "absences.set_absence": [
        row(
            lambda f, a, w: f(a, w.person, starts_on=_days(20), ends_on=_days(21)),
            {"studio_admin"},
            NOT_OF_THE_STUDIO,
        )
    ],
    "absences.remove_absence": [
        row(with_project("absence"), {"studio_admin"}, NOT_OF_THE_STUDIO)
    ],
    "account_view.show_account": [row(with_project("home"), READERS | {"org_admin"}, OUTSIDE)],
    "account_view.list_members": [row(with_project("home"), READERS | {"org_admin"}, OUTSIDE)],
    "accounts.create_organization": [
        row(lambda f, a, w: f(a, "New organization"), MANAGERS, NOT_OF_THE_STUDIO, by_number=False)
    ],
    "accounts.create_account": [
        row(lambda f, a, w: f(a, "New account"), MANAGERS, NOT_OF_THE_STUDIO, by_number=False)
    ],
    "accounts.change_account": [
        row(lambda f, a, w: f(a, w.home, name="Renamed"), LOOK_AFTER, OUTSIDE),
        row(
            lambda f, a, w: f(a, w.alone, currency="USD"),
            MANAGERS,
            UNSEEN,
        ),
    ],
    "accounts.change_organization": [
        row(
            lambda f, a, w: f(a, w.organization, name="Renamed"),
            {"org_admin", *MANAGERS},
            NOT_IN_ORGANIZATION,
        )
    ],
    "amending.preview": [
        row(lambda f, a, w: f(a, w.accepted, more(2)), TAKE_PART, UNSEEN)
    ],
    "amending.propose": [
        row(lambda f, a, w: f(a, w.review, more(2), "It grew."), TAKE_PART, UNSEEN)
    ],
    # The studio proposed it: only the customer decides, only the studio takes it back.
    "amending.agree": [row(with_project("amendment"), {"member", "admin"}, UNSEEN)],
    "amending.decline": [row(with_project("amendment"), {"member", "admin"}, UNSEEN)],
    "amending.withdraw": [row(with_project("amendment"), STAFF, UNSEEN)],
    "amending.amendment_of": [row(with_project("amendment"), TAKE_PART, UNSEEN)],
    "anchoring.move_campaign": [
        row(lambda f, a, w: f(a, w.campaign, _days(90)), WRITERS, UNSEEN)
    ],
    "briefing.write": [
        row(lambda f, a, w: f(a, w.home, brief_for(10)), WRITERS, UNSEEN),
        row(lambda f, a, w: f(a, w.home, brief_for(10), project_id=w.draft), WRITERS, UNSEEN),
    ],
    "briefing.readiness": [row(with_project("draft"), READERS, UNSEEN)],
    "briefing.submit": [row(with_project("draft"), WRITERS, UNSEEN)],
    "duplicating.duplicate": [row(with_project("draft"), WRITERS, UNSEEN)],
    "sharing.share_draft": [row(with_project("draft"), WRITERS, UNSEEN)],
    "briefing.withdraw": [row(with_project("review"), WRITERS, UNSEEN)],
    "briefing.delete_draft": [
        row(with_project("draft"), WRITERS, UNSEEN),
        # What is not shared with the studio yet is hidden from it, too.
        row(with_project("secret"), {"member", "admin"}, UNSEEN | STAFF),
    ],
    "calendar_export.export_calendar": [row(with_project("home", "csv"), READERS, UNSEEN)],
    "calendar_importing.import_calendar": [
        row(lambda f, a, w: f(a, w.home, Path("examples/none.csv")), WRITERS, UNSEEN),
    ],
    "calendar_view.show_calendar": [row(with_project("home"), READERS | {"org_admin"}, OUTSIDE)],
    "calendar_loading.entry_of": [row(with_project("entry"), READERS, UNSEEN)],
    "calendar_loading.entries_of": [
        row(lambda f, a, w: f(a, [w.entry]), READERS, UNSEEN),
    ],
    "calendar_loading.campaign_of": [row(with_project("campaign"), READERS, UNSEEN)],
    "calendaring.create_entry": [
        row(lambda f, a, w: f(a, w.home, EntryInput("A post", _days(9))), WRITERS, UNSEEN)
    ],
    "calendaring.change_entry": [
        row(with_project("entry", {"title": "Renamed"}), WRITERS, UNSEEN)
    ],
    "calendaring.drop_entry": [row(with_project("entry"), WRITERS, UNSEEN)],
    "calendaring.mark_published": [
        row(lambda f, a, w: f(a, w.entry, note="By phone."), WRITERS, UNSEEN)
    ],
    "calendaring.bring_back_entry": [row(with_project("dropped"), WRITERS, UNSEEN)],
    "campaigning.create_campaign": [row(with_project("home", "Winter"), WRITERS, UNSEEN)],
    "campaigning.change_campaign": [
        row(lambda f, a, w: f(a, w.campaign, name="Winter"), WRITERS, UNSEEN)
    ],
    "dating.change_dates": [
        row(lambda f, a, w: f(a, w.review, {"publish_on": _days(40)}), TAKE_PART, UNSEEN)
    ],
    "entry_briefing.brief_entries": [
        row(lambda f, a, w: f(a, [w.entry]), WRITERS, UNSEEN),
    ],
    "entry_links.link_deliverables": [
        row(lambda f, a, w: f(a, w.entry, [w.line]), WRITERS, UNSEEN)
    ],
    "entry_links.unlink_deliverables": [
        row(lambda f, a, w: f(a, w.linked, [w.line]), WRITERS, UNSEEN)
    ],
    "asset_files.find_file": [row(with_project("file"), READERS, UNSEEN)],
    "asset_files.find_bundle": [row(with_project("delivered"), READERS, UNSEEN)],
    "cataloguing.save_entry": [
        row(
            lambda f, a, w: f(a, DeliverableType(key="gif", name="GIF", credits=5)),
            {"studio_admin"},
            NOT_OF_THE_STUDIO,
            by_number=False,
        )
    ],
    "cataloguing.remove_closure": [
        row(with_project("closure"), {"studio_admin"}, NOT_OF_THE_STUDIO)
    ],
    "choosing.choose": [
        row(lambda f, a, w: f(a, "review", "mail", timing="off"), set(ROLES), set())
    ],
    "choosing.choose_times": [
        row(
            lambda f, a, w: f(a, quiet_from=time(20), quiet_until=time(6), digest_at=time(8)),
            set(ROLES),
            set(),
        )
    ],
    "choosing.choose_brands": [
        row(lambda f, a, w: f(a, []), set(ROLES), set()),
        row(lambda f, a, w: f(a, [w.brand]), READERS, UNSEEN),
    ],
    "choosing.mark_read": [row(lambda f, a, w: f(a), set(ROLES), set())],
    "notification_view.list_notifications": [row(lambda f, a, w: f(a), set(ROLES), set())],
    "notification_view.unread_count": [row(lambda f, a, w: f(a), set(ROLES), set())],
    "notification_view.visible_to": [row(lambda f, a, w: f(a), set(ROLES), set())],
    "notification_view.show_preferences": [row(lambda f, a, w: f(a), set(ROLES), set())],
    "closing.end_account": [
        row(lambda f, a, w: f(a, w.idle, reason="price"), MANAGERS, UNSEEN),
        row(lambda f, a, w: f(a, w.south_account, reason="price"), MANAGERS, OUTSIDE),
    ],
    "closing.end_those_due": [
        row(lambda f, a, w: f(a), MANAGERS, NOT_OF_THE_STUDIO, by_number=False)
    ],
    "chargeback.chargeback": [
        row(
            lambda f, a, w: f(a, w.organization, _days(0), _days(0)),
            {"org_admin", *MANAGERS},
            NOT_IN_ORGANIZATION,
        )
    ],
    "contract_view.show_contract": [
        row(with_project("alone_wallet"), {"admin", *MANAGERS}, UNSEEN)
    ],
    "cost_labels.change_cost_labels": [
        row(lambda f, a, w: f(a, w.review, cost_centre="4711"), WRITERS, UNSEEN)
    ],
    "costs.account_costs": [
        row(lambda f, a, w: f(a, w.home, _days(0), _days(0)), LOOK_AFTER, OUTSIDE),
        row(lambda f, a, w: f(a, w.alone, _days(0), _days(0)), {"admin", *MANAGERS}, UNSEEN),
    ],
    "crediting.check_may_manage": [
        row(
            lambda f, a, w: f(a, Wallet.objects.get(pk=w.alone_wallet)),
            MANAGERS,
            UNSEEN,
            by_number=False,
        )
    ],
    "crediting.grant": [
        row(lambda f, a, w: f(a, w.alone_wallet, 10), MANAGERS, UNSEEN),
        row(lambda f, a, w: f(a, w.home_wallet, 10), MANAGERS, OUTSIDE),
        row(lambda f, a, w: f(a, w.pool, 10), MANAGERS, NOT_IN_ORGANIZATION),
    ],
    "crediting.buy_lot": [row(lambda f, a, w: f(a, w.paying_wallet, 10), MANAGERS, UNSEEN)],
    "crediting.adjust": [
        row(
            lambda f, a, w: f(a, w.alone_wallet, 10, permanent=True, note="Gift"),
            MANAGERS,
            UNSEEN,
        )
    ],
    "giving_back.set_give_back_order": [
        row(
            lambda f, a, w: f(a, w.organization, [w.south_account]),
            {"org_admin", *MANAGERS},
            NOT_IN_ORGANIZATION,
        )
    ],
    "guesting.invite_guest": [
        row(lambda f, a, w: f(a, w.review, "Mia Stern"), WRITERS, UNSEEN)
    ],
    "guesting.revoke_guest": [row(with_project("guest"), WRITERS, UNSEEN)],
    "internal_approval.ask_approval": [row(with_project("unapproved"), WRITERS, UNSEEN)],
    # The studio has no say in what is the customer's own control.
    "internal_approval.approve_brief": [
        row(with_project("unasked"), {"member", "admin"}, UNSEEN)
    ],
    "internal_approval.refuse_approval": [
        row(with_project("unasked", "Not yet."), {"member", "admin"}, UNSEEN)
    ],
    "internal_approval.take_back": [
        row(with_project("unasked"), {"admin", *MANAGERS}, UNSEEN)
    ],
    "inviting.invite": [
        row(lambda f, a, w: f(a, "new@example.com", "member", account_id=w.home),
            LOOK_AFTER, OUTSIDE),
        row(lambda f, a, w: f(a, "new@example.com", "member", organization_id=w.organization),
            {"org_admin", *MANAGERS}, NOT_IN_ORGANIZATION),
    ],
    "inviting.resend": [row(with_project("invitation"), LOOK_AFTER, OUTSIDE)],
    "inviting.revoke": [row(with_project("invitation"), LOOK_AFTER, OUTSIDE)],
    # The link came by mail to the stranger: whoever else is signed in is told to sign out first.
    "inviting.accept_invitation": [row(with_project("token"), {"stranger"}, set())],
    "loading.project_of": [row(with_project("review"), READERS, UNSEEN)],
    "looking.mark_looked": [
        row(lambda f, a, w: f(a, w.home, event_id=1, range_id=1), READERS, UNSEEN)
    ],
    "membership.check_can_administer_place": [
        row(
            lambda f, a, w: f(a, PlaceRef(account=Account.objects.get(pk=w.home))),
            LOOK_AFTER,
            OUTSIDE,
            by_number=False,
        )
    ],
    "membership.add_member": [
        row(lambda f, a, w: f(a, "new@example.com", "member", account_id=w.home),
            MANAGERS, OUTSIDE),
    ],
    "membership.change_role": [
        row(lambda f, a, w: f(a, w.membership, "viewer"), LOOK_AFTER, OUTSIDE)
    ],
    "membership.remove_member": [row(with_project("membership"), LOOK_AFTER, OUTSIDE)],
    "noticing.give_notice": [row(with_project("alone_wallet"), MANAGERS, UNSEEN)],
    "noticing.take_back_notice": [row(with_project("noticed_wallet"), MANAGERS, UNSEEN)],
    "noticing.change_terms": [
        row(lambda f, a, w: f(a, w.alone_wallet, term_months=6, notice_days=30), MANAGERS, UNSEEN)
    ],
    "people_view.list_absences": [row(with_project("person"), {"studio_admin"}, set(ROLES))],
    "people_view.accounts_without_manager": [
        row(lambda f, a, w: f(a), STAFF, NOT_OF_THE_STUDIO, by_number=False)
    ],
    "pricing.announce_price": [
        row(lambda f, a, w: f(a, w.alone_wallet, Decimal(10), _days(5)), MANAGERS, UNSEEN)
    ],
    "pricing.withdraw_price": [row(with_project("paused_wallet"), MANAGERS, UNSEEN)],
    "parking.park": [row(with_project("review", "On holiday"), STAFF, UNSEEN)],
    "parking.resume": [row(with_project("resting"), WRITERS, UNSEEN)],
    "parking.rest": [row(with_project("resuming"), WRITERS, UNSEEN)],
    "reopening.reopen": [row(with_project("by_itself"), WRITERS, UNSEEN)],
    "extending.extend": [row(with_project("delivered"), WRITERS, UNSEEN)],
    "production.accept": [row(with_project("review"), STAFF, UNSEEN)],
    "production.request_clarification": [row(with_project("review", "Which mug?"), STAFF, UNSEEN)],
    "production.clarify": [row(with_project("asked", "The blue one."), WRITERS, UNSEEN)],
    "production.return_brief": [row(with_project("review", "No product."), STAFF, UNSEEN)],
    "production.deliver": [row(with_project("accepted"), STAFF, UNSEEN)],
    "production.finalize": [row(with_project("delivered"), WRITERS, UNSEEN)],
    "production.cancel": [
        row(lambda f, a, w: f(a, w.review, note="Called off"), STAFF, UNSEEN)
    ],
    "promising.change_promise": [
        row(with_project("accepted", _days(20), "A new model"), STAFF, UNSEEN)
    ],
    "project_people.change_owner": [
        row(lambda f, a, w: f(a, w.unasked, w.owner), {"admin", *MANAGERS}, UNSEEN)
    ],
    "project_people.set_person": [
        row(lambda f, a, w: f(a, w.unasked, w.owner, "reviewer"), {"admin", *MANAGERS}, UNSEEN)
    ],
    "project_people.remove_person": [
        row(lambda f, a, w: f(a, w.delivered, w.person), {"admin", *MANAGERS}, UNSEEN)
    ],
    # The member is this project's required approver; nobody else can agree for them.
    "project_people.give_approval": [row(with_project("delivered"), {"member"}, UNSEEN)],
    "project_people.take_approval_back": [row(with_project("agreed"), {"member"}, UNSEEN)],
    "finished_projects.finished_projects": [row(with_project("home"), READERS, UNSEEN)],
    "project_dates.list_samples": [row(with_project("home"), READERS, UNSEEN)],
    "project_view.list_projects": [
        row(lambda f, a, w: f(a, Account.objects.get(pk=w.home)), READERS, UNSEEN,
            by_number=False)
    ],
    "reviewing.project_to_review": [row(with_project("delivered"), WRITERS, UNSEEN)],
    "reviewing.approve": [row(with_project("delivered"), WRITERS, UNSEEN)],
    "reviewing.ask_for_changes": [
        row(lambda f, a, w: f(a, w.delivered, {w.handed_over: "Brighter"}), WRITERS, UNSEEN)
    ],
    "queueing.reorder": [row(lambda f, a, w: f(a, w.home, [w.queued]), WRITERS, UNSEEN)],
    "queueing.set_policy": [row(with_project("home", "strict"), LOOK_AFTER, OUTSIDE)],
    "queue_view.show_queue": [row(with_project("home"), READERS | {"org_admin"}, OUTSIDE)],
    "sampling.create_sample": [
        row(lambda f, a, w: f(a, w.home, "Mug", [w.accepted]), SENDERS, UNSEEN)
    ],
    "sampling.expect_sample": [row(with_project("sample", _days(9)), SENDERS, UNSEEN)],
    "sampling.ship_sample": [row(with_project("sample", _days(0)), SENDERS, UNSEEN)],
    "sampling.receive_sample": [row(with_project("sample", _days(0)), STAFF, UNSEEN)],
    "sampling.return_sample": [row(with_project("received", _days(0)), STAFF, UNSEEN)],
    "sampling.remove_sample": [row(with_project("sample"), SENDERS, UNSEEN)],
    "sampling.sample_of": [row(with_project("sample"), SENDERS, UNSEEN)],
    "sequencing.set_predecessors": [
        row(lambda f, a, w: f(a, w.draft, [w.review]), WRITERS, UNSEEN)
    ],
    "sequencing.change_not_before": [
        row(lambda f, a, w: f(a, w.draft, _days(3)), WRITERS, UNSEEN)
    ],
    "scorecard.scorecard": [
        row(with_project("home"), READERS, UNSEEN),
        row(lambda f, a, w: f(a), STAFF, NOT_OF_THE_STUDIO, by_number=False),
    ],
    "since_last_look.since_last_look": [row(with_project("home"), READERS, UNSEEN)],
    "staging.enter_stage": [row(with_project("accepted", "creation"), STAFF, UNSEEN)],
    "staffing.check_is_studio_admin": [
        row(lambda f, a, w: f(a), {"studio_admin"}, NOT_OF_THE_STUDIO, by_number=False)
    ],
    "staffing.create_staff": [
        row(
            lambda f, a, w: f(a, "new@example.com", role="producer"),
            {"studio_admin"},
            NOT_OF_THE_STUDIO,
            by_number=False,
        )
    ],
    "staffing.change_staff_role": [
        row(with_project("colleague", "account_manager"), {"studio_admin"}, NOT_OF_THE_STUDIO)
    ],
    "staffing.deactivate": [row(with_project("person"), {"studio_admin"}, NOT_OF_THE_STUDIO)],
    "staffing.activate": [row(with_project("person"), {"studio_admin"}, NOT_OF_THE_STUDIO)],
    "staffing.offer_password": [row(with_project("person"), {"studio_admin"}, NOT_OF_THE_STUDIO)],
    "staffing.assign_account_manager": [
        row(lambda f, a, w: f(a, w.alone, manager_id=w.people["manager"].user_id),
            MANAGERS, UNSEEN),
    ],
    "importing.import_studio": [
        row(lambda f, a, w: f(a, Path("examples/none")), {"studio_admin"}, NOT_OF_THE_STUDIO,
            by_number=False),
    ],
    "stopping.ask_to_stop": [
        row(lambda f, a, w: f(a, w.delivered, "cancel", "No launch."), WRITERS, UNSEEN)
    ],
    "stopping.take_back": [row(with_project("wish"), {"admin", *MANAGERS}, UNSEEN)],
    "stopping.grant": [row(with_project("wish"), STAFF, UNSEEN)],
    "stopping.refuse": [row(with_project("wish", "It is nearly done."), STAFF, UNSEEN)],
    "stopping.request_of": [row(with_project("wish"), READERS, UNSEEN)],
    "subscribing.subscribe": [
        row(with_project("idle_wallet", "growth"), MANAGERS, UNSEEN),
        row(with_project("pool", "growth"), MANAGERS, NOT_IN_ORGANIZATION),
    ],
    "subscribing.change_plan": [row(with_project("alone_wallet", "scale"), MANAGERS, UNSEEN)],
    "subscribing.pause": [
        row(lambda f, a, w: f(a, w.alone_wallet, _days(10)), MANAGERS, UNSEEN)
    ],
    "subscribing.resume": [row(with_project("paused_wallet"), MANAGERS, UNSEEN)],
    "tasks.tasks_of": [row(with_project("person"), {"studio_admin"}, set(ROLES))],
    "transferring.transfer": [
        row(lambda f, a, w: f(a, w.home_wallet, w.south_wallet, 5),
            {"org_admin", *MANAGERS}, OUTSIDE),
        row(lambda f, a, w: f(a, w.pool, w.home_wallet, 5),
            {"org_admin", *MANAGERS}, NOT_IN_ORGANIZATION),
    ],
    "transferring.check_transfer": [
        row(lambda f, a, w: f(a, w.home_wallet, w.south_wallet), {"org_admin", *MANAGERS}, OUTSIDE)
    ],
    "transferring.check_may_move": [
        row(lambda f, a, w: f(a, Wallet.objects.get(pk=w.home_wallet)),
            {"org_admin", *MANAGERS}, OUTSIDE, by_number=False),
        row(lambda f, a, w: f(a, Wallet.objects.get(pk=w.alone_wallet)),
            MANAGERS, UNSEEN, by_number=False),
    ],
    "transferring.lend": [
        row(lambda f, a, w: f(a, w.home_wallet, w.south_wallet, 5, starts_on=_days(1),
                              ends_on=_days(9)), {"org_admin", *MANAGERS}, OUTSIDE),
    ],
    "transferring.schedule_transfer": [
        row(lambda f, a, w: f(a, w.home_wallet, w.south_wallet, 5, _days(3)),
            {"org_admin", *MANAGERS}, OUTSIDE),
    ],
    "transferring.cancel_order": [row(with_project("order"), {"org_admin", *MANAGERS}, OUTSIDE)],
    "transferring.set_borrowing": [
        row(with_project("organization", True), {"org_admin", *MANAGERS}, NOT_IN_ORGANIZATION)
    ],
    "transferring.set_lending_limits": [
        row(lambda f, a, w: f(a, w.home_wallet, may_borrow=5, may_lend=5),
            {"org_admin", *MANAGERS}, OUTSIDE),
    ],
    "commenting.project_to_discuss": [row(with_project("review"), TALKERS, UNSEEN)],
    "commenting.comment": [row(with_project("review", Said("Warmer")), TALKERS, UNSEEN)],
    # One's own words: the member wrote them.
    "commenting.edit_comment": [
        row(with_project("comment", "Warm"), {"member"}, UNSEEN, inherited=False)
    ],
    "commenting.resolve_comment": [row(with_project("comment"), TALKERS, UNSEEN)],
    "commenting.reopen_comment": [row(with_project("resolved"), TALKERS, UNSEEN)],
    "review_view.show_review": [row(with_project("delivered"), READERS, UNSEEN)],
    "variations.add_variations": [
        row(
            lambda f, a, w: f(a, w.accepted, [Variation("text-variation", w.to_produce)]),
            WRITERS,
            UNSEEN,
        )
    ],
    "uploading.add_asset": [
        row(lambda f, a, w: f(a, w.to_produce, picture(salt="2")), STAFF, UNSEEN)
    ],
}  # fmt: skip


# Lists refuse nobody: they show less. What they show to whom is tested below.
LISTS = {"account_view.list_accounts", "places.places_of"}
"""What anybody may ask for, and gets their own of."""


def discovered() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of the services and read models that takes an actor."""
    for package in (callsheet.services, callsheet.insight):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if function.__module__ != module.__name__ or name.startswith("_"):
                    continue
                actor = inspect.signature(function).parameters.get("actor")
                if actor is not None and actor.annotation != "str":  # a name only
                    yield f"{found.name.rpartition('.')[2]}.{name}", function


FUNCTIONS = dict(discovered())


@pytest.fixture
def world(assets_folder: Path) -> SimpleNamespace:
    """An organization with two teams, accounts in every state, and the people who try."""
    defaults.install()
    pool, team = organization_with(20, home=60, south=40)
    home = team["home"]
    alone, paused = wallet_with(0), wallet_with(0)
    for wallet in (alone, paused):
        subscribing.subscribe(CONSOLE, wallet.pk, "growth")
    pricing.announce_price(CONSOLE, paused.pk, Decimal(10), _days(5))
    subscribing.pause(CONSOLE, paused.pk, _days(30))
    on_notice = wallet_with(0)
    subscribing.subscribe(CONSOLE, on_notice.pk, "growth")
    noticing.give_notice(CONSOLE, on_notice.pk)
    paying, idle = paying_wallet((60, None)), wallet_with(0)
    noticed = wallet_with(0)
    Account.objects.filter(pk=noticed.account_id).update(
        status=AccountStatus.NOTICE, ended_on=_days(0), ended_reason="price"
    )
    places = [w.account for w in (
        home, team["south"], alone, paused, on_notice, paying, idle,
    )]  # fmt: skip
    people = {role: somebody() for role in ROLES if role not in ("other", *STAFF)}
    people |= {
        "producer": somebody(staff=StaffRole.PRODUCER),
        "manager": somebody(staff=StaffRole.ACCOUNT_MANAGER),
        "studio_admin": somebody(staff=StaffRole.STUDIO_ADMIN),
        "other": somebody(wallet_with(10).account, Role.ADMIN),
    }
    elsewhere, _ = organization_with(10, west=10)
    for organization, role, who in (
        (elsewhere.organization, Role.ADMIN, "other"),
        (pool.organization, Role.ADMIN, "org_admin"),
        (pool.organization, Role.VIEWER, "viewer"),
    ):
        Membership.objects.create(user_id=people[who].user_id, organization=organization, role=role)
    for account in places:
        for role in (Role.VIEWER, Role.MEMBER, Role.ADMIN):
            user_id = people[role.value].user_id
            Membership.objects.create(user_id=user_id, account=account, role=role)
    someone = somebody(home.account)
    absence = Absence.objects.create(user_id=someone.user_id, starts_on=_days(1), ends_on=_days(2))
    review, asked, accepted = (submitted(home, 10) for _ in range(3))
    production.request_clarification(CONSOLE, asked.pk, "Which?")
    production.accept(CONSOLE, accepted.pk)
    comment, resolved = (
        commenting.comment(people["member"], review.pk, Said("Wram"))["comment"] for _ in range(2)
    )
    commenting.resolve_comment(CONSOLE, resolved)
    to_produce = Deliverable.objects.get(concept__project=accepted).pk
    done = submitted(home, 10)
    production.accept(CONSOLE, done.pk)
    file = uploading.add_asset(
        CONSOLE, Deliverable.objects.get(concept__project=done).pk, picture()
    )["version"]
    production.deliver(CONSOLE, done.pk)
    by_itself = delivered(submitted(home, 10))
    finalize_by_clock(by_itself.pk, home.pk)
    resting, resuming = submitted(home, 10), submitted(home, 10)
    for project in (resting, resuming):
        parking.park(CONSOLE, project.pk, "On holiday")
    Project.objects.filter(pk=resuming.pk).update(resuming_since=clock.now(), rank=1)
    queued = submitted(home, 60)
    shared, secret = draft(home, 10), draft(home, 10)
    Project.objects.filter(pk=shared.pk).update(shared_with_studio=True)
    order = StandingOrder.objects.create(
        kind="recall", source=home, target=team["south"], amount=5, due_on=_days(3)
    )
    invitation = inviting.invite(
        CONSOLE,
        User.objects.get(pk=people["stranger"].user_id).email,
        "member",
        account_id=home.account_id,
    )["invitation"]
    # Briefs of an account in which a colleague approves first; one waits for it.
    careful = Account.objects.get(pk=paying.account_id)
    careful.needs_approval = True
    careful.save()
    writer = somebody(careful)
    unapproved, unasked = (draft(paying, 30, actor=writer) for _ in range(2))
    Project.objects.filter(pk__in=[unapproved.pk, unasked.pk]).update(shared_with_studio=True)
    internal_approval.ask_approval(writer, unasked.pk)
    agreed = delivered(submitted(alone, 10))
    for project, when in ((done, None), (agreed, clock.now())):
        ProjectPerson.objects.create(
            project=project, user_id=people["member"].user_id, part="approver", approved_at=when
        )
    ProjectPerson.objects.create(project=done, user_id=someone.user_id, part="approver")
    entry, dropped, linked = (an_entry(home, ("static", 2)) for _ in range(3))
    calendaring.drop_entry(CONSOLE, dropped.pk)
    serves(review, linked)
    samples = [
        sampling.create_sample(CONSOLE, home.account_id, "Mug", [accepted.pk])["sample"]
        for _ in range(2)
    ]
    sampling.receive_sample(CONSOLE, samples[1], _days(0))
    return SimpleNamespace(
        amendment=proposed(accepted, more(2), people["manager"]).pk,
        wish=stopping.ask_to_stop(CONSOLE, accepted.pk, "park", "No sample.")["request"],
        entry=entry.pk, dropped=dropped.pk, linked=linked.pk, campaign=a_campaign(home).pk,
        line=Deliverable.objects.get(concept__project=review).pk,
        to_produce=to_produce, file=file, comment=comment, resolved=resolved,
        handed_over=Deliverable.objects.get(concept__project=done).pk,
        people=people, pool=pool.pk, organization=pool.organization_id, home=home.account_id,
        home_wallet=home.pk, south_wallet=team["south"].pk, south_account=team["south"].account_id,
        alone=alone.account_id, alone_wallet=alone.pk, paused_wallet=paused.pk,
        noticed_wallet=on_notice.pk, paying_wallet=paying.pk, idle=idle.account_id,
        idle_wallet=idle.pk,
        guest=guesting.invite_guest(CONSOLE, review.pk, "Ida")["link"],
        unapproved=unapproved.pk, unasked=unasked.pk, owner=writer.user_id, agreed=agreed.pk,
        person=someone.user_id, colleague=people["producer"].user_id,
        membership=Membership.objects.get(user_id=someone.user_id).pk, absence=absence.pk,
        review=review.pk, asked=asked.pk, accepted=accepted.pk, delivered=done.pk,
        queued=queued.pk, resting=resting.pk, resuming=resuming.pk, by_itself=by_itself.pk,
        draft=shared.pk, secret=secret.pk, order=order.pk,
        invitation=invitation,
        brand=Brand.objects.create(account=home.account, name="Brixen").pk,
        token=inviting.token_of(Invitation.objects.get(pk=invitation)),
        closure=StudioClosure.objects.create(day=_days(9), name="Fair").pk,
        sample=samples[0], received=samples[1],
    )  # fmt: skip


def nowhere(world: SimpleNamespace) -> SimpleNamespace:
    """The same world, in which nothing that one could name exists."""
    unknown = {"people": world.people, "token": "f" * 64}
    return SimpleNamespace(**{name: unknown.get(name, UNKNOWN) for name in vars(world)})


def attempt(function: Any, a_row: Row, actor: Actor, world: SimpleNamespace) -> Any:
    """What the call raises (None: nothing). Whatever it did is taken back."""
    try:
        with transaction.atomic():
            a_row.call(function, actor, world)
            transaction.set_rollback(True)
    except CallsheetError as error:
        return error
    return None


def rows() -> Iterator[tuple[str, int, Row]]:
    return ((name, n, a_row) for name, found in TABLE.items() for n, a_row in enumerate(found))


def test_every_function_stands_in_the_table() -> None:
    assert sorted(FUNCTIONS) == sorted({*TABLE, *LISTS})
    assert len(FUNCTIONS) > 50


def test_who_may(world: SimpleNamespace) -> None:
    wrong = []
    for name, number, a_row in rows():
        for role in ROLES:
            actor = world.people[role]
            raised = attempt(FUNCTIONS[name], a_row, actor, world)
            hides = role in a_row.hidden
            expected: type | None = None if role in a_row.may else NotFound if hides else Forbidden
            said = type(raised) if isinstance(raised, NotFound | Forbidden) else None
            if said is not expected:
                wrong.append(f"{name} ({number}) as {role}: {raised!r}")
            elif expected is NotFound and a_row.by_number:
                unknown = attempt(FUNCTIONS[name], a_row, actor, nowhere(world))
                if raised.as_dict() != unknown.as_dict():
                    wrong.append(f"{name} ({number}) as {role}: {raised!r}, not {unknown!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("away", ["member", "admin"])
def test_a_deputy_may_what_the_one_may_who_is_away(world: SimpleNamespace, away: str) -> None:
    """A viewer of the same customers who stands in: may what both may together, and no more; and
    what they did as deputies says for whom. Before and after, they are a viewer.
    """
    deputy = somebody()
    absent = world.people[away]
    Membership.objects.bulk_create(
        [
            Membership(
                user_id=deputy.user_id, account_id=place.account_id,
                organization_id=place.organization_id, role=Role.VIEWER,
            )
            for place in Membership.objects.filter(user_id=absent.user_id)
        ]
    )  # fmt: skip
    absence = Absence.objects.create(
        user_id=absent.user_id, deputy_id=deputy.user_id, starts_on=_days(0), ends_on=_days(1)
    )
    wrong = []
    for name, number, a_row in rows():
        if {"viewer", away} & (a_row.may if a_row.inherited else set()):
            raised = attempt(FUNCTIONS[name], a_row, deputy, world)
            if isinstance(raised, NotFound | Forbidden):
                wrong.append(f"{name} ({number}) for the {away}: {raised!r}")
        elif away not in a_row.hidden:
            raised = attempt(FUNCTIONS[name], a_row, deputy, world)
            if not isinstance(raised, NotFound | Forbidden):
                wrong.append(f"{name} ({number}) as a deputy: {raised!r}")
    assert not wrong, "\n".join(wrong)
    Absence.objects.filter(pk=absence.pk).update(starts_on=_days(2), ends_on=_days(3))
    submit = Row(with_project("draft"), set())
    assert type(attempt(FUNCTIONS["briefing.submit"], submit, deputy, world)) is Forbidden


def test_a_closed_login_may_nothing(world: SimpleNamespace) -> None:
    """Whoever might do most is a stranger once the login is closed."""
    User.objects.filter(pk__in=[actor.user_id for actor in world.people.values()]).update(
        is_active=False
    )
    for name, number, a_row in rows():
        for role in a_row.may:
            raised = attempt(FUNCTIONS[name], a_row, world.people[role], world)
            assert type(raised) is NotFound, f"{name} ({number}) as a former {role}: {raised!r}"


def test_somebody_who_never_was_is_a_stranger(world: SimpleNamespace) -> None:
    ghost = person(UNKNOWN, "Nobody")
    for name, number, a_row in rows():
        raised = attempt(FUNCTIONS[name], a_row, ghost, world)
        assert type(raised) is NotFound, f"{name} ({number}): {raised!r}"


def test_members_who_share_their_briefs_show_them_to_the_organization(
    world: SimpleNamespace,
) -> None:
    """The consent opens reading, and nothing else, to the organization's admin."""
    actor = world.people["org_admin"]
    account = Account.objects.get(pk=world.home)
    account.shares_briefs = True
    account.save()
    readiness = FUNCTIONS["briefing.readiness"]
    assert readiness(actor, world.review)
    with pytest.raises(NotFound):
        readiness(actor, world.secret)
    with pytest.raises(Forbidden):
        FUNCTIONS["briefing.withdraw"](actor, world.review)


def test_lists_show_to_each_what_is_theirs(world: SimpleNamespace) -> None:
    def accounts_of(role: str) -> set[str]:
        found = FUNCTIONS["account_view.list_accounts"](world.people[role])
        return {line.key for line in found}

    everything = set(Account.objects.values_list("key", flat=True))
    members = Membership.objects.filter(account__isnull=False)
    member_of = {
        role: set(members.filter(user_id=actor.user_id).values_list("account__key", flat=True))
        for role, actor in world.people.items()
    }
    for role in ("org_admin", "other"):  # who run an organization know of its accounts
        run = Organization.objects.filter(memberships__user_id=world.people[role].user_id)
        member_of[role] |= set(
            Account.objects.filter(organization__in=run).values_list("key", flat=True)
        )
    for role in ROLES:
        assert accounts_of(role) == (everything if role in STAFF else member_of[role]), role
    assert not member_of["stranger"]
    assert len(member_of["viewer"]) > 1
    User.objects.update(is_active=False)
    assert not any(accounts_of(role) for role in ROLES)


def test_staff_see_no_draft_that_was_not_shared(world: SimpleNamespace) -> None:
    home = Account.objects.get(pk=world.home)
    for role in READERS:
        listed = FUNCTIONS["project_view.list_projects"](world.people[role], home)
        keys = {line.key for line in listed}
        secret, shared = (Project.objects.get(pk=pk).key for pk in (world.secret, world.draft))
        assert shared in keys
        assert (secret in keys) == (role in TEAM), role


def test_a_function_that_forgets_to_ask_is_found(world: SimpleNamespace) -> None:
    """Negative control: the same walk over a service that asks nobody."""

    def careless(actor: Actor, project_id: int) -> Any:
        return Project.objects.filter(pk=project_id).delete()

    careless_row = Row(with_project("secret"), {"member", "admin"})
    for role in ("stranger", "other", "org_admin"):
        assert attempt(careless, careless_row, world.people[role], world) is None


def test_the_world_has_what_the_table_names(world: SimpleNamespace) -> None:
    """The accounts stand where the table believes them to be."""
    assert Account.objects.get(pk=world.home).type == AccountType.INTEGRATED
    assert Account.objects.get(pk=world.alone).organization is None
    assert Organization.objects.get(pk=world.organization).pool.pk == world.pool
    assert open_wallet.__module__ == "callsheet.credits.opening"
