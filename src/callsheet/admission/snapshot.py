"""What admission is told: the state of one admission domain at one moment.

All amounts are whole credits. All dates are days in the account's time zone; lead times are
working days of the wallet's calendar. A snapshot carries everything that the decision depends
on, so that the same snapshot always gives the same decision, and one that surprised somebody can
be kept and played again.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from callsheet.kit.workdays import WorkCalendar


class SnapshotError(ValueError):
    """The snapshot contradicts itself. ``field`` names what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class Policy(StrEnum):
    """How a wallet's queue is served."""

    BACKFILL = "backfill"
    PLANNED = "planned"
    STRICT = "strict"


class Billing(StrEnum):
    """Whether credits come back (subscription) or are used up (pay-as-you-go)."""

    SUBSCRIPTION = "subscription"
    PAY_AS_YOU_GO = "pay_as_you_go"


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief that waits for credits.

    ``predecessors`` are the projects that must be finalized first and are not yet.
    ``days_p50`` and ``days_p80`` are the working days from start to the return of the credits,
    as expected and as it goes in four of five cases. ``first_reserved`` is the first reservation
    day this brief ever had as head of its queue. ``consumes`` says that its credits are used up
    and never come back.

    ``grows`` is the project in production that these credits are for, when they are not for a
    brief but for more scope: they are held on top of what it holds, and are of no use once it has
    come back.
    """

    id: int
    wallet: int
    credits: int
    rank: int
    not_before: date | None = None
    predecessors: tuple[int, ...] = ()
    days_p50: int = 1
    days_p80: int = 1
    planned_start: date | None = None
    first_reserved: date | None = None
    consumes: bool = False
    grows: int | None = None

    def __post_init__(self) -> None:
        if self.credits < 0:
            raise SnapshotError("brief.credits", f"brief {self.id} asks for {self.credits}")
        if not 1 <= self.days_p50 <= self.days_p80:
            raise SnapshotError(
                "brief.days_p80",
                f"brief {self.id} needs 1 ≤ days_p50 ≤ days_p80, "
                f"not {self.days_p50} and {self.days_p80}",
            )


@dataclass(frozen=True, slots=True)
class Occupant:
    """A project in production and the credits it holds.

    ``borrowed`` are the parts of its credits that other wallets lent, as (lender, credits); on
    its return they go home first. A return day that has passed counts as the next working day.
    """

    project: int
    wallet: int
    credits: int
    returns_p50: date
    returns_p80: date
    borrowed: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if self.credits < 0 or any(credits < 0 for _, credits in self.borrowed):
            raise SnapshotError("occupant.credits", f"project {self.project} holds less than 0")
        if sum(credits for _, credits in self.borrowed) > self.credits:
            raise SnapshotError(
                "occupant.borrowed", f"project {self.project} borrowed more than it holds"
            )


@dataclass(frozen=True, slots=True)
class Step:
    """A change of a wallet's capacity that is known beforehand: a grant (+), an order (-).

    A taking that is overdue counts as taken; a grant that is overdue counts as given on the next
    working day, because what has not been booked cannot be held.
    """

    day: date
    delta: int


@dataclass(frozen=True, slots=True)
class WalletState:
    """One wallet: its own credits, what it may borrow and lend, and its rules.

    ``available`` may be negative after a staff adjustment or an import. ``due_back`` is what
    overdue standing orders have not collected yet. ``max_capacity`` is the maximum of the
    capacity schedule. ``lent`` is what other wallets' projects hold of this wallet's credits now.
    ``floor`` is what lending leaves available. ``may_borrow`` and ``may_lend`` limit the amounts
    at one time; ``None`` is without limit. ``weight`` says how large a share of borrowed credits
    is fair. The wallet is paused on every day before ``paused_until``.
    """

    id: int
    available: int
    policy: Policy
    billing: Billing
    calendar: WorkCalendar
    max_capacity: int
    paused_until: date | None = None
    due_back: int = 0
    steps: tuple[Step, ...] = ()
    lent: int = 0
    floor: int = 0
    may_borrow: int | None = 0
    may_lend: int | None = 0
    weight: int = 1
    is_pool: bool = False

    def __post_init__(self) -> None:
        for field in ("due_back", "lent", "floor", "may_borrow", "may_lend", "weight"):
            value = getattr(self, field)
            if value is not None and value < 0:
                raise SnapshotError(f"wallet.{field}", f"wallet {self.id} has {value}, below 0")

    @property
    def overdrawn(self) -> bool:
        """Whether more was taken than there was. Legal after an adjustment; nothing starts."""
        return self.available < 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of one admission domain on the day ``today``.

    ``borrowing`` says whether the wallets may lend to each other. ``patience_days`` is how many
    working days a head may be past its first reservation before all backfilling in its queue
    stops.

    Raises ``SnapshotError`` where ids are not unique or a brief or occupant belongs to a wallet
    that is not here. The order of the parts does not matter.
    """

    today: date
    wallets: tuple[WalletState, ...]
    briefs: tuple[Brief, ...]
    occupants: tuple[Occupant, ...] = ()
    borrowing: bool = False
    patience_days: int = 5

    def __post_init__(self) -> None:
        wallets = {wallet.id for wallet in self.wallets}
        if len(wallets) != len(self.wallets):
            raise SnapshotError("wallets", "a wallet appears twice")
        if len({brief.id for brief in self.briefs}) != len(self.briefs):
            raise SnapshotError("briefs", "a brief appears twice")
        if unknown := {brief.wallet for brief in self.briefs} - wallets:
            raise SnapshotError("briefs", f"wallet {min(unknown)} is not in the snapshot")
        if unknown := {occupant.wallet for occupant in self.occupants} - wallets:
            raise SnapshotError("occupants", f"wallet {min(unknown)} is not in the snapshot")

    def on_top_of(self, brief: Brief) -> int:
        """The credits that the project holds already which the brief is to grow; 0 for others."""
        if brief.grows is None:
            return 0
        return sum(o.credits for o in self.occupants if o.project == brief.grows)
