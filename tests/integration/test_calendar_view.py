"""The calendar as people see it: days for who may know of it, contents for who may read."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.insight.calendar_view import show_calendar
from callsheet.kit.actor import CONSOLE
from callsheet.schedule.models import Entry
from callsheet.tenants.models import Account, Role, StaffRole
from tests.builders import draft, organization_with, somebody, submitted, wallet_with
from tests.calendar_builders import a_campaign, an_entry, in_days, serves

pytestmark = pytest.mark.django_db


def test_organization_admins_see_days_and_titles_only_with_consent() -> None:
    pool, team = organization_with(0, home=30)
    home = team["home"]
    a_campaign(home, "Secret campaign")
    an_entry(home, ("photo", 5), title="Secret", campaign="Secret campaign", brand="Lumi")
    serves(submitted(home, 10), Entry.objects.get())
    admin = somebody(organization=pool.organization, role=Role.ADMIN)
    view = show_calendar(admin, home.account_id)
    (line,) = view.entries
    assert (line.publish_on, line.status) == (in_days(40), "briefed")
    blank = (line.title, line.campaign, line.brand, line.channel, line.wanted, line.made_by)
    assert blank == ("", "", "", "", (), ())
    assert (line.days_from_anchor, view.campaigns) == (None, ())
    assert "Secret" not in str(view)
    Account.objects.filter(pk=home.account_id).update(shares_briefs=True)
    (line,) = show_calendar(admin, home.account_id).entries
    assert (line.title, line.campaign) == ("Secret", "Secret campaign")


def test_staff_are_not_told_which_hidden_draft_serves_an_entry() -> None:
    wallet = wallet_with(30)
    secret, shown = draft(wallet, 10), submitted(wallet, 10)
    entry = an_entry(wallet)
    serves(secret, entry)
    serves(shown, entry)
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    assert show_calendar(manager, wallet.account_id).entries[0].made_by == (shown.key,)
    member = somebody(wallet.account)
    made_by = show_calendar(member, wallet.account_id).entries[0].made_by
    assert set(made_by) == {secret.key, shown.key}


def test_from_a_day_to_a_day_with_what_is_overdue() -> None:
    wallet = wallet_with(0)
    for day in (5, 10, 15):
        an_entry(wallet, title=str(day), publish_on=in_days(day))
    Entry.objects.filter(title="5").update(publish_on=in_days(-5))

    def titles(since: int | None, until: int | None) -> list[str]:
        view = show_calendar(
            CONSOLE, wallet.account_id,
            since=None if since is None else in_days(since),
            until=None if until is None else in_days(until),
        )  # fmt: skip
        return [f"{one.title}{'!' if one.overdue else ''}" for one in view.entries]

    assert titles(None, None) == ["5!", "10", "15"]
    assert titles(10, 15) == ["10", "15"]
    assert titles(None, 9) == ["5!"]


def test_the_number_of_queries_does_not_grow() -> None:
    wallet = wallet_with(60)
    project = submitted(wallet, 10)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            show_calendar(CONSOLE, wallet.account_id)
        return len(captured)

    counts = []
    for _ in range(2):
        a_campaign(wallet, f"Campaign {len(counts)}")
        serves(project, *(an_entry(wallet, ("photo", 5)) for _ in range(4)))
        counts.append(queries())
    assert counts[0] == counts[1] <= 10
