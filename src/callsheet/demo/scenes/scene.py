"""What a scene is, and how its people find what it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from callsheet.demo.moments import Kind, Theme
from callsheet.demo.setting import Setting
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.projects.waiting import IN_QUEUE
from callsheet.tenants.models import Account


@dataclass(frozen=True, slots=True)
class Told:
    """What a scene comes to: a moment's line, and what it is thanked for when briefs start by it
    (empty: nothing can).
    """

    kind: Kind
    text: str
    thanks: str = ""
    theme: Theme | None = Theme.SCENE


type Act = Callable[[Setting, Account], Told | None]


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that somebody does on a working day of the quarter (0 is the first), at an hour
    (UTC). It answers None where there is nothing to do it with.
    """

    day: int
    hour: float
    account: str
    act: Act


def project_in(
    account: Account, *statuses: Status, title: str = "", order: str = "returns_p50", but: str = ""
) -> Project | None:
    """The account's first project in one of these statuses: by ``order``, and with words in its
    title where that is asked for.
    """
    found = Project.objects.select_related("account").filter(
        account=account, status__in=[status.value for status in statuses]
    )
    if title:
        found = found.filter(title__contains=title)
    if but:
        found = found.exclude(title__contains=but)
    return found.order_by(order, "pk").first()


def queue_of(account: Account) -> list[Project]:
    """Everything that waits in the account's queue, in its order."""
    waiting = Project.objects.filter(IN_QUEUE, account=account, status=Status.QUEUED)
    return list(waiting.order_by("rank", "pk"))
