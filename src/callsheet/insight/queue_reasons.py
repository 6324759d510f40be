"""Why a brief waits and how its queue is ordered, in a colleague's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from callsheet.admission.decisions import Wait
from callsheet.admission.reasons import Reason
from callsheet.credits.models import Billing, Policy, Wallet
from callsheet.insight.wording import say_day

STARTS_NOW = "This brief can start now; it does so by itself within minutes."


def sentence(wait: Wait, titles: Mapping[int, str], today: date) -> str:
    """The reason of a wait, with its days and projects as people name them."""
    if wait.brief < 0 and wait.reason is Reason.EXCEEDS_CAPACITY:
        return (
            f"This project is to grow by {wait.credits} credits, and at most {wait.limit} more can"
            " be in production beside what it has. As it is, it cannot."
        )
    named = None if wait.because_of is None else titles.get(wait.because_of)
    said = wait.reason.words.sentence.format(
        credits=wait.credits,
        missing=wait.missing,
        until=None if wait.until is None else say_day(wait.until, today),
        because_of="" if named is None else f"“{named}”",
        limit=wait.limit,
    )
    return " ".join(said.split())


POLICY_WORDS: dict[str, str] = {
    Policy.BACKFILL: (
        "Briefs start in the order of the queue. The first one that can start has a reservation;"
        " a later, smaller one may go ahead of it where that is not expected to cost it a day."
    ),
    Policy.PLANNED: (
        "Briefs start in the order of the accepted plan, those that are not in it last. Whatever"
        " can start earlier without holding up the first one does."
    ),
    Policy.STRICT: "Briefs start strictly in the order of the queue; nobody is overtaken.",
}


def policy_words(wallet: Wallet, *, borrowing: bool) -> str:
    """How this queue is served, in a few sentences."""
    if wallet.billing == Billing.PAY_AS_YOU_GO:
        return (
            "Briefs start strictly in the order of the queue, because bought credits are used up"
            " and do not come back."
        )
    said = POLICY_WORDS[wallet.policy]
    if borrowing:
        said += (
            " Teams of this organization lend each other idle credits, within their limits;"
            " what is borrowed goes home when the project ends."
        )
    return said
