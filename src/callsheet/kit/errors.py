"""What may go wrong, as types that every edge can turn into a status code and a sentence.

A refusal always carries a machine-readable ``code``, the ``field`` it concerns (if one does) and a
``message`` that a content manager understands. Raising one rolls back the whole command.
"""

from __future__ import annotations

from typing import Any, ClassVar


class CallsheetError(Exception):
    """A command that was refused. ``status`` is the HTTP status that an edge answers with."""

    status: ClassVar[int] = 422

    def __init__(
        self, code: str, message: str, *, field: str | None = None, **details: Any
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.details = details

    def as_dict(self) -> dict[str, Any]:
        """The refusal as plain data: code, message, field, details."""
        return {
            "code": self.code,
            "message": self.message,
            "field": self.field,
            "details": self.details,
        }


class NotFound(CallsheetError):
    """The thing does not exist, or this person may not know that it does: both look the same."""

    status = 404

    def __init__(self, what: str = "page") -> None:
        super().__init__("not_found", f"There is no such {what}.")


class Forbidden(CallsheetError):
    """A person who may see the thing, but may not do this with it."""

    status = 403


class Conflict(CallsheetError):
    """The thing has changed meanwhile, or its state does not allow this."""

    status = 409


class Refused(CallsheetError):
    """The input breaks a rule: the field and the rule are named."""

    status = 422


class Refusals(Refused):
    """Several rules broken at once, each with its own field; ``problems`` lists them all."""

    def __init__(self, problems: list[CallsheetError]) -> None:
        first = problems[0]
        super().__init__(
            first.code,
            " ".join(problem.message for problem in problems),
            field=first.field,
            problems=[problem.as_dict() for problem in problems],
        )
        self.problems = problems
