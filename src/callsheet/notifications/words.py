"""What a notification says, in the language that is active: made from plain facts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, Final

from django.utils import dateformat, formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from callsheet.notifications.expected import days_of
from callsheet.notifications.kinds import Say, Who
from callsheet.notifications.reasons import say_reason

_FAR: Final = 300


@dataclass(frozen=True, slots=True)
class Moved:
    """Credits that went from one wallet to another, or in and out of one."""

    kind: str
    credits: int
    source: str
    target: str
    gained: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the words of one notification are made from. ``zone`` is the account's."""

    kind: str
    today: date
    zone: tzinfo
    actor: str = ""
    project: str = ""
    account: str = ""
    organization: str = ""
    note: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    subject: str = ""
    moved: tuple[Moved, ...] = ()

    @property
    def place(self) -> str:
        """The account or the organization."""
        return self.account or self.organization


@dataclass(frozen=True, slots=True)
class Words:
    """A headline (one sentence), what explains it, a quoted note, what the button says, why."""

    headline: str
    lines: tuple[str, ...]
    note: str | None
    action: str
    why: str


def compose(facts: Facts, say: Say, why: Who | None, deputy_for: str = "") -> Words:
    """The words of a notification in the active language."""
    if facts.moved:
        headline, lines = _credits(facts)
    else:
        headline, lines = _(say.headline).format_map(_Fills(facts)), _lines(facts)
    return Words(headline, tuple(lines), facts.note, _(say.action), _why(facts, why, deputy_for))


def say_day(day: date, today: date) -> str:
    """Say "Thu 12 May", with the year where that would be in doubt."""
    # Translators: how a day is written, in the letters of Django's date filter: Thu 12 May
    near = pgettext("format of a day", "D j M")
    # Translators: the same with its year: Thu 12 May 2026
    far = pgettext("format of a day", "D j M Y")
    return dateformat.format(day, near if abs((day - today).days) < _FAR else far)


def say_range(days: tuple[date, date], today: date) -> str:
    """Say "between Thu 12 May and Tue 24 May", or "around" a single day."""
    first, last = days
    if first == last:
        return _("around {day}").format(day=say_day(first, today))
    return _("between {first} and {last}").format(
        first=say_day(first, today), last=say_day(last, today)
    )


def say_credits(credits: int) -> str:
    """Say "1 credit" or "20 credits"."""
    return ngettext("{n} credit", "{n} credits", credits).format(
        n=formats.number_format(credits, use_l10n=True, force_grouping=True)
    )


