"""What is wrong with a spreadsheet, said so that the person can find and mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from callsheet.kit.visible import visible

SHOWN_VALUE_LENGTH = 60
"""Longer values are cut in messages; the row and the column say where the rest is."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or (as a warning) worth knowing.

    ``row`` is the row number that the spreadsheet program shows (the first line of a file is 1),
    ``column`` the heading as it stands in the file. Both are None where the whole sheet is meant.
    ``rule`` is a sentence that says what is expected; ``code`` is stable, for programs.
    """

    code: str
    sheet: str
    rule: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    source: str = ""

    @property
    def whole_sheet(self) -> bool:
        """Whether the sheet as a whole cannot be used, so that skipping rows does not help."""
        return self.row is None

    def as_dict(self) -> dict[str, str | int | None]:
        """Plain data for ``--json``."""
        return asdict(self)

    def __str__(self) -> str:
        place = visible(self.source or self.sheet)
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {shorten(self.column)}"
        if self.value is not None:
            place += f", “{shorten(self.value)}”"
        return f"{place}: {visible(self.rule)}"


def shorten(value: str) -> str:
    """One line of at most ``SHOWN_VALUE_LENGTH`` characters, none of which controls a terminal."""
    line = visible(" ".join(value.split()))
    return line if len(line) <= SHOWN_VALUE_LENGTH else line[: SHOWN_VALUE_LENGTH - 1] + "…"


@dataclass(slots=True)
class Findings:
    """Collects problems and warnings while sheets are read, and remembers which rows are bad."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    bad_rows: set[tuple[str, int]] = field(default_factory=set)

    def error(self, problem: Problem) -> None:
        """Record what keeps a row (or a whole sheet) from being imported."""
        self.problems.append(problem)
        if problem.row is not None:
            self.bad_rows.add((problem.sheet, problem.row))

    def warn(self, problem: Problem) -> None:
        """Record what is worth knowing and stops nothing."""
        self.warnings.append(problem)

    def is_bad(self, sheet: str, row: int) -> bool:
        """Whether a row already has a problem."""
        return (sheet, row) in self.bad_rows
