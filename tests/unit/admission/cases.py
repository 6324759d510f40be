"""Short words for small cases: Monday the 2nd of March 2026, working days Monday to Friday."""

from datetime import date
from typing import Any

from callsheet.admission.decide import Decisions, Wait, decide
from callsheet.admission.snapshot import (
    Billing,
    Brief,
    Occupant,
    Policy,
    Snapshot,
    WalletState,
)
from callsheet.kit.workdays import DEFAULT_CALENDAR

TODAY = date(2026, 3, 2)


def day(n: int) -> date:
    """The ``n``-th working day from today; day(5) is next Monday."""
    return DEFAULT_CALENDAR.add(TODAY, n)


def wallet(available: int = 0, id: int = 1, **rest: Any) -> WalletState:
    given = {
        "policy": Policy.BACKFILL,
        "billing": Billing.SUBSCRIPTION,
        "calendar": DEFAULT_CALENDAR,
        "max_capacity": 60,
    }
    return WalletState(id=id, available=available, **(given | rest))


def brief(id: int, credits: int, days: int = 20, wallet: int = 1, **rest: Any) -> Brief:
    """A brief whose rank is its id, and that takes ``days`` for sure."""
    given = {"rank": id, "days_p50": days, "days_p80": days}
    return Brief(id=id, wallet=wallet, credits=credits, **(given | rest))


def working(credits: int, back: int, wallet: int = 1, project: int = 100, **rest: Any) -> Occupant:
    """A project in production whose credits come back on day(back) for sure."""
    given = {"returns_p50": day(back), "returns_p80": day(back)}
    return Occupant(project=project, wallet=wallet, credits=credits, **(given | rest))


def snapshot(*parts: WalletState | Brief | Occupant, **rest: Any) -> Snapshot:
    return Snapshot(
        rest.pop("today", TODAY),
        tuple(part for part in parts if isinstance(part, WalletState)),
        tuple(part for part in parts if isinstance(part, Brief)),
        tuple(part for part in parts if isinstance(part, Occupant)),
        **rest,
    )


def decided(*parts: WalletState | Brief | Occupant, **rest: Any) -> Decisions:
    return decide(snapshot(*parts, **rest))


def starts(decisions: Decisions) -> list[int]:
    """The briefs that start, in the order in which they are posted."""
    return [start.brief for start in decisions.starts]


def waiting(decisions: Decisions, brief: int) -> Wait:
    return next(wait for wait in decisions.waits if wait.brief == brief)
