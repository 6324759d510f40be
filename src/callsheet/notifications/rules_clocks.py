"""The rules of what the clocks record: reminders, escalations, what happened by itself."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop as _

from callsheet.notifications.kinds import Group, Rule, Say, Who

_OPEN = _("Open the project")
_TEAM = (Who.OWNER, Who.REVIEWERS)
_DECIDERS = (Who.OWNER, Who.REVIEWERS, Who.APPROVERS)
_STUDIO = (Who.MANAGER, Who.WORKING)

CLOCK_RULES: Mapping[str, Rule] = {
    "review_escalated": Rule(
        Group.DEADLINES,
        studio=Say(
            (Who.MANAGERS_DEPUTY, Who.MANAGER),
            _("“{project}” ({account}) still waits for a review"),
            _("Review the brief"),
            needs_you=True,
        ),
    ),
    "clarification_reminder": Rule(
        Group.DEADLINES,
        customer=Say(
            (Who.OWNER, Who.ACCOUNT_ADMINS),
            _("The studio still waits for your answer about “{project}”{deadline}"),
            _("Answer it"),
            needs_you=True,
        ),
    ),
    "clarification_parked": Rule(
        Group.DEADLINES,
        customer=Say(
            (Who.OWNER, Who.ACCOUNT_ADMINS),
            _("“{project}” is parked, because the studio's question was not answered{released}"),
            _("Answer and go on"),
            needs_you=True,
        ),
        studio=Say(
            (Who.MANAGER,),
            _("“{project}” ({account}) is parked: your question was not answered"),
            _OPEN,
        ),
    ),
    "first_delivery_reminder": Rule(
        Group.DEADLINES,
        customer=Say(
            _DECIDERS,
            _("The first deliverables of “{project}” wait for you{deadline}"),
            _("Look at them"),
            needs_you=True,
        ),
    ),
    "masters_approved_by_clock": Rule(
        Group.DEADLINES,
        customer=Say(
            _DECIDERS,
            _("The masters of “{project}” now count as approved, so that the variations can start"),
            _("Look at them"),
            needs_you=True,
        ),
        studio=Say(
            _STUDIO,
            _("The masters of “{project}” ({account}) count as approved: the variations can start"),
            _OPEN,
            needs_you=True,
        ),
    ),
    "finalize_reminder": Rule(
        Group.DEADLINES,
        customer=Say(
            _DECIDERS,
            _("“{project}” will be finalized by itself{deadline}"),
            _("Look at it"),
            needs_you=True,
        ),
    ),
    "finalized_by_clock": Rule(
        Group.DEADLINES,
        customer=Say(
            _DECIDERS,
            _("“{project}” was finalized by itself{released}"),
            _("Look at it"),
            needs_you=True,
        ),
        studio=Say(_STUDIO, _("“{project}” ({account}) was finalized by itself"), _OPEN),
    ),
    "parked_reminder": Rule(
        Group.DEADLINES,
        customer=Say(
            (Who.OWNER, Who.ACCOUNT_ADMINS),
            _("“{project}” is still parked: shall it go on?"),
            _("Decide"),
            needs_you=True,
        ),
        studio=Say((Who.MANAGER,), _("“{project}” ({account}) is still parked"), _OPEN),
    ),
    "production_overdue": Rule(
        Group.DEADLINES,
        studio=Say(
            _STUDIO,
            _("“{project}” ({account}) takes longer than expected"),
            _("Say how it stands"),
            needs_you=True,
        ),
    ),
    "approval_reminder": Rule(
        Group.DEADLINES,
        customer=Say(
            (Who.ASKED, Who.APPROVERS, Who.ACCOUNT_ADMINS),
            _("“{project}” still waits for approval before it is submitted"),
            _("Read the brief"),
            needs_you=True,
        ),
    ),
    "stop_request_reminder": Rule(
        Group.DEADLINES,
        studio=Say(
            _STUDIO,
            _("“{project}” ({account}): the request to stop still waits for an answer"),
            _("Decide"),
            needs_you=True,
        ),
    ),
    "amendment_reminder": Rule(
        Group.DEADLINES,
        customer=Say(
            (Who.OWNER, Who.ASKED),
            _("The change to the scope of “{project}” still waits for an answer"),
            _("Look at it"),
            needs_you=True,
        ),
        studio=Say(
            _STUDIO,
            _("The change to the scope of “{project}” ({account}) still waits for an answer"),
            _("Look at it"),
            needs_you=True,
        ),
    ),
    "finalizing_put_off": Rule(
        Group.DEADLINES,
        customer=Say(
            _DECIDERS,
            _("{actor} took more time for “{project}”: it will be finalized by itself on {day}"),
            _OPEN,
        ),
        studio=Say(
            _STUDIO,
            _("{actor} took more time to look at “{project}” ({account}): until {day}"),
            _OPEN,
        ),
    ),
    "sample_expected_passed": Rule(
        Group.DEADLINES,
        customer=Say(
            (Who.OWNER,),
            _("The product sample for “{project}” has not arrived{expected}"),
            _("Say where it is"),
            needs_you=True,
        ),
        studio=Say(
            _STUDIO,
            _("The product sample for “{project}” ({account}) has not arrived{expected}"),
            _OPEN,
            needs_you=True,
        ),
    ),
    "draft_stale": Rule(
        Group.DEADLINES,
        customer=Say(
            (Who.OWNER,),
            _("Your draft “{project}” needs a look: it no longer fits"),
            _("Look at the brief"),
        ),
    ),
    "invitation_reminder": Rule(
        Group.PEOPLE,
        customer=Say(
            (Who.ASKED, Who.ACCOUNT_ADMINS, Who.ORGANIZATION_ADMINS),
            _("{email} has not accepted the invitation to {place} yet{expires}"),
            _("Open Callsheet"),
        ),
    ),
    "invitation_expired": Rule(
        Group.PEOPLE,
        customer=Say(
            (Who.ASKED, Who.ACCOUNT_ADMINS, Who.ORGANIZATION_ADMINS),
            _("{email} did not accept the invitation to {place}: it has expired"),
            _("Open Callsheet"),
        ),
    ),
}
