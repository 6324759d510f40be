"""Where a project stands, in sentences: who has the next step, until when, what comes back."""

from __future__ import annotations

from datetime import date

from callsheet.catalogue.models import Stage, studio_rules
from callsheet.insight.calendars import Calendars
from callsheet.insight.project_facts import ProjectFacts
from callsheet.kit import clock
from callsheet.projects.clocks import Dial, steps
from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.projects.models import ClockKind
from callsheet.web.templatetags.said import say_day, say_days

_WAITS_FOR = {"studio": "the studio", "customer": "the customer", "carrier": "the carrier"}


def say_credits(credits: int) -> str:
    """``20 credits``, ``1 credit``."""
    return f"{credits:,} credit{'' if credits == 1 else 's'}"


def say_project(
    facts: ProjectFacts, today: date, *, studio: bool = False, answers: bool = True
) -> str:
    """Where the project stands, as a colleague would say it to the customer (or to the studio).

    ``answers`` says whether the reader may answer for the customer; to others the owner is named.
    """
    said = [_stands(facts, today, studio=studio, answers=answers)]
    by_itself = _by_itself(facts, today)
    if by_itself:
        said.append(by_itself)
    project = facts.project
    if project.promised_on and project.status not in (
        Status.DELIVERED, Status.FINALIZED, Status.CANCELED,
    ):  # fmt: skip
        said.append(f"Delivery is promised for {say_day(project.promised_on, today)}.")
    if facts.held and project.returns_p50 and facts.status in HOLDING:
        first = max(project.returns_p50, today)
        last = max(project.returns_p80 or first, first)
        said.append(
            f"Its {say_credits(facts.held)} are expected back {say_days(first, last, today)}."
        )
    return " ".join(said)


def _stands(facts: ProjectFacts, today: date, *, studio: bool, answers: bool) -> str:
    project = facts.project
    you, yours = "you", "yours"
    if studio or not answers:
        you = str(project.owner) if project.owner else "the customer"
        yours = f"{you}'s"
    us = "you" if studio else "the studio"
    reader = f"{facts.manager} of the studio" if facts.manager and not studio else us
    if project.resuming_since is not None:
        return f"It goes on as soon as {say_credits(project.asks)} are free.{_start(facts, today)}"
    match facts.status:
        case Status.DRAFT:
            return "This is a draft."
        case Status.PENDING_APPROVAL:
            return "The brief waits for a colleague's approval before it is submitted."
        case Status.QUEUED:
            return f"It waits for {say_credits(project.asks)}.{_start(facts, today)}"
        case Status.PENDING_REVIEW:
            until = _due(facts, ClockKind.REVIEW, today)
            if studio:
                return f"The brief waits for your review{until}."
            return f"{cap(reader)} reads the brief{until}."
        case Status.CLARIFICATION_REQUESTED:
            return f"The studio asked a question; the next step is {yours}."
        case Status.IN_PROGRESS:
            return _stage(facts, today)
        case Status.INITIAL_DELIVERY:
            return f"Part of it is delivered and waits for {you}; the rest is in production."
        case Status.DELIVERED:
            if facts.missing:
                names = " and ".join(facts.missing)
                have = "has" if len(facts.missing) == 1 else "have"
                return f"Everything is delivered. It is finalized once {names} {have} approved it."
            return f"Everything is delivered; the next step is {yours}."
        case Status.UNDER_REVISION:
            return f"{cap(us)} work{'' if studio else 's'} on the changes."
        case Status.PARKED:
            return (
                "It is parked: it holds no credits and rests until somebody lets it go on."
                if not facts.held
                else "It is parked and rests until somebody lets it go on."
            )
        case Status.FINALIZED:
            return f"It was finalized{_ended(facts, today)}."
        case Status.CANCELED:
            return f"It was canceled{_ended(facts, today)}."


def _start(facts: ProjectFacts, today: date) -> str:
    if facts.starts is None:
        return ""
    first, last = (max(day, today) for day in facts.starts)
    return f" It is expected to start {say_days(first, last, today)}."


def _stage(facts: ProjectFacts, today: date) -> str:
    if not facts.stage:
        return "It is in production."
    name = Stage(facts.stage).label.lower()
    until = f", until about {say_day(facts.stage_until, today)}" if facts.stage_until else ""
    if facts.waiting_for == "studio":
        return f"It is in production: {name}{until}."
    return f"It is in production: {name}, waiting for {_WAITS_FOR[facts.waiting_for]}{until}."


def _due(facts: ProjectFacts, kind: ClockKind, today: date) -> str:
    running = facts.clocks.get(kind)
    if running is None:
        return ""
    day = running.due_at.astimezone(clock.zone(facts.project.account.time_zone)).date()
    return f", by {say_day(max(day, today), today)}"


def _ended(facts: ProjectFacts, today: date) -> str:
    project = facts.project
    if project.ended_at is None:
        return ""
    day = project.ended_at.astimezone(clock.zone(project.account.time_zone)).date()
    said = f" on {say_day(day, today)}"
    if project.ended_by_clock:
        said += " by itself, because nobody answered"
        if project.reopen_until and project.reopen_until > clock.now():
            last = project.reopen_until.astimezone(clock.zone(project.account.time_zone)).date()
            said += f"; it can be opened again until {say_day(last, today)}"
    return said


_HAPPENS = {
    ClockKind.FINALIZE: "If nobody answers, it is finalized by itself on {day}.",
    ClockKind.FIRST_DELIVERY: "If nobody answers, its masters count as approved on {day}.",
    ClockKind.CLARIFICATION: "If nobody answers, it is parked on {day}.",
}


def _by_itself(facts: ProjectFacts, today: date) -> str:
    for kind, sentence in _HAPPENS.items():
        running = facts.clocks.get(kind)
        if running is None:
            continue
        if facts.talks and kind is not ClockKind.CLARIFICATION:
            return "Nothing happens by itself while a comment stands open."
        project, rules = facts.project, studio_rules()
        calendar = Calendars().of(project.account)
        dial = Dial(rules, calendar, project.account.time_zone, running.put_off_days)
        last = len(steps(kind, rules)) - 1
        acts = max(running.due_at, dial.due_at(kind, last, running.since))
        day = acts.astimezone(clock.zone(project.account.time_zone)).date()
        return sentence.format(day=say_day(max(day, today), today))
    return ""


def cap(words: str) -> str:
    """With a capital letter at the beginning."""
    return words[:1].upper() + words[1:]
