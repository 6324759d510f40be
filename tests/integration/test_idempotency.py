"""The same request twice is one; the same key with something else is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from callsheet.catalogue import defaults
from callsheet.credits.models import Transfer
from callsheet.journal.models import Command, Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict, Forbidden, Refusals
from callsheet.kit.inputs import LONGEST_KEY
from callsheet.projects.models import Project
from callsheet.services import briefing, crediting, production, subscribing, transferring
from callsheet.tenants.models import Membership, Role, StaffRole
from tests.builders import (
    assert_books_balance,
    brief_for,
    draft,
    organization_with,
    somebody,
    submitted,
    wallet_with,
)
from tests.races.support import contents

pytestmark = pytest.mark.django_db


def test_every_kind_of_command_answers_again_what_it_answered() -> None:
    defaults.install()
    wallet = wallet_with(60)
    _, team = organization_with(20, north=30, south=30)
    planned = wallet_with(0)
    today = clock.today("UTC")
    north, south = team["north"].pk, team["south"].pk
    calls = [
        lambda key: subscribing.subscribe(CONSOLE, planned.pk, "growth", key=key),
        lambda key: subscribing.change_plan(CONSOLE, planned.pk, "scale", key=key),
        lambda key: crediting.grant(CONSOLE, wallet.pk, 10, key=key, note="Thanks"),
        lambda key: crediting.adjust(
            CONSOLE, wallet.pk, -5, permanent=True, key=key, note="Booked twice"
        ),
        lambda key: transferring.transfer(CONSOLE, north, south, 5, key=key),
        lambda key: transferring.lend(
            CONSOLE, north, south, 5, starts_on=today, ends_on=today + timedelta(days=2), key=key
        ),
        lambda key: briefing.write(CONSOLE, wallet.account_id, brief_for(20), key=key),
    ]
    pk = None
    for number, call in enumerate(calls):
        first = call(f"key-{number}")
        after = contents()
        assert call(f"key-{number}") == first
        assert contents() == after
        pk = first.get("project", pk)
    steps = [
        lambda key: briefing.submit(CONSOLE, pk, key=key),
        lambda key: production.accept(CONSOLE, pk, key=key),
        lambda key: production.deliver(CONSOLE, pk, key=key),
        lambda key: production.finalize(CONSOLE, pk, key=key),
    ]
    for number, step in enumerate(steps):
        first = step(f"step-{number}")
        after = contents()
        assert step(f"step-{number}") == first
        assert contents() == after
    # The first step asked again at the end still answers what it answered, whatever came since.
    assert steps[0]("step-0")["status"] == "pending_review"
    assert_books_balance()


def test_the_same_key_with_another_input_is_refused() -> None:
    wallet = wallet_with(60)
    crediting.grant(CONSOLE, wallet.pk, 10, key="k", note="Thanks")
    for other in (
        lambda: crediting.grant(CONSOLE, wallet.pk, 11, key="k", note="Thanks"),
        lambda: crediting.grant(CONSOLE, wallet.pk, 10, key="k", note="thanks"),
        lambda: crediting.grant(CONSOLE, wallet.pk, 10, "goodwill", key="k", note="Thanks"),
    ):
        before = contents()
        with pytest.raises(Conflict) as refused:
            other()
        assert (refused.value.code, refused.value.field) == ("command_reused", "key")
        assert contents() == before


def test_the_same_key_of_somebody_else_is_another_request() -> None:
    wallet = wallet_with(60)
    managers = [somebody(staff=StaffRole.ACCOUNT_MANAGER) for _ in range(2)]
    for manager in managers:
        crediting.grant(manager, wallet.pk, 10, key="k")
    wallet.refresh_from_db()
    assert wallet.available == 80


def test_the_same_key_for_another_command_is_another_request() -> None:
    project = submitted(wallet_with(60), 20)
    production.accept(CONSOLE, project.pk, key="k")
    assert production.deliver(CONSOLE, project.pk, key="k")["status"] == "delivered"


def test_what_was_refused_may_be_tried_again_with_the_same_key() -> None:
    wallet = wallet_with(60)
    project = draft(wallet, 5)  # below a concept's minimum
    with pytest.raises(Refusals):
        briefing.submit(CONSOLE, project.pk, key="k")
    assert not Command.objects.filter(name="submit").exists()
    briefing.write(CONSOLE, wallet.account_id, brief_for(10), project_id=project.pk)
    assert briefing.submit(CONSOLE, project.pk, key="k")["status"] == "pending_review"


def test_a_different_reading_of_the_same_project_is_a_different_input() -> None:
    project = submitted(wallet_with(60), 20)
    briefing.withdraw(CONSOLE, project.pk, version=project.version, key="k")
    with pytest.raises(Conflict) as refused:
        briefing.withdraw(CONSOLE, project.pk, version=project.version + 1, key="k")
    assert refused.value.code == "command_reused"


def test_a_brief_with_other_words_is_a_different_input() -> None:
    wallet = wallet_with(60)
    defaults.install()
    brief = brief_for(10)
    briefing.write(CONSOLE, wallet.account_id, brief, key="k")
    for other in (
        replace(brief, title="Another"),
        replace(brief, dos=("Smile",)),
        replace(brief, fields={**brief.fields, "setting": "Garden"}),
        replace(brief, concepts=brief.concepts * 2),
    ):
        with pytest.raises(Conflict) as refused:
            briefing.write(CONSOLE, wallet.account_id, other, key="k")
        assert refused.value.code == "command_reused"
    assert Project.objects.count() == 1


def test_who_has_lost_the_right_still_gets_the_old_answer_and_nothing_new() -> None:
    """A lost connection must not turn into a second submission, nor into a refusal of the first."""
    wallet = wallet_with(60)
    member = somebody(wallet.account)
    project = draft(wallet, 20)
    first = briefing.submit(member, project.pk, key="k")
    Membership.objects.filter(user_id=member.user_id).update(role=Role.VIEWER)
    assert briefing.submit(member, project.pk, key="k") == first
    with pytest.raises(Forbidden):
        briefing.withdraw(member, project.pk, key="k")


@pytest.mark.parametrize("key", ["k" * LONGEST_KEY, "🥐" * LONGEST_KEY, "a b|c'\"\\n", "0"])
def test_keys_of_every_kind_are_kept(key: str) -> None:
    wallet = wallet_with(60)
    first = crediting.grant(CONSOLE, wallet.pk, 10, key=key)
    assert crediting.grant(CONSOLE, wallet.pk, 10, key=key) == first
    assert Transfer.objects.filter(kind="grant").count() == 1
    assert_books_balance()


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("k" * (LONGEST_KEY + 1), "key_too_long"),
        ("k" * 10_000, "key_too_long"),
        ("a\x00b", "bad_character"),
        ("\udfff", "bad_character"),
    ],
)
def test_keys_that_cannot_be_kept_are_refused(key: str, code: str) -> None:
    wallet = wallet_with(60)
    before = contents()
    with pytest.raises(Refusals) as refused:
        crediting.grant(CONSOLE, wallet.pk, 10, key=key)
    assert [(p.code, p.field) for p in refused.value.problems] == [(code, "key")]
    assert contents() == before


def test_without_a_key_twice_is_twice() -> None:
    wallet = wallet_with(0)
    for key in (None, "", None):
        crediting.grant(CONSOLE, wallet.pk, 10, key=key)
    wallet.refresh_from_db()
    assert wallet.available == 30


def test_what_a_command_did_names_it() -> None:
    project = submitted(wallet_with(60), 20)
    production.cancel(CONSOLE, project.pk, key="k", note="The launch is off")
    command = Command.objects.get(name="cancel", key="k")
    assert command.note is not None
    assert command.note.text == "The launch is off"
    assert Transfer.objects.get(kind="release").command == command
    assert Event.objects.get(kind="cancel").command == command
