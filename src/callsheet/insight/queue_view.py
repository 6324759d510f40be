"""The queue of an account as its people see it: who waits, why, for what, and until when.

Reads only, takes no lock, decides nothing: the sentences come from the same admission that starts
briefs. The number of queries does not grow with the queue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from callsheet.admission.decide import decide
from callsheet.admission.ranges import ExpectedStart, expected_starts
from callsheet.admission.snapshot import WalletState
from callsheet.credits.models import Borrowing, Wallet
from callsheet.insight.expected_finish import late_by
from callsheet.insight.queue_facts import Holder, LentOut, QueueView, Receipt, WaitingBrief
from callsheet.insight.queue_reasons import STARTS_NOW, policy_words, sentence
from callsheet.insight.queue_receipts import read_receipts
from callsheet.insight.snapshots import QueueReading, decided_together, read_whole_queue
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.tenants.access import rights_in_account
from callsheet.tenants.models import Account, Role

__all__ = [
    "Holder",
    "LentOut",
    "QueueView",
    "Receipt",
    "WaitingBrief",
    "read_account_queue",
    "read_queue_view",
    "show_queue",
    "view_of",
]

type Days = tuple[date, int]
"""A day and the credits from it on."""


def show_queue(actor: Actor, account_id: int) -> QueueView:
    """The queue of that account, for somebody who may see it.

    Organization admins see credits and dates; titles only where the account shares its briefs.
    Raises ``NotFound("account")`` for strangers.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFound("account")
    rights = rights_in_account(actor, account)
    oversees = rights.organization_role == Role.ADMIN
    if not rights.may_read and not oversees:
        raise NotFound("account")
    return read_queue_view(account_id, titles=rights.may_read or account.shares_briefs)


def read_queue_view(account_id: int, *, titles: bool = True) -> QueueView:
    """The queue of that account, whoever asks. Without ``titles``, projects are named by key."""
    account = Account.objects.select_related("wallet__domain", "wallet__subscription").get(
        pk=account_id
    )
    receipts = read_receipts(account, titles=titles)
    return view_of(account, read_account_queue(account), titles=titles, receipts=receipts)


def read_account_queue(account: Account) -> QueueReading:
    """What admission knows of that account's queue; the account comes with its wallet, domain and
    subscription.
    """
    wallet: Wallet = account.wallet
    wallets = decided_together(wallet)
    return read_whole_queue(wallets, borrowing=wallet.domain.borrowing)


def view_of(
    account: Account,
    reading: QueueReading,
    *,
    titles: bool = True,
    receipts: Sequence[Receipt] = (),
) -> QueueView:
    """The queue as it was read, in the words of its account. No query, except for credits that
    another account holds and that ``reading`` does not cover.
    """
    wallet: Wallet = account.wallet
    today = clock.today(account.time_zone)
    state = next(state for state in reading.snapshot.wallets if state.id == wallet.pk)
    holding = _holding(wallet, account, reading, titles=titles)
    return QueueView(
        account=account.pk,
        key=account.key,
        name=account.name,
        today=today,
        billing=wallet.billing,
        policy=wallet.policy,
        policy_words=policy_words(wallet, borrowing=wallet.domain.borrowing),
        borrowing=wallet.domain.borrowing,
        capacity=wallet.capacity,
        available=wallet.available,
        held=wallet.held,
        lent=wallet.lent,
        borrowed=wallet.borrowed,
        due_back=state.due_back,
        waiting=_waiting(wallet, reading, {h.project: h.title for h in holding}, titles=titles),
        holding=holding,
        lent_out=_lent_out(wallet, account, reading) if wallet.lent else (),
        receipts=tuple(receipts),
        steps=_steps(wallet, reading, state),
        paused_until=state.paused_until,
        order=tuple(
            brief.id
            for brief in sorted(reading.snapshot.briefs, key=lambda b: (b.rank, b.id))
            if brief.wallet == wallet.pk and brief.id > 0
        ),
    )


def _name(project: Project, *, titles: bool) -> str:
    return project.title if titles else project.key


def _steps(wallet: Wallet, reading: QueueReading, state: WalletState) -> tuple[Days, ...]:
    today = reading.snapshot.today
    changes: dict[date, int] = defaultdict(int)
    for step in state.steps:
        changes[max(step.day, today)] += step.delta
    for occupant in reading.snapshot.occupants:
        home = max(occupant.returns_p50, reading.calendars[wallet.pk].add(today, 1))
        for lender, credits in occupant.borrowed:
            if occupant.wallet == wallet.pk:
                changes[home] -= credits
            elif lender == wallet.pk:
                changes[home] += credits
    capacity, steps = wallet.capacity, {today: wallet.capacity}
    for day, delta in sorted(changes.items()):
        capacity += delta
        steps[day] = capacity
    return tuple(sorted(steps.items()))


