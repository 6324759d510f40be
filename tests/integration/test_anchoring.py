"""A campaign's anchor moves: what goes along, what stays and why, and back again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError
from callsheet.schedule.models import Entry
from callsheet.services import anchoring, briefing, calendaring, production
from callsheet.tenants.models import StaffRole
from tests.builders import draft, somebody, submitted, wallet_with
from tests.calendar_builders import a_campaign, an_entry, in_days, now, serves

pytestmark = pytest.mark.django_db


def move(campaign, day: int, **more):
    return anchoring.move_campaign(CONSOLE, campaign.pk, in_days(day), **more)


def reasons(answer) -> dict[str, str]:
    return {one["key"]: one["reason"] for one in [*answer["stayed"], *answer["briefs_stayed"]]}


def test_the_first_anchor_measures_and_moves_nothing() -> None:
    wallet = wallet_with(0)
    campaign = a_campaign(wallet, "Spring", None)
    entry = an_entry(wallet, campaign="Spring", publish_on=in_days(40))
    fixed = an_entry(wallet, campaign="Spring", fixed_date=True)
    answer = move(campaign, 60)
    assert (answer["moved"], answer["days"]) == ([], None)
    assert (now(entry).publish_on, entry.days_from_anchor) == (in_days(40), -20)
    assert now(fixed).days_from_anchor is None


def test_each_stays_for_its_own_reason() -> None:
    wallet = wallet_with(100)
    campaign = a_campaign(wallet, "Spring", 60)

    def entry(key: str, **more) -> Entry:
        return an_entry(wallet, key=key, campaign="Spring", **more)

    planned, briefed, made, fixed, out, off = (
        entry("PLANNED"), entry("BRIEFED"), entry("MADE"), entry("FIXED", fixed_date=True),
        entry("OUT"), entry("OFF"),
    )  # fmt: skip
    serves(submitted(wallet, 10), briefed)
    serves(submitted(wallet, 10), made)
    production.accept(CONSOLE, made.links.get().project_id)
    calendaring.mark_published(CONSOLE, out.pk, note="By phone.")
    calendaring.drop_entry(CONSOLE, off.pk)
    answer = move(campaign, 81)
    assert {one["key"] for one in answer["moved"]} == {"PLANNED", "BRIEFED"}
    assert reasons(answer) == {
        "MADE": "in_production", "FIXED": "fixed_date", "OUT": "published",
    }  # fmt: skip
    assert {now(one).publish_on for one in (planned, briefed, off)} == {in_days(61)}
    assert {now(one).publish_on for one in (made, fixed, out)} == {in_days(40)}
    move(campaign, 60)
    assert {one.publish_on for one in Entry.objects.all()} == {in_days(40)}


def test_moving_back_undoes_it_even_for_one_that_was_left_behind() -> None:
    """It was in production when the anchor moved, and a draft again when it moved back."""
    wallet = wallet_with(100)
    campaign = a_campaign(wallet, "Spring", 60)
    entry = an_entry(wallet, campaign="Spring")
    project = submitted(wallet, 10)
    serves(project, entry)
    production.accept(CONSOLE, project.pk)
    move(campaign, 81)
    production.cancel(CONSOLE, project.pk, note="Called off")
    assert (now(entry).status, entry.publish_on) == ("planned", in_days(40))
    answer = move(campaign, 60)
    assert (now(entry).publish_on, answer["moved"]) == (in_days(40), [])


def test_briefs_go_with_their_entries_until_they_are_accepted() -> None:
    wallet = wallet_with(100)
    campaign = a_campaign(wallet, "Spring", 60)
    entry = an_entry(wallet, campaign="Spring")
    dates = {"publish_on": in_days(40), "wanted_by": in_days(33), "not_before": in_days(5)}
    project = draft(wallet, 10, **dates)
    serves(project, entry)
    answer = move(campaign, 70)
    assert [one["project"] for one in answer["briefs"]] == [project.pk]
    assert (now(project).publish_on, project.wanted_by) == (in_days(50), in_days(43))
    assert (project.not_before, project.version) == (in_days(5), 2)
    briefing.submit(CONSOLE, project.pk)
    move(campaign, 60)
    assert (now(project).publish_on, project.wanted_by) == (in_days(40), in_days(33))


def test_a_brief_that_serves_somebody_else_too_stays() -> None:
    wallet = wallet_with(100)
    campaign = a_campaign(wallet, "Spring", 60)
    mine, other = an_entry(wallet, campaign="Spring"), an_entry(wallet)
    project = draft(wallet, 10, publish_on=in_days(40))
    serves(project, mine, other)
    named = draft(wallet, 10, "Named", campaign="SPRING")
    answer = move(campaign, 70)
    assert reasons(answer) == {project.key: "serves_others", named.key: "no_entry"}
    assert now(project).publish_on == in_days(40)
    calendaring.drop_entry(CONSOLE, other.pk)
    assert "serves_others" not in reasons(move(campaign, 60)).values()
    assert now(project).publish_on == in_days(30)


def test_staff_see_no_title_of_a_draft_that_is_not_shared() -> None:
    wallet = wallet_with(100)
    campaign = a_campaign(wallet, "Spring", 60)
    serves(draft(wallet, 10, "Secret"), an_entry(wallet, campaign="Spring"))
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    answer = anchoring.move_campaign(manager, campaign.pk, in_days(70))
    assert [one["title"] for one in answer["briefs"]] == [""]


def test_what_has_passed_is_told_and_a_past_anchor_is_refused() -> None:
    wallet = wallet_with(0)
    campaign = a_campaign(wallet, "Spring", 60)
    early = an_entry(wallet, campaign="Spring", days_from_anchor=-50)
    with clock.at(clock.now() + timedelta(days=30)):
        answer = anchoring.move_campaign(CONSOLE, campaign.pk, in_days(31))
        assert answer["passed"] == [early.pk]
        for day, code in ((-1, "date_in_the_past"), (31, "same_anchor")):
            with pytest.raises(CallsheetError) as refused:
                move(campaign, day)
            assert (refused.value.code, refused.value.field) == (code, "anchor_on")
    with pytest.raises(CallsheetError) as refused:
        move(campaign, 90, version=1)
    assert refused.value.code == "stale"


def test_the_number_of_queries_does_not_grow() -> None:
    counts = []
    for size in (2, 12):
        wallet = wallet_with(100)
        campaign = a_campaign(wallet, "Spring", 60)
        for _ in range(size):
            serves(draft(wallet, 10), an_entry(wallet, campaign="Spring"))
        with CaptureQueriesContext(connection) as queries:
            assert len(move(campaign, 70)["briefs"]) == size
        counts.append(len(queries))
    # The first one also puts off the job that tells of it; the second finds it waiting.
    assert counts[1] <= counts[0]
