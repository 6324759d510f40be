"""Which credits projects occupied in some wallets, and what they are called, in one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db.models import Q

from callsheet.credits.models import Wallet
from callsheet.insight.cost_lines import CostLine
from callsheet.insight.cost_sharing import Occupied
from callsheet.insight.cost_span import Span, micro
from callsheet.journal.models import Event
from callsheet.projects.models import Occupancy, Project


class OccupiedCredits:
    """The intervals in which projects occupied credits, and what the projects are called."""

    def __init__(self, wallets: Sequence[Wallet], span: Span) -> None:
        start, end = span.moments()
        self.intervals: list[Occupied] = []
        self.projects: list[int] = []  # of each interval
        self.lines: dict[int, CostLine] = {}
        rows = Occupancy.objects.filter(
            Q(until__isnull=True) | Q(until__gt=start),
            wallet_id__in=[wallet.pk for wallet in wallets], since__lt=end,
        ).order_by("project_id", "since", "pk")  # fmt: skip
        names = [f"project__{name}" for name in NAMES]
        values = rows.values_list("wallet_id", "credits", "since", "until", "project_id", *names)
        for wallet, credits, since, until, project, *said in values:
            self.intervals.append(Occupied(wallet, credits, micro(since), micro(until or end)))
            self.projects.append(project)
            if project not in self.lines:
                self.lines[project] = line_of(project, *said)

    def by_project(self, weights: Sequence[int]) -> dict[int, int]:
        """The intervals' weights, project by project, in the order of their numbers."""
        together: dict[int, int] = dict.fromkeys(self.lines, 0)
        for project, weight in zip(self.projects, weights, strict=True):
            together[project] += weight
        return together


NAMES = (
    "account__key", "account__name", "key", "title", "campaign", "brand__name", "cost_centre",
    "purchase_order", "owner__name", "owner__email",
)  # fmt: skip


def line_of(
    project: int,
    account: str,
    account_name: str,
    key: str,
    title: str,
    campaign: str,
    brand: str | None,
    cost_centre: str,
    purchase_order: str,
    owner: str | None,
    email: str | None,
) -> CostLine:
    """A project's line, still without its part."""
    return CostLine(
        project, account, account_name, key, title, campaign, brand or "", cost_centre,
        purchase_order, owner or email or "", Decimal(0), 0, None,
    )  # fmt: skip


def lines_of_holds(commands: Mapping[int, int]) -> dict[int, CostLine]:
    """Each hold's project as a line without parts, by the hold's number.

    ``commands`` names for each hold a command that used credits of it up: a project that was
    reopened has another hold since, but the journal knows whom that command was about.
    """
    rows = Project.objects.filter(hold_id__in=commands).values_list("hold_id", "pk")
    projects: dict[int, int] = dict(rows)
    left = {command for hold, command in commands.items() if hold not in projects}
    events = Event.objects.filter(command_id__in=left, subject_type="project").exclude(
        kind="started"  # what the freed credits let begin in the same command
    )
    # The first event of a command is about what the command was about.
    about = dict(events.order_by("-pk").values_list("command_id", "subject_id"))
    for hold, command in commands.items():
        if hold not in projects and command in about:
            projects[hold] = about[command]
    named = Project.objects.filter(pk__in=projects.values()).values_list("pk", *NAMES)
    lines = {project: line_of(project, *said) for project, *said in named}
    return {hold: lines[project] for hold, project in projects.items() if project in lines}


def with_parts(
    line: CostLine, credit_days: Decimal, credits: int, amount: Decimal | None
) -> CostLine:
    """The line with its part."""
    return replace(line, credit_days=credit_days, credits=credits, amount=amount)


def dearest_first(lines: Iterable[CostLine]) -> tuple[CostLine, ...]:
    """Lines in the order of a report."""
    return tuple(
        sorted(lines, key=lambda one: (-(one.amount or 0), -one.credit_days, one.account, one.key))
    )
