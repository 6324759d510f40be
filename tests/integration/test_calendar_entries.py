"""Entries and campaigns: written, changed, closed; and every refusal on the way."""

import pytest
from django.db import IntegrityError, connection, transaction

from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError, Refusals
from callsheet.projects.models import Project
from callsheet.schedule.entry import EntryInput, Wanted
from callsheet.schedule.models import Campaign, Entry, EntryDeliverable, WantedDeliverable
from callsheet.services import calendaring, campaigning, closing, entry_links
from tests.builders import draft, finalized, submitted, wallet_with
from tests.calendar_builders import a_campaign, an_entry, in_days, now, serves

pytestmark = pytest.mark.django_db


def refused(call, *args, **more) -> CallsheetError:
    with pytest.raises(CallsheetError) as error:
        call(CONSOLE, *args, **more)
    return error.value


def codes(error: CallsheetError) -> set[tuple[str, str | None]]:
    problems = error.problems if isinstance(error, Refusals) else [error]
    return {(problem.code, problem.field) for problem in problems}


def test_an_entry_says_what_where_and_when() -> None:
    wallet = wallet_with(0)
    campaign = a_campaign(wallet, "Spring", 60)
    entry = an_entry(
        wallet, ("photo-set", 1), ("static", 2), key="POST-1", campaign="spring", channel="feed",
        brand="Lumiere", publish_on=in_days(46),
    )  # fmt: skip
    assert (entry.campaign, entry.days_from_anchor, entry.status) == (campaign, -14, "planned")
    assert calendaring.as_input(entry) == EntryInput(
        title="A post", publish_on=in_days(46), campaign="spring", channel="feed",
        brand="Lumiere", wanted=(Wanted("photo-set", 1), Wanted("static", 2)),
    )  # fmt: skip
    assert an_entry(wallet, campaign="SPRING", days_from_anchor=3).publish_on == in_days(63)
    assert an_entry(wallet, campaign="spring", fixed_date=True).days_from_anchor is None


def test_every_wrong_field_is_named() -> None:
    wallet = wallet_with(0)
    an_entry(wallet, key="POST-1")
    wrong = EntryInput(
        title=" ", publish_on=in_days(1), channel="x" * 81, campaign="x" * 201,
        wanted=(Wanted("gold", 1), Wanted("static", 0), Wanted("static", 1)),
    )  # fmt: skip
    assert codes(refused(calendaring.create_entry, wallet.account_id, wrong)) == {
        ("title_missing", "title"), ("too_long", "channel"), ("too_long", "campaign"),
        ("unknown_deliverable", "wanted.0.type"), ("quantity_out_of_range", "wanted.1.quantity"),
        ("wanted_twice", "wanted.2.type"),
    }  # fmt: skip
    for entry, more, code in (
        (EntryInput("A", in_days(-1)), {}, "date_in_the_past"),
        (EntryInput("A"), {}, "publish_date_missing"),
        (EntryInput("A", in_days(1), campaign="Winter"), {}, "unknown_campaign"),
        (EntryInput("A", in_days(1)), {"entry_key": "POST-1"}, "entry_key_taken"),
        (EntryInput("A", in_days(1)), {"entry_key": "x" * 65}, "not_a_key"),
        (EntryInput("A", in_days(1)), {"entry_key": "a;b"}, "not_a_key"),
    ):
        error = refused(calendaring.create_entry, wallet.account_id, entry, **more)
        assert error.code == code
    many = EntryInput("A", in_days(1), wanted=tuple(Wanted("static") for _ in range(51)))
    error = refused(calendaring.create_entry, wallet.account_id, many)
    assert codes(error) == {("too_many_deliverables", "wanted")}


def test_an_account_that_ended_has_no_new_entries() -> None:
    wallet = wallet_with(0)
    closing.end_account(CONSOLE, wallet.account_id, reason="price")
    entry = EntryInput("A", in_days(1))
    assert refused(calendaring.create_entry, wallet.account_id, entry).code == "account_ended"
    assert refused(campaigning.create_campaign, wallet.account_id, "A").code == "account_ended"


def test_a_change_keeps_what_it_does_not_name() -> None:
    wallet = wallet_with(0)
    a_campaign(wallet, "Spring", 60)
    entry = an_entry(wallet, ("static", 2), campaign="Spring", channel="feed")
    calendaring.change_entry(CONSOLE, entry.pk, {"publish_on": in_days(50)}, version=1)
    assert (now(entry).days_from_anchor, entry.channel, entry.version) == (-10, "feed", 2)
    calendaring.change_entry(CONSOLE, entry.pk, {"days_from_anchor": 5})
    assert now(entry).publish_on == in_days(65)
    calendaring.change_entry(CONSOLE, entry.pk, {"campaign": ""})
    assert (now(entry).days_from_anchor, entry.publish_on) == (None, in_days(65))
    assert entry.wanted.count() == 1
    calendaring.change_entry(CONSOLE, entry.pk, {"wanted": (Wanted("photo", 3),)})
    assert calendaring.as_input(entry).wanted == (Wanted("photo", 3),)


def test_a_change_is_refused() -> None:
    wallet = wallet_with(0)
    entry = an_entry(wallet)
    calendaring.change_entry(CONSOLE, entry.pk, {"title": "Another"})
    for changes, more, code in (
        ({"title": "B"}, {"version": 1}, "stale"),
        ({"colour": "red"}, {}, "unknown_field"),
        ({"publish_on": in_days(-3)}, {}, "date_in_the_past"),
        ({"days_from_anchor": 3}, {}, "no_anchor"),
    ):
        assert refused(calendaring.change_entry, entry.pk, changes, **more).code == code
    calendaring.drop_entry(CONSOLE, entry.pk)
    error = refused(calendaring.change_entry, entry.pk, {"title": "B"})
    assert error.code == "entry_closed"
    assert refused(calendaring.change_entry, 2**40, {"title": "B"}).code == "not_found"


