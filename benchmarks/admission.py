"""How fast admission decides, beside Python's ``sorted()`` of the same briefs.

Sorting by rank is the least that any queue has to do, so the ratio says what policies,
reservations and reasons cost. Measured are one queue of 10,000 briefs and 1,000 queues of ten, in
one snapshot, and the growth from half to double that size. Without bars: the same with borrowing,
1,000 separate decisions on ten briefs, and ``expected_starts``. Nothing here waits for anything,
so processor time is measured: other programs on the machine disturb it less.
"""

import sys
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from operator import attrgetter
from random import Random
from time import process_time

from benchmarks.report import Report, interleaved
from callsheet.admission.decide import decide
from callsheet.admission.ranges import expected_starts
from callsheet.admission.snapshot import (
    Billing,
    Brief,
    Occupant,
    Policy,
    Snapshot,
    WalletState,
)
from callsheet.kit.workdays import DEFAULT_CALENDAR

ROUNDS = 15
SLOW_ROUNDS = 3
TODAY = date(2026, 3, 2)
SIZES = (10, 15, 20, 25, 30, 40, 60)
BY_RANK = attrgetter("rank")


def made_up(queues: int, length: int, *, borrowing: bool = False, seed: int = 1) -> Snapshot:
    """Busy wallets (nine tenths and more in production), each with a queue, in random order."""
    random = Random(seed)
    capacity = 2000 if length > 1000 else 60
    wallets: list[WalletState] = []
    briefs: list[Brief] = []
    occupants: list[Occupant] = []
    for wallet in range(queues):
        held = 0
        while held < 0.9 * capacity:
            credits = min(random.choice(SIZES[:4]), capacity - held)
            back = random.randint(-2, 30)
            occupants.append(
                Occupant(
                    project=10**6 + len(occupants),
                    wallet=wallet,
                    credits=credits,
                    returns_p50=DEFAULT_CALENDAR.add(TODAY, back),
                    returns_p80=DEFAULT_CALENDAR.add(TODAY, back + random.randint(1, 8)),
                )
            )
            held += credits
        wallets.append(
            WalletState(
                id=wallet,
                available=capacity - held,
                policy=Policy.BACKFILL,
                billing=Billing.SUBSCRIPTION,
                calendar=DEFAULT_CALENDAR,
                max_capacity=capacity,
                may_borrow=20,
                may_lend=20,
                weight=capacity,
            )
        )
        for _ in range(length):
            days = random.randint(10, 40)
            briefs.append(
                Brief(
                    id=len(briefs),
                    wallet=wallet,
                    credits=random.choice(SIZES),
                    rank=random.randrange(10**6),
                    not_before=TODAY + timedelta(30) if random.random() < 0.05 else None,
                    days_p50=days,
                    days_p80=days + random.randint(2, 10),
                )
            )
    random.shuffle(briefs)
    return Snapshot(TODAY, tuple(wallets), tuple(briefs), tuple(occupants), borrowing)


def separately(snapshot: Snapshot) -> list[Snapshot]:
    """One snapshot for each wallet."""
    return [
        Snapshot(
            snapshot.today,
            (wallet,),
            tuple(brief for brief in snapshot.briefs if brief.wallet == wallet.id),
            tuple(o for o in snapshot.occupants if o.wallet == wallet.id),
        )
        for wallet in snapshot.wallets
    ]


def each[T](task: Callable[[T], object], things: list[T]) -> None:
    """Do a task with each thing."""
    for thing in things:
        task(thing)


def by_rank(snapshot: Snapshot) -> list[Brief]:
    """The peer: the briefs in order of rank."""
    return sorted(snapshot.briefs, key=BY_RANK)


def measure(report: Report, rounds: int) -> None:
    """Measure everything into the report."""
    shapes = {"1 queue of 10,000": (1, 10_000), "1,000 queues of 10": (1000, 10)}
    for shape, (queues, length) in shapes.items():
        sizes = {
            factor: made_up(queues * factor, length) if queues > 1 else made_up(1, length * factor)
            for factor in (1, 2)
        }
        tasks: dict[str, Callable[[], object]] = {}
        for factor, snapshot in sizes.items():
            tasks[f"sorted(), size {factor}"] = partial(by_rank, snapshot)
            tasks[f"decide(), size {factor}"] = partial(decide, snapshot)
        seconds = interleaved(rounds, tasks, clock=process_time)
        for name, values in seconds.items():
            report.figure(f"{shape}, {name}", [1000 * value for value in values], "ms")
        ratios = divided(seconds["decide(), size 1"], seconds["sorted(), size 1"])
        growth = divided(seconds["decide(), size 2"], seconds["decide(), size 1"])
        report.at_most(
            f"{shape}: decide() ÷ sorted()", report.figure(f"{shape}, ratio", ratios, "times"), 40
        )
        report.at_most(
            f"{shape}: time at double size", report.figure(f"{shape}, growth", growth, "times"), 2.5
        )
    beside(report, rounds)


def beside(report: Report, rounds: int) -> None:
    """Figures without a bar."""
    small = made_up(1000, 10)
    alone = separately(small)
    organization = made_up(20, 50, borrowing=True)
    tasks: dict[str, Callable[[], object]] = {
        "1,000 times sorted() of 10": partial(each, by_rank, alone),
        "1,000 times decide() of 10": partial(each, decide, alone),
        "organization of 20 teams with 50 briefs, decide() with borrowing": partial(
            decide, organization
        ),
        "1,000 teams with 10 briefs, decide() with borrowing": partial(
            decide, made_up(1000, 10, borrowing=True)
        ),
    }
    seconds = interleaved(rounds, tasks, clock=process_time)
    for name, values in seconds.items():
        report.figure(name, [1000 * value for value in values], "ms")
    apart = divided(seconds["1,000 times decide() of 10"], seconds["1,000 times sorted() of 10"])
    report.figure("1,000 times decide() of 10 ÷ 1,000 times sorted() of 10", apart, "times")
    slow: dict[str, Callable[[], object]] = {
        "expected_starts(), 1 queue of 10,000": partial(expected_starts, made_up(1, 10_000)),
        "expected_starts(), 1,000 queues of 10": partial(expected_starts, small),
        "expected_starts(), 20 teams with 50 briefs and borrowing": partial(
            expected_starts, organization
        ),
    }
    for name, values in interleaved(min(rounds, SLOW_ROUNDS), slow, clock=process_time).items():
        report.figure(name, [1000 * value for value in values], "ms")


def divided(values: list[float], by: list[float]) -> list[float]:
    """The ratio in every round."""
    return [value / divisor for value, divisor in zip(values, by, strict=True)]


def main() -> None:
    """Measure and print."""
    report = Report("admission")
    measure(report, ROUNDS)
    report.show(sys.argv[1:])


if __name__ == "__main__":
    main()
