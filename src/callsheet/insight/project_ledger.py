"""The lines of the ledger that are a project's: what was held for it, what came back, what was used
up. Reads only: two queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from callsheet.credits.kinds import Bucket, Kind
from callsheet.credits.models import Transfer
from callsheet.journal.models import Event, Note
from callsheet.kit import clock
from callsheet.projects.models import Project

_BEGAN = frozenset({"submit", "start", "started", "resume", "resumed", "reopen", "reopened"})


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A movement of credits for the project. ``held`` is the change of what it holds,
    ``held_after`` what it held then; ``ref`` is the command's number by which a statement finds it.
    """

    at: datetime
    title: str
    credits: int
    held: int
    held_after: int
    by: str
    ref: str
    note: str | None


def read_ledger(project: Project) -> tuple[LedgerLine, ...]:
    """The project's lines, the oldest first. Permission is for the caller to check.

    A project has one hold at a time; earlier ones are told by the commands in which they began.
    """
    # Row by row: a join makes PostgreSQL read all notes where it expects many events.
    texts = Note.objects.filter(pk=OuterRef("note")).values("text")
    events = (
        Event.objects.filter(subject_type="project", subject_id=project.pk, command__isnull=False)
        .annotate(said=Subquery(texts))
        .order_by("pk")
    )
    said: dict[int, tuple[str, str | None]] = {}
    began: dict[int, int] = {}
    for command, kind, actor, words, data in events.values_list(
        "command_id", "kind", "actor_name", "said", "data"
    ):
        known = said.get(command, ("", None))
        said[command] = (actor, words or known[1])
        if kind in _BEGAN:
            began[command] = data.get("credits") or began.get(command, 0)
    rows = list(
        Transfer.objects.filter(command__in=list(said), hold__isnull=False)
        .select_related("hold__project")
        .order_by("at", "command_id", "n")
    )
    mine = _holds(project, rows, began)
    zone = clock.zone(project.account.time_zone)
    lines: list[LedgerLine] = []
    holds = 0
    for row in rows:
        if row.hold_id not in mine:
            continue
        change = (row.to_bucket == Bucket.HELD) * row.amount
        change -= (row.from_bucket == Bucket.HELD) * row.amount
        holds += change
        by, note = said[row.command_id]
        lines.append(
            LedgerLine(
                at=row.at.astimezone(zone),
                title=str(Kind(row.kind).label),
                credits=row.amount,
                held=change,
                held_after=holds,
                by=by,
                ref=f"{row.command_id}.{row.n}",
                note=note,
            )
        )
    return tuple(lines)


def _holds(project: Project, rows: list[Transfer], began: Mapping[int, int]) -> set[int]:
    """Which holds were this project's: its own, and those that nobody else has and that were opened
    in a command in which it began (with so many credits). Of several that look the same, one.
    """
    mine = {project.hold_id} if project.hold_id else set()
    opened: dict[tuple[int, int], int] = defaultdict(int)
    for row in rows:
        if row.kind == Kind.HOLD and row.hold_id and row.from_wallet_id == project.wallet_id:
            opened[row.command_id, row.hold_id] += row.amount
    ours = {row.hold_id for row in rows if row.hold and getattr(row.hold, "project", None)}
    taken = {command for command, hold in opened if hold in mine}
    for (command, hold), credits in opened.items():
        free = hold not in ours and command not in taken
        if free and command in began and began[command] in (0, credits):
            taken.add(command)
            mine.add(hold)
    return mine
