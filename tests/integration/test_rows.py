"""Writing fields of rows back: one row, several, none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.kit.rows import write_fields
from callsheet.tenants.models import AccountType, Organization
from tests.builders import wallet_with

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", [1, 3])
def test_these_fields_are_written_in_one_statement_and_no_others(number: int) -> None:
    accounts = [wallet_with(30).account for _ in range(number)]
    organization = Organization.objects.create(key="fir", name="Fir")
    for account in accounts:
        assert account is not None
        account.name, account.country = "Other", "FR"
        account.type, account.organization = AccountType.CONNECTED, organization
    with CaptureQueriesContext(connection) as caught:
        write_fields([a for a in accounts if a], ["name", "type", "organization_id"])
    assert sum(one["sql"].startswith("UPDATE") for one in caught) == 1
    for account in accounts:
        assert account is not None
        account.refresh_from_db()
        assert (account.name, account.organization) == ("Other", organization)
        assert account.country != "FR"


def test_nothing_costs_nothing() -> None:
    with CaptureQueriesContext(connection) as caught:
        write_fields([], ["name"])
    assert len(caught) == 0
