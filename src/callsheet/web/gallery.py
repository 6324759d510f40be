"""What was delivered, as pictures to look at: each file with its kind, its pins, its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callsheet.insight.review_view import (
    AssetLine,
    CommentLine,
    ConceptReview,
    DeliverableReview,
    Review,
    VersionLine,
)

_STATES = {
    "waiting": ("waits", "in production"),
    "delivered": ("needs", "delivered"),
    "changes_requested": ("made", "changes asked for"),
    "approved": ("done", "approved"),
    "dropped": ("none", "left out"),
}


def kind_of(content_type: str) -> str:
    """Whether a browser shows it as a picture, a film, or not at all."""
    for kind in ("image", "video"):
        if content_type.startswith(f"{kind}/"):
            return kind
    return "file"


@dataclass(frozen=True, slots=True)
class Tile:
    """A file in its latest version; ``open_comments`` are those on any of its versions."""

    asset: AssetLine
    kind: str
    open_comments: int

    @property
    def version(self) -> VersionLine:
        """The version that counts."""
        return self.asset.latest


@dataclass(frozen=True, slots=True)
class ShownDeliverable:
    """A deliverable with its tiles and its state in words."""

    line: DeliverableReview
    style: str
    state: str
    tiles: tuple[Tile, ...]
    master: str


@dataclass(frozen=True, slots=True)
class ShownConcept:
    """A concept with its deliverables."""

    line: ConceptReview
    deliverables: tuple[ShownDeliverable, ...]


def gallery(review: Review) -> list[ShownConcept]:
    """The review's concepts as the page shows them, dropped deliverables last."""
    names = {
        d.deliverable: f"{d.quantity} {d.type}" for c in review.concepts for d in c.deliverables
    }
    return [
        ShownConcept(
            concept,
            tuple(
                _shown(d, review, names)
                for d in sorted(concept.deliverables, key=lambda d: d.state == "dropped")
            ),
        )
        for concept in review.concepts
    ]


def _shown(line: DeliverableReview, review: Review, names: dict[int, str]) -> ShownDeliverable:
    style, state = _STATES[line.state]
    tiles = tuple(
        Tile(
            asset,
            kind_of(asset.latest.content_type),
            sum(not comment.resolved for comment in comments_on(asset, review)),
        )
        for asset in line.assets
    )
    master = names.get(line.waits_for, "") if line.waits_for else ""
    return ShownDeliverable(line, style, state, tiles, master)


def comments_on(asset: AssetLine, review: Review) -> list[CommentLine]:
    """The threads on any version of that file."""
    versions = {version.version for version in asset.versions}
    return [comment for comment in review.comments if comment.version in versions]


@dataclass(frozen=True, slots=True)
class Pinned:
    """A thread with its number in the picture; places are in per cent, as SVG takes them."""

    number: int
    comment: CommentLine
    left: str
    top: str


@dataclass(frozen=True, slots=True)
class Viewed:
    """One version of one file to look at, with what belongs to it and what comes before and after
    it in the project.
    """

    concept: ConceptReview
    deliverable: DeliverableReview
    asset: AssetLine
    version: VersionLine
    kind: str
    threads: tuple[Pinned, ...]
    before: VersionLine | None
    after: VersionLine | None
    place: int
    number: int


def view(review: Review, version: int) -> Viewed | None:
    """That version with its surroundings, or None where the reader sees no such file."""
    files = [
        (concept, deliverable, asset)
        for concept in review.concepts
        for deliverable in concept.deliverables
        for asset in deliverable.assets
    ]
    for n, (concept, deliverable, asset) in enumerate(files):
        shown = next((v for v in asset.versions if v.version == version), None)
        if shown is None:
            continue
        return Viewed(
            concept=concept,
            deliverable=deliverable,
            asset=asset,
            version=shown,
            kind=kind_of(shown.content_type),
            threads=tuple(_pinned(comments_on(asset, review))),
            before=files[n - 1][2].latest if n else None,
            after=files[n + 1][2].latest if n + 1 < len(files) else None,
            place=n + 1,
            number=len(files),
        )
    return None


def _pinned(comments: Sequence[CommentLine]) -> list[Pinned]:
    found = []
    for n, comment in enumerate(comments, start=1):
        left, top = comment.pin or (None, None)
        found.append(
            Pinned(
                n,
                comment,
                "" if left is None else f"{left * 100:.2f}%",
                "" if top is None else f"{top * 100:.2f}%",
            )
        )
    return found
