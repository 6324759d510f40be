"""What an entry's status follows from: the projects and deliverables that are to serve it.

A rule over plain values, no database. *Published* and *dropped* are said by people and do not
follow from anything; whoever asks does not ask for those.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from callsheet.projects.lifecycle import PRODUCTION, RUNNING, Status


class EntryStatus(StrEnum):
    """Where a calendar entry is, in order."""

    PLANNED = "planned"
    BRIEFED = "briefed"
    IN_PRODUCTION = "in_production"
    READY = "ready"
    PUBLISHED = "published"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The status as people read it."""
        return self.value.replace("_", " ").capitalize()


SAID = (EntryStatus.PUBLISHED, EntryStatus.DROPPED)
"""Said by people; nothing that happens to a project changes them."""
UNSTARTED = (EntryStatus.PLANNED, EntryStatus.BRIEFED)
"""Nobody has begun to make anything: such an entry moves with its campaign."""


@dataclass(frozen=True, slots=True)
class Part:
    """A deliverable that is to serve the entry: its state, its project's status, and (while the
    project is parked) the status to which that one resumes.
    """

    project_status: str
    state: str
    resumes_to: str = ""

    @property
    def gone(self) -> bool:
        """Nothing will come of it: dropped, or its project canceled."""
        return self.state == "dropped" or self.project_status == Status.CANCELED

    @property
    def approved(self) -> bool:
        """Nothing is left to do for it."""
        return self.state == "approved" or self.project_status == Status.FINALIZED


def status_of(parts: Collection[Part]) -> EntryStatus:
    """The status that follows from the deliverables linked to an entry.

    What is gone does not count. *Ready* when everything else is approved; *in production* when
    any of it is in production or approved; *briefed* when any is submitted; else *planned*: drafts
    are plans. A parked project counts as what it resumes to.
    """
    live = [part for part in parts if not part.gone]
    if not live:
        return EntryStatus.PLANNED
    if all(part.approved for part in live):
        return EntryStatus.READY
    if any(
        part.approved or standing(part.project_status, part.resumes_to) in PRODUCTION
        for part in live
    ):
        return EntryStatus.IN_PRODUCTION
    if any(part.project_status in RUNNING for part in live):
        return EntryStatus.BRIEFED
    return EntryStatus.PLANNED


def standing(status: str, resumes_to: str = "") -> str:
    """Where a project is; a parked one is where it was."""
    return resumes_to or status if status == Status.PARKED else status
