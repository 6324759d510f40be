"""What an action set off: the briefs that started by it, and who went ahead of whom."""

from __future__ import annotations

from django.db.models import Max

from callsheet.demo.moments import Diary, Kind, Theme
from callsheet.insight.wording import say_credits, say_day, say_working_days
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.projects.models import FairnessReceipt, Project

LARGE = 80
"""Credits from which on a brief's start is worth telling by itself."""


class Watch:
    """Reads what is new in the journal and among the fairness receipts after each action."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self._event = Event.objects.aggregate(last=Max("pk"))["last"] or 0
        self._receipt = FairnessReceipt.objects.aggregate(last=Max("pk"))["last"] or 0

    def look(self, thanks: str, *, but: int | None = None) -> None:
        """Write down what has started since the last look. ``thanks`` says what let it start,
        ``but`` is the project whose start is told elsewhere.
        """
        started = list(
            Event.objects.filter(pk__gt=self._event, kind="started")
            .order_by("pk")
            .values_list("pk", "subject_id")
        )
        if not started:
            return
        self._event = started[-1][0]
        projects = (
            Project.objects.select_related("account")
            .prefetch_related("overtaken_by")
            .in_bulk([project for _, project in started])
        )
        by_account: dict[str, list[Project]] = {}
        for _, pk in started:
            if pk != but:
                by_account.setdefault(projects[pk].account.key, []).append(projects[pk])
        for account, own in by_account.items():
            self._diary.add(
                clock.now(), account, Kind.STARTED, _started(own, thanks), len(own),
                theme=_theme(own),
            )  # fmt: skip
        self._tell_overtaking()

    def _tell_overtaking(self) -> None:
        receipts = list(
            FairnessReceipt.objects.filter(pk__gt=self._receipt)
            .select_related("project", "overtaken", "overtaken__account")
            .order_by("pk")
        )
        if not receipts:
            return
        self._receipt = receipts[-1].pk
        by_head: dict[int, list[FairnessReceipt]] = {}
        for receipt in receipts:
            by_head.setdefault(receipt.overtaken_id, []).append(receipt)
        for own in by_head.values():
            self._diary.add(
                clock.now(), own[0].overtaken.account.key, Kind.OVERTOOK, _overtook(own), len(own)
            )


def _started(projects: list[Project], thanks: str) -> str:
    text = (
        f"{_all(projects)} {'starts by itself' if len(projects) == 1 else 'start by themselves'},"
        f" thanks to {thanks}."
    )
    for project in projects:
        receipts = list(project.overtaken_by.all())
        if receipts:
            late = max(receipt.realized_delay or 0 for receipt in receipts)
            times = "once" if len(receipts) == 1 else f"{len(receipts)} times"
            who = "It" if len(projects) == 1 else f"“{project.title}”"
            text += f" {who} was overtaken {times} and starts {_late(late)} the day then reserved."
    return text


def _theme(projects: list[Project]) -> Theme | None:
    """Whether somebody starts who was overtaken: in time, or late."""
    delays = [r.realized_delay or 0 for project in projects for r in project.overtaken_by.all()]
    if any(project.credits >= LARGE for project in projects):
        return Theme.LARGE
    if not delays:
        return None
    return Theme.LATE if max(delays) else Theme.IN_TIME


def _late(days: int) -> str:
    return f"{say_working_days(days)} after" if days else "no later than"


def _overtook(receipts: list[FairnessReceipt]) -> str:
    """One sentence for all that went ahead of one head at one moment."""
    head = receipts[0].overtaken
    ahead = [r.project for r in receipts if r.project.wallet_id == head.wallet_id]
    others = len(receipts) - len(ahead)
    who = _all(ahead)
    if others:
        # Across accounts one sees credits and dates, never titles.
        strangers = "a brief of another team" if others == 1 else f"{others} briefs of other teams"
        who = f"{who} and {strangers}" if ahead else strangers.capitalize()
    planned = max(receipt.planned_delay for receipt in receipts)
    day = say_day(receipts[0].reserved_for, clock.today(head.account.time_zone))
    return (
        f"{who} {'goes' if len(receipts) == 1 else 'go'} ahead of “{head.title}”, whose"
        f" reservation for {day} stands. Planned delay:"
        f" {'none' if planned == 0 else say_working_days(planned)}."
    )


def _all(projects: list[Project]) -> str:
    names = [f"“{project.title}” ({say_credits(project.credits)})" for project in projects]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
