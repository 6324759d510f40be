"""What would start if a project gave its credits back now: asked of the same admission that decides
it. Reads only, takes no lock.
"""

from __future__ import annotations

from dataclasses import replace

from callsheet.admission.decide import decide
from callsheet.credits.models import Billing, Wallet
from callsheet.insight.snapshots import read_queue
from callsheet.projects.models import Project


def starts_if_given_back(project: Project, credits: int, *, finalized: bool) -> list[str] | None:
    """The titles of what starts in the moment in which the project's hold of so many credits
    comes back, in the order in which it starts. ``finalized``: what waits for it may start, too.

    None where that cannot be said exactly: credits that are used up, teams that borrow, debts that
    take their part first.
    """
    wallet = Wallet.objects.select_related("domain", "account", "organization", "subscription").get(
        pk=project.wallet_id
    )
    if wallet.billing == Billing.PAY_AS_YOU_GO or wallet.domain.borrowing or wallet.borrowed:
        return None
    reading = read_queue([wallet], borrowing=False)
    if reading is None:
        return []
    state = reading.snapshot.wallets[0]
    if state.due_back or state.overdrawn:
        return None
    briefs = tuple(
        replace(brief, predecessors=tuple(p for p in brief.predecessors if p != project.pk))
        if finalized
        else brief
        for brief in reading.snapshot.briefs
        if brief.grows != project.pk
    )
    occupants = tuple(one for one in reading.snapshot.occupants if one.project != project.pk)
    after = replace(
        reading.snapshot,
        wallets=(replace(state, available=state.available + credits),),
        briefs=briefs,
        occupants=occupants,
    )
    return [reading.project(start.brief).title for start in decide(after).starts]
