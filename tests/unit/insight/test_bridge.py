"""The bridge: every movement in one step, and the steps lead from balance to balance."""

from datetime import UTC, date, datetime

from callsheet.credits.kinds import Kind
from callsheet.credits.statement import Line, Point, Statement
from callsheet.insight.bridge import bridge


def line(kind: Kind, available: int, held: int = 0) -> Line:
    """A transfer; only what the bridge reads."""
    return Line(
        seq=1, at=datetime(2026, 5, 4, tzinfo=UTC), kind=kind, title="", available=available,
        held=held, available_after=0, held_after=0, other=None, project=None, by="", note=None,
        hash="",
    )  # fmt: skip


def statement(opening: Point, closing: Point, *lines: Line) -> Statement:
    """A statement of these lines."""
    day = date(2026, 5, 4)
    return Statement(1, "a", "A", "UTC", day, day, opening, closing, lines)


def test_movements_of_one_kind_are_one_step_and_what_comes_in_is_first() -> None:
    one = bridge(
        statement(
            Point(3, "aa", 10, 50), Point(8, "bb", 5, 65),
            line(Kind.HOLD, -20, 20), line(Kind.RELEASE, 20, -20), line(Kind.HOLD, -15, 15),
            line(Kind.ADJUST, -5), line(Kind.REASSIGN, 15),
        )
    )  # fmt: skip
    assert [(step.title, step.count, step.available, step.held) for step in one.steps] == [
        ("transferred from other teams", 1, 15, 0),
        ("released by projects that ended", 1, 20, -20),
        ("held for briefs that started", 2, -35, 35),
        ("adjusted downwards", 1, -5, 0),
    ]
    assert one.adds_up


def test_a_bridge_that_does_not_add_up_says_so() -> None:
    one = bridge(statement(Point(3, "", 10, 0), Point(4, "", 5, 5), line(Kind.HOLD, -5, 4)))
    assert not one.adds_up
