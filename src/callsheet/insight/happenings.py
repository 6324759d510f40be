"""What an event of a project says in a sentence, for lists of what happened."""

from __future__ import annotations

from datetime import date

from callsheet.catalogue.models import Stage
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.notifications.rules import RULES
from callsheet.notifications.words import Facts, compose

_TO_ALL = {
    "owner_changed": "“{project}” has another owner",
    "ask_approval": "{actor} asks for an approval of “{project}” before it is submitted",
    "approval_asked": "{actor} asks for an approval of “{project}” before it is submitted",
    "draft_stale": "The draft “{project}” needs a look: it no longer fits",
    "review_escalated": "“{project}” still waits for the studio's review",
    "production_overdue": "“{project}” takes longer than expected",
    "stop_request_reminder": "The request to stop “{project}” still waits for the studio",
    "stage_entered": "“{project}” is in {stage}",
    "sample_created": "{actor} noted a product sample for “{project}”",
    "sample_expected": "The product sample for “{project}” is expected on another day",
    "sample_shipped": "The product sample for “{project}” is on its way",
    "sample_received": "The product sample for “{project}” is at the studio",
    "sample_returned": "The product sample for “{project}” went back",
    "sample_removed": "“{project}” waits for a product sample less",
}
"""What is said to everybody in an account where nobody is notified, or where a notification speaks
to one person or to the studio.
"""


def say_event(event: Event, project: str, account: str, zone: str, today: date) -> str:
    """The event in words, as a notification to customers says it."""
    said = _TO_ALL.get(event.kind)
    if said is not None:
        stage = str(event.data.get("to") or "")
        label = Stage(stage).label.lower() if stage in Stage.values else stage.replace("_", " ")
        return said.format(actor=event.actor_name, project=project, stage=label)
    rule = RULES.get(event.kind)
    if rule is None or rule.customer is None:
        return f"“{project}”: {event.kind.replace('_', ' ')}"
    facts = Facts(
        kind=event.kind, today=today, zone=clock.zone(zone), actor=event.actor_name,
        project=project, account=account, data=event.data,
    )  # fmt: skip
    return compose(facts, rule.customer, None).headline
