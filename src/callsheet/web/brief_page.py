"""The brief editor as facts for its template: the form, what it costs, what is missing, when it
would start, and what may be done with it now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString

from callsheet.catalogue.models import deliverable_types, studio_rules
from callsheet.credits.models import Billing
from callsheet.insight.brief_alternatives import Measure
from callsheet.insight.brief_view import Draft, Weighed, weigh
from callsheet.insight.start_preview import Alternative, Foreseen, StartPreview, read_start
from callsheet.insight.wording import say_credits
from callsheet.journal.commands import new_key
from callsheet.kit import clock
from callsheet.projects.readiness import Item
from callsheet.services.colleagues import needs_colleague
from callsheet.tenants.models import AccountStatus
from callsheet.web.addresses import project_url
from callsheet.web.brief_fields import basics, concept_views, own_fields, target_of
from callsheet.web.brief_saving import Taken
from callsheet.web.frame import Frame
from callsheet.web.strip import customer_part, strip
from callsheet.web.templatetags.said import say_day, say_days


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the checklist: what is missing and where to go, or what is there."""

    said: str
    goes_to: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Instead:
    """An alternative in words: what it is, and what would become of it."""

    what: str
    said: str


def editor_facts(frame: Frame, draft: Draft | None, taken: Taken, key: str) -> dict[str, Any]:
    """All that the editor shows. ``key`` is the brief's in the address."""
    types = deliverable_types()
    consuming = frame.account.wallet.billing == Billing.PAY_AS_YOU_GO
    measure = Measure(types, studio_rules(), frame.today, consuming)
    weighed = weigh(taken.brief, types, measure.rules, frame.today, pay_as_you_go=consuming)
    preview = read_start(frame.account, draft, taken.brief, weighed.credits, measure)
    concepts = concept_views(taken.typed, taken.problems, types)
    asks = draft is not None and needs_colleague(frame.account, (draft.owner, frame.actor.user_id))
    ended = frame.account.status == AccountStatus.ENDED
    return {
        "nav": "brief",
        "key": key,
        "draft": draft,
        "taken": taken,
        "command_key": new_key(),
        "saved_at": draft.changed_at if taken.as_it_was and draft else clock.now(),
        "fields": basics(taken.typed, taken.problems, draft.brands if draft else ()),
        "own": own_fields(taken.typed, taken.problems),
        "concepts": concepts,
        "brands": draft.brands if draft else (),
        "weighed": weighed,
        "repriced": draft and taken.as_it_was and draft.credits != weighed.credits,
        "checks": checks(weighed),
        "missing": len(weighed.open_items),
        "preview": preview,
        "strip": strip_with(frame, preview, weighed.credits),
        "stands": say_stands(frame, preview, weighed.credits),
        "starts": say_start(preview, weighed, asks=asks),
        "instead": [say_alternative(preview, one) for one in preview.alternatives],
        "done": say_done(taken, preview, weighed),
        "asks": asks,
        "ended": ended,
        "may_submit": taken.saved and weighed.is_ready and not ended,
        "other_problems": [
            (said, target_of(name)) for name, said in taken.problems.items()
        ],
    }  # fmt: skip


def checks(weighed: Weighed) -> list[Check]:
    """The checklist without what only is a line while it is wrong."""
    shown = []
    for item in weighed.items:
        if item.ok and item.code not in _SHOWN_WHEN_DONE:
            continue
        shown.append(
            Check(_done(item) if item.ok else item.message, target_of(item.field), item.ok)
        )
    return shown


_SHOWN_WHEN_DONE = ("title_missing", "field_missing", "no_deliverables")


def _done(item: Item) -> str:
    if item.code == "title_missing":
        return "A title"
    if item.code == "no_deliverables":
        return "Deliverables"
    return item.field.removeprefix("fields.").replace("_", " ").capitalize()


def strip_with(frame: Frame, preview: StartPreview, credits: int) -> SafeString:
    """The account's credit strip with this brief hatched where it would lie."""
    wallet = frame.account.wallet
    parts = [
        customer_part(row.title, row.status, row.credits, project_url(frame.account.key, row.key))
        for row in preview.running
    ]
    fits = max(0, min(credits, wallet.available))
    return strip(parts, wallet.capacity, reserved=fits, width=300, height=16)


def say_stands(frame: Frame, preview: StartPreview, credits: int) -> str:
    """The brief's cost against what is free."""
    wallet = frame.account.wallet
    free = max(0, wallet.available)
    said = f"{free} of {say_credits(wallet.capacity)} {'is' if free == 1 else 'are'} free."
    if credits and credits <= free:
        return f"{said} Hatched: this brief."
    if credits and free:
        return f"{said} Hatched: what this brief would take of them."
    return said


def say_start(preview: StartPreview, weighed: Weighed, *, asks: bool) -> dict[str, str]:
    """The answer to "when would it start?": a headline, why, and what submitting does."""
    start = preview.start
    if not weighed.credits:
        return {"headline": "Add a deliverable to see when it would start.", "why": "", "does": ""}
    holds = f"{say_credits(start.credits)}"
    if start.now:
        headline = "Starts now"
        why = f"Its {holds} are free." if start.credits > 1 else "Its credit is free."
        does = f"Submitting holds {holds} now and hands the brief to the studio for review."
    else:
        headline = _when(start, preview.today, "Starts")
        why = start.why
        place = f"as number {start.position} in the queue" if start.position else "in the queue"
        does = f"Submitting puts it {place}; it holds nothing until it starts."
    if asks:
        does = f"A colleague approves it first; it cannot be changed meanwhile. Then: {does}"
    return {"headline": headline, "why": why, "does": does}


def _when(start: Foreseen, today: date, word: str) -> str:
    if start.now:
        return f"{word} now"
    if start.first is None:
        return "No date can be given" if word == "Starts" else "no date can be given"
    first = max(start.first, today)
    if start.last is None:
        return f"{word} after {say_day(first, today)}"
    return f"{word} around {say_days(first, max(first, start.last), today)}"


def say_alternative(preview: StartPreview, way: Alternative) -> Instead:
    """What would become of it another way."""
    today = preview.today
    if way.without:
        piece = way.pieces[0]
        if not way.earlier:
            return Instead(f"Without {way.without}", "it would start no earlier.")
        return Instead(
            f"Without {way.without}",
            f"{say_credits(piece.credits)}, {_when(piece, today, 'starts')}.",
        )
    said = "; ".join(
        f"“{piece.title}” ({say_credits(piece.credits)}) {_when(piece, today, 'starts')}"
        for piece in way.pieces
    )
    return Instead("Each concept as a brief of its own", f"{said}.")


def say_done(taken: Taken, preview: StartPreview, weighed: Weighed) -> tuple[str, bool]:
    """When the brief is expected to be done, and whether that is after the day it is wanted for."""
    start, today = preview.start, preview.today
    if not weighed.credits or start.done_first is None:
        return "", False
    wanted = taken.brief.wanted_by or taken.brief.publish_on
    last = start.done_last or start.done_first
    said = f"Done around {say_days(start.done_first, last, today)}"
    if wanted is None:
        return f"{said}.", False
    days = (start.done_first - wanted).days
    if days > 0:
        apart = f"{days} day{'' if days == 1 else 's'}"
        return f"{said}: {apart} after {say_day(wanted, today)}.", True
    if last > wanted:
        return f"{said}: perhaps after {say_day(wanted, today)}.", False
    return f"{said}, in time for {say_day(wanted, today)}.", False
