"""From stage to stage: every refusal, and what follows each step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from callsheet.catalogue.models import BriefType, Stage
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError
from callsheet.projects.models import Clock, ClockKind, Project, StageSpell, Stirred
from callsheet.services import briefing, production, staging
from tests.builders import brief_of, draft, submitted, wallet_with

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.at(MONDAY):
        yield


def accepted(title: str = "Mug") -> Project:
    project = submitted(wallet_with(60), 20, title)
    production.accept(CONSOLE, project.pk)
    project.refresh_from_db()
    return project


def refused(code: str, project: Project, *stage: str, **more: object) -> None:
    with pytest.raises(CallsheetError) as error:
        staging.enter_stage(CONSOLE, project.pk, *stage, **more)  # type: ignore[arg-type]
    assert error.value.code == code


def spells(project: Project) -> list[tuple[str, str, bool]]:
    rows = StageSpell.objects.filter(project=project).order_by("pk")
    return [(row.stage, row.waiting_for, row.until is None) for row in rows]


def test_every_stage_is_a_dated_event_that_names_the_waiting_party() -> None:
    project = accepted()
    assert project.stage == Stage.BOOKING
    with clock.at(MONDAY + timedelta(days=2)):
        answer = staging.enter_stage(CONSOLE, project.pk, "awaiting_sample", waiting_for="carrier",
                                     expected_until=date(2026, 3, 10))  # fmt: skip
    assert (answer["stage"], answer["waiting_for"]) == ("awaiting_sample", "carrier")
    event = Event.objects.get(kind="stage_entered")
    assert event.data == {
        "from": "booking", "to": "awaiting_sample", "waiting_for": "carrier",
        "expected_until": "2026-03-10",
    }  # fmt: skip
    assert spells(project) == [
        ("review", "studio", False), ("booking", "studio", False),
        ("awaiting_sample", "carrier", True),
    ]  # fmt: skip
    spell = StageSpell.objects.get(project=project, stage="booking")
    assert spell.until is not None
    assert (spell.until - spell.since).days == 2


def test_the_return_and_the_reminder_follow_the_stage() -> None:
    project = accepted()
    staging.enter_stage(CONSOLE, project.pk, "quality_check")
    project.refresh_from_db()
    # Monday + 1 quality check + 3 review by the customer; at worst 1 + 5 + 5 of a revision.
    assert project.returns_p50 == date(2026, 3, 6)
    assert project.returns_p80 == date(2026, 3, 17)
    reminder = Clock.objects.get(project=project, kind=ClockKind.PRODUCTION)
    assert reminder.due_at.date() == date(2026, 3, 17)
    stirred = Stirred.objects.filter(about=project.pk).latest("pk")
    assert stirred.cause == "“Mug” came to another stage of production"
    assert stirred.elsewhere == "a project of another team came to another stage of production"


def test_any_order_is_allowed_and_a_step_back_says_why() -> None:
    project = accepted()
    staging.enter_stage(CONSOLE, project.pk, "post_production")
    refused("note_missing", project, "creation")
    refused("note_missing", project, "creation", note="  ")
    staging.enter_stage(CONSOLE, project.pk, "creation", note="One more take")
    assert spells(project)[-1] == ("creation", "studio", True)


def test_the_party_and_the_day_may_change_within_a_stage() -> None:
    project = accepted()
    refused("already_in_stage", project, "booking")
    staging.enter_stage(CONSOLE, project.pk, "booking", waiting_for="customer")
    staging.enter_stage(CONSOLE, project.pk, "booking", waiting_for="customer",
                        expected_until=date(2026, 3, 20))  # fmt: skip
    project.refresh_from_db()
    # 20 March, then 14 + 2 + 1 + 3 working days.
    assert project.returns_p50 == date(2026, 4, 17)


@pytest.mark.parametrize("stage", ["review", "customer_review", "revision", "lunch", ""])
def test_only_stages_of_production_can_be_entered(stage: str) -> None:
    refused("unknown_stage", accepted(), stage)


def test_parties_and_days_are_checked() -> None:
    project = accepted()
    refused("unknown_party", project, "creation", waiting_for="weather")
    refused("date_in_the_past", project, "creation", expected_until=date(2026, 3, 1))
    refused("stale", project, "creation", version=project.version - 1)


def test_outside_production_there_is_no_stage_to_enter() -> None:
    wallet = wallet_with(20)
    waiting = draft(wallet, 20)
    refused("not_in_production", waiting, "creation")
    briefing.submit(CONSOLE, waiting.pk)
    refused("not_in_production", waiting, "creation")
    production.accept(CONSOLE, waiting.pk)
    production.deliver(CONSOLE, waiting.pk)
    refused("not_in_production", waiting, "creation")
    production.finalize(CONSOLE, waiting.pk)
    refused("not_in_production", waiting, "creation")
    assert not StageSpell.objects.filter(project=waiting, until__isnull=True).exists()


def test_adaptations_create_nothing_new() -> None:
    wallet = wallet_with(20)
    draft(wallet, 10)
    brief = brief_of(("static", 2), brief_type=BriefType.ADAPT_OPTIMIZE)
    project = Project.objects.get(pk=briefing.write(CONSOLE, wallet.account_id, brief)["project"])
    briefing.submit(CONSOLE, project.pk)
    production.accept(CONSOLE, project.pk)
    refused("stage_not_of_brief_type", project, "creation")
    staging.enter_stage(CONSOLE, project.pk, "post_production")


def test_the_same_step_twice_is_one() -> None:
    project = accepted()
    first = staging.enter_stage(CONSOLE, project.pk, "creation", key="once")
    assert staging.enter_stage(CONSOLE, project.pk, "creation", key="once") == first
    assert Event.objects.filter(kind="stage_entered").count() == 1
