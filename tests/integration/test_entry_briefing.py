"""From the calendar to a brief in one step, and every refusal on the way."""

import pytest

from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError
from callsheet.projects.models import Deliverable, Project
from callsheet.services import briefing, calendaring, entry_briefing, production
from callsheet.tenants.models import StaffRole
from tests.builders import draft, somebody, submitted, wallet_with
from tests.calendar_builders import a_campaign, an_entry, in_days, serves

pytestmark = pytest.mark.django_db


def refused(*args, actor=CONSOLE, **more) -> CallsheetError:
    with pytest.raises(CallsheetError) as error:
        entry_briefing.brief_entries(actor, *args, **more)
    return error.value


def brief(*entries, **more) -> Project:
    answer = entry_briefing.brief_entries(CONSOLE, [entry.pk for entry in entries], **more)
    return Project.objects.get(pk=answer["project"])


def test_one_entry_becomes_a_brief_with_all_that_it_says() -> None:
    wallet = wallet_with(60)
    a_campaign(wallet, "Spring", 60)
    entry = an_entry(
        wallet, ("video", 2), ("format-variation", 3), title="Teaser", campaign="Spring",
        channel="story", brand="Lumi",
    )  # fmt: skip
    project = brief(entry)
    assert (project.title, project.brief_type, project.status, project.credits) == (
        "Teaser", "original_creative", "draft", 20,
    )  # fmt: skip
    assert (project.campaign, project.brand.name, project.publish_on) == (
        "Spring", "Lumi", entry.publish_on,
    )  # fmt: skip
    video, variation = Deliverable.objects.filter(concept__project=project).order_by("position")
    assert (variation.master, variation.quantity, video.placement) == (video, 3, "story")
    assert set(entry.links.values_list("deliverable_id", flat=True)) == {video.pk, variation.pk}


def test_several_entries_become_one_brief_with_a_concept_each() -> None:
    wallet = wallet_with(60)
    a_campaign(wallet, "Spring", 60)
    later = an_entry(wallet, ("photo-set", 1), title="Later", campaign="Spring", brand="Lumi")
    sooner = an_entry(
        wallet, ("photo", 5), title="Sooner", campaign="Spring", publish_on=in_days(20)
    )
    project = brief(later, sooner, brief_type="content_creation")
    assert project.title == "Spring: 2 entries"
    assert (project.publish_on, project.brand) == (in_days(20), None)
    assert [c.title for c in project.concepts.order_by("position")] == ["Sooner", "Later"]
    for entry, kind in ((sooner, "photo"), (later, "photo-set")):
        assert [link.deliverable.type.key for link in entry.links.all()] == [kind]
    alone = an_entry(wallet, ("photo", 5), title="Alone"), an_entry(wallet, ("photo", 5))
    assert brief(*alone).title == "Alone and 1 more"


def test_variations_alone_adapt_what_the_customer_supplies() -> None:
    wallet = wallet_with(60)
    project = brief(an_entry(wallet, ("format-variation", 6)))
    assert (project.brief_type, project.credits) == ("adapt_optimize", 10)
    assert Deliverable.objects.get(concept__project=project).supplied_master == (
        "Supplied by the customer"
    )


def test_an_entry_is_briefed_once_while_its_brief_lives() -> None:
    wallet = wallet_with(60)
    entry, other = an_entry(wallet, ("photo", 5)), an_entry(wallet, ("photo", 5))
    project = brief(entry)
    error = refused([other.pk, entry.pk])
    assert (error.code, error.details["project"]) == ("already_briefed", project.pk)
    briefing.delete_draft(CONSOLE, project.pk)
    assert brief(entry, other)
    canceled = an_entry(wallet)
    serves(submitted(wallet, 10), canceled)
    calendaring.change_entry(CONSOLE, canceled.pk, {"wanted": calendaring.as_input(other).wanted})
    assert refused([canceled.pk]).code == "already_briefed"
    production.cancel(CONSOLE, canceled.links.get().project_id, note="Called off")
    assert brief(canceled)


def test_what_cannot_be_briefed() -> None:
    wallet, elsewhere = wallet_with(60), wallet_with(60)
    entry = an_entry(wallet, ("photo", 5))
    assert refused([an_entry(wallet).pk]).code == "nothing_wanted"
    assert refused([]).code == "not_found"
    assert refused([2**40]).code == "not_found"
    assert refused([entry.pk, an_entry(elsewhere, ("photo", 5)).pk]).code == "several_accounts"
    assert refused([entry.pk] * 101).code == "too_many_entries"
    assert refused([entry.pk], version=9).code == "stale"
    problems = refused([entry.pk], brief_type="poem").problems
    assert {problem.code for problem in problems} == {"unknown_brief_type"}
    calendaring.drop_entry(CONSOLE, entry.pk)
    assert refused([entry.pk]).code == "entry_closed"
    assert not Project.objects.exists()


def test_staff_are_not_told_the_title_of_a_draft_they_do_not_see() -> None:
    wallet = wallet_with(60)
    entry = an_entry(wallet, ("photo", 5))
    serves(draft(wallet, 10, "Secret"), entry)
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    assert "Secret" not in refused([entry.pk], actor=manager).message
    assert "Secret" in refused([entry.pk]).message


def test_the_same_command_again_writes_no_second_brief() -> None:
    entry = an_entry(wallet_with(60), ("photo", 5))
    first = entry_briefing.brief_entries(CONSOLE, [entry.pk], key="once")
    assert entry_briefing.brief_entries(CONSOLE, [entry.pk], key="once") == first
    assert Project.objects.count() == 1
