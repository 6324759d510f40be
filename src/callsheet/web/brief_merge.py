"""Two people wrote one draft: what each changed, put together; what both changed, shown to choose.

A form carries a short digest of every part of the draft as it was when it was shown (or saved
last). A part that only one of the two changed since goes in as that one has it; only a part that
both changed, differently, is asked about. Nothing is lost without somebody having chosen so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from callsheet.catalogue.models import BriefType, DeliverableType
from callsheet.projects.brief import BriefInput, ConceptInput
from callsheet.projects.brief_fields import label_of
from callsheet.projects.models import Priority

_SCALARS = (
    "title", "brief_type", "brand", "campaign", "priority", "publish_on", "wanted_by",
    "not_before", "cost_centre", "purchase_order", "dos", "donts",
)  # fmt: skip
LABELS = {
    "title": "Title",
    "brief_type": "Brief type",
    "brand": "Brand",
    "campaign": "Campaign",
    "priority": "Priority",
    "publish_on": "Publish on",
    "wanted_by": "Wanted by",
    "not_before": "Not before",
    "cost_centre": "Cost centre",
    "purchase_order": "Purchase order",
    "dos": "Do's",
    "donts": "Don'ts",
}
MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True, slots=True)
class Clash:
    """A part that both changed: what it is called, and both versions in words.

    ``seen`` is the digest of theirs: a choice counts for what was shown, not for what came later.
    """

    name: str
    label: str
    mine: str
    theirs: str
    seen: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Both versions together. ``brief`` is it with what was chosen (mine, where nothing was);
    ``clashes`` are the parts that nobody has chosen about; ``taken`` what came from the other.
    """

    brief: BriefInput
    clashes: tuple[Clash, ...]
    taken: tuple[str, ...]


def digests(brief: BriefInput) -> str:
    """The digests of all parts of a brief, to be carried by its form."""
    return json.dumps({name: _digest(value) for name, value in _parts(brief).items()})


def _digest(value: object) -> str:
    text = json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True)
    return blake2b(text.encode(), digest_size=6).hexdigest()


def _parts(brief: BriefInput) -> dict[str, Any]:
    parts: dict[str, Any] = {name: getattr(brief, name) for name in _SCALARS}
    parts |= {f"fields.{name}": value for name, value in brief.fields.items() if str(value).strip()}
    parts |= {f"concepts.{n}": asdict(concept) for n, concept in enumerate(brief.concepts)}
    return parts


def _read_base(base: str) -> dict[str, str]:
    try:
        found = json.loads(base)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def merge(
    base: str,
    mine: BriefInput,
    theirs: BriefInput,
    choices: Mapping[str, str],
    types: Mapping[str, DeliverableType],
) -> Merged:
    """Put two versions of a brief together. ``base`` are the :func:`digests` of what both began
    with (unreadable: everything that differs is asked about); ``choices`` are by part ``mine:`` or
    ``theirs:`` with the digest of theirs that was shown.
    """
    known = _read_base(base)
    ours, others = _parts(mine), _parts(theirs)
    nothing = _digest(None)
    taken, clashes = [], []
    result: dict[str, Any] = {}
    for name in {**ours, **others}:
        a, b = ours.get(name), others.get(name)
        before = known.get(name, nothing if known else None)
        take = MINE
        if _digest(a) != _digest(b):
            if before is not None and _digest(b) == before:
                take = MINE
            elif before is not None and _digest(a) == before:
                take = THEIRS
                taken.append(name)
            else:
                take, _, seen = choices.get(name, "").partition(":")
                if take not in (MINE, THEIRS) or seen != _digest(b):
                    take = MINE
                    clashes.append((name, a, b))
        result[name] = (a, mine) if take == MINE else (b, theirs)
    return Merged(
        _together(result, mine, theirs),
        tuple(
            Clash(name, _label(name), _words(a, types), _words(b, types), _digest(b))
            for name, a, b in clashes
        ),
        tuple(_label(name) for name in taken),
    )


def _together(
    result: Mapping[str, tuple[Any, BriefInput]], mine: BriefInput, theirs: BriefInput
) -> BriefInput:
    concepts: list[ConceptInput] = []
    for n in range(max(len(mine.concepts), len(theirs.concepts))):
        value, source = result[f"concepts.{n}"]
        if value is not None:
            concepts.append(source.concepts[n])
    fields = {
        name[7:]: value
        for name, (value, _) in result.items()
        if name.startswith("fields.") and value is not None
    }
    return replace(
        mine,
        concepts=tuple(concepts),
        fields=fields,
        **{name: result[name][0] for name in _SCALARS},
    )


def _label(name: str) -> str:
    head, _, rest = name.partition(".")
    if head == "fields":
        return label_of(rest)
    if head == "concepts":
        return f"Concept {int(rest) + 1}"
    return LABELS[name]


def _words(value: Any, types: Mapping[str, DeliverableType]) -> str:
    """A part's value as somebody would read it."""
    if value is None or value == "" or value == ():
        return ""
    if isinstance(value, dict):
        lines = [value["title"]] if value["title"] else []
        for part in value["deliverables"]:
            name = types[part["type"]].name if part["type"] in types else part["type"]
            indent = "  " if part["master"] is not None else ""
            more = ", ".join(t for t in (part["supplied_master"], part["placement"]) if t)
            notes = f": {part['notes']}" if part["notes"] else ""
            placed = f" ({more})" if more else ""
            lines.append(f"{indent}{part['quantity']} {name}{placed}{notes}")
        return "\n".join(lines) or "An empty concept"
    if isinstance(value, tuple | list):
        return "\n".join(str(part) for part in value)
    if value in BriefType.values:
        return str(BriefType(value).label)
    if isinstance(value, int) and value in Priority.values:
        return str(Priority(value).label)
    return str(value)
