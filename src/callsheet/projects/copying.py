"""What of an old brief can be written again today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from callsheet.catalogue.models import BriefType, DeliverableKind, DeliverableType, StudioRules
from callsheet.projects.brief import LONGEST_TITLE, BriefInput, ConceptInput, DeliverableInput

COPY_OF = "Copy of "


def copy_of(
    brief: BriefInput, types: Mapping[str, DeliverableType], rules: StudioRules
) -> tuple[BriefInput, list[str]]:
    """A copy of the brief to begin a new one with: without its dates, without what is not offered
    any more. Answers it with the names of what was left out.
    """
    title = brief.title if brief.title.startswith(COPY_OF) else f"{COPY_OF}{brief.title}"
    fresh = replace(
        brief,
        title=title[:LONGEST_TITLE],
        publish_on=None,
        wanted_by=None,
        not_before=None,
    )
    return offered(fresh, types, rules)


def still_true(
    brief: BriefInput, types: Mapping[str, DeliverableType], rules: StudioRules, today: date
) -> BriefInput:
    """The brief without dates that have passed and without what is not offered any more: what can
    be written again of one that was kept for a while.
    """

    def coming(day: date | None) -> date | None:
        return None if day is None or day < today else day

    fresh = replace(brief, publish_on=coming(brief.publish_on), wanted_by=coming(brief.wanted_by))
    return offered(fresh, types, rules)[0]


def offered(
    brief: BriefInput, types: Mapping[str, DeliverableType], rules: StudioRules
) -> tuple[BriefInput, list[str]]:
    """The brief without deliverables that the catalogue does not offer for it any more, and the
    names of these. Variations go with their master; quantities keep to the studio's limit.
    """
    left_out: list[str] = []
    concepts = []
    for concept in brief.concepts:
        stays = [_stays(brief, part, types) for part in concept.deliverables]
        for n, part in enumerate(concept.deliverables):
            if part.master is not None and not (
                0 <= part.master < len(stays) and stays[part.master]
            ):
                stays[n] = False
        places = {n: sum(stays[:n]) for n, stay in enumerate(stays) if stay}
        left_out += [
            types[part.type].name if part.type in types else part.type
            for part, stay in zip(concept.deliverables, stays, strict=True)
            if not stay
        ]
        concepts.append(
            ConceptInput(
                concept.title,
                tuple(
                    replace(
                        part,
                        quantity=min(part.quantity, rules.most_quantity),
                        master=None if part.master is None else places[part.master],
                    )
                    for part, stay in zip(concept.deliverables, stays, strict=True)
                    if stay
                ),
            )
        )
    return replace(brief, concepts=tuple(concepts)), left_out


def _stays(brief: BriefInput, part: DeliverableInput, types: Mapping[str, DeliverableType]) -> bool:
    kind = types.get(part.type)
    if kind is None or not kind.active or brief.brief_type not in kind.brief_types:
        return False
    if kind.kind == DeliverableKind.VARIATION and part.master is None:
        return brief.brief_type == BriefType.ADAPT_OPTIMIZE and bool(part.supplied_master.strip())
    return True
