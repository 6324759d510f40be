"""Every kind of event has words, for every side that is told, in every language."""

from __future__ import annotations

from datetime import date
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from callsheet.notifications.kinds import Group, Say, Who
from callsheet.notifications.rules import CREDITS_CHANGED, CREDITS_RULE, RULES, key_of, rule_of
from callsheet.notifications.words import FILLS, Facts, Moved, compose, say_credits
from callsheet.projects.lifecycle import TRANSITIONS

CUSTOMERS = {
    Who.OWNER, Who.REVIEWERS, Who.APPROVERS, Who.ACCOUNT_ADMINS, Who.ORGANIZATION_ADMINS, Who.ASKED,
}  # fmt: skip
STAFF = {
    Who.MANAGER, Who.MANAGERS_DEPUTY, Who.WORKING, Who.PRODUCERS, Who.STUDIO_ADMINS, Who.ASKED,
}  # fmt: skip
SAYS = [
    (kind, side, say)
    for kind, rule in [*RULES.items(), (CREDITS_CHANGED, CREDITS_RULE)]
    for side, say in (("customer", rule.customer), ("studio", rule.studio))
    if say is not None
]
LEAST = {"name": "Ben", "manager_name": "Jonas", "email": "b@example.com", "role": "viewer"}
FULL = {
    "credits": 20, "released": 20, "promised_on": "2026-05-21", "deadline": "2026-05-26",
    "from": ["2026-05-20", "2026-05-28"], "to": ["2026-06-03", "2026-06-12"], "reason": "a sample",
    "name": "Ben", "role": "admin", "manager_name": "Jonas", "email": "b@example.com",
    "change": -10,
    "expected_until": "2026-05-21",
    "expires_at": "2026-05-20T10:00:00+00:00", "expected_on": "2026-05-11", "granted": True,
}  # fmt: skip


def name_of(value: object) -> str:
    return value if isinstance(value, str) else ""


def facts(kind: str, **data: object) -> Facts:
    return Facts(
        kind=kind, today=date(2026, 5, 12), zone=ZoneInfo("Europe/Berlin"), actor="Anna",
        project="Summer", account="Brixen", data=data, subject="Ben",
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "side", "say"), SAYS, ids=name_of)
@pytest.mark.parametrize("data", [LEAST, FULL], ids=["without", "with"])
def test_every_kind_has_words(kind: str, side: str, say: Say, data: dict) -> None:
    if kind in ("absence_set", "promise_changed"):
        data = {**data, "from": "2026-05-20", "to": "2026-05-22"}
    words = compose(facts(kind, **data), say, say.to[0])
    assert words.headline[:1] in {"“", "b"} or words.headline[:1].isupper()
    assert "{" not in words.headline + words.action + words.why
    assert not words.headline.endswith((".", " ", ":"))
    assert words.action
    assert words.why


@pytest.mark.parametrize(("kind", "side", "say"), SAYS, ids=name_of)
def test_sentences_have_known_places_and_people_of_their_side(
    kind: str, side: str, say: Say
) -> None:
    places = {name for _, name, _, _ in Formatter().parse(say.headline) if name is not None}
    assert places <= FILLS
    assert set(say.to) <= (CUSTOMERS if side == "customer" else STAFF)
    if side == "studio" and "{project}" in say.headline:
        assert "{account}" in say.headline  # staff look after many


def test_every_way_of_a_project_is_told() -> None:
    assert {transition.action for transition in TRANSITIONS} <= set(RULES)


def test_the_clocks_are_told() -> None:
    wanted = {
        "review_escalated", "clarification_reminder", "clarification_parked",
        "first_delivery_reminder", "masters_approved_by_clock", "finalize_reminder",
        "finalized_by_clock", "parked_reminder", "stop_requested", "stop_request_decided",
        "amendment_proposed", "amendment_agreed", "amendment_declined", "amendment_applied",
        "approval_asked", "approval_refused", "comment_added", "changes_requested", "delivered",
        "started", "resumed", "reopened", "sample_expected_passed", "draft_stale",
        "invitation_reminder", "absence_set", "expected_start_changed", "expected_finish_changed",
    }  # fmt: skip
    assert wanted <= set(RULES)
    assert rule_of("something_of_a_later_version") is None


def test_who_is_asked_depends_on_who_proposed() -> None:
    def asked(by: str) -> tuple[bool, bool]:
        rule = RULES[key_of("amendment_proposed", "project", {"by": by})]
        return rule.customer.needs_you, rule.studio.needs_you

    assert asked("studio") == (True, False)
    assert asked("customer") == (False, True)
    assert key_of("stage_entered", "project", {"waiting_for": "studio", "to": "booking"}) is None
    sample = {"waiting_for": "customer", "to": "awaiting_sample"}
    assert key_of("stage_entered", "project", sample)
    assert key_of("moved", "entry", {}) is None
    assert key_of("moved", "campaign", {}) == "campaign moved"


def test_every_group_is_used() -> None:
    used = {rule.group for rule in RULES.values()} | {CREDITS_RULE.group}
    assert used == set(Group)


def test_dates_are_said_in_the_accounts_time() -> None:
    late = facts("invitation_reminder", email="b@example.com", expires_at="2026-05-20T23:00:00Z")
    words = compose(late, RULES["invitation_reminder"].customer, Who.ASKED)
    assert "it expires on Thu 21 May" in words.headline


def test_transfers_are_said_from_where_to_where() -> None:
    say = CREDITS_RULE.customer
    one = Moved("allocate", 1, "Pool", "North", gained=True)
    taken = Moved("adjust", 20, "North", "North", gained=False)

    def said(*moved: Moved):
        return compose(
            Facts("credits_changed", date(2026, 5, 12), ZoneInfo("UTC"), account="North",
                  moved=moved),
            say, Who.ACCOUNT_ADMINS,
        )  # fmt: skip

    assert said(one).headline == "1 credit went from Pool to North"
    assert said(taken).headline == "North has 20 credits less"
    both = said(one, taken)
    assert both.headline == "Credits of North changed"
    assert both.lines == ("1 credit went from Pool to North.", "North has 20 credits less.")
    assert say_credits(1200) == "1,200 credits"
