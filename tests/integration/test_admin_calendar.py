"""The administration's pages of the calendar: each through one service, refusals at fields."""

import pytest

from callsheet.catalogue import defaults
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Project
from callsheet.schedule.models import Campaign, Entry
from callsheet.services import calendaring
from callsheet.tenants.models import StaffRole
from tests.builders import draft, submitted, wallet_with
from tests.calendar_builders import a_campaign, an_entry, in_days, now, serves
from tests.integration.admin_pages import change, path, signed_in, step, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_NEED_SECOND_FACTOR = False


@pytest.fixture
def manager():
    return signed_in(StaffRole.ACCOUNT_MANAGER)


def said(page) -> str:
    return " ".join(str(message) for message in page.context["messages"])


def test_an_entry_is_written_and_a_refusal_stands_at_its_field(manager) -> None:
    defaults.install()
    wallet = wallet_with(0)
    a_campaign(wallet, "Spring", 60)
    typed = {
        "account": wallet.account_id, "key": "", "title": "Teaser", "publish_on": "",
        "days_from_anchor": "-10", "campaign_name": "Sprong", "brand_name": "Lumi",
        "channel": "feed", "wants": "2 static",
        "links-TOTAL_FORMS": 0, "links-INITIAL_FORMS": 0,
    }  # fmt: skip
    page = manager.post(path(Entry, "add"), typed)
    assert page.status_code == 200
    assert list(page.context["adminform"].form.errors) == ["campaign_name"]
    page = manager.post(path(Entry, "add"), typed | {"campaign_name": "Spring", "wants": "2 gold"})
    assert list(page.context["adminform"].form.errors) == ["wants"]
    assert not Entry.objects.exists()
    page = manager.post(path(Entry, "add"), typed | {"campaign_name": "Spring"}, follow=True)
    entry = Entry.objects.get()
    assert (entry.publish_on, entry.brand.name) == (in_days(50), "Lumi")
    assert "Teaser" in said(page)
    shown = manager.get(change(entry))
    assert 'value="2 static"' in shown.text
    values = {
        "title": "Better", "publish_on": in_days(50), "days_from_anchor": "-9",
        "campaign_name": "Spring", "brand_name": "Lumi", "channel": "feed", "wants": "2 static",
        "links-TOTAL_FORMS": 0, "links-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert manager.post(change(entry), values).status_code == 302
    assert (now(entry).title, entry.publish_on) == ("Better", in_days(51))


def test_the_steps_of_an_entry(manager) -> None:
    wallet = wallet_with(30)
    entry = an_entry(wallet, ("photo", 5), title="Post")
    assert take(manager, entry, "publish").status_code == 422
    page = take(manager, entry, "brief", title="A brief")
    assert page.status_code == 302
    assert Project.objects.get().title == "A brief"
    assert take(manager, entry, "drop", note="Off").status_code == 302
    assert now(entry).status == "dropped"
    text = manager.get(change(entry)).text
    assert step(entry, "bring_back") in text
    assert step(entry, "publish") not in text
    take(manager, entry, "bring_back")
    take(manager, entry, "publish", note="By phone.")
    assert now(entry).status == "published"


def test_one_brief_for_several(manager) -> None:
    wallet = wallet_with(30)
    entries = [an_entry(wallet, ("photo", 5)) for _ in range(3)]
    chosen = {"action": "brief_chosen", "_selected_action": [e.pk for e in entries], "index": 0}
    page = manager.post(path(Entry), chosen, follow=True)
    assert "makes 3 entries now" in said(page)
    page = manager.post(path(Entry), chosen, follow=True)
    assert "already" in said(page)
    assert Project.objects.count() == 1


def test_a_campaign_moves_and_says_what_stays(manager) -> None:
    wallet = wallet_with(30)
    typed = {"account": wallet.account_id, "key": "", "name": "Spring", "anchor_on": in_days(60),
             "brand_name": "", "notes": "",
             "entries-TOTAL_FORMS": 0, "entries-INITIAL_FORMS": 0}  # fmt: skip
    assert manager.post(path(Campaign, "add"), typed).status_code == 302
    assert manager.post(path(Campaign, "add"), typed).status_code == 200
    campaign = Campaign.objects.get()
    moving = an_entry(wallet, campaign="Spring", title="Moves")
    an_entry(wallet, campaign="Spring", title="Fair", fixed_date=True)
    assert take(manager, campaign, "move", anchor_on=in_days(-1)).status_code == 422
    page = take(manager, campaign, "move", anchor_on=in_days(81).isoformat())
    assert page.status_code == 302
    told = said(manager.get(change(campaign)))
    assert "Fair (fixed date)" in told
    assert "1 entry moved, and 0 briefs" in told
    assert now(moving).publish_on == in_days(61)
    renamed = typed | {"name": "Blossom"}
    assert manager.post(change(campaign), renamed).status_code == 302
    assert now(campaign).name == "Blossom"


def test_drafts_that_are_not_shared_do_not_show(manager) -> None:
    wallet = wallet_with(30)
    entry = an_entry(wallet)
    serves(draft(wallet, 10, "Secret"), entry)
    serves(submitted(wallet, 10, "Shown"), entry)
    text = manager.get(change(entry)).text
    assert "Shown" in text
    assert "Secret" not in text


def test_producers_look_and_do_not_write() -> None:
    producer = signed_in(StaffRole.PRODUCER)
    entry = an_entry(wallet_with(0))
    assert producer.get(change(entry)).status_code == 200
    assert producer.get(path(Entry, "add")).status_code == 403
    assert producer.post(step(entry, "drop"), {"command_key": "k"}).status_code == 403
    assert now(entry).status == "planned"


def test_the_list_shows_what_is_overdue(manager) -> None:
    entry = an_entry(wallet_with(0))
    Entry.objects.filter(pk=entry.pk).update(publish_on=in_days(-3))
    assert "Overdue" in manager.get(path(Entry)).text
    calendaring.drop_entry(CONSOLE, entry.pk)
    assert "Overdue" not in manager.get(path(Entry)).text