def _waiting(
    wallet: Wallet, reading: QueueReading, known: dict[int, str], *, titles: bool
) -> tuple[WaitingBrief, ...]:
    decisions = decide(reading.snapshot)
    expected = {start.brief: start for start in expected_starts(reading.snapshot)}
    reserved = {r.brief: r.day for r in decisions.reservations}
    waits = {wait.brief: wait for wait in decisions.waits}
    starts = {start.brief for start in decisions.starts}
    named = {one.project: one.title if titles else one.key for one in reading.awaited().values()}
    named |= known | {
        pk: _name(project, titles=titles)
        for pk, project in reading.queued.items()
        if project.wallet_id == wallet.pk
    }
    named |= {
        -pk: known.get(amendment.project_id, _name(amendment.project, titles=titles))
        for pk, amendment in reading.amendments.items()
        if amendment.project.wallet_id == wallet.pk
    }
    line = sorted(
        (brief for brief in reading.snapshot.briefs if brief.wallet == wallet.pk),
        key=lambda b: (waits[b.id].position if b.id in waits else 0, b.rank, b.id),
    )
    calendar = reading.calendars[wallet.pk]
    rows: list[WaitingBrief] = []
    ahead = 0
    for position, brief in enumerate(line, start=1):
        project = reading.project(brief.id)
        wait = waits.get(brief.id)
        start = expected.get(brief.id, ExpectedStart(brief.id, None, None))
        ready, ready_at_worst = (
            day and calendar.add(day, days)
            for day, days in ((start.p50, brief.days_p50), (start.p80, brief.days_p80))
        )
        rows.append(
            WaitingBrief(
                project=project.pk,
                key=project.key,
                title=_title(reading, brief.id, named),
                position=position,
                credits=brief.credits,
                credits_ahead=ahead,
                missing=wait.missing if wait else 0,
                reason=wait.reason.value if wait else "",
                sentence=(
                    sentence(wait, named, reading.snapshot.today)
                    if wait and brief.id not in starts
                    else STARTS_NOW
                ),
                remedy=wait.reason.words.remedy if wait else "",
                reserved_for=reserved.get(brief.id),
                starts_from=start.p50,
                starts_by=start.p80,
                wanted_by=project.wanted_by,
                goes_on=brief.id < 0 or project.resuming_since is not None,
                status=project.status,
                number=brief.id,
                owner=project.owner_id,
                version=project.version,
                not_before=project.not_before,
                ready_from=ready,
                ready_by=ready_at_worst,
                late_by=late_by(calendar, project.wanted_by, ready),
                late_at_worst=late_by(calendar, project.wanted_by, ready_at_worst),
            )
        )
        ahead += brief.credits
    return tuple(rows)


def _title(reading: QueueReading, number: int, named: Mapping[int, str]) -> str:
    """What waits under that number, as people name it."""
    if number < 0:
        return f"{named[number]} (more scope)"
    status = reading.queued[number].status
    return f"{named[number]}{_ON.get(status, '')}"


_ON = {Status.PARKED.value: " (goes on)", Status.FINALIZED.value: " (is opened again)"}


def _holding(
    wallet: Wallet, account: Account, reading: QueueReading, *, titles: bool
) -> tuple[Holder, ...]:
    zone = clock.zone(account.time_zone)
    return tuple(
        Holder(
            project=row.project,
            key=row.key,
            title=row.title if titles else row.key,
            status=row.status,
            credits=row.credits,
            borrowed=sum(credits for _, credits in row.borrowed),
            since=row.since.astimezone(zone).date(),
            returns_from=row.returns_p50,
            returns_by=row.returns_p80,
        )
        for row in reading.running
        if row.wallet == wallet.pk
    )


def _lent_out(wallet: Wallet, account: Account, reading: QueueReading) -> tuple[LentOut, ...]:
    zone = clock.zone(account.time_zone)
    known = tuple(
        LentOut(
            account=reading.owners[row.wallet],
            credits=credits,
            since=row.since.astimezone(zone).date(),
            returns_from=row.returns_p50,
            returns_by=row.returns_p80,
        )
        for row in sorted(reading.running, key=lambda row: (row.since, row.project))
        for lender, credits in row.borrowed
        if lender == wallet.pk
    )
    if sum(loan.credits for loan in known) == wallet.lent:
        return known
    # What teams hold that lend to each other no more, or could not give back yet, is read apart.
    loans = (
        Borrowing.objects.filter(lender=wallet, credits__gt=0)
        .select_related("hold__wallet__account", "hold__wallet__organization", "hold__project")
        .order_by("hold__opened_at", "pk")
    )
    rows = []
    for loan in loans:
        project = getattr(loan.hold, "project", None)
        rows.append(
            LentOut(
                account=loan.hold.wallet.owner.name,
                credits=loan.credits,
                since=loan.hold.opened_at.astimezone(zone).date(),
                returns_from=project.returns_p50 if project else None,
                returns_by=project.returns_p80 if project else None,
            )
        )
    return tuple(rows)
