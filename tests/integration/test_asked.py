"""Queries that are compiled once answer what Django answers, whatever the values."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, Q
from django.test.utils import CaptureQueriesContext

from callsheet.credits.models import Wallet
from callsheet.insight.queue_rows import awaited_rows
from callsheet.kit.asked import Asked
from callsheet.projects.models import Deliverable, Project
from callsheet.projects.waiting import IN_QUEUE
from tests.builders import submitted, wallet_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def wallets() -> list[Wallet]:
    """Three customers, one with two briefs in production, one with one that waits."""
    busy, waits, idle = wallet_with(60), wallet_with(20), wallet_with(20)
    submitted(busy, 20)
    submitted(busy, 20)
    submitted(waits, 20)
    submitted(waits, 20)
    return [busy, waits, idle]


def everything(row: Project) -> dict[str, object]:
    """All that the instance knows, related rows included."""
    known = {name: value for name, value in vars(row).items() if name != "_state"}
    return known | {name: vars(other) for name, other in row._state.fields_cache.items() if other}


def same(asked: list[Project], django: list[Project]) -> bool:
    def without_state(row: Project) -> dict[str, object]:
        found = everything(row)
        for value in found.values():
            if isinstance(value, dict):
                value.pop("_state", None)
        return found

    return [without_state(row) for row in asked] == [without_state(row) for row in django]


def test_instances_are_as_django_makes_them(wallets: list[Wallet]) -> None:
    query = Asked(
        lambda ids: (
            Project.objects.filter(wallet__any_of=ids)
            .select_related("account__organization", "hold", "brand")
            .order_by("pk")
        )
    )
    for some in ([], wallets[:1], wallets, wallets[2:]):
        ids = [wallet.pk for wallet in some]
        django = Project.objects.filter(wallet__in=ids).order_by("pk")
        answer = query.rows(ids)
        assert same(answer, list(django.select_related("account__organization", "hold", "brand")))
    row = query.rows([wallets[0].pk])[0]
    with CaptureQueriesContext(connection) as caught:
        assert row.account.name
        assert row.hold is not None
        assert row.brand is None
        assert row.account.organization is None
    assert not len(caught)
    assert not row._state.adding
    row.title = "Another"
    row.save()  # an UPDATE: it knows where it comes from
    assert Project.objects.get(pk=row.pk).title == "Another"


def test_annotations_deferred_fields_and_json_come_along(wallets: list[Wallet]) -> None:
    def ask(ids: object) -> object:
        return (
            Project.objects.filter(IN_QUEUE, wallet_id__any_of=ids)
            .annotate(awaited=awaited_rows(), parts=Count("concepts__deliverables"))
            .only("pk", "title", "fields")
        )

    (row,) = Asked(ask).rows([wallet.pk for wallet in wallets])
    (told,) = (
        Project.objects.filter(IN_QUEUE)
        .annotate(awaited=awaited_rows(), parts=Count("concepts__deliverables"))
        .only("pk", "title", "fields")
    )
    assert same([row], [told])
    assert isinstance(row.fields, dict)
    assert row.get_deferred_fields() == told.get_deferred_fields()
    assert row.status == told.status  # read when it is asked for


def test_tuples_and_values_of_several_kinds(wallets: list[Wallet]) -> None:
    query = Asked(
        lambda ids, latest, states: (
            Deliverable.objects.filter(
                Q(concept__project__wanted_by__lte=latest)
                | Q(concept__project__wanted_by__isnull=True),
                concept__project__wallet__any_of=ids,
                state__any_of=states,
            )
            .order_by("pk")
            .values_list("pk", "concept__project__fields", "state")
        )
    )
    ids = [wallet.pk for wallet in wallets]
    django = Deliverable.objects.order_by("pk").values_list(
        "pk", "concept__project__fields", "state"
    )
    assert query.rows(ids, date.max, ["waiting"]) == list(django)
    assert query.rows(ids, date.max, ["delivered"]) == []
    assert query.rows(ids[2:], date.max, ["waiting", "delivered"]) == []


def test_a_lock_is_part_of_the_text(wallets: list[Wallet]) -> None:
    query = Asked(
        lambda pk: Wallet.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk)
    )
    for wallet in wallets:
        with CaptureQueriesContext(connection) as caught:
            assert query.first(wallet.pk) == wallet
        assert caught[0]["sql"].endswith('FOR NO KEY UPDATE OF "credits_wallet"')
    assert query.first(0) is None


def test_what_is_no_row_is_refused() -> None:
    with pytest.raises(TypeError, match="values_list"):
        Asked(lambda pk: Project.objects.filter(pk=pk).values("pk")).rows(1)
    assert ArraySubquery  # what annotations above are made of
