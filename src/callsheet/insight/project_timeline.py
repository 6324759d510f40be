"""What happened to a project, event by event, in words; and how long who was waited for. Reads
only: four queries, however much happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from callsheet.catalogue.models import Stage
from callsheet.insight.project_dates import Stay, Told, read_stays, read_told
from callsheet.insight.wording import say_credits, say_day, say_days
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.projects.models import Project

MOST_EVENTS = 500
"""The latest ones are shown; a project has a few dozen."""

WORDS: Mapping[str, str] = {
    "written": "{actor} wrote the brief",
    "brief_written": "{actor} wrote the brief from the content calendar",
    "created": "{actor} began the brief",
    "entry_followed": "{actor} brought the brief in line with the content calendar",
    "draft_stale": "The draft needs another look: something in it is out of date",
    "ask_approval": "{actor} asked a colleague to approve the brief",
    "refuse_approval": "{actor} did not approve the brief: it is a draft again",
    "take_back": "{actor} took the brief back before it was approved",
    "approval_asked": "{actor} asked a colleague to approve the brief",
    "approval_refused": "{actor} did not approve the brief: it is a draft again",
    "submit": "{actor} submitted the brief{credits}",
    "start": "The credits were held and the studio began to read{credits}",
    "started": "The credits were held and the studio began to read{credits}",
    "withdraw": "{actor} withdrew the brief{released}",
    "return": "{actor} gave the brief back to its writers{released}",
    "request_clarification": "{actor} asked a question",
    "clarify": "{actor} answered the question",
    "accept": "{actor} accepted the brief into production{promise}",
    "promise_changed": "{actor} changed the promised day{promise}",
    "stage_entered": "{stage}",
    "asset_added": "{actor} added {files}",
    "deliver_some": "{actor} delivered {deliverables}",
    "delivered_some": "{actor} delivered {deliverables}",
    "delivered": "{actor} delivered {deliverables}; now everything is delivered",
    "deliver": "{actor} delivered {deliverables}; now everything is delivered",
    "change_requested": "{actor} asked for a change, round {round}",
    "revise": "The project went back to the studio for changes",
    "changes_requested": "{actor} asked for changes to {deliverables}",
    "deliverables_approved": "{actor} approved {deliverables}{released}",
    "masters_approved_by_clock": "Nobody answered: {deliverables} count as approved",
    "concepts_approved": "A concept was approved, because all that is left of it is{credits}",
    "approval_given": "{actor} gave the approval that the project needs",
    "approval_taken_back": "{actor} took the approval back",
    "finalize": "{finalized}",
    "finalized_by_clock": "Nobody answered in time, so it was finalized by itself",
    "finalizing_put_off": "{actor} took more time to look at it{to_day}",
    "reopen": "{actor} opened it again",
    "reopened": "Its credits were held and it was opened again{credits}",
    "reopen_asked": "{actor} wants it opened again{credits}",
    "cancel": "{actor} canceled it{released}",
    "park": "{parked}",
    "clarification_parked": "Nobody answered the question, so it was parked",
    "resume_asked": "{actor} wants it to go on{credits}",
    "resume_withdrawn": "{actor} took back the wish that it goes on",
    "resume": "It went on where it was",
    "resumed": "Its credits were held and it went on where it was{credits}",
    "stop_requested": "{actor} asked the studio to {wish} it",
    "stop_request_withdrawn": "{actor} took back the wish to {wish} it",
    "stop_request_decided": "{actor} {decided} the wish to {wish} it",
    "stop_request_closed": "The wish to stop it was overtaken by its end",
    "amendment_proposed": "{actor} proposed another scope{change}",
    "amendment_agreed": "{actor} agreed to the new scope{change}",
    "amendment_declined": "{actor} declined the new scope",
    "amendment_withdrawn": "{actor} took the proposal of another scope back",
    "amendment_applied": "The new scope counts from now on{change}",
    "variations_added": "{actor} ordered complimentary variations",
    "dates_changed": "{actor} changed {fields}",
    "dates_moved": "{actor} moved its dates with the campaign's",
    "not_before_set": "{actor} changed the day before which it does not start",
    "predecessors_set": "{actor} changed what it waits for",
    "predecessor_canceled": "A project that it waited for was canceled",
    "cost_labels_changed": "{actor} changed cost centre or purchase order",
    "owner_changed": "{actor} made {name} its owner",
    "reviewer_added": "{actor} made {name} a reviewer",
    "reviewer_removed": "{name} is no reviewer any more",
    "approver_added": "{actor} made {name} a required approver",
    "approver_removed": "{name} is no required approver any more",
    "guest_invited": "{actor} invited a guest to review it",
    "guest_revoked": "{actor} took a guest's link back",
    "guest_review_handed_in": "{actor} handed in a guest's review",
    "comment_added": "{actor} commented",
    "comment_edited": "{actor} put a comment right",
    "comment_resolved": "{actor} resolved a comment",
    "comment_reopened": "{actor} opened a comment again",
    "sample_created": "{actor} announced a product sample",
    "sample_expected": "{actor} said when the product sample is expected",
    "sample_shipped": "{actor} sent the product sample",
    "sample_received": "The product sample arrived",
    "sample_returned": "The product sample went back",
    "sample_lost": "The product sample is lost",
    "sample_removed": "{actor} took a product sample away",
    "sample_expected_passed": "The sample was expected by now",
    "review_escalated": "The review took longer than promised; the deputy was asked, too",
    "clarification_reminder": "Reminder: the question waits for an answer{deadline}",
    "first_delivery_reminder": "Reminder: the first delivery waits for an answer{deadline}",
    "finalize_reminder": "Reminder: the delivery waits for an answer{deadline}",
    "parked_reminder": "Reminder: it is parked and waits for a decision",
    "production_overdue": "The delivery is overdue; the studio was reminded",
    "approval_reminder": "Reminder: the brief waits for a colleague's approval",
    "stop_request_reminder": "Reminder: the wish to stop waits for the studio",
    "amendment_reminder": "Reminder: the proposed scope waits for an answer",
    "expected_start_changed": "It is now expected to start {range}{because}",
    "expected_finish_changed": "Its credits are now expected back {range}{because}",
    "imported": "It was brought over from before",
}
"""What is said of each kind of event."""

SMALL = frozenset(
    {
        "comment_added", "comment_edited", "comment_resolved", "comment_reopened", "asset_added",
        "expected_start_changed", "expected_finish_changed",
        *(kind for kind in WORDS if kind.endswith("reminder")),
    }
)  # fmt: skip
"""What is told more quietly."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the timeline, in words. ``note`` is what somebody gave as a reason."""

    at: datetime
    words: str
    note: str | None
    small: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened, the latest first; where the time went; what was told of dates."""

    happenings: tuple[Happening, ...]
    stays: tuple[Stay, ...]
    told: tuple[Told, ...]


def read_timeline(project: Project) -> Timeline:
    """The timeline of that project (with its account). Permission is for the caller to check."""
    zone = clock.zone(project.account.time_zone)
    today = clock.today(project.account.time_zone)
    events = list(
        Event.objects.filter(subject_type="project", subject_id=project.pk)
        .select_related("note")
        .order_by("-pk")[:MOST_EVENTS]
    )
    events = list(_told_once(events))
    return Timeline(
        happenings=tuple(
            Happening(
                at=event.at.astimezone(zone),
                words=say(event.kind, event.actor_name, event.data, today),
                note=event.note.text if event.note else None,
                small=event.kind in SMALL,
            )
            for event in events
        ),
        stays=read_stays(project),
        told=read_told(project),
    )


def _told_once(events: list[Event]) -> Iterator[Event]:
    """Without what would only be said again: a draft is saved again and again, and files come by
    the dozen. ``events`` are the latest first; so are those that are left.
    """
    first_writing = next((e.pk for e in reversed(events) if e.kind == "written"), 0)
    for (kind, _actor), run in groupby(events, key=lambda e: (e.kind, e.actor)):
        together = [e for e in run if e.kind != "written" or e.pk == first_writing]
        if kind == "asset_added" and len(together) > 1:
            together[0].data = {"files": len(together)}
            together = together[:1]
        yield from together


def say(kind: str, actor: str, data: Mapping[str, Any], today: date) -> str:
    """An event in words; of a kind that nobody knows any more, its name."""
    template = WORDS.get(kind)
    if template is None:
        return f"{actor}: {kind.replace('_', ' ')}"
    return template.format_map(_Fills(actor, data, today))


class _Fills(dict[str, str]):
    """Fills the places of a sentence, working out only those that it has."""

    def __init__(self, actor: str, data: Mapping[str, Any], today: date) -> None:
        super().__init__(actor=actor)
        self.data, self.today = data, today

    def __missing__(self, name: str) -> str:
        made = getattr(self, f"_{name}", None)
        return str(made()) if made else str(self.data.get(name, ""))

    def _number(self, name: str) -> int:
        value = self.data.get(name)
        return value if isinstance(value, int) else 0

    def _credits(self) -> str:
        credits = self._number("credits")
        return f": {say_credits(credits)}" if credits else ""

    def _released(self) -> str:
        released, consumed = self._number("released"), self._number("consumed")
        if consumed:
            return f": {say_credits(consumed)} used up"
        return f": {say_credits(released)} came back" if released else ""

    def _finalized(self) -> str:
        who = "It was finalized by itself" if self.data.get("by_clock") else "{actor} finalized it"
        return who.format(actor=self["actor"]) + self._released()

    def _parked(self) -> str:
        who = "It was parked by itself" if self.data.get("by_clock") else "{actor} parked it"
        return who.format(actor=self["actor"]) + self._released()

    def _day(self, name: str) -> str:
        value = self.data.get(name)
        return say_day(date.fromisoformat(value[:10]), self.today) if value else ""

    def _promise(self) -> str:
        day = self._day("promised_on")
        return f", promised for {day}" if day else ", without a promised day"

    def _to_day(self) -> str:
        day = self._day("to")
        return f": it is finalized by itself on {day} instead" if day else ""

    def _deadline(self) -> str:
        day = self._day("deadline")
        return f", until {day}" if day else ""

    def _stage(self) -> str:
        stage = self.data.get("to") or ""
        label = Stage(stage).label if stage in Stage.values else stage
        waits = {"customer": ", waiting for the customer", "carrier": ", waiting for the carrier"}
        until = self._day("expected_until")
        said = f"{label}{waits.get(self.data.get('waiting_for', ''), '')}"
        return f"{said}, until about {until}" if until else said

    def _files(self) -> str:
        if files := self._number("files"):
            return f"{files} files"
        number = self._number("number")
        version = f", version {number}" if number > 1 else ""
        return f"the file “{self.data.get('name', '')}”{version}"

    def _deliverables(self) -> str:
        number = len(self.data.get("deliverables") or ())
        if not number:
            return "what is finished"
        return "one deliverable" if number == 1 else f"{number} deliverables"

    def _decided(self) -> str:
        return "agreed to" if self.data.get("granted") else "declined"

    def _change(self) -> str:
        change = self.data.get("change", self.data.get("credits"))
        if not isinstance(change, int) or not change:
            return ""
        return f": {say_credits(abs(change))} {'more' if change > 0 else 'less'}"

    def _fields(self) -> str:
        names = {
            "wanted_by": "the wanted-by day", "publish_on": "the publish day",
            "campaign": "the campaign", "priority": "the priority",
        }  # fmt: skip
        after = self.data.get("after") or {}
        said = []
        for name in after:
            value = after[name]
            day = name in ("wanted_by", "publish_on") and value
            to = f" to {say_day(date.fromisoformat(value[:10]), self.today)}" if day else ""
            said.append(names.get(name, name) + to)
        return " and ".join(said) or "its dates"

    def _range(self) -> str:
        days = self.data.get("to") or ()
        if not isinstance(days, list) or len(days) != 2 or not all(days):
            return "on a day that nobody knows yet"
        first, last = (date.fromisoformat(str(day)[:10]) for day in days)
        return say_days(first, last, self.today)

    def _because(self) -> str:
        reason = self.data.get("reason")
        return f", because {reason}" if reason else ""
