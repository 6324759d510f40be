"""Why a brief has not started: one code and one sentence for every "not yet".

The codes are stored, published by the API and listed in ``docs/reference/reason-codes.md``, which
``reference()`` writes. A code is never renamed; a sentence may be improved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Reason(StrEnum):
    """The reason that a brief waits for, the one that would have to change first."""

    EXCEEDS_CAPACITY = "exceeds_capacity"
    NOT_BEFORE = "not_before"
    WAITING_FOR_PREDECESSOR = "waiting_for_predecessor"
    SUBSCRIPTION_PAUSED = "subscription_paused"
    WALLET_OVERDRAWN = "wallet_overdrawn"
    DUE_BACK_FIRST = "due_back_first"
    BEHIND_RESERVATION = "behind_reservation"
    WAITING_FOR_PURCHASE = "waiting_for_purchase"
    LENT_OUT = "lent_out"
    WAITING_FOR_CREDITS = "waiting_for_credits"

    @property
    def words(self) -> "Words":
        """The sentence, meaning and remedy of this reason."""
        return WORDS[self]


@dataclass(frozen=True, slots=True)
class Words:
    """What is said about a reason.

    ``sentence`` is a template for ``str.format``: ``credits`` (asked for), ``missing`` (credits
    that are not free now), ``until`` (a day), ``because_of`` (the brief or project waited for) and
    ``limit`` (the most the wallet can ever hold at once).
    """

    sentence: str
    when: str
    remedy: str


WORDS: Mapping[Reason, Words] = MappingProxyType(
    {
        Reason.EXCEEDS_CAPACITY: Words(
            "This brief needs {credits} credits, and at most {limit} can be in production at one "
            "time. As it is, it cannot start.",
            "The brief asks for more than the capacity schedule's maximum plus the borrowing "
            "limit. It is passed over and holds nobody up.",
            "Split the brief, make it smaller, or raise the plan.",
        ),
        Reason.NOT_BEFORE: Words(
            "You asked for this brief not to start before {until}.",
            "The brief's not-before date is in the future. It is passed over until then.",
            "Change the not-before date if it may start sooner.",
        ),
        Reason.WAITING_FOR_PREDECESSOR: Words(
            "This brief starts after project {because_of} is finalized.",
            "A project that must come first is not finalized yet. The brief is passed over.",
            "Finalize the project it waits for, or take the link away.",
        ),
        Reason.SUBSCRIPTION_PAUSED: Words(
            "Your subscription is paused until {until}; new briefs start from that day on.",
            "The wallet's subscription, or that of its pool, is paused. Production goes on.",
            "End the pause.",
        ),
        Reason.WALLET_OVERDRAWN: Words(
            "More credits are in use than you have at the moment. New briefs start as soon as "
            "enough have come back.",
            "Available credits are below zero after an adjustment or an import.",
            "Finalize delivered projects, or ask your account manager for more credits.",
        ),
        Reason.DUE_BACK_FIRST: Words(
            "The next credits that come back are already promised elsewhere; {missing} more are "
            "needed before this brief can start.",
            "Standing orders that were due could not be collected in full. What comes free goes "
            "to them before anything is admitted.",
            "Finalize delivered projects, or move the standing order.",
        ),
        Reason.BEHIND_RESERVATION: Words(
            "There are enough credits for this brief, but starting it now would delay one that "
            "comes first.",
            "The credits are free, but the policy keeps them for the head of the queue.",
            "Move the brief up in the queue if it is more urgent.",
        ),
        Reason.WAITING_FOR_PURCHASE: Words(
            "{missing} more credits have to be bought before this brief can start.",
            "Pay-as-you-go credits are used up and do not come back by themselves.",
            "Buy credits.",
        ),
        Reason.LENT_OUT: Words(
            "Some of your credits are helping out another team; {missing} more are needed and "
            "come home when its project is finalized.",
            "The wallet's own credits would be enough, but other wallets' projects hold some.",
            "Wait for their return, or lower what the wallet may lend.",
        ),
        Reason.WAITING_FOR_CREDITS: Words(
            "This brief waits for {missing} more credits to come back.",
            "Less than the brief asks for is free now.",
            "Finalize delivered projects, or brief something smaller meanwhile.",
        ),
    }
)


def reference() -> str:
    """The reference page of all reason codes, in Markdown, in order of precedence."""
    lines = [
        "# Reason codes",
        "",
        "*Made from the code by `make docs`; do not edit by hand.*",
        "",
        "Every brief that waits has one reason. Where several hold, the one highest in this list",
        "is given, because the others do not matter before it has changed.",
        "",
    ]
    for reason in Reason:
        words = reason.words
        lines += [
            f"## `{reason.value}`",
            "",
            f"> {words.sentence}",
            "",
            f"**When.** {words.when}",
            "",
            f"**What helps.** {words.remedy}",
            "",
        ]
    return "\n".join(lines)
