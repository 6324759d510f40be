"""Every page there is, as axe, a phone and the dark see it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from callsheet.catalogue import defaults
from callsheet.projects.models import Project
from callsheet.tenants.models import Role, User
from tests.builders import delivered, draft, somebody, submitted, wallet_with
from tests.functional.browser import People, axe

OF_THE_ACCOUNT = ("dashboard", "news", "projects", "queue", "new_brief")
OF_A_PROJECT = ("project", "project_brief", "project_timeline", "project_credits")
ONES_OWN = ("notifications", "notification_choices", "security", "places", "usersessions_list")
OF_STRANGERS = ("account_login", "account_reset_password", "offline")


@pytest.fixture
def admin(people: People) -> User:
    """An account with a project of most kinds, and its admin."""
    defaults.install()
    wallet = wallet_with(60, name="Nordlicht Skincare")
    delivered(submitted(wallet, 20, "Summer launch"))
    submitted(wallet, 30, "Always on in July")
    submitted(wallet, 30, "Autumn drop")
    draft(wallet, 10, "Winter ideas")
    return User.objects.get(pk=somebody(wallet.account, Role.ADMIN).user_id)


def look(page: Page, address: str) -> list[str]:
    """What is wrong with the page at that address."""
    answer = page.goto(address, wait_until="networkidle")
    assert answer is not None
    wrong = [f"{address}: {one}" for one in axe(page)]
    if answer.status >= 400:
        wrong.append(f"{address} is answered with {answer.status}")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append(f"{address} is wider than the screen")
    if page.get_by_role("heading", level=1).count() != 1:
        wrong.append(f"{address} has not one heading")
    return wrong


@pytest.mark.parametrize(
    ("phone", "dark"), [(False, False), (False, True), (True, False), (True, True)],
    ids=["desktop light", "desktop dark", "phone light", "phone dark"],
)  # fmt: skip
def test_nothing_is_wrong_with_any_page(
    people: People, admin: User, phone: bool, dark: bool
) -> None:
    account = admin.memberships.get().account.key
    page = people.page(admin, phone=phone, dark=dark)
    addresses = [reverse(name, args=[account]) for name in OF_THE_ACCOUNT]
    for project in Project.objects.exclude(status="draft"):
        names = OF_A_PROJECT if project.title == "Summer launch" else OF_A_PROJECT[:1]
        addresses += [reverse(name, args=[account, project.key]) for name in names]
    written = Project.objects.get(status="draft")
    addresses.append(reverse("brief", args=[account, written.key]))
    addresses += [reverse(name) for name in ONES_OWN]
    wrong = [one for address in addresses for one in look(page, address)]
    stranger = people.page(phone=phone, dark=dark)
    wrong += [one for name in OF_STRANGERS for one in look(stranger, reverse(name))]
    assert wrong == []
