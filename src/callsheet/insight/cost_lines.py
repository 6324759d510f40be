"""What a cost report consists of: lines for projects, lines for what lay idle, and their sums.

Amounts have two decimals and add up exactly; so do credit-days, to the hundredth. None stands for
"no price agreed".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from callsheet.kit.errors import Refused

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CostLine:
    """A project's part. ``credits`` were used up (pay-as-you-go); ``shared`` is False where the
    account does not share its briefs with who asks: then only its key and labels for the books
    are named.
    """

    project: int
    account: str
    account_name: str
    key: str
    title: str
    campaign: str
    brand: str
    cost_centre: str
    purchase_order: str
    owner: str
    credit_days: Decimal
    credits: int
    amount: Decimal | None
    shared: bool = True

    def without_contents(self) -> CostLine:
        """The same line as somebody sees it with whom the brief is not shared."""
        return replace(self, title="", campaign="", brand="", owner="", shared=False)


@dataclass(frozen=True, slots=True)
class IdleLine:
    """What lay idle with an account, or was not allocated from a pool, or expired in a lot."""

    account: str
    account_name: str
    what: str
    credit_days: Decimal
    credits: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Costs:
    """What the days from ``first`` to ``last`` (both included, of ``time_zone``) cost, and whom.

    ``price`` is the sum of all lines; None: no price agreed. ``credit_days`` is the sum of
    theirs. ``notes`` say what one should know before one reads the sums.
    """

    name: str
    first: date
    last: date
    time_zone: str
    currency: str
    price: Decimal | None
    credit_days: Decimal
    lines: tuple[CostLine, ...]
    idle: tuple[IdleLine, ...]
    notes: tuple[str, ...]

    def of_account(self, key: str, name: str) -> Costs:
        """The part of one account of an organization."""
        lines = tuple(line for line in self.lines if line.account == key)
        idle = tuple(line for line in self.idle if line.account == key)
        amounts = [*(line.amount for line in lines), *(line.amount for line in idle)]
        days = [*(line.credit_days for line in lines), *(line.credit_days for line in idle)]
        return replace(
            self,
            name=name,
            lines=lines,
            idle=idle,
            price=None if self.price is None else total(amounts),
            credit_days=total(days),
        )


@dataclass(frozen=True, slots=True)
class Group:
    """What several projects cost together. ``label`` is empty for those that name none."""

    label: str
    projects: int
    credit_days: Decimal
    credits: int
    amount: Decimal | None


NOT_SHARED = "(briefs not shared)"
BY: Mapping[str, Callable[[CostLine], str]] = {
    "project": lambda line: f"{line.key} {line.title}".strip(),
    "campaign": lambda line: line.campaign if line.shared else NOT_SHARED,
    "brand": lambda line: line.brand if line.shared else NOT_SHARED,
    "cost-centre": lambda line: line.cost_centre,
    "purchase-order": lambda line: line.purchase_order,
    "owner": lambda line: line.owner if line.shared else NOT_SHARED,
    "account": lambda line: line.account_name,
}


def grouped(lines: Iterable[CostLine], by: str) -> list[Group]:
    """The lines together by what ``by`` says (one of `BY`), the dearest first.

    Groups of the same lines add up to the same sum, whatever they are grouped by. Raises
    ``Refused("unknown_grouping")``.
    """
    if by not in BY:
        raise Refused(
            "unknown_grouping", f"Costs are shown by {', '.join(BY)}; not by “{by}”.", field="by"
        )
    together: dict[str, list[CostLine]] = {}
    for line in lines:
        # Two projects may have the same title; a project is itself.
        label = BY[by](line) if by != "project" else f"{line.project} {BY[by](line)}"
        together.setdefault(label, []).append(line)
    groups = [
        Group(
            BY[by](members[0]),
            len({line.project for line in members}),
            total(line.credit_days for line in members),
            sum(line.credits for line in members),
            None if members[0].amount is None else total(line.amount for line in members),
        )
        for members in together.values()
    ]
    return sorted(groups, key=lambda one: (-(one.amount or ZERO), -one.credit_days, one.label))


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """The sum of amounts (none counts as nothing)."""
    return sum((amount for amount in amounts if amount is not None), Decimal("0.00"))


HEADINGS = (
    "account", "account name", "project", "title", "campaign", "brand", "cost centre",
    "purchase order", "owner", "what", "credit-days", "credits used", "amount", "currency",
    "from", "to",
)  # fmt: skip


def rows(costs: Costs) -> list[tuple[object, ...]]:
    """The report line by line, as a file has it: its amounts add up to its price."""
    ends = (costs.currency, costs.first.isoformat(), costs.last.isoformat())
    done: list[tuple[object, ...]] = [
        (
            line.account, line.account_name, line.key, line.title, line.campaign, line.brand,
            line.cost_centre, line.purchase_order, line.owner, "project", line.credit_days,
            line.credits, line.amount, *ends,
        )
        for line in costs.lines
    ]  # fmt: skip
    done += [
        (
            line.account, line.account_name, None, None, None, None, None, None, None, line.what,
            line.credit_days, line.credits, line.amount, *ends,
        )
        for line in costs.idle
    ]  # fmt: skip
    return done
