"""What an import has done, or would do, as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from callsheet.journal.commands import Answer
from callsheet.sheets import Problem, Reading


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``counts`` are new, changed and unchanged rows by sheet; ``overdrawn`` wallets below zero in
    the whole installation; ``started`` the keys of briefs that admission started; ``differences``
    where a sheet differs from Callsheet and Callsheet stays as it is.
    """

    written: bool
    dry_run: bool
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    rows: dict[str, int]
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    differences: list[dict[str, str]] = field(default_factory=list)
    overdrawn: list[dict[str, Any]] = field(default_factory=list)
    held: int = 0
    queued: int = 0
    started: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return asdict(self) | {
            "problems": [problem.as_dict() for problem in self.problems],
            "warnings": [warning.as_dict() for warning in self.warnings],
        }


def report_of(reading: Reading, answer: Answer | None, *, dry_run: bool) -> ImportReport:
    """The report of a reading and of what came of it (None: refused)."""
    return ImportReport(
        written=answer is not None and not dry_run,
        dry_run=dry_run,
        problems=reading.problems,
        warnings=reading.warnings,
        rows=dict(reading.rows),
        **(answer or {}),
    )
