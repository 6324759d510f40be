"""Several people save an order of one queue at once: one is saved, the others hear of it."""

from __future__ import annotations

from itertools import permutations

import pytest

from callsheet.credits.models import Wallet
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict
from callsheet.projects.models import Project
from callsheet.services import queueing
from tests.builders import submitted, wallet_with
from tests.races.crowd import answers, errors, together


@pytest.fixture
def wallet(live_db: str) -> Wallet:
    """Three briefs that wait."""
    wallet = wallet_with(20)
    for title in ("Running", "One", "Two", "Three"):
        submitted(wallet, 20, title)
    return wallet


def order_of(wallet: Wallet) -> list[int]:
    queue = Project.objects.filter(wallet=wallet, status="queued").order_by("rank")
    return list(queue.values_list("pk", flat=True))


def test_one_order_is_saved_and_the_others_hear_of_it(wallet: Wallet) -> None:
    seen = order_of(wallet)
    orders = [list(order) for order in permutations(seen) if list(order) != seen]
    account = wallet.account_id or 0
    done = together(len(orders), lambda n: queueing.reorder(CONSOLE, account, orders[n], seen=seen))
    (saved,) = answers(done)
    refused = errors(done)
    assert all(isinstance(one, Conflict) and one.code == "stale_queue" for one in refused)
    assert len(refused) == len(orders) - 1
    assert order_of(wallet) == saved["order"]


def test_without_what_was_seen_all_but_the_last_are_lost(wallet: Wallet) -> None:
    """Negative control: nobody says which order they began from."""
    seen = order_of(wallet)
    orders = [list(order) for order in permutations(seen) if list(order) != seen]
    account = wallet.account_id or 0
    done = together(len(orders), lambda n: queueing.reorder(CONSOLE, account, orders[n]))
    assert len(answers(done)) == len(orders)
    assert order_of(wallet) in orders
