"""The queue: who waits for what, when it is expected to start, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from callsheet.admission.reasons import Reason
from callsheet.catalogue.models import studio_rules
from callsheet.insight.queue_facts import QueueView, WaitingBrief
from callsheet.insight.queue_receipts import read_receipts
from callsheet.insight.queue_view import read_account_queue, view_of
from callsheet.insight.reordering import Foreseen, foresee
from callsheet.journal.commands import new_key
from callsheet.projects.lifecycle import Status
from callsheet.web.frame import Frame, overseen_page, show
from callsheet.web.queue_order import Wanted, text_of, wanted_of
from callsheet.web.queue_picture import queue_picture
from callsheet.web.queue_words import say_change, say_effect, say_late, say_queue

FEWEST_TO_ORDER = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """What was wrong with something typed for one brief: it is shown again, with the reason."""

    key: str
    typed: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: the brief, where it stands, what may be done with it, and what an order
    that is tried out changes for it.
    """

    brief: WaitingBrief
    place: int
    ahead: int
    movable: bool
    may_go_up: bool
    may_go_down: bool
    may_change: bool
    may_withdraw: bool
    may_rest: bool
    late: str
    late_tone: str
    change: str = ""
    change_tone: str = ""
    problem: str = ""
    typed: str = ""

    @property
    def not_before(self) -> bool:
        """Whether its not-before date is to be said, because the reason does not say it."""
        return self.brief.not_before is not None and self.brief.reason != Reason.NOT_BEFORE


@overseen_page
@require_safe
def queue(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The queue of the account, as it is or in an order that somebody tries out."""
    return queue_page(request, frame, wanted_of(request))


@overseen_page
@require_safe
def queue_receipts(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Who went ahead of whom, and what it cost: a part of the queue's page, and one of its own."""
    receipts = read_receipts(frame.account, titles=frame.rights.may_read)
    facts = {"nav": "queue", "receipts": receipts}
    return show(request, frame, "web/queue_receipts.html", facts, parts=("receipts",))


def queue_page(
    request: HttpRequest,
    frame: Frame,
    wanted: Wanted | None = None,
    *,
    problem: Problem | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, also when something was refused: with what was typed or ordered, and why."""
    account, rights = frame.account, frame.rights
    reading = read_account_queue(account)
    view = view_of(account, reading, titles=rights.may_read)
    calendar = reading.calendars[account.wallet.pk]
    own = None if rights.may_administer else _own(frame, view)
    order = wanted.brought_up_to(view.order, own) if wanted else view.order
    foreseen: dict[int, Foreseen] = {}
    tried = order != view.order
    if tried:
        foreseen = foresee(reading, account.wallet.pk, order)
    rows = _rows(frame, view, order, own, foreseen, problem)
    facts = {
        "nav": "queue",
        "view": view,
        "titles": rights.may_read,
        "sentence": say_queue(view, calendar),
        "picture": queue_picture(view, reading, calendar, foreseen, links=rights.may_read),
        "rows": rows,
        "orders_all": own is None and len(view.order) >= FEWEST_TO_ORDER,
        "orders_some": any(row.movable for row in rows),
        "tried": tried,
        "effect": say_effect(list(foreseen.values())) if tried else "",
        "moved": _moved(frame, rows, wanted) if tried and wanted else "",
        "changed_meanwhile": conflict
        or (tried and wanted is not None and bool(wanted.seen) and wanted.seen != view.order),
        "current": [brief for brief in view.waiting if brief.movable],
        "order": text_of(order),
        "seen": text_of(wanted.seen if wanted and wanted.seen else view.order),
        "now": text_of(view.order),
        "kept_days": studio_rules().rank_kept_days,
        "new_key": new_key,
    }
    return show(request, frame, "web/queue.html", facts, status=status, parts=("live",))


def _own(frame: Frame, view: QueueView) -> set[int]:
    """The places among which somebody may move who may not order the whole queue."""
    if not frame.rights.may_write:
        return set()
    return {b.number for b in view.waiting if b.movable and b.owner == frame.actor.user_id}


def _rows(
    frame: Frame,
    view: QueueView,
    order: tuple[int, ...],
    own: set[int] | None,
    foreseen: Mapping[int, Foreseen],
    problem: Problem | None,
) -> list[Row]:
    by_number = {brief.number: brief for brief in view.waiting}
    growing = [brief.number for brief in view.waiting if not brief.movable]
    line = [number for number in order if own is None or number in own]
    may_move = len(line) >= FEWEST_TO_ORDER
    # What is not tried out stands as it is served, which a plan may order otherwise than by rank.
    shown = [*growing, *order] if foreseen else [brief.number for brief in view.waiting]
    rows, ahead = [], 0
    for place, number in enumerate(shown, start=1):
        brief = by_number[number]
        movable = may_move and number in line
        change, tone = say_change(foreseen[number], view.today) if foreseen else ("", "")
        late, late_tone = say_late(brief, view.today)
        writes = frame.rights.may_write and brief.movable
        wrong = problem if problem is not None and problem.key == brief.key else None
        rows.append(
            Row(
                brief, place, ahead, movable,
                may_go_up=movable and number != line[0],
                may_go_down=movable and number != line[-1],
                may_change=writes and not brief.goes_on,
                may_withdraw=writes and brief.status == Status.QUEUED,
                may_rest=writes and brief.goes_on,
                late=late, late_tone=late_tone, change=change, change_tone=tone,
                problem=wrong.message if wrong else "", typed=wrong.typed if wrong else "",
            )
        )  # fmt: skip
        ahead += brief.credits
    return rows


def _moved(frame: Frame, rows: list[Row], wanted: Wanted) -> str:
    """What is said aloud of the brief that was moved last."""
    row = next((row for row in rows if row.brief.number == wanted.number), None)
    if row is None:
        return ""
    return (
        f"“{row.brief.title}” stands at place {row.place} of {len(rows)} now."
        f" Expected start: {row.change}. Not saved yet."
    )
