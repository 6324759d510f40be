"""How an account stands, in sentences as a colleague would say them."""

from __future__ import annotations

from callsheet.insight.morning import STOCK_DAYS, Morning, Stock
from callsheet.insight.wording import say_credits, say_number
from callsheet.tenants.models import AccountStatus
from callsheet.web.templatetags.said import say_day


def say_morning(morning: Morning) -> str:
    """How things stand: what is in production, what waits, what comes back, and whatever of the
    account itself stands in the way.
    """
    if morning.status == AccountStatus.ENDED:
        ended = f" {say_day(morning.ends_on, morning.today)}" if morning.ends_on else ""
        return (
            f"This account ended{ended}. What was made here can still be looked at; nothing new"
            " starts."
        )
    said = [_credits(morning)]
    waiting = len(morning.waiting)
    if waiting == 1:
        said.append(f"“{morning.waiting[0].title}” waits in the queue.")
    elif waiting:
        said.append(f"{waiting} briefs wait in the queue.")
    if morning.paused_until is not None:
        until = say_day(morning.paused_until, morning.today)
        said.append(f"The subscription is paused; nothing new starts before {until}.")
    elif morning.next_back is not None:
        day, credits = morning.next_back
        come = "comes" if credits == 1 else "come"
        around = "today" if day == morning.today else f"around {say_day(day, morning.today)}"
        said.append(f"The next {credits} {come} back {around}.")
    if morning.ends_on is not None:
        end = say_day(morning.ends_on, morning.today)
        said.append(f"Notice is given: the credits end on {end}.")
    elif morning.status == AccountStatus.NOTICE:
        said.append("Notice is given.")
    return " ".join(said)


def _credits(morning: Morning) -> str:
    if morning.overdrawn:
        return (
            f"{morning.held} credits are in production with a capacity of {morning.capacity}:"
            f" overdrawn by {morning.overdrawn}, so that nothing starts until they are back."
        )
    if morning.capacity == 0 and not morning.held:
        return "There are no credits here yet."
    if morning.new:
        ready = say_number(morning.capacity, "credit is", "credits are")
        return f"{ready} ready for your first brief."
    return f"{morning.held} of {morning.capacity} credits are in production."


def say_stock(stock: Stock) -> str:
    """The drafts that are ready against the credits that come free; empty without either."""
    weeks = f"in the next {STOCK_DAYS // 7} weeks"
    free = stock.coming_free
    if not stock.ready:
        if not free:
            return ""
        come = say_number(free, "credit comes", "credits come")
        written = (
            f"none of your {say_number(stock.drafts, 'draft is', 'drafts is')} ready for them"
            if stock.drafts
            else "no draft is written for them"
        )
        return f"{come} free {weeks}, and {written}."
    ready = say_number(stock.ready, "draft is", "drafts are")
    said = f"{ready} ready, for {say_credits(stock.ready_credits)}; "
    if not free:
        return f"{said}what comes free {weeks} goes to the queue."
    said += f"{free} {'comes' if free == 1 else 'come'} free {weeks}"
    idle = free - stock.ready_credits
    return f"{said}, so that {idle} would lie idle." if idle > 0 else f"{said}."


def short_of_drafts(stock: Stock) -> bool:
    """Whether credits would lie idle for want of drafts that are ready."""
    return stock.coming_free > stock.ready_credits
