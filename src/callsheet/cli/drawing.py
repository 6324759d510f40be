"""Drawing in the terminal: the credit strip, a queue, a bridge. Readable without colour."""

from __future__ import annotations

from datetime import date

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.credits.models import Billing
from callsheet.insight.bridge import Bridge
from callsheet.insight.credit_strip import Tone, tone_of
from callsheet.insight.queue_view import Holder, QueueView, Receipt, WaitingBrief
from callsheet.insight.strip_text import SIGNS, letter, lines
from callsheet.insight.wording import say_credits, say_day, say_days, say_working_days
from callsheet.projects.lifecycle import Status

STYLES: dict[Tone, str] = {
    Tone.WAITING: "black on grey70",
    Tone.PRODUCTION: "bright_white on blue",
    Tone.NEEDS_YOU: "black on yellow",
    Tone.DONE: "black on green",
    Tone.FREE: "",
    Tone.RESERVED: "",
    Tone.OVERDRAWN: "bright_white on red",
}


def draw_strip(console: Console, view: QueueView) -> None:
    """The wallet in cells of five credits, with a legend of what each letter stands for."""
    for line in lines(view.strip()):
        console.print(Text.assemble(*((text, STYLES[tone]) for text, tone in line)))
    legend = Table.grid(padding=(0, 1))
    legend.add_column(no_wrap=True)
    legend.add_column(ratio=1)
    legend.add_column(justify="right", no_wrap=True)
    legend.add_column(no_wrap=True)
    legend.add_column()
    for place, holder in enumerate(view.holding):
        tone = tone_of(holder.status)
        legend.add_row(
            Text(f"{letter(place)} ", STYLES[tone]),
            Text(holder.title),
            str(holder.credits),
            _status(holder, tone),
            Text(_back(holder, view)),
        )
    console.print(legend)
    console.print(balance(view), highlight=False)


def _status(holder: Holder, tone: Tone) -> Text:
    said = Status(holder.status).label.lower()
    return Text(f"{said} (needs you)" if tone is Tone.NEEDS_YOU else said)


def _back(holder: Holder, view: QueueView) -> str:
    """When the credits are expected back; bought ones are used up, so there it is the end."""
    first, last = holder.returns_from, holder.returns_by
    if first is None:
        return ""
    if first < view.today:
        return f"was due {say_day(first, view.today)}"
    word = "ends" if view.billing == Billing.PAY_AS_YOU_GO else "back"
    return f"{word} {say_days(first, last or first, view.today)}"


def balance(view: QueueView) -> str:
    """What is in use and what is free, in a sentence."""
    said = f"{view.held} of {say_credits(view.capacity)} in production"
    if view.overdrawn:
        said += (
            f"; ┃ {say_credits(view.overdrawn)} overdrawn: nothing starts until they have come back"
        )
    else:
        said += f", {SIGNS[Tone.FREE]} {view.available} free"
    if view.reserved:
        said += f", {SIGNS[Tone.RESERVED]} {view.reserved} of them kept for the head of the queue"
    if view.lent:
        said += f"; {say_credits(view.lent)} lent to other teams"
    if view.borrowed:
        said += f"; {say_credits(view.borrowed)} borrowed from other teams"
    if view.due_back:
        said += f"; {say_credits(view.due_back)} due back elsewhere first"
    return f"{said}."


def draw_waiting(console: Console, view: QueueView) -> None:
    """The queue in its order, each brief with its reason and expected start."""
    if not view.waiting:
        console.print("Nobody waits.")
        return
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for brief in view.waiting:
        text = Text(brief.title, style="bold")
        size = say_credits(brief.credits)
        if brief.credits_ahead:
            size += f", {brief.credits_ahead} ahead of it"
        text.append(f"  {size}", style="not bold")
        text.append(f"\n{brief.sentence} {expected(brief, view.today)}", style="not bold")
        table.add_row(f"{brief.position}.", text)
    console.print(table)


def expected(brief: WaitingBrief, today: date) -> str:
    """When a brief is expected to start, in a sentence."""
    if brief.starts_from is None:
        return ""
    if brief.starts_by is None:
        said = f"Expected to start from {say_day(brief.starts_from, today)}, perhaps much later."
    else:
        said = f"Expected to start {say_days(brief.starts_from, brief.starts_by, today)}."
    if brief.reserved_for is not None:
        said += f" Its place is reserved for {say_day(brief.reserved_for, today)}."
    return said


def draw_queue(console: Console, view: QueueView) -> None:
    """An account's whole queue view."""
    console.print(Text(f"{view.name}, {say_day(view.today, view.today)}", style="bold"))
    console.print()
    draw_strip(console, view)
    console.print()
    _heading(console, "Waiting")
    draw_waiting(console, view)
    if view.lent_out:
        console.print()
        _heading(console, "Helping out other teams")
        for loan in view.lent_out:
            back = ""
            if loan.returns_from is not None and loan.returns_by is not None:
                back = f", back {say_days(loan.returns_from, loan.returns_by, view.today)}"
            console.print(
                Text(
                    f"{say_credits(loan.credits)} at {loan.account} since"
                    f" {say_day(loan.since, view.today)}{back}"
                )
            )
    if view.receipts:
        console.print()
        _heading(console, "Fairness receipts")
        for receipt in view.receipts:
            console.print(Text(receipt_sentence(receipt, view.today)))
    console.print()
    _heading(console, "How this queue is served")
    console.print(Text(view.policy_words))


def receipt_sentence(receipt: Receipt, today: date) -> str:
    """A fairness receipt in a sentence."""
    said = (
        f"{say_day(receipt.day, today)}: “{receipt.started}” ({say_credits(receipt.credits)}) went"
        f" ahead of “{receipt.overtaken}”, reserved for {say_day(receipt.reserved_for, today)}."
        f" Planned delay: {_delay(receipt.planned_delay)}; "
    )
    if receipt.realized_delay is None:
        return f"{said}it still waits."
    return f"{said}realized: {_delay(receipt.realized_delay)}."


def _delay(days: int) -> str:
    return "none" if days == 0 else say_working_days(days)


def draw_bridge(console: Console, one: Bridge) -> None:
    """From opening to closing balance, with the heads of the chain at both ends."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for column in ("times", "available", "held"):
        table.add_column(column, justify="right")
    table.add_row("Opening balance", "", str(one.opening.available), str(one.opening.held))
    for step in one.steps:
        table.add_row(
            f"  {step.title}", str(step.count), _signed(step.available), _signed(step.held)
        )
    table.add_row("Closing balance", "", str(one.closing.available), str(one.closing.held))
    console.print(table)
    for title, point in (("Opening head", one.opening), ("Closing head", one.closing)):
        console.print(Text(f"{title}, after {point.seq} movements:"))
        console.print(Text(f"  {point.head}"), soft_wrap=True)


def _signed(change: int) -> str:
    return f"{change:+d}" if change else ""


def _heading(console: Console, text: str) -> None:
    console.print(Text(text, style="bold"))
