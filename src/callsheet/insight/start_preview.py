"""When would a brief start that were handed in now? The same admission that starts briefs decides
on a snapshot in which the brief stands where it would stand; nothing is written, nothing reserved.

Reads five statements, however many briefs wait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from callsheet.admission.decide import decide
from callsheet.admission.ranges import expected_starts
from callsheet.admission.snapshot import Brief
from callsheet.credits.models import Billing, Wallet
from callsheet.insight.brief_alternatives import Measure, other_ways
from callsheet.insight.brief_view import Draft
from callsheet.insight.queue_reasons import sentence
from callsheet.insight.queue_rows import Running
from callsheet.insight.snapshots import QueueReading, decided_together, read_whole_queue, today_of
from callsheet.projects.brief import BriefInput
from callsheet.projects.waiting import BACK
from callsheet.tenants.models import Account

_PIECES = 2**61
"""Numbers from here on stand for briefs that do not exist yet."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of one brief. ``first`` and ``last`` are the days (P50, P80) of its start,
    ``done_first`` and ``done_last`` of its end, None where that cannot be known.

    ``why`` says why it would wait, and is empty where it starts now.
    """

    title: str
    credits: int
    now: bool
    first: date | None
    last: date | None
    done_first: date | None
    done_last: date | None
    why: str = ""
    reason: str = ""
    position: int = 0
    credits_ahead: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to ask for the same, and what would become of it: see `brief_alternatives.Way`.

    ``earlier`` is how many calendar days before the whole brief its first piece is expected to
    start.
    """

    without: str
    pieces: tuple[Foreseen, ...]
    earlier: int

    @property
    def credits(self) -> int:
        """What all its pieces cost together."""
        return sum(piece.credits for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class StartPreview:
    """The answer, and what is in production now (for the strip)."""

    today: date
    start: Foreseen
    alternatives: tuple[Alternative, ...]
    running: tuple[Running, ...]


def read_start(
    account: Account, draft: Draft | None, brief: BriefInput, credits: int, measure: Measure
) -> StartPreview:
    """When the brief of that account (read with its wallet and domain) would start if it were
    handed in now as it reads, and when in the obvious other ways.

    ``draft`` is the saved one, whose kept place in the queue counts; None for a brief that is not
    saved. The permission is for the caller to check.
    """
    wallet = account.wallet
    wallets = decided_together(wallet)
    reading = read_whole_queue(wallets, borrowing=wallet.domain.borrowing)
    foreseer = _Foreseer(account, reading, draft, measure.today)
    whole = foreseer.of([(brief.title, brief, credits)])[0]
    alternatives = []
    if not whole.now and credits:
        for way in other_ways(brief, measure):
            pieces = foreseer.of(way.pieces)
            earlier = _earlier(whole, pieces)
            alternatives.append(Alternative(way.without, tuple(pieces), earlier))
    running = tuple(row for row in reading.running if row.wallet == wallet.pk)
    return StartPreview(measure.today, whole, tuple(alternatives), running)


def _earlier(whole: Foreseen, pieces: Sequence[Foreseen]) -> int:
    firsts = [piece.first for piece in pieces if piece.first is not None]
    if whole.first is None or not firsts:
        return 0
    return max(0, (whole.first - min(firsts)).days)


class _Foreseer:
    """Puts briefs into one reading of the queue and looks at what comes of them."""

    def __init__(
        self, account: Account, reading: QueueReading, draft: Draft | None, today: date
    ) -> None:
        self.wallet: Wallet = account.wallet
        self.reading = reading
        self.draft = draft
        self.today = today
        # The days of a domain are those of its first wallet: as in `snapshots.read_queues`.
        self.shift = reading.snapshot.today - today_of([self.wallet])[self.wallet.pk]
        self.names = _names(reading, self.wallet.pk, draft)

    def of(self, pieces: Sequence[tuple[str, BriefInput, int]]) -> list[Foreseen]:
        """What would become of these (title, brief, credits), handed in one after the other."""
        briefs = [self._brief(n, brief, credits) for n, (_, brief, credits) in enumerate(pieces)]
        snapshot = self.reading.snapshot
        joined = replace(snapshot, briefs=(*snapshot.briefs, *briefs))
        waits = {wait.brief: wait for wait in decide(joined).waits}
        expected = {start.brief: start for start in expected_starts(joined)}
        calendar = self.reading.calendars[self.wallet.pk]
        answers = []
        for (title, _, credits), brief in zip(pieces, briefs, strict=True):
            start, wait = expected[brief.id], waits.get(brief.id)
            answers.append(
                Foreseen(
                    title=title,
                    credits=credits,
                    now=wait is None,
                    first=start.p50,
                    last=start.p80,
                    done_first=start.p50 and calendar.add(start.p50, brief.days_p50),
                    done_last=start.p80 and calendar.add(start.p80, brief.days_p80),
                    why="" if wait is None else sentence(wait, self.names, self.today),
                    reason="" if wait is None else wait.reason.value,
                    position=0 if wait is None else wait.position,
                    credits_ahead=0 if wait is None else wait.credits_ahead,
                    missing=0 if wait is None else wait.missing,
                )
            )
        return answers

    def _brief(self, n: int, brief: BriefInput, credits: int) -> Brief:
        """The n-th piece as admission would see it; the first one is the draft itself."""
        draft = self.draft if n == 0 else None
        lasts = self.reading.times.duration(brief.brief_type, credits)
        kept = draft is not None and draft.rank is not None and self._keeps_its_rank(draft)
        return Brief(
            id=_PIECES + n,
            wallet=self.wallet.pk,
            credits=credits,
            rank=draft.rank if kept and draft and draft.rank is not None else BACK + n,
            not_before=None if brief.not_before is None else brief.not_before + self.shift,
            predecessors=()
            if draft is None
            else tuple(sorted(awaited.project for awaited in draft.after)),
            days_p50=lasts.p50,
            days_p80=lasts.p80,
            planned_start=None if draft is None else draft.planned_start,
            consumes=self.wallet.billing == Billing.PAY_AS_YOU_GO,
        )

    def _keeps_its_rank(self, draft: Draft) -> bool:
        return draft.rank_kept_until is not None and draft.rank_kept_until >= self.today


def _names(reading: QueueReading, wallet_id: int, draft: Draft | None) -> Mapping[int, str]:
    """What reasons may name, by number in the snapshot: this wallet's projects, nobody else's."""
    names = {row.project: row.title for row in reading.running if row.wallet == wallet_id}
    names |= {pk: row.title for pk, row in reading.queued.items() if row.wallet_id == wallet_id}
    if draft is not None:
        names |= {awaited.project: awaited.title for awaited in draft.after}
    return names
