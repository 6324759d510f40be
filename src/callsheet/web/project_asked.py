"""What somebody filled into the form of an action: read here, judged by the services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from callsheet.insight.project_facts import ProjectFacts
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Refused
from callsheet.web.project_choice import read_number


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody filled in, and for which project. Values are read here, not judged."""

    actor: Actor
    facts: ProjectFacts
    given: QueryDict
    files: Mapping[str, UploadedFile]
    key: str

    @property
    def project(self) -> int:
        """The project's number."""
        return self.facts.project.pk

    @property
    def wish(self) -> int:
        """The open wish to stop, 0 for none."""
        return self.facts.wish.request if self.facts.wish else 0

    @property
    def change(self) -> int:
        """The open change of scope, 0 for none."""
        return self.facts.change.amendment if self.facts.change else 0

    @property
    def version(self) -> int | None:
        """The reading of the project on which they acted."""
        return read_number(self.given.get("version", ""))

    def text(self, name: str) -> str:
        """A text as it was typed, with plain line ends."""
        return self.given.get(name, "").replace("\r\n", "\n")

    def number(self, name: str, label: str = "") -> int:
        """A whole number. Raises ``Refused("not_a_number")``."""
        typed = self.given.get(name, "").strip()
        digits = typed.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
            raise Refused("not_a_number", "Write a whole number.", field=name)
        return int(typed)

    def day(self, name: str) -> date | None:
        """A day, or None where the field is empty. Raises ``Refused("not_a_day")``."""
        typed = self.given.get(name, "").strip()
        if not typed:
            return None
        try:
            return date.fromisoformat(typed)
        except ValueError:
            raise Refused("not_a_day", "Write a day, like 2026-05-12.", field=name) from None

    def numbers(self, name: str) -> list[int]:
        """The numbers of what was ticked."""
        return [n for typed in self.given.getlist(name) if (n := read_number(typed))]

    def fraction(self, name: str) -> float | None:
        """A number with a decimal point, or None where the field is empty."""
        typed = self.given.get(name, "").strip().replace(",", ".")
        if not typed:
            return None
        try:
            return float(typed)
        except ValueError:
            raise Refused("not_a_number", "Write a number.", field=name) from None
