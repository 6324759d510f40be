"""What an action would do to a project, said before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from callsheet.catalogue.models import studio_rules
from callsheet.insight.calendars import Calendars
from callsheet.insight.project_actions import Act
from callsheet.insight.project_facts import ProjectFacts
from callsheet.projects.models import StopRequest
from callsheet.web.project_words import cap, say_credits
from callsheet.web.templatetags.said import say_day


def say_names(names: Sequence[str], most: int = 3) -> str:
    """``“A”, “B” and 2 more``."""
    quoted = [f"“{name}”" for name in names[:most]]
    more = len(names) - len(quoted)
    if more:
        return f"{', '.join(quoted)} and {more} more"
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]


def consequence(
    act: Act, facts: ProjectFacts, today: date, *, starts: Sequence[str] | None = None,
    approved: int = 0,
) -> str:  # fmt: skip
    """What an action would do, said before it is done; empty where nothing is to be said.

    ``starts`` are the projects that would start by it where that is known exactly, ``approved``
    the credits that an approval gives back.
    """
    project = facts.project
    held, rules = facts.held, studio_rules()
    back = f"gives back {say_credits(held)}" if held else ""
    if held and facts.consumes:
        back = f"uses up {say_credits(held)}"
    begins = f"; {say_names(starts)} start{'s' if len(starts) == 1 else ''} now" if starts else ""
    match act:
        case Act.FINALIZE:
            return (
                f"{cap(back)}{begins}. What is delivered counts as approved, for good."
                if (back)
                else "Nothing more is held for it. What is delivered counts as approved, for good."
            )
        case Act.APPROVE:
            said = "An approval is for good: what should be different later is new scope."
            if approved:
                does = "uses up" if facts.consumes else "gives back"
                said += f" Approving all of this completes concepts and {does}"
                said += f" {say_credits(approved)}."
            return said
        case Act.REVISE:
            return "The project goes back to the studio; its credits stay held until it is done."
        case Act.GIVE_APPROVAL:
            left = len(facts.missing) - 1
            return (
                "After that the project can be finalized."
                if left <= 0
                else f"{left} more approval{'s are' if left > 1 else ' is'} needed to finalize it."
            )
        case Act.TAKE_APPROVAL_BACK:
            return "The project cannot be finalized by hand until it is approved again."
        case Act.EXTEND:
            days = rules.finalize_extension_days
            return f"It is finalized by itself {days} calendar days later. Possible once."
        case Act.REOPEN:
            if facts.consumes:
                return f"Its {say_credits(project.asks)} are held again, as if it had not ended."
            return (
                f"It needs {say_credits(project.asks)} again and waits ahead of the queue until"
                " they are free."
            )
        case Act.RESUME:
            if held or not project.asks:
                return "It goes on at once where it was."
            return (
                f"It asks for {say_credits(project.asks)}, at the place in the queue that it had,"
                " and goes on where it was as soon as they are free."
            )
        case Act.REST:
            return "It leaves the queue and rests as before."
        case Act.WITHDRAW:
            kept = Calendars().of(project.account).add(today, rules.rank_kept_days)
            does = f"{cap(back)}{begins}. " if back and not facts.consumes else ""
            return (
                f"{does}The brief is a draft again and keeps its place in the queue until"
                f" {say_day(kept, today)}."
            )
        case Act.CLARIFY:
            return "The brief goes back to the studio, which reads on."
        case Act.ASK_PARK:
            gives = f" Parking it {back}." if back and not facts.consumes else ""
            return f"Production goes on until the studio has decided.{gives}"
        case Act.ASK_CANCEL:
            if facts.consumes and held:
                return (
                    "Production goes on until the studio has decided. What was bought for it may be"
                    f" used up, at most {say_credits(held)}; the studio says how much."
                )
            gives = f" Canceling it {back}." if back else ""
            return (
                f"Production goes on until the studio has decided.{gives} It cannot be taken back."
            )
        case Act.TAKE_BACK_WISH:
            return "The project simply goes on."
        case Act.ADD_VARIATIONS:
            return "Variations are complimentary: 0 credits."
        case Act.APPROVE_BRIEF:
            return f"It is submitted and asks for {say_credits(project.credits)}."
        case Act.REFUSE_BRIEF | Act.TAKE_BACK:
            return "It is a draft again."
        case Act.AGREE | Act.DECLINE | Act.WITHDRAW_CHANGE:
            return _of_change(act, facts)
        case Act.PROPOSE_CHANGE:
            return "Nothing changes until the other side agrees; production goes on meanwhile."
        case Act.CHANGE_DATES:
            return "The studio sees the change in the timeline. Credits and queue stay as they are."
        case Act.ACCEPT:
            return f"Production begins; {say_credits(held)} stay held until the project ends."
        case Act.ASK_CUSTOMER:
            days = rules.clarification_park_days
            return f"The customer is asked, and reminded; after {days} working days it is parked."
        case Act.RETURN:
            does = f"{cap(back)}{begins}. " if back and not facts.consumes else ""
            return f"{does}The brief is a draft again, and its writers read your reason."
        case Act.PARK:
            if facts.consumes:
                return f"Its {say_credits(held)} stay held. It can go on at any time."
            return f"{cap(back)}{begins}. It goes on later through the queue." if back else ""
        case Act.CANCEL:
            return _of_cancel(facts, begins)
        case Act.GRANT_WISH:
            wish = facts.wish.wish if facts.wish else ""
            word = "canceled" if wish == StopRequest.Wish.CANCEL else "parked"
            gives = f" That {back}{begins}." if back and not facts.consumes else ""
            return f"The project is {word} at once.{gives}"
        case Act.REFUSE_WISH:
            return "The project goes on, and the customer reads why."
        case Act.DELIVER:
            return "The customer is told and sees the files. Locked variations come later."
        case Act.ADD_FILE:
            return "The customer sees the file when its deliverable is delivered."
        case Act.ENTER_STAGE | Act.CHANGE_PROMISE:
            return "The customer sees it in the timeline; the expected return follows."
        case Act.ARRANGE_PEOPLE:
            return (
                "Reviewers may approve and ask for changes; without a required approver's word"
                " the project is not finalized by hand."
            )
        case _:
            return ""


def _of_cancel(facts: ProjectFacts, begins: str) -> str:
    if not facts.held:
        return "It stops for good. It holds no credits."
    if facts.consumes and facts.project.accepted_at is not None:
        return f"It stops for good and uses up what you say of its {say_credits(facts.held)}."
    return f"It stops for good and gives back {say_credits(facts.held)}{begins}."


def _of_change(act: Act, facts: ProjectFacts) -> str:
    if facts.change is None:
        return ""
    if act is not Act.AGREE:
        return "The scope stays as it was."
    credits = facts.change.credits_change
    if credits > 0:
        return (
            f"The project costs {say_credits(credits)} more. They are held now if they are free,"
            " else they wait ahead of the queue while production goes on."
        )
    if credits < 0:
        return f"Gives back {say_credits(-credits)} at once."
    return "It costs nothing; the new scope counts at once."
