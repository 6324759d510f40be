"""What happens once in the fortnight, so that every situation of the sheets shows what follows.

Each event is fixed to a working day of the fortnight (0 is the first), happens to an account of
the example studio, and is left out where that account is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from callsheet.credits.models import Wallet
from callsheet.demo.cast import Cast
from callsheet.demo.moments import Kind
from callsheet.insight.wording import say_credits
from callsheet.journal.commands import Answer
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.services import briefing, production, queueing, subscribing, transferring
from callsheet.tenants.models import Account


@dataclass(frozen=True, slots=True)
class Told:
    """What an event comes to: a moment's line, and what it is thanked for when briefs start."""

    kind: Kind
    account: str
    text: str
    thanks: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody does on a working day, at an hour (UTC)."""

    day: int
    hour: float
    account: str
    act: Callable[[Cast, Account], Told | None]


def _finalizing(sentence: str) -> Callable[[Cast, Account], Told | None]:
    """An admin of the account finalizes the delivery that has lain longest."""

    def act(cast: Cast, account: Account) -> Told | None:
        project = (
            Project.objects.filter(account=account, status=Status.DELIVERED)
            .order_by("delivered_at", "pk")
            .first()
        )
        if project is None:
            return None
        actor = cast.admin(account.pk)
        answer = production.finalize(actor, project.pk)
        return Told(
            Kind.FINALIZED, account.key,
            f"{actor.name} {sentence} “{project.title}”:"
            f" {say_credits(answer['released'])} come home.",
            f"“{project.title}” being finalized", answer,
        )  # fmt: skip

    return act


_approval = _finalizing("finalizes")
_forgotten_delivery = _finalizing("finds a forgotten delivery and finalizes")


def _upgrade(plan: str) -> Callable[[Cast, Account], Told | None]:
    def act(cast: Cast, account: Account) -> Told | None:
        actor = cast.manager(account.pk)
        answer = subscribing.change_plan(actor, account.wallet.pk, plan)
        account.wallet.refresh_from_db()
        return Told(
            Kind.CREDITS, account.key,
            f"{actor.name} upgrades the plan to {plan.title()}:"
            f" {account.wallet.capacity} credits from today.",
            f"the upgrade to {plan.title()}", answer,
        )  # fmt: skip

    return act


def _help_from(neighbour: str, credits: int) -> Callable[[Cast, Account], Told | None]:
    def act(cast: Cast, account: Account) -> Told | None:
        source = (
            Wallet.objects.select_related("account__organization")
            .filter(account__key=neighbour, available__gte=credits)
            .first()
        )
        if source is None or source.account is None or source.account.organization is None:
            return None
        actor = cast.overseer(source.account.organization)
        answer = transferring.transfer(
            actor,
            source.pk,
            account.wallet.pk,
            credits,
            note="One team is short, the other has time.",
        )
        return Told(
            Kind.CREDITS, account.key,
            f"{actor.name} transfers {credits} idle credits from {source.owner.name}.",
            f"{credits} credits from {source.owner.name}", answer,
        )  # fmt: skip

    return act


def _queue(account: Account) -> list[Project]:
    return list(
        Project.objects.filter(account=account, status=Status.QUEUED).order_by("rank", "pk")
    )


def _last_first(cast: Cast, account: Account) -> Told | None:
    """An account admin moves the last brief of the queue to the front."""
    queue = _queue(account)
    if len(queue) < 2:
        return None
    actor = cast.admin(account.pk)
    answer = queueing.reorder(
        actor, account.pk, [queue[-1].pk, *(project.pk for project in queue[:-1])]
    )
    return Told(
        Kind.ORDERED, account.key,
        f"{actor.name} moves “{queue[-1].title}” to the front of the queue.",
        "the new order of the queue", answer,
    )  # fmt: skip


def _withdrawal(cast: Cast, account: Account) -> Told | None:
    """Somebody takes the head of the queue back to think again."""
    queue = _queue(account)
    if not queue:
        return None
    actor = cast.admin(account.pk)
    answer = briefing.withdraw(actor, queue[0].pk, note="The range has changed.")
    return Told(
        Kind.WITHDRAWN, account.key,
        f"{actor.name} withdraws “{queue[0].title}”; it keeps its place for five working days.",
        f"“{queue[0].title}” being withdrawn", answer,
    )  # fmt: skip


def _delivery(cast: Cast, account: Account) -> Told | None:
    """A producer delivers what is due first."""
    project = (
        Project.objects.filter(account=account, status=Status.IN_PROGRESS)
        .order_by("returns_p50", "pk")
        .first()
    )
    if project is None:
        return None
    actor = cast.producer(Random(account.key))  # noqa: S311  # a game, no secret
    answer = production.deliver(actor, project.pk)
    return Told(
        Kind.DELIVERED, account.key, f"{actor.name} delivers “{project.title}”.",
        f"“{project.title}” being delivered", answer,
    )  # fmt: skip


EVENTS: tuple[Event, ...] = (
    Event(1, 11.7, "brixen", _delivery),
    Event(2, 10.2, "halden-run", _help_from("halden-golf", 20)),
    Event(3, 9.8, "brixen", _approval),
    Event(3, 14.5, "lumiere", _forgotten_delivery),
    Event(4, 9.4, "tannenhof", _last_first),
    Event(5, 11.1, "kestrel", _upgrade("scale")),
    Event(6, 15.0, "maison-parfum", _withdrawal),
    Event(7, 13.3, "lumiere", _forgotten_delivery),
    Event(8, 10.6, "brixen", _delivery),
)

FORGETFUL = frozenset({"lumiere", "raven"})
"""Accounts that finalize nothing of their own accord."""

STAGED = frozenset({"brixen", "halden-golf", "kestrel"})
"""Accounts to which nothing happens by chance: Halden Golf stays idle, and after the fortnight
Brixen's launch is one finalizing away from its start, which is left to whoever looks at the demo.
"""
