"""What a queue view says, as plain data. Days are days of the account; credits whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from callsheet.insight.credit_strip import Block, Cell, cells, tone_of


@dataclass(frozen=True, slots=True)
class WaitingBrief:
    """A brief in the queue. Days are days of the account; credits are whole numbers.

    ``reserved_for`` is the day on which the head starts at the latest, at today's estimates.
    ``starts_from`` and ``starts_by`` are the expected start, ``ready_from`` and ``ready_by`` the
    expected finish (P50 and P80); None where unknown. ``late_by`` and ``late_at_worst``: by how
    many working days either finish misses ``wanted_by``. ``goes_on`` is true for what has been in
    production before: a parked project, one that is opened again, or more scope for one that runs.
    ``owner`` is the person whose brief it is. ``number`` is what stands in an order of the queue:
    the project's id, or minus the amendment's.
    """

    project: int
    key: str
    title: str
    position: int
    credits: int
    credits_ahead: int
    missing: int
    reason: str
    sentence: str
    remedy: str
    reserved_for: date | None
    starts_from: date | None
    starts_by: date | None
    wanted_by: date | None
    goes_on: bool = False
    status: str = ""
    number: int = 0
    owner: int | None = None
    version: int = 0
    not_before: date | None = None
    ready_from: date | None = None
    ready_by: date | None = None
    late_by: int = 0
    late_at_worst: int = 0

    @property
    def movable(self) -> bool:
        """Whether it has a place in the order; agreed growth of scope always goes first."""
        return self.number > 0


@dataclass(frozen=True, slots=True)
class Holder:
    """A project of the account that holds credits, and when they are expected back (P50, P80)."""

    project: int
    key: str
    title: str
    status: str
    credits: int
    borrowed: int
    since: date
    returns_from: date | None
    returns_by: date | None


@dataclass(frozen=True, slots=True)
class LentOut:
    """Credits of this account that another account's project holds: no title, by design."""

    account: str
    credits: int
    since: date
    returns_from: date | None
    returns_by: date | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who overtook whom, what it was to cost (working days) and what it did; None: not known yet.

    A project of another account is named by its account.
    """

    day: date
    started: str
    overtaken: str
    credits: int
    reserved_for: date
    planned_delay: int
    realized_delay: int | None


@dataclass(frozen=True, slots=True)
class QueueView:
    """The queue of one account on one day. ``steps``: its capacity from which day on, with what is
    known of grants, standing orders and the return of loans; the first is today. ``order``: the
    numbers of what has a place in the queue, by rank.
    """

    account: int
    key: str
    name: str
    today: date
    billing: str
    policy: str
    policy_words: str
    borrowing: bool
    capacity: int
    available: int
    held: int
    lent: int
    borrowed: int
    due_back: int
    waiting: tuple[WaitingBrief, ...]
    holding: tuple[Holder, ...]
    lent_out: tuple[LentOut, ...]
    receipts: tuple[Receipt, ...]
    steps: tuple[tuple[date, int], ...] = ()
    paused_until: date | None = None
    order: tuple[int, ...] = ()

    @property
    def waiting_credits(self) -> int:
        """What all that waits asks for."""
        return sum(brief.credits for brief in self.waiting)

    @property
    def overdrawn(self) -> int:
        """Credits held beyond the capacity."""
        return max(0, -self.available)

    @property
    def reserved(self) -> int:
        """Free credits that are kept for the head of the queue."""
        kept = [brief.credits for brief in self.waiting if brief.reserved_for is not None]
        return min(max(0, self.available), kept[0]) if kept else 0

    def strip(self) -> list[Cell]:
        """The account's credit strip: what is in production, in the order of ``holding``."""
        blocks = [Block(h.project, h.credits, tone_of(h.status)) for h in self.holding]
        return cells(self.capacity, blocks, self.reserved)