def test_published_is_said_by_somebody() -> None:
    entry = an_entry(wallet_with(0))
    error = refused(calendaring.mark_published, entry.pk)
    assert (error.code, error.field) == ("entry_not_ready", "note")
    later = {"published_on": in_days(1), "note": "Shot by phone."}
    assert refused(calendaring.mark_published, entry.pk, **later).code == "date_to_come"
    calendaring.mark_published(CONSOLE, entry.pk, published_on=in_days(-2), note="Shot by phone.")
    assert (now(entry).status, entry.published_on) == ("published", in_days(-2))
    for step in (calendaring.mark_published, calendaring.drop_entry):
        assert refused(step, entry.pk).code == "entry_closed"
    calendaring.bring_back_entry(CONSOLE, entry.pk)
    assert (now(entry).status, entry.published_on) == ("planned", None)
    assert refused(calendaring.bring_back_entry, entry.pk).code == "entry_open"


def test_a_ready_entry_is_published_without_a_reason() -> None:
    wallet = wallet_with(30)
    entry = an_entry(wallet)
    serves(finalized(submitted(wallet, 10)), entry)
    assert now(entry).status == "ready"
    calendaring.mark_published(CONSOLE, entry.pk)
    assert now(entry).published_on == in_days(0)


def test_a_dropped_entry_names_what_still_serves_it() -> None:
    wallet = wallet_with(30)
    entry, project = an_entry(wallet), submitted(wallet, 10)
    serves(project, entry)
    assert calendaring.drop_entry(CONSOLE, entry.pk)["projects"] == [project.key]
    calendaring.bring_back_entry(CONSOLE, entry.pk)
    assert now(entry).status == "briefed"


def test_links_are_of_the_same_account_and_alive() -> None:
    wallet, other = wallet_with(30), wallet_with(30)
    entry = an_entry(wallet)
    mine, theirs = draft(wallet, 10), draft(other, 10)

    def lines(project: Project) -> list[int]:
        return list(project.concepts.get().deliverables.values_list("pk", flat=True))

    for ids in (lines(theirs), [2**40], []):
        error = refused(entry_links.link_deliverables, entry.pk, ids)
        assert (error.code, error.field) == ("unknown_deliverable", "deliverables")
    mine.concepts.get().deliverables.update(state="dropped")
    error = refused(entry_links.link_deliverables, entry.pk, lines(mine))
    assert error.code == "deliverable_gone"
    mine.concepts.get().deliverables.update(state="waiting")
    entry_links.link_deliverables(CONSOLE, entry.pk, lines(mine))
    assert entry_links.linked_to(entry) == lines(mine)
    assert refused(entry_links.unlink_deliverables, entry.pk, [2**40]).code == "not_linked"
    entry_links.unlink_deliverables(CONSOLE, entry.pk, lines(mine))
    assert entry_links.linked_to(entry) == []
    calendaring.drop_entry(CONSOLE, entry.pk)
    error = refused(entry_links.link_deliverables, entry.pk, lines(mine))
    assert error.code == "entry_closed"


def test_campaigns_have_one_name_and_briefs_keep_it() -> None:
    wallet = wallet_with(30)
    campaign = a_campaign(wallet, "Spring")
    assert campaign.key == "spring"
    assert codes(refused(campaigning.create_campaign, wallet.account_id, " ", brand="x" * 201)) == {
        ("name_missing", "name"), ("too_long", "brand"),
    }  # fmt: skip
    error = refused(campaigning.create_campaign, wallet.account_id, "SPRING")
    assert error.code == "campaign_taken"
    a_campaign(wallet, "Summer", None)
    error = refused(campaigning.change_campaign, campaign.pk, name="summer")
    assert error.code == "campaign_taken"
    named, other = draft(wallet, 10, campaign="spring"), draft(wallet, 10, campaign="Other")
    answer = campaigning.change_campaign(CONSOLE, campaign.pk, name="Blossom", version=1)
    assert answer["projects"] == [named.pk]
    assert (now(named).campaign, now(other).campaign) == ("Blossom", "Other")
    assert now(campaign).key == "spring"
    error = refused(campaigning.change_campaign, campaign.pk, notes="More", version=1)
    assert error.code == "stale"


def test_the_database_refuses_what_must_never_be() -> None:
    wallet, other = wallet_with(0), wallet_with(0)
    entry, theirs = an_entry(wallet), a_campaign(other)
    line = draft(wallet, 10).concepts.get().deliverables.get()

    def attempt(work) -> None:
        with transaction.atomic():
            work()
            connection.check_constraints()

    def refuses(work) -> None:
        with pytest.raises(IntegrityError):
            attempt(work)

    entries = Entry.objects.filter(pk=entry.pk)
    for values in (
        {"campaign": theirs},  # another account's
        {"status": "lost"},
        {"status": "published"},  # without a day
        {"published_on": in_days(0)},
        {"days_from_anchor": 3},  # without a campaign
        {"campaign": a_campaign(wallet), "days_from_anchor": 3, "fixed_date": True},
    ):
        refuses(lambda values=values: entries.update(**values))
    for model, values in (
        (WantedDeliverable, {"type": line.type}),
        (EntryDeliverable, {"deliverable": line, "project": line.concept.project}),
    ):
        refuses(lambda model=model, values=values: model.objects.create(
            account_id=other.account_id, entry=entry, **values))  # fmt: skip
    refuses(lambda: Campaign.objects.filter(account=wallet.account_id).update(
        account_id=other.account_id, name="Moved"))  # fmt: skip
