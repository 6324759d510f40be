"""What stirs expected dates, as those read it who look at the dates.

The words are those of :mod:`callsheet.notifications.causes`.
"""

from __future__ import annotations

from dataclasses import dataclass

from callsheet.journal.commands import OpenCommand
from callsheet.notifications.causes import (
    ANOTHER_PROJECT,
    ANOTHER_SAMPLE,
    OF_PROJECT,
    OF_QUEUE,
    OF_SAMPLE,
    OF_STATUS,
    SOMETHING,
    SOMETHING_OF_IT,
)
from callsheet.projects.models import Project

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause for the account's own people, for others, and the project that it was, if one."""

    own: str
    elsewhere: str
    about: int | None = None


def of_status(project: Project) -> Cause:
    """The cause that a project has come to the status that it has."""
    return _of(OF_STATUS[project.status], project)


def of_project(name: str, project: Project) -> Cause:
    """The cause that a command of that name did something to a project."""
    return _of(OF_PROJECT.get(name, SOMETHING_OF_IT), project)


def of_sample(name: str, sample: str) -> Cause:
    """The cause that a command of that name did something to a sample."""
    words = OF_SAMPLE[name]
    return Cause(words.format(sample=_quoted(sample)), words.format(sample=ANOTHER_SAMPLE))


def of_queue(name: str) -> Cause:
    """The cause that a command of that name changed a queue's credits or its order."""
    words = OF_QUEUE.get(name, SOMETHING)
    return Cause(words, words)


def cause_of(command: OpenCommand, project: Project) -> Cause:
    """What stirred a wallet: the reason that is given for changed dates."""
    return of_project(command.name, project)


def _of(words: str, project: Project) -> Cause:
    return Cause(
        words.format(project=_quoted(project.title)),
        words.format(project=ANOTHER_PROJECT),
        project.pk,
    )


def _quoted(name: str) -> str:
    return f"“{name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + '…'}”"
