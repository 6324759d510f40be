"""What stands open in a project is written once, and asked for each account on its own day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.insight.project_facts import read_facts
from callsheet.kit import clock
from callsheet.projects.models import Project
from callsheet.tenants.access import Rights
from callsheet.tenants.models import Account, AccountManagerAssignment, Role, StaffRole, User
from tests.builders import somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db


def looked_after(manager: str, first: int, last: int | None) -> Project:
    """A project whose account that person looks after between these days from today."""
    wallet = wallet_with(20)
    today = clock.today(wallet.account.time_zone)
    user = User.objects.get(pk=somebody(staff=StaffRole.ACCOUNT_MANAGER).user_id)
    User.objects.filter(pk=user.pk).update(name=manager)
    AccountManagerAssignment.objects.create(
        account=wallet.account,
        manager=user,
        starts_on=today + timedelta(days=first),
        ends_on=None if last is None else today + timedelta(days=last),
    )
    return submitted(wallet, 10, "Summer launch")


def manager_of(project: Project) -> str:
    """Who looks after its account, as its page says."""
    account = Account.objects.select_related("wallet").get(pk=project.account_id)
    return read_facts(account, Rights(account_role=Role.MEMBER), project.key).manager


def test_who_looks_after_the_account_is_read_for_its_own_day() -> None:
    managers = {
        "Ada": looked_after("Ada", 0, None),
        "Bo": looked_after("Bo", -5, 0),
        "Cy, not any more": looked_after("Cy", -5, -1),
        "Di, not yet": looked_after("Di", 1, None),
    }
    assert [manager_of(project) for project in managers.values()] == ["Ada", "Bo", "", ""]


def test_it_is_one_query() -> None:
    project = looked_after("Ada", 0, None)
    account = Account.objects.select_related("wallet").get(pk=project.account_id)
    rights = Rights(account_role=Role.MEMBER)
    read_facts(account, rights, project.key)
    with CaptureQueriesContext(connection) as asked:
        read_facts(account, rights, project.key)
    assert len(asked) == 1
