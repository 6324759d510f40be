"""Which events somebody may want to hear of: for whom they are meant, and in which words.

ONE table, pure: jobs, pages, mails and the reference read it. A kind that is not in it is told to
nobody. Sentences are marked for translation here and translated where they are shown; the names in
braces are filled by :mod:`callsheet.notifications.words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop as _

from callsheet.credits.kinds import Kind
from callsheet.notifications.kinds import Group, Rule, Say, Who
from callsheet.notifications.rules_clocks import CLOCK_RULES

TEAM = (Who.OWNER, Who.REVIEWERS)
DECIDERS = (Who.OWNER, Who.REVIEWERS, Who.APPROVERS)
STUDIO = (Who.MANAGER, Who.WORKING)
OPEN = _("Open the project")

_APPROVAL_ASKED = Rule(
    Group.REVIEW,
    customer=Say(
        (Who.ASKED, Who.APPROVERS, Who.ACCOUNT_ADMINS),
        _("{actor} asks you to approve “{project}” before it is submitted"),
        _("Read the brief"),
        needs_you=True,
    ),
)
_APPROVAL_REFUSED = Rule(
    Group.REVIEW,
    customer=Say(
        (Who.OWNER,),
        _("{actor} did not approve “{project}”: it is a draft again"),
        _("Look at the brief"),
        needs_you=True,
    ),
)
_DELIVERED_SOME = Rule(
    Group.DELIVERY,
    customer=Say(
        DECIDERS,
        _("The first deliverables of “{project}” are here"),
        _("Look at them"),
        needs_you=True,
    ),
)
_DELIVERED = Rule(
    Group.DELIVERY,
    customer=Say(
        DECIDERS,
        _("“{project}” is delivered"),
        _("Look at it"),
        needs_you=True,
    ),
)
_CHANGES_REQUESTED = Rule(
    Group.DELIVERY,
    customer=Say(TEAM, _("{actor} asked for changes to “{project}”"), OPEN),
    studio=Say(
        STUDIO,
        _("{actor} asks for changes to “{project}” ({account})"),
        _("Read what to change"),
        needs_you=True,
    ),
)
_REOPENED = Rule(
    Group.DELIVERY,
    customer=Say(TEAM, _("{actor} reopened “{project}”: it holds credits again"), OPEN),
    studio=Say(STUDIO, _("{actor} reopened “{project}” ({account})"), OPEN, needs_you=True),
)
_RESUMED = Rule(
    Group.QUEUE,
    customer=Say(TEAM, _("“{project}” goes on"), OPEN),
    studio=Say(STUDIO, _("“{project}” ({account}) goes on"), OPEN, needs_you=True),
    done_by=frozenset({"resume"}),
)
_STARTED = Rule(
    Group.QUEUE,
    customer=Say(TEAM, _("“{project}” starts: the studio reads the brief now"), OPEN),
    studio=Say(
        (Who.MANAGER,),
        _("“{project}” ({account}) waits for your review"),
        _("Review the brief"),
        needs_you=True,
    ),
    done_by=frozenset({"submit"}),
)

RULES: Mapping[str, Rule] = {
    # -- before production ----------------------------------------------------------------------
    "ask_approval": _APPROVAL_ASKED,
    "approval_asked": _APPROVAL_ASKED,
    "refuse_approval": _APPROVAL_REFUSED,
    "approval_refused": _APPROVAL_REFUSED,
    "take_back": Rule(
        Group.REVIEW,
        customer=Say(
            (Who.OWNER, Who.APPROVERS),
            _("{actor} took “{project}” back: it waits for no approval any more"),
            OPEN,
        ),
    ),
    "owner_changed": Rule(
        Group.PEOPLE,
        customer=Say((Who.OWNER,), _("“{project}” is yours from now on"), OPEN),
    ),
    "approval_given": Rule(
        Group.DELIVERY, customer=Say(TEAM, _("{actor} approved “{project}”"), OPEN)
    ),
    "approval_taken_back": Rule(
        Group.DELIVERY, customer=Say(TEAM, _("{actor} took the approval of “{project}” back"), OPEN)
    ),
    "guest_review_handed_in": Rule(
        Group.CONVERSATION,
        customer=Say(TEAM, _("{actor} handed in a review of “{project}”"), _("Read it")),
    ),
    "submit": Rule(
        Group.QUEUE,
        customer=Say(
            (Who.OWNER, Who.ACCOUNT_ADMINS),
            _("{actor} submitted “{project}” ({credits})"),
            OPEN,
        ),
    ),
    "start": _STARTED,
    "started": _STARTED,
    "withdraw": Rule(
        Group.REVIEW,
        customer=Say((Who.OWNER,), _("{actor} withdrew “{project}”: it is a draft again"), OPEN),
        studio=Say((Who.MANAGER,), _("{actor} withdrew “{project}” ({account})"), OPEN),
    ),
    "request_clarification": Rule(
        Group.REVIEW,
        customer=Say(
            (Who.OWNER, Who.ASKED),
            _("{actor} has a question about “{project}”"),
            _("Answer it"),
            needs_you=True,
        ),
    ),
    "clarify": Rule(
        Group.REVIEW,
        customer=Say(TEAM, _("{actor} answered the studio's question about “{project}”"), OPEN),
        studio=Say(
            STUDIO,
            _("{actor} answered your question about “{project}” ({account})"),
            _("Review the brief"),
            needs_you=True,
        ),
    ),
    "return": Rule(
        Group.REVIEW,
        customer=Say(
            (Who.OWNER,),
            _("“{project}” came back: something in the brief has to change"),
            _("Look at the brief"),
            needs_you=True,
        ),
    ),
    "accept": Rule(
        Group.REVIEW,
        customer=Say(TEAM, _("“{project}” is accepted{promise}"), OPEN),
        studio=Say((Who.PRODUCERS,), _("“{project}” ({account}) can be produced{promise}"), OPEN),
    ),
    "stage_entered customer awaiting_sample": Rule(
        Group.DEADLINES,
        customer=Say(
            (Who.OWNER,),
            _("“{project}” waits for the product sample from you{until}"),
            _("Say when it comes"),
            needs_you=True,
        ),
    ),
    # -- delivery -------------------------------------------------------------------------------
    "deliver_some": _DELIVERED_SOME,
    "delivered_some": _DELIVERED_SOME,
    "deliver": _DELIVERED,
    "delivered": _DELIVERED,
    "revise": _CHANGES_REQUESTED,
    "changes_requested": _CHANGES_REQUESTED,
    "deliverables_approved": Rule(
        Group.DELIVERY,
        customer=Say(TEAM, _("{actor} approved deliverables of “{project}”{released}"), OPEN),
        studio=Say(STUDIO, _("{actor} approved deliverables of “{project}” ({account})"), OPEN),
    ),
    "finalize": Rule(
        Group.DELIVERY,
        customer=Say(TEAM, _("“{project}” is finalized{released}"), OPEN),
        studio=Say(STUDIO, _("“{project}” ({account}) is finalized"), OPEN),
    ),
    "reopen": _REOPENED,
    "reopened": _REOPENED,
    "cancel": Rule(
        Group.DELIVERY,
        customer=Say(TEAM, _("“{project}” is canceled{released}"), OPEN, needs_you=True),
        studio=Say(STUDIO, _("“{project}” ({account}) is canceled"), OPEN),
    ),
    "park": Rule(
        Group.QUEUE,
        customer=Say(TEAM, _("“{project}” is parked{released}"), OPEN),
        studio=Say(STUDIO, _("“{project}” ({account}) is parked"), OPEN),
    ),
    "resume": _RESUMED,
    "resumed": _RESUMED,
    "stop_requested": Rule(
        Group.REVIEW,
        customer=Say(TEAM, _("{actor} asked the studio to stop “{project}”"), OPEN),
        studio=Say(
            STUDIO,
            _("{actor} asks you to stop “{project}” ({account})"),
            _("Decide"),
            needs_you=True,
        ),
    ),
    "stop_request_withdrawn": Rule(
        Group.REVIEW,
        customer=Say(TEAM, _("{actor} took back the request to stop “{project}”"), OPEN),
        studio=Say(STUDIO, _("{actor} no longer asks you to stop “{project}” ({account})"), OPEN),
    ),
    "stop_request_decided": Rule(
        Group.REVIEW,
        customer=Say(
            (Who.OWNER, Who.ASKED), _("The studio {decided} the request to stop “{project}”"), OPEN
        ),
    ),
    # -- scope ----------------------------------------------------------------------------------
    "amendment_proposed": Rule(
        Group.REVIEW,
        customer=Say(
            (Who.OWNER, Who.ASKED),
            _("{actor} proposes a change to the scope of “{project}”{change}"),
            _("Agree or decline"),
            needs_you=True,
        ),
        studio=Say(
            STUDIO,
            _("{actor} proposed a change to the scope of “{project}” ({account}){change}"),
            OPEN,
        ),
    ),
    "amendment_proposed customer": Rule(
        Group.REVIEW,
        customer=Say(
            TEAM, _("{actor} proposed a change to the scope of “{project}”{change}"), OPEN
        ),
        studio=Say(
            STUDIO,
            _("{actor} proposes a change to the scope of “{project}” ({account}){change}"),
            _("Agree or decline"),
            needs_you=True,
        ),
    ),
    "amendment_agreed": Rule(
        Group.REVIEW,
        customer=Say(TEAM, _("{actor} agreed to the new scope of “{project}”{change}"), OPEN),
        studio=Say(
            STUDIO, _("{actor} agreed to the new scope of “{project}” ({account}){change}"), OPEN
        ),
    ),
    "amendment_declined": Rule(
        Group.REVIEW,
        customer=Say(
            TEAM, _("{actor} declined the new scope of “{project}”: it stays as it was"), OPEN
        ),
        studio=Say(
            STUDIO,
            _("{actor} declined the new scope of “{project}” ({account}): it stays as it was"),
            OPEN,
        ),
    ),
    "amendment_applied": Rule(
        Group.QUEUE,
        customer=Say(TEAM, _("The new scope of “{project}” counts now{change}"), OPEN),
        studio=Say(
            STUDIO, _("The new scope of “{project}” ({account}) counts now{change}"), OPEN
        ),
    ),
    "amendment_withdrawn": Rule(
        Group.REVIEW,
        customer=Say(
            TEAM, _("The change to the scope of “{project}” is withdrawn: it stays as it was"), OPEN
        ),
        studio=Say(
            STUDIO,
            _("The change to the scope of “{project}” ({account}) is withdrawn"),
            OPEN,
        ),
    ),
    "predecessor_canceled": Rule(
        Group.QUEUE,
        customer=Say(
            (Who.OWNER,),
            _("“{project}” was to start after a project that is canceled now"),
            _("Decide what it waits for"),
            needs_you=True,
        ),
    ),
    "variations_added": Rule(
        Group.REVIEW,
        customer=Say(TEAM, _("{actor} ordered more variations of “{project}”"), OPEN),
        studio=Say(
            STUDIO,
            _("{actor} ordered more variations of “{project}” ({account})"),
            _("Look at what is wanted"),
            needs_you=True,
        ),
    ),
    # -- talk and dates -------------------------------------------------------------------------
    "comment_added": Rule(
        Group.CONVERSATION,
        customer=Say(DECIDERS, _("{actor} wrote about “{project}”"), _("Answer it")),
        studio=Say(STUDIO, _("{actor} wrote about “{project}” ({account})"), _("Answer it")),
    ),
    "comment_resolved": Rule(
        Group.CONVERSATION,
        customer=Say(TEAM, _("{actor} resolved a comment on “{project}”"), OPEN),
        studio=Say(STUDIO, _("{actor} resolved a comment on “{project}” ({account})"), OPEN),
    ),
    "comment_reopened": Rule(
        Group.CONVERSATION,
        customer=Say(TEAM, _("{actor} opened a comment on “{project}” again"), OPEN),
        studio=Say(STUDIO, _("{actor} opened a comment on “{project}” ({account}) again"), OPEN),
    ),
    "expected_start_changed": Rule(
        Group.DATES,
        customer=Say(TEAM, _("“{project}” is now expected to start {range}"), OPEN),
    ),
    "expected_finish_changed": Rule(
        Group.DATES,
        customer=Say(TEAM, _("“{project}” is now expected to be finished {range}"), OPEN),
    ),
    "dates_changed": Rule(
        Group.DATES,
        customer=Say(TEAM, _("{actor} changed the dates of “{project}”"), OPEN),
        studio=Say(STUDIO, _("{actor} changed the dates of “{project}” ({account})"), OPEN),
    ),
    "promise_changed": Rule(
        Group.DATES,
        customer=Say(
            TEAM, _("The studio now promises “{project}” {promised}"), OPEN, needs_you=True
        ),
    ),
    # -- the content calendar ------------------------------------------------------------------
    "campaign moved": Rule(
        Group.CALENDAR,
        customer=Say(
            (Who.ACCOUNT_ADMINS,),
            _("{actor} moved the campaign “{subject}” to {day}"),
            _("Open Callsheet"),
        ),
    ),
    "dates_moved": Rule(
        Group.CALENDAR,
        customer=Say(TEAM, _("The dates of “{project}” moved with its campaign"), OPEN),
        studio=Say(
            STUDIO, _("The dates of “{project}” ({account}) moved with its campaign"), OPEN
        ),
    ),
    # -- people ---------------------------------------------------------------------------------
    "member_added": Rule(
        Group.PEOPLE,
        customer=Say(
            (Who.ASKED, Who.ACCOUNT_ADMINS, Who.ORGANIZATION_ADMINS),
            _("{member} is now {role} of {place}"),
            _("Open Callsheet"),
        ),
    ),
    "role_changed": Rule(
        Group.PEOPLE,
        customer=Say((Who.ASKED,), _("You are {role} of {place} from now on"), _("Open Callsheet")),
    ),
    "manager_assigned": Rule(
        Group.PEOPLE,
        customer=Say(
            (Who.ACCOUNT_ADMINS,), _("{manager} now looks after {account}"), _("Open Callsheet")
        ),
        studio=Say(
            (Who.MANAGER, Who.MANAGERS_DEPUTY),
            _("{manager} now looks after {account}"),
            _("Open Callsheet"),
        ),
    ),
    "absence_set": Rule(
        Group.PEOPLE,
        customer=Say((Who.ASKED,), _("You stand in for {absent}{period}"), _("Open Callsheet")),
        studio=Say((Who.ASKED,), _("You stand in for {absent}{period}"), _("Open Callsheet")),
    ),
    **CLOCK_RULES,
}  # fmt: skip

CREDITS_CHANGED = "credits_changed"
"""The kind of a notification that has no event: a command's transfers, read from the ledger."""


