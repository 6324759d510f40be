"""What happened by itself since the last look: steps of clocks, credits that went to and fro."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Max

from callsheet.credits.kinds import Kind as Transferred
from callsheet.credits.models import Transfer
from callsheet.demo.moments import Diary, Kind, Theme
from callsheet.insight.wording import say_credits
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CLOCK
from callsheet.projects.models import Project
from callsheet.tenants.models import Account


@dataclass(frozen=True, slots=True)
class _Step:
    """How a step of a clock is told: {title} is the project's."""

    text: str
    theme: Theme


STEPS: Mapping[str, _Step] = {
    "review_escalated": _Step(
        "Nobody has reviewed “{title}” within two working days: the deputy is asked, too.",
        Theme.ESCALATED,
    ),
    "clarification_reminder": _Step(
        "A question about “{title}” is still unanswered: its owner is reminded.", Theme.REMINDED
    ),
    "clarification_parked": _Step(
        "The question about “{title}” was not answered for ten working days, in spite of two"
        " reminders: it is parked by itself, and its credits come home.",
        Theme.PARKED_BY_ITSELF,
    ),
    "first_delivery_reminder": _Step(
        "Nobody has answered the first delivery of “{title}”: its owner is reminded.",
        Theme.REMINDED,
    ),
    "masters_approved_by_clock": _Step(
        "The first delivery of “{title}” was not answered for ten working days: its masters count"
        " as approved, so that the variations can be made.",
        Theme.APPROVED_BY_ITSELF,
    ),
    "finalize_reminder": _Step(
        "“{title}” is delivered and unread: its owner is reminded.", Theme.REMINDED
    ),
    "finalized_by_clock": _Step(
        "“{title}” was delivered a fortnight ago, and two reminders were not answered: it is"
        " finalized by itself, and its credits come home.",
        Theme.BY_ITSELF,
    ),
    "production_overdue": _Step("“{title}” is overdue: the studio is reminded.", Theme.REMINDED),
    "parked_reminder": _Step(
        "“{title}” has been on ice for a month: its owner is asked what to do.", Theme.REMINDED
    ),
    "approval_reminder": _Step(
        "“{title}” waits for a colleague's approval: they are reminded.", Theme.REMINDED
    ),
    "stop_request_reminder": _Step(
        "The wish to stop “{title}” is not decided: the studio is reminded.", Theme.REMINDED
    ),
    "amendment_reminder": _Step(
        "The change of “{title}” is not answered: the other side is reminded.", Theme.REMINDED
    ),
    "sample_expected_passed": _Step(
        "The sample for “{title}” has not come when it was expected: who sends it is reminded.",
        Theme.LATE_SAMPLE,
    ),
}

_TOLD = (
    Transferred.LEND, Transferred.REPAY, Transferred.EXPIRE, Transferred.REASSIGN,
    Transferred.REVOKE, Transferred.RECLAIM,
)  # fmt: skip


class ByItself:
    """Reads what the clock and the queue did, for the diary."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self._event = Event.objects.aggregate(last=Max("pk"))["last"] or 0
        self._transfer = Transfer.objects.aggregate(last=Max("pk"))["last"] or 0

    def look_at_clocks(self) -> None:
        """Write down what clocks did since the last look, and accounts that ended."""
        happened = list(
            Event.objects.filter(
                pk__gt=self._event, actor=CLOCK.key, kind__in=[*STEPS, "account_ended"]
            )
            .order_by("pk")
            .values_list("pk", "kind", "subject_id", "account_id")
        )
        if not happened:
            return
        self._event = happened[-1][0]
        projects = Project.objects.select_related("account").in_bulk(
            [subject for _, kind, subject, _ in happened if kind in STEPS]
        )
        for _, kind, subject, account_id in happened:
            if kind in STEPS:
                step, project = STEPS[kind], projects[subject]
                self._diary.add(
                    clock.now(), project.account.key, Kind.CLOCK,
                    step.text.format(title=project.title), theme=step.theme,
                )  # fmt: skip
                continue
            account = Account.objects.get(pk=account_id or 0)
            self._diary.add(
                clock.now(), account.key, Kind.CLOCK,
                f"The notice of {account.name} has run out: the account ends.",
                theme=Theme.ACCOUNT,
            )  # fmt: skip

    def look_at_credits(self) -> None:
        """Write down credits that were lent, given back or have expired since the last look."""
        moved = list(
            Transfer.objects.filter(pk__gt=self._transfer, kind__in=_TOLD)
            .select_related(
                "from_wallet__account", "from_wallet__organization",
                "to_wallet__account", "to_wallet__organization", "command",
            )
            .order_by("pk")
        )  # fmt: skip
        if not moved:
            return
        self._transfer = moved[-1].pk
        for transfer in moved:
            self._tell(transfer)

    def _tell(self, transfer: Transfer) -> None:
        giver, taker = transfer.from_wallet.owner, transfer.to_wallet.owner
        credits = say_credits(transfer.amount)
        by_order = transfer.command.name in ("begin_day", "finalize", "clock_step")
        match Transferred(transfer.kind):
            case Transferred.LEND:
                text = f"{taker.name} borrows {credits} from {giver.name}, at once and by itself."
                theme = Theme.LENT
            case Transferred.REPAY:
                text = f"{giver.name} gives {credits} back to {taker.name}, with the release."
                theme = Theme.BACK
            case Transferred.EXPIRE:
                text = f"{credits} of {giver.name} expire: their year is over."
                theme = Theme.EXPIRED
            case Transferred.REASSIGN if by_order:
                text = f"{credits} that were lent for a time go from {giver.name} back to"
                text += f" {taker.name}."
                theme = Theme.BACK
            case Transferred.REVOKE if by_order:
                text = f"{credits} of {giver.name} end, as it was agreed."
                theme = Theme.BACK if isinstance(giver, Account) else Theme.SCENE
            case _:
                return
        account = giver if isinstance(giver, Account) else taker
        self._diary.add(transfer.command.at, account.key, Kind.CREDITS, text, theme=theme)