class _Fills(dict[str, str]):
    """Fills the places of a sentence, working out only those that it has."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.facts = facts

    def __missing__(self, name: str) -> str:
        return _FILLS[name](self.facts)


def _day(facts: Facts, *names: str) -> str:
    """The first of these facts as a day, or nothing."""
    for name in names:
        value = facts.data.get(name)
        if isinstance(value, str) and value:
            moment = datetime.fromisoformat(value)
            day = moment.astimezone(facts.zone).date() if moment.tzinfo else moment.date()
            return say_day(day, facts.today)
    return ""


def _credits_of(facts: Facts, name: str) -> str:
    credits = facts.data.get(name)
    return say_credits(credits) if isinstance(credits, int) and credits else ""


def _released(facts: Facts) -> str:
    credits = facts.data.get("released")
    if not isinstance(credits, int) or not credits:
        return ""
    said = ngettext(": {credits} is free again", ": {credits} are free again", credits)
    return said.format(credits=say_credits(credits))


def _promise(facts: Facts) -> str:
    day = _day(facts, "promised_on")
    return _(", promised for {day}").format(day=day) if day else ""


def _promised(facts: Facts) -> str:
    day = _day(facts, "to", "promised_on")
    return _("for {day}").format(day=day) if day else _("for no certain day")


def _range(facts: Facts) -> str:
    days = days_of(facts.data.get("to"))
    return say_range(days, facts.today) if days else _("at a day that nobody knows yet")


def _deadline(facts: Facts) -> str:
    day = _day(facts, "deadline")
    if not day:
        return ""
    said = {
        "finalize_reminder": _(" on {day}"),
        "clarification_reminder": _(": on {day} it is parked"),
        "first_delivery_reminder": _(": on {day} its masters count as approved"),
    }
    return said.get(facts.kind, _(": it is needed by {day}")).format(day=day)


def _change(facts: Facts) -> str:
    change = facts.data.get("change", facts.data.get("credits"))
    if not isinstance(change, int):
        return ""
    if change == 0:
        return _(", at no cost")
    more = _(": {credits} more") if change > 0 else _(": {credits} less")
    return more.format(credits=say_credits(abs(change)))


def _expires(facts: Facts) -> str:
    day = _day(facts, "expires_at", "expires_on")
    return _("; it expires on {day}").format(day=day) if day else ""


def _expected(facts: Facts) -> str:
    day = _day(facts, "expected_on", "expected")
    return _(": it was expected on {day}").format(day=day) if day else ""


def _until(facts: Facts) -> str:
    day = _day(facts, "expected_until")
    return _(", expected by {day}").format(day=day) if day else ""


def _period(facts: Facts) -> str:
    first, last = _day(facts, "from"), _day(facts, "to")
    return _(" from {first} to {last}").format(first=first, last=last) if first and last else ""


def _decided(facts: Facts) -> str:
    granted = facts.data.get("granted", facts.data.get("agreed"))
    return (
        pgettext("the studio … the request", "granted")
        if granted
        else pgettext("the studio … the request", "declined")
    )


def _role(facts: Facts) -> str:
    words = {"admin": _("an admin"), "member": _("a member"), "viewer": _("a viewer")}
    return words.get(facts.data.get("role") or facts.data.get("after") or "", "")


_FILLS: Final[dict[str, Callable[[Facts], str]]] = {
    "actor": lambda facts: facts.actor,
    "project": lambda facts: facts.project,
    "account": lambda facts: facts.account,
    "place": lambda facts: facts.place,
    "credits": lambda facts: _credits_of(facts, "credits"),
    "released": _released,
    "promise": _promise,
    "promised": _promised,
    "range": _range,
    "deadline": _deadline,
    "change": _change,
    "expires": _expires,
    "expected": _expected,
    "period": _period,
    "decided": _decided,
    "role": _role,
    "manager": lambda facts: str(facts.data.get("manager_name", "")),
    "absent": lambda facts: facts.subject,
    "subject": lambda facts: facts.subject,
    "member": lambda facts: str(facts.data.get("name", "")),
    "until": _until,
    "day": lambda facts: _day(facts, "to", "on") or _("no certain day"),
    "email": lambda facts: str(facts.data.get("email", "")),
}
FILLS = frozenset(_FILLS)
"""The names that a sentence may have places for."""


def _lines(facts: Facts) -> list[str]:
    lines = []
    if facts.kind in ("expected_start_changed", "expected_finish_changed"):
        before = days_of(facts.data.get("from"))
        if before:
            lines.append(_("Before, it was {range}.").format(range=say_range(before, facts.today)))
        if facts.data.get("reason"):
            reason = say_reason(str(facts.data["reason"]))
            lines.append(_("The reason: {reason}").format(reason=reason))
    return lines


def _credits(facts: Facts) -> tuple[str, list[str]]:
    """The headline of transfers, and (of several) a line for each."""
    sentences = [_moved(moved) for moved in facts.moved]
    if len(sentences) == 1:
        return sentences[0], []
    return _("Credits of {place} changed").format(place=facts.place), [s + "." for s in sentences]


def _moved(moved: Moved) -> str:
    fills = {"credits": say_credits(moved.credits), "a": moved.source, "b": moved.target}
    if moved.kind == "expire":
        text = ngettext(
            "{credits} of {a} has expired", "{credits} of {a} have expired", moved.credits
        )
    elif moved.source == moved.target:
        text = _("{a} has {credits} more") if moved.gained else _("{a} has {credits} less")
    else:
        text = ngettext(
            "{credits} went from {a} to {b}", "{credits} went from {a} to {b}", moved.credits
        )
    return text.format(**fills)


_REASONS: Mapping[Who | None, str] = {
    None: gettext_noop("you chose to hear of more than what concerns you"),
    Who.OWNER: gettext_noop("“{project}” is yours"),
    Who.REVIEWERS: gettext_noop("you review “{project}”"),
    Who.APPROVERS: gettext_noop("“{project}” needs your approval"),
    Who.ACCOUNT_ADMINS: gettext_noop("you are an admin of {account}"),
    Who.ORGANIZATION_ADMINS: gettext_noop("you are an admin of the organization"),
    Who.ASKED: gettext_noop("it is about you"),
    Who.MANAGER: gettext_noop("you look after {account}"),
    Who.MANAGERS_DEPUTY: gettext_noop("you are the deputy for {account}"),
    Who.WORKING: gettext_noop("you worked on “{project}”"),
    Who.PRODUCERS: gettext_noop("you produce for the studio"),
    Who.STUDIO_ADMINS: gettext_noop("you look after the studio"),
}
"""Why somebody is told; translated where it is said."""


def _why(facts: Facts, why: Who | None, deputy_for: str) -> str:
    """Why somebody gets this, as the end of "You get this because …"."""
    if deputy_for:
        return _("you stand in for {name}").format(name=deputy_for)
    sentence = _(_REASONS[why])
    return sentence.format(project=facts.project, account=facts.account)
