"""The fields that each brief type has of its own, in the order in which a brief is written.

Which of them a ready brief must say something in is :mod:`callsheet.projects.readiness`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from callsheet.catalogue.models import BriefType


@dataclass(frozen=True, slots=True)
class BriefField:
    """A field of a brief: its name in the data, what it is called, and what belongs there.

    ``choices`` are (value, label); where there are none it is free text.
    """

    name: str
    label: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()


_STYLES = (
    ("lifestyle", "Lifestyle: the product in somebody's day"),
    ("studio", "Studio: the product on a set"),
    ("user-generated", "User-generated: as a customer would film it"),
)
_STYLE = BriefField(
    "creative_style", "Creative style", "How it is to look at first sight.", _STYLES
)
_PRODUCT = BriefField(
    "product_information", "Product information",
    "What is shown, how it is used, what matters about it. Say here, too, when samples are sent.",
)  # fmt: skip
_REFERENCES = BriefField("references", "References", "Links or notes to look at, one on each line.")
_NOTE = BriefField("note", "Note", "Anything else that the studio should know.")

FIELDS: dict[str, tuple[BriefField, ...]] = {
    BriefType.ORIGINAL_CREATIVE: (
        BriefField("objective", "Objective", "What it is to achieve, and with whom."),
        _STYLE,
        BriefField("central_idea", "Central idea", "The one thing that people remember."),
        BriefField("components", "Components", "What has to be in it: product, logo, people."),
        BriefField("storyboard", "Storyboard & copy", "Scene by scene, with the words."),
        _PRODUCT,
        _REFERENCES,
        _NOTE,
    ),
    BriefType.CONTENT_CREATION: (
        _STYLE,
        BriefField("setting", "Setting", "Where it takes place."),
        BriefField("presentation", "Presentation", "Props and styling."),
        BriefField("participants", "Participants", "Who is to be seen, hands included."),
        BriefField("action", "Action", "What happens."),
        _PRODUCT,
        _REFERENCES,
        _NOTE,
    ),
    BriefType.ADAPT_OPTIMIZE: (
        BriefField("supplied_masters", "Supplied masters", "The assets that are to be adapted."),
        BriefField("what_to_change", "What to change", "Length, words, call to action, order."),
        BriefField("placements", "Placements or languages", "Where it runs, in which languages."),
        _REFERENCES,
        _NOTE,
    ),
}  # fmt: skip

WHAT_FOR: dict[str, str] = {
    BriefType.ORIGINAL_CREATIVE: (
        "A new idea, thought up and produced by the studio: campaigns, key visuals, films."
    ),
    BriefType.CONTENT_CREATION: (
        "You know what you need; the studio produces it: photos, clips, product shots."
    ),
    BriefType.ADAPT_OPTIMIZE: (
        "You have the assets; the studio cuts, translates or refits them. Nothing is shot anew."
    ),
}
"""What each brief type is for, as a content manager would ask for it."""

_LABELS = {field.name: field.label for fields in FIELDS.values() for field in fields}


def label_of(name: str) -> str:
    """What a field is called, also one that no brief type has any more."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def fields_for(brief_type: str, present: Iterable[str] = ()) -> tuple[BriefField, ...]:
    """The fields of a brief of that type; what else is ``present`` in it stands at the end, so
    that nothing somebody wrote is hidden by a change of type.
    """
    own = FIELDS.get(brief_type, ())
    names = {field.name for field in own}
    others = tuple(
        BriefField(name, label_of(name), "Not asked for with this type of brief.")
        for name in present
        if name not in names
    )
    return own + others