CREDITS_TOLD = frozenset(
    {
        Kind.GRANT, Kind.REVOKE, Kind.ALLOCATE, Kind.RECLAIM, Kind.REASSIGN, Kind.ADJUST,
        Kind.EXPIRE,
    }
)  # fmt: skip
"""Credits that a wallet gained or lost for good or for a while. What projects hold and give back,
lend and repay is told by the projects' own events.
"""
CREDITS_SAY = Say(
    (Who.ACCOUNT_ADMINS, Who.ORGANIZATION_ADMINS),
    _("Credits of {place} changed"),
    _("Open Callsheet"),
)
CREDITS_RULE = Rule(Group.CREDITS, customer=CREDITS_SAY)


VARIANTS: Mapping[str, tuple[str, ...]] = {
    "amendment_proposed": ("by",),
    "stage_entered": ("waiting_for", "to"),
}
"""Facts on which it depends who is asked by an event of that kind."""


def key_of(kind: str, subject_type: str, data: Mapping[str, Any]) -> str | None:
    """The key in :data:`RULES` of an event of that kind about such a subject, or None.

    Words as *moved* are kinds of several subjects; their rules name the subject first. Where it
    depends on a fact who is asked, their rules name it last.
    """
    variant = " ".join([kind, *(str(data.get(fact)) for fact in VARIANTS.get(kind, ()))])
    for key in (f"{subject_type} {kind}", variant, kind):
        if key in RULES:
            return key
    return None


def rule_of(kind: str) -> Rule | None:
    """The rule of a kind of notification, or None where nobody is told of it."""
    return CREDITS_RULE if kind == CREDITS_CHANGED else RULES.get(kind)
