"""Everybody at once on one organization: whatever they do, the books stay right."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

import pytest

from callsheet.catalogue import defaults
from callsheet.credits.kinds import Kind
from callsheet.credits.models import Subscription, Transfer
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError
from callsheet.projects.lifecycle import PRODUCTION, Status
from callsheet.projects.models import Project
from callsheet.services import (
    briefing,
    clockwork,
    crediting,
    production,
    queueing,
    sequencing,
    subscribing,
    transferring,
)
from tests.builders import brief_for, draft, organization_with, paying_wallet
from tests.races.crowd import together
from tests.races.support import assert_all_is_well, counted
from tests.soak import scaled

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Storm:
    """One organization of three teams that borrow, and everything that people do to it."""

    sizes = (10, 10, 15, 20, 30, 45, 60)

    def __init__(self, seed: int) -> None:
        defaults.install()
        self.seed = seed
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._lock = Lock()
        self.pool, team = organization_with(0, north=0, south=0, east=0)
        self.teams = list(team.values())
        subscribing.subscribe(
            CONSOLE, self.pool.pk, "enterprise",
            renews_on=(START + timedelta(days=3)).date(),
        )  # fmt: skip
        for wallet, credits in zip(self.teams, (60, 40, 30), strict=True):
            transferring.transfer(CONSOLE, self.pool.pk, wallet.pk, credits)
            transferring.set_lending_limits(
                CONSOLE, wallet.pk, may_borrow=None, may_lend=None, floor=5
            )
        transferring.set_borrowing(CONSOLE, self.pool.organization_id, True)
        for _ in range(4):
            for wallet in self.teams:
                draft(wallet, 10)
        self.actions: list[tuple[int, Callable[[random.Random], object]]] = [
            (8, self.submit), (3, self.withdraw), (6, self.produce), (6, self.finalize),
            (2, self.cancel), (3, self.reorder), (4, self.transfer), (2, self.lend),
            (2, self.recall), (2, self.change_plan), (1, self.switch_borrowing),
            (2, self.set_limits), (2, self.set_policy), (2, self.tick), (1, self.boost),
            (1, self.rest), (2, self.not_before), (1, self.return_brief),
        ]  # fmt: skip

    def blow(self, crowd: int, turns: int, day: int) -> None:
        """``crowd`` people do ``turns`` things each, all on one day."""

        def one(n: int) -> None:
            chance = random.Random(f"{self.seed}/{day}/{n}")
            weights, actions = zip(*self.actions, strict=True)
            with clock.at(START + timedelta(days=day)):
                for _ in range(turns):
                    (action,) = chance.choices(actions, weights)
                    try:
                        action(chance)
                    except CallsheetError as error:
                        with self._lock:
                            self.refused[f"{action.__name__}: {error.code}"] += 1
                    else:
                        with self._lock:
                            self.done[action.__name__] += 1

        counted(outcome.error for outcome in together(crowd, one))

    def _project(self, chance: random.Random, *statuses: Status) -> int:
        found = list(
            Project.objects.filter(status__in=statuses).order_by("pk").values_list("pk", flat=True)
        )
        return chance.choice(found) if found else 0

    def submit(self, chance: random.Random) -> None:
        pk = self._project(chance, Status.DRAFT)
        if not pk or chance.random() < 0.6:
            wallet = chance.choice(self.teams)
            credits = chance.choice(self.sizes)
            pk = briefing.write(CONSOLE, wallet.account_id, brief_for(credits))["project"]
        briefing.submit(CONSOLE, pk)

    def withdraw(self, chance: random.Random) -> None:
        briefing.withdraw(CONSOLE, self._project(chance, Status.QUEUED, Status.PENDING_REVIEW))

    def return_brief(self, chance: random.Random) -> None:
        production.return_brief(CONSOLE, self._project(chance, Status.PENDING_REVIEW), "Unclear")

    def produce(self, chance: random.Random) -> None:
        pk = self._project(chance, Status.PENDING_REVIEW)
        production.accept(CONSOLE, pk)
        production.deliver(CONSOLE, pk)

    def finalize(self, chance: random.Random) -> None:
        production.finalize(CONSOLE, self._project(chance, Status.DELIVERED))

    def cancel(self, chance: random.Random) -> None:
        pk = self._project(chance, Status.QUEUED, Status.PENDING_REVIEW, *PRODUCTION)
        production.cancel(CONSOLE, pk, note="Called off")

    def reorder(self, chance: random.Random) -> None:
        wallet = chance.choice(self.teams)
        queue = list(
            Project.objects.filter(wallet=wallet, status=Status.QUEUED).values_list("pk", flat=True)
        )
        chance.shuffle(queue)
        queueing.reorder(CONSOLE, wallet.account_id, queue)

    def transfer(self, chance: random.Random) -> None:
        source, target = chance.sample([self.pool, *self.teams], 2)
        transferring.transfer(CONSOLE, source.pk, target.pk, chance.randint(1, 25))

    def lend(self, chance: random.Random) -> None:
        source, target = chance.sample([self.pool, *self.teams], 2)
        today = clock.today("UTC")
        transferring.lend(
            CONSOLE, source.pk, target.pk, chance.randint(1, 20),
            starts_on=today + timedelta(days=chance.randint(0, 1)),
            ends_on=today + timedelta(days=chance.randint(2, 3)),
        )  # fmt: skip

    def recall(self, chance: random.Random) -> None:
        source = chance.choice(self.teams)
        due = clock.today("UTC") + timedelta(days=chance.randint(0, 2))
        transferring.schedule_transfer(
            CONSOLE, source.pk, self.pool.pk, chance.randint(1, 20), due, recall=True
        )

    def change_plan(self, chance: random.Random) -> None:
        subscribing.change_plan(CONSOLE, self.pool.pk, chance.choice(["scale", "enterprise"]))

    def switch_borrowing(self, chance: random.Random) -> None:
        transferring.set_borrowing(CONSOLE, self.pool.organization_id, chance.random() < 0.7)

    def set_limits(self, chance: random.Random) -> None:
        transferring.set_lending_limits(
            CONSOLE, chance.choice(self.teams).pk, may_borrow=chance.choice([None, 0, 20]),
            may_lend=chance.choice([None, 0, 20]), floor=chance.choice([0, 5, 15]),
        )  # fmt: skip

    def set_policy(self, chance: random.Random) -> None:
        account = chance.choice(self.teams).account_id
        queueing.set_policy(CONSOLE, account, chance.choice(["backfill", "strict", "planned"]))

    def tick(self, chance: random.Random) -> None:
        assert clockwork.tick()["failed"] == 0

    def boost(self, chance: random.Random) -> None:
        today = clock.today("UTC")
        crediting.grant(
            CONSOLE, chance.choice([self.pool, *self.teams]).pk, chance.randint(1, 15),
            starts_on=today + timedelta(days=chance.randint(0, 1)),
            ends_on=today + timedelta(days=chance.randint(2, 3)),
        )  # fmt: skip

    def rest(self, chance: random.Random) -> None:
        if Subscription.objects.get().status == Subscription.Status.PAUSED:
            subscribing.resume(CONSOLE, self.pool.pk)
        else:
            until = clock.today("UTC") + timedelta(days=chance.randint(1, 2))
            subscribing.pause(CONSOLE, self.pool.pk, until)

    def not_before(self, chance: random.Random) -> None:
        pk = self._project(chance, Status.QUEUED, Status.DRAFT)
        day = clock.today("UTC") + timedelta(days=chance.randint(0, 2))
        sequencing.change_not_before(CONSOLE, pk, chance.choice([None, day]))


def weather(
    seed: int, *, crowd: int, turns: int, days: int, kind: type[Storm] | None = None
) -> Storm:
    """A storm over several days; after each, everything must be right."""
    with clock.at(START):
        storm = (kind or Storm)(seed)
    for day in range(days):
        with clock.at(START + timedelta(days=day)):
            assert clockwork.tick()["failed"] == 0
        storm.blow(crowd, turns, day)
        with clock.at(START + timedelta(days=day)):
            assert_all_is_well()
    return storm


# What people may be told in a storm: that things have changed, or that too little is free to move.
# Anything else would be a rule that was found broken too late, by the database's last guard.
CHANGED = {"not_found", "forbidden_transition", "stale_queue", "already_started", "order_done"}
MAY_BE_TOLD = {
    "transfer": {"not_enough_available"},
    "change_plan": {"same_plan"},
    "rest": {"not_active", "not_paused"},
    "take": {"not_enough_available"},
    "use_up": {"nothing_consumed", "consumed_out_of_range"},
}


def assert_told_the_truth(storm: Storm) -> None:
    for said in storm.refused:
        action, _, code = said.partition(": ")
        assert code in CHANGED | MAY_BE_TOLD.get(action, set()), said


def test_a_storm_on_one_organization(live_db: str) -> None:
    storm = weather(seed=1, crowd=6, turns=12, days=3)
    said = f"\ndone {dict(storm.done)}\nrefused {dict(storm.refused)}"
    assert_told_the_truth(storm)
    for action in ("submit", "finalize", "withdraw", "reorder", "transfer", "lend", "tick"):
        assert storm.done[action], said
    assert Transfer.objects.filter(kind=Kind.LEND).exists(), "nobody borrowed"
    assert Transfer.objects.filter(kind=Kind.REPAY).exists(), "nobody repaid"


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(scaled(20)))
def test_many_storms(live_db: str, seed: int) -> None:
    assert_told_the_truth(weather(seed=100 + seed, crowd=8, turns=40, days=6))


class PayAsYouGo(Storm):
    """One account that buys its credits in lots which expire, and uses them up."""

    sizes = (30, 30, 45, 60)

    def __init__(self, seed: int) -> None:
        defaults.install()
        self.seed = seed
        self.done, self.refused = Counter(), Counter()
        self._lock = Lock()
        first = (START + timedelta(days=1)).date()
        wallet = paying_wallet((90, first), (120, first + timedelta(days=1)), (60, None))
        self.teams = [wallet]
        self.actions = [
            (8, self.submit), (3, self.withdraw), (6, self.produce), (4, self.finalize),
            (4, self.use_up), (5, self.buy), (2, self.take), (2, self.tick), (1, self.reorder),
            (1, self.return_brief), (1, self.not_before),
        ]  # fmt: skip

    def use_up(self, chance: random.Random) -> None:
        pk = self._project(chance, *PRODUCTION, Status.PENDING_REVIEW)
        consumed = chance.choice([None, 0, 5, 30])
        if Project.objects.filter(pk=pk, status=Status.PENDING_REVIEW).exists():
            consumed = None
        production.cancel(CONSOLE, pk, consumed=consumed, note="Called off")

    def buy(self, chance: random.Random) -> None:
        day = clock.today("UTC") + timedelta(days=1)
        crediting.buy_lot(
            CONSOLE, self.teams[0].pk, chance.randint(10, 60),
            expires_on=chance.choice([None, day, day]),
        )  # fmt: skip

    def take(self, chance: random.Random) -> None:
        crediting.adjust(
            CONSOLE, self.teams[0].pk, -chance.randint(1, 30), permanent=True, note="Booked twice"
        )


def test_a_storm_on_pay_as_you_go(live_db: str) -> None:
    storm = weather(seed=2, crowd=6, turns=12, days=3, kind=PayAsYouGo)
    said = f"\ndone {dict(storm.done)}\nrefused {dict(storm.refused)}"
    assert_told_the_truth(storm)
    for action in ("submit", "produce", "buy", "take", "use_up"):
        assert storm.done[action], said
    for kind in (Kind.CONSUME, Kind.EXPIRE, Kind.RELEASE):
        assert Transfer.objects.filter(kind=kind).exists(), f"nothing of kind {kind}: {said}"
