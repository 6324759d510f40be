"""The words for why expected dates moved. ONE table, pure.

The same cause is told twice: to the people of the account it happened in with the title of the
project, to those of other accounts on the same credits without. Kept and published are these
sentences as they stand here; :mod:`callsheet.notifications.reasons` says them in other languages.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop as _

from callsheet.projects.lifecycle import Status

ANOTHER_PROJECT = _("a project of another team")
ANOTHER_SAMPLE = _("of another team")

OF_STATUS: Mapping[str, str] = {
    Status.DRAFT: _("{project} became a draft again"),
    Status.PENDING_APPROVAL: _("{project} waits for a colleague's approval"),
    Status.QUEUED: _("{project} was submitted"),
    Status.PENDING_REVIEW: _("{project} started"),
    Status.CLARIFICATION_REQUESTED: _("the studio has a question about {project}"),
    Status.IN_PROGRESS: _("{project} is in production"),
    Status.INITIAL_DELIVERY: _("the first part of {project} was delivered"),
    Status.DELIVERED: _("{project} was delivered"),
    Status.UNDER_REVISION: _("changes to {project} were asked for"),
    Status.PARKED: _("{project} was parked"),
    Status.FINALIZED: _("{project} was finalized"),
    Status.CANCELED: _("{project} was canceled"),
}
"""What has happened when a project has just come to a status."""

OF_PROJECT: Mapping[str, str] = {
    "accept": _("{project} was accepted"),
    "deliver": _("more of {project} was delivered"),
    "approve": _("part of {project} was approved"),
    "ask_for_changes": _("changes to {project} were asked for"),
    "enter_stage": _("{project} came to another stage of production"),
    "propose_amendment": _("a change of scope was proposed for {project}"),
    "agree_amendment": _("the scope of {project} changes"),
    "decline_amendment": _("the scope of {project} stays as it was"),
    "withdraw_amendment": _("the scope of {project} stays as it was"),
    "change_dates": _("the dates of {project} changed"),
    "change_not_before": _("{project} may start on another day"),
    "set_predecessors": _("{project} waits for other projects"),
    "overdue": _("{project} takes longer than expected"),
}
"""What a command did to the one project that it is about."""

OF_SAMPLE: Mapping[str, str] = {
    "create_sample": _("the sample {sample} is on its way"),
    "expect_sample": _("the sample {sample} is expected on another day"),
    "ship_sample": _("the sample {sample} was sent"),
    "receive_sample": _("the sample {sample} arrived"),
    "remove_sample": _("the sample {sample} is not needed any more"),
}

OF_QUEUE: Mapping[str, str] = {
    "reorder": _("the queue was put into another order"),
    "set_policy": _("the queue follows another rule now"),
    "begin_day": _("credits began or ended with the new day"),
    "grant": _("credits were added"),
    "buy_lot": _("credits were bought"),
    "adjust": _("the studio adjusted the credits"),
    "transfer": _("credits were moved between teams"),
    "lend": _("credits were lent to another team"),
    "schedule_transfer": _("credits will be moved between teams"),
    "cancel_order": _("a movement of credits was called off"),
    "set_borrowing": _("the rules for borrowing credits changed"),
    "set_lending_limits": _("the rules for borrowing credits changed"),
    "set_give_back_order": _("the order of giving credits back changed"),
    "subscribe": _("the subscription began"),
    "change_plan": _("the subscription's plan changed"),
    "pause": _("the subscription is paused"),
    "take_back_notice": _("the subscription goes on"),
    "give_notice": _("the subscription ends"),
    "end_account": _("the account ends"),
    "resume": _("a parked project is to go on"),
    "reopen": _("a finalized project is to be opened again"),
    "rest": _("a project does not go on for now"),
    "agree_amendment": _("the scope of a project is to grow"),
    "withdraw_amendment": _("a change of scope was taken back"),
    "import_studio": _("the studio moved in"),
    "change_account": _("the time zone or the country changed"),
    "change_organization": _("the time zone or the country changed"),
    "measured": _("the studio's usual times were measured anew"),
}
"""What happened to the credits or the order of a queue, whatever projects stand in it."""

SOMETHING = _("credits or their order in the queue changed")
SOMETHING_OF_IT = _("something about {project} changed")

OTHERS = frozenset({ANOTHER_PROJECT, ANOTHER_SAMPLE})
"""What stands in for the name of what one may not see."""

CAUSES = frozenset(
    {
        *OF_STATUS.values(), *OF_PROJECT.values(), *OF_SAMPLE.values(), *OF_QUEUE.values(),
        SOMETHING, SOMETHING_OF_IT,
    }
)  # fmt: skip
"""All sentences of which reasons are made."""
