"""What more scope would mean for a project's credits: whether they are free now, or when they are
expected. Reads only, takes no lock; the same admission answers that will decide it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from callsheet.admission.decide import decide, limits
from callsheet.admission.ranges import expected_starts
from callsheet.admission.reasons import Reason
from callsheet.credits.models import Billing, Wallet
from callsheet.insight.snapshots import (
    QueueReading,
    decided_together,
    read_queue,
    waiting_amendments,
)
from callsheet.kit import clock
from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.projects.models import Amendment, Project

NOT_SAVED = 2**40
"""The number of an amendment that is only thought of: behind every other one."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of scope does to a project's credits.

    ``change`` is how many credits it costs more (or, negative, less), ``credits`` what it costs
    then. ``at_once`` says that nothing has to be waited for. Otherwise ``reason`` says why it
    would wait, in ``sentence`` and with its ``remedy``; ``from_day`` and ``by_day`` are when its
    credits are expected (P50 and P80, days of the account; None where that is not known).
    """

    credits: int
    change: int
    at_once: bool
    reason: str = ""
    sentence: str = ""
    remedy: str = ""
    from_day: date | None = None
    by_day: date | None = None


def holds_credits(project: Project) -> bool:
    """Whether the project holds what it asks for now: in production, and under pay-as-you-go also
    while it is parked.
    """
    if project.status in HOLDING:
        return True
    parked = project.status == Status.PARKED and project.hold is not None
    pays = project.wallet.billing == Billing.PAY_AS_YOU_GO
    return parked and pays and project.hold is not None and project.hold.closed_at is None


def most_at_once(project: Project) -> int | None:
    """The most credits that the project's wallet can ever hold at once, its own and borrowed;
    None where more can be bought.
    """
    reading = _with_growth(project, 1)
    return limits(reading.snapshot)[project.wallet_id]


def effect_of(project: Project, credits: int) -> Effect:
    """What it means that the project costs ``credits`` instead of what it costs now."""
    change = credits - project.credits
    most = most_at_once(project) if change > 0 else None
    if most is not None and credits - project.settled > most:
        words = Reason.EXCEEDS_CAPACITY.words
        return Effect(
            credits, change, at_once=False, reason=Reason.EXCEEDS_CAPACITY.value,
            sentence=too_large(credits - project.settled, most), remedy=words.remedy,
        )  # fmt: skip
    if change <= 0 or not holds_credits(project):
        return Effect(credits, change, at_once=True)
    reading = _with_growth(project, change)
    decisions = decide(reading.snapshot)
    number = -NOT_SAVED
    wait = next((wait for wait in decisions.waits if wait.brief == number), None)
    if wait is None:
        return Effect(credits, change, at_once=True)
    expected = next(e for e in expected_starts(reading.snapshot) if e.brief == number)
    words = wait.reason.words
    said = f"It would wait ahead of the queue for {wait.missing} more credits."
    if expected.p50 is None and wait.reason is Reason.WAITING_FOR_CREDITS:
        said += " They are not expected before the project itself is finished."
    return Effect(
        credits, change, at_once=False, reason=wait.reason.value,
        sentence=said, remedy=words.remedy,
        from_day=expected.p50, by_day=expected.p80,
    )  # fmt: skip


def too_large(credits: int, most: int) -> str:
    """Why scope of so many credits can never be held."""
    return (
        f"The project would need {credits} credits, and at most {most} can be in production at one"
        " time."
    )


def _with_growth(project: Project, change: int) -> QueueReading:
    """The queue of the project's wallet with that growth agreed to now, which nobody did."""
    wallet = Wallet.objects.select_related("domain", "account", "organization", "subscription").get(
        pk=project.wallet_id
    )
    wallets = decided_together(wallet)
    thought = Amendment(
        pk=NOT_SAVED, project=project, status=Amendment.Status.WAITING, credits_change=change,
        proposed_at=clock.now(), decided_at=clock.now(),
    )  # fmt: skip
    waiting = [*waiting_amendments(wallets), thought]
    reading = read_queue(wallets, borrowing=wallet.domain.borrowing, amendments=waiting)
    if reading is None:
        raise ValueError("a queue in which an amendment waits is not empty")
    return reading
