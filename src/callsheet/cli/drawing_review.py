"""A project's review in the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from callsheet.insight.review_view import CommentLine, DeliverableReview, Review
from callsheet.insight.wording import say_credits
from callsheet.projects.lifecycle import Status


def draw_review(console: Console, review: Review) -> None:
    """Concepts with their deliverables and files, then the talk."""
    console.print(Text(review.title, style="bold"))
    said = f"{Status(review.status).label}, {say_credits(review.credits)}"
    if review.released:
        said += f", {say_credits(review.released)} of them settled by approved concepts"
    console.print(Text(said))
    names = {
        line.deliverable: f"{line.quantity} {line.type}"
        for concept in review.concepts
        for line in concept.deliverables
    }
    for concept in review.concepts:
        approved = ", approved" if concept.approved_at else ""
        console.print()
        console.print(Text(f"{concept.title} ({say_credits(concept.credits)}{approved})"))
        for line in concept.deliverables:
            _draw_deliverable(console, line, names)
    if review.comments:
        console.print()
        _draw_comments(console, review.comments)
    for approver in review.approvers:
        done = f"approved on {approver.approved_at:%Y-%m-%d}" if approver.approved_at else "not yet"
        console.print(Text(f"Required approval of {approver.name}: {done}"))


def _draw_deliverable(console: Console, line: DeliverableReview, names: dict[int, str]) -> None:
    said = f"{line.deliverable:>6}  {names[line.deliverable]}: {line.state.replace('_', ' ')}"
    if line.placement:
        said += f", {line.placement}"
    if line.waits_for is not None:
        said += f", waits for the approval of {names[line.waits_for]} ({line.waits_for})"
    console.print(Text(said))
    for change in line.changes:
        console.print(
            Text(f"        round {change.round}, {change.by}: {change.text or '(erased)'}")
        )
    for asset in line.assets:
        latest = asset.latest
        console.print(
            Text(
                f"        file {latest.version}: {latest.file_name}, version {latest.number},"
                f" {say_size(latest.size)}"
            )
        )


def _draw_comments(console: Console, comments: Iterable[CommentLine], indent: str = "") -> None:
    for line in comments:
        where = f" on {line.asset}, version {line.number}" if line.number else ""
        if line.pin is not None:
            where += f" at {line.pin[0]:.2f},{line.pin[1]:.2f}"
        if line.second is not None:
            where += f" at second {line.second:g}"
        state = "" if indent or not line.resolved else " (resolved)"
        console.print(Text(f"{indent}{line.comment:>6}  {line.by}{where}{state}: {line.text}"))
        _draw_comments(console, line.answers, indent + "        ")


def say_size(size: int) -> str:
    """So many bytes, in words: 4.2 MB."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
