"""What an action set off: the briefs that started by it, and who went ahead of whom."""

from __future__ import annotations

from django.db.models import Max

from callsheet.demo.moments import Diary, Kind
from callsheet.insight.wording import say_credits, say_day, say_working_days
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.projects.models import FairnessReceipt, Project


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
        for _, pk in started:
            if pk != but:
                self._tell_start(projects[pk], thanks)
        self._tell_overtaking()

    def _tell_start(self, project: Project, thanks: str) -> None:
        text = (
            f"“{project.title}” ({say_credits(project.credits)}) starts by itself, thanks to"
            f" {thanks}."
        )
        receipts = list(project.overtaken_by.all())
        if receipts:
            late = max(receipt.realized_delay or 0 for receipt in receipts)
            times = "once" if len(receipts) == 1 else f"{len(receipts)} times"
            text += f" It was overtaken {times}, which cost it {say_working_days(late)}."
        self._diary.add(clock.now(), project.account.key, Kind.STARTED, text)

    def _tell_overtaking(self) -> None:
        receipts = (
            FairnessReceipt.objects.filter(pk__gt=self._receipt)
            .select_related("project", "overtaken", "overtaken__account")
            .order_by("pk")
        )
        for receipt in receipts:
            self._receipt = receipt.pk
            same = receipt.project.wallet_id == receipt.overtaken.wallet_id
            ahead = f"“{receipt.project.title}”" if same else "A brief of another team"
            account = receipt.overtaken.account
            day = say_day(receipt.reserved_for, clock.today(account.time_zone))
            self._diary.add(
                clock.now(), account.key, Kind.OVERTOOK,
                f"{ahead} ({say_credits(receipt.credits)}) goes ahead of"
                f" “{receipt.overtaken.title}”, whose reservation for {day} stands: planned delay"
                f" {say_working_days(receipt.planned_delay)}.",
            )  # fmt: skip
