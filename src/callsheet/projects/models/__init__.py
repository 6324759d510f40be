"""The tables of projects: the brief, its scope, its production, its people, its dates."""

from callsheet.projects.models.amendments import Amendment, StopRequest
from callsheet.projects.models.assets import Asset, AssetVersion, Comment
from callsheet.projects.models.brief import STATUS_CHOICES, Brand, Priority, Project
from callsheet.projects.models.clocks import Clock, ClockKind
from callsheet.projects.models.occupancy import FairnessReceipt, Occupancy
from callsheet.projects.models.people import GuestLink, Part, ProjectPerson
from callsheet.projects.models.published import LastLook, NextLook, PublishedRange, Stirred
from callsheet.projects.models.scope import Concept, Deliverable, DeliverableState
from callsheet.projects.models.stages import Party, Sample, StageSpell

__all__ = [
    "STATUS_CHOICES",
    "Amendment",
    "Asset",
    "AssetVersion",
    "Brand",
    "Clock",
    "ClockKind",
    "Comment",
    "Concept",
    "Deliverable",
    "DeliverableState",
    "FairnessReceipt",
    "GuestLink",
    "LastLook",
    "NextLook",
    "Occupancy",
    "Part",
    "Party",
    "Priority",
    "Project",
    "ProjectPerson",
    "PublishedRange",
    "Sample",
    "StageSpell",
    "Stirred",
    "StopRequest",
]
