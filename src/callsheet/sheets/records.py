"""A studio as read from its sheets: frozen dataclasses in our words, made of good rows only.

Days are calendar days of the account's time zone. Credits are whole numbers. ``row`` is the row
number in the sheet the record came from (0 for what the database already knows).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rules:
    """The studio's settings that sheets are checked against; defaults as a new studio has them."""

    concept_minimum: int = 10
    pay_as_you_go_minimum: int = 30
    adapt_flat_price: int = 10
    most_dos: int = 10
    most_quantity: int = 200


@dataclass(frozen=True, slots=True)
class Customer:
    """An account or an organization (``type`` organization). ``key`` is a slug.

    ``credits`` is the capacity of its own subscription: None for integrated accounts and for
    pay-as-you-go. ``allocation`` is what an integrated account has from the pool.
    """

    row: int
    key: str
    name: str
    type: str = "standalone"
    organization: str | None = None
    plan: str | None = None
    credits: int | None = None
    billing: str = "subscription"
    allocation: int | None = None
    started: date | None = None
    renews: date | None = None
    notice: date | None = None
    ended: date | None = None
    ended_reason: str = ""
    paused_until: date | None = None
    trial_until: date | None = None
    currency: str | None = None
    price: Decimal | None = None
    time_zone: str | None = None
    country: str | None = None
    account_manager: str | None = None
    deputy: str | None = None
    policy: str | None = None
    borrowing: bool | None = None
    may_borrow: int | None = None
    may_lend: int | None = None
    floor: int | None = None
    weight: int | None = None
    release: str | None = None
    approval: bool | None = None
    consent: bool | None = None

    @property
    def is_organization(self) -> bool:
        """Whether this is an organization with a pool, and not an account."""
        return self.type == "organization"

    @property
    def pays_as_it_goes(self) -> bool:
        """Whether credits are bought in lots and used up."""
        return self.billing == "pay-as-you-go"

    @property
    def capacity(self) -> int:
        """What the wallet has by plan or allocation; 0 for pay-as-you-go, which has lots."""
        return (self.allocation if self.type == "integrated" else self.credits) or 0

    def is_over(self, today: date) -> bool:
        """Whether the account has ended."""
        return self.ended is not None and self.ended <= today


@dataclass(frozen=True, slots=True)
class Person:
    """A person in one place. Staff have neither ``account`` nor ``organization``."""

    row: int
    email: str
    name: str
    role: str
    account: str | None = None
    organization: str | None = None
    absent_from: date | None = None
    absent_until: date | None = None
    deputy: str | None = None

    @property
    def is_staff(self) -> bool:
        """Whether this is one of the studio's people."""
        return self.account is None and self.organization is None


@dataclass(frozen=True, slots=True)
class PriceItem:
    """One line of the price list; ``brief_types`` empty means all of them."""

    row: int
    name: str
    kind: str
    credits: int
    medium: str = ""
    price: Decimal | None = None
    currency: str | None = None
    brief_types: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()
    active: bool = True

    @property
    def can_be_ordered(self) -> bool:
        """Whether projects are made of it: deliverables and variations."""
        return self.kind in ("deliverable", "variation")


@dataclass(frozen=True, slots=True)
class DeliverableLine:
    """So many of one item. ``master`` is the position of the varied line among all the project's
    lines, from 0; a variation without one varies a supplied master.
    """

    item: str
    quantity: int
    credits_each: int
    is_variation: bool = False
    master: int | None = None

    @property
    def credits(self) -> int:
        """Quantity times cost."""
        return self.quantity * self.credits_each


@dataclass(frozen=True, slots=True)
class ConceptLine:
    """A creative direction with its deliverables."""

    name: str
    lines: tuple[DeliverableLine, ...]

    @property
    def credits(self) -> int:
        """The sum of its deliverables."""
        return sum(line.credits for line in self.lines)


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A brief and what has become of it. ``credits`` is what it holds or will hold."""

    row: int
    key: str
    account: str
    title: str
    brief_type: str
    status: str
    credits: int
    concepts: tuple[ConceptLine, ...] = ()
    submitted: date | None = None
    started: date | None = None
    delivered: date | None = None
    finished: date | None = None
    wanted_by: date | None = None
    publish: date | None = None
    not_before: date | None = None
    promised: date | None = None
    rank: int | None = None
    priority: str = "normal"
    after: tuple[str, ...] = ()
    campaign: str = ""
    brand: str = ""
    cost_centre: str = ""
    purchase_order: str = ""
    owner: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    dos: tuple[str, ...] = ()
    donts: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class CreditEntry:
    """Credits beyond the plan. ``end`` None: no end. See the credits sheet for the kinds."""

    row: int
    key: str
    kind: str
    account: str
    credits: int
    start: date
    end: date | None = None
    lender: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """An entry of a content calendar. ``wanted`` are items of the price list with their numbers;
    ``projects`` are keys with the number of one deliverable, or None for all of them. ``status`` is
    *published*, *dropped*, or empty where it follows the work. ``said`` names the columns that the
    sheet has, because a column that is missing says nothing.
    """

    row: int
    key: str
    account: str
    title: str = ""
    publish: date | None = None
    campaign: str = ""
    anchor: date | None = None
    days: int | None = None
    fixed: bool = False
    channel: str = ""
    brand: str = ""
    wanted: tuple[tuple[str, int], ...] = ()
    status: str = ""
    published: date | None = None
    projects: tuple[tuple[str, int | None], ...] = ()
    version: int | None = None
    said: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What the installation already holds, so that a single sheet can be imported again.

    ``projects`` maps project keys to account keys; ``predecessors`` project keys to theirs;
    ``lines`` says how many deliverables each project has.
    """

    customers: tuple[Customer, ...] = ()
    people: tuple[Person, ...] = ()
    items: tuple[PriceItem, ...] = ()
    projects: Mapping[str, str] = field(default_factory=dict)
    predecessors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Studio:
    """The good rows of all sheets, in the order of the sheets."""

    customers: tuple[Customer, ...] = ()
    people: tuple[Person, ...] = ()
    price_list: tuple[PriceItem, ...] = ()
    projects: tuple[ProjectRow, ...] = ()
    credits: tuple[CreditEntry, ...] = ()
    calendar: tuple[CalendarRow, ...] = ()
