"""The brief's form as data: read, changed by steps, put together from two people's versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from callsheet.catalogue.models import BriefType, DeliverableKind, DeliverableType, StudioRules
from callsheet.insight.brief_alternatives import Measure, other_ways
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.copying import copy_of, offered, still_true
from callsheet.projects.plain_brief import from_plain, to_plain
from callsheet.web.brief_form import Typed, parse, read_form, typed_of
from callsheet.web.brief_merge import Merged, digests, merge
from callsheet.web.brief_steps import take_step

TYPES = {
    key: DeliverableType(key=key, name=name, kind=kind, credits=credits)
    for key, name, kind, credits in [
        ("static", "Static creative", DeliverableKind.MASTER, 5),
        ("video", "Video creative", DeliverableKind.MASTER, 10),
        ("text", "Text variation", DeliverableKind.VARIATION, 0),
    ]
}
RULES = StudioRules(pk=1)
TODAY = date(2026, 5, 4)
BRIEF = BriefInput(
    "Spring",
    BriefType.CONTENT_CREATION,
    concepts=(
        ConceptInput(
            "Outdoors",
            (
                DeliverableInput("video", 1),
                DeliverableInput("text", 2, 0, placement="German"),
                DeliverableInput("static", 3),
            ),
        ),
        ConceptInput("Still", (DeliverableInput("static", 4),)),
    ),
    wanted_by=date(2026, 6, 1),
    fields={"setting": "A table"},
    dos=("Show the logo",),
)


def posted(typed: Typed) -> QueryDict:
    """The form as a browser sends it."""
    data = QueryDict(mutable=True)
    for name, text in typed.texts.items():
        data[name] = text.replace("\n", "\r\n")
    for name, text in typed.fields.items():
        data[f"fields.{name}"] = text
    for c, concept in enumerate(typed.concepts):
        data[f"concepts.{c}.title"] = concept.title
        for d, (line, master) in enumerate(concept.flat()):
            at = f"concepts.{c}.deliverables.{d}"
            data[f"{at}.type"], data[f"{at}.quantity"] = line.type, line.quantity
            data[f"{at}.master"] = "" if master is None else str(master)
            data[f"{at}.placement"], data[f"{at}.notes"] = line.placement, line.notes
            data[f"{at}.supplied_master"] = line.supplied_master
    return data


def said(typed: Typed) -> BriefInput:
    brief, problems = parse(typed, {})
    assert not problems
    return brief


def test_what_is_shown_comes_back_as_it_was() -> None:
    assert said(read_form(posted(typed_of(BRIEF)))) == BRIEF


def test_a_brief_is_plain_data_and_back() -> None:
    assert from_plain(to_plain(BRIEF)) == BRIEF


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("wanted_by", "soon"), ("wanted_by", "2026-13-01"), ("publish_on", "9" * 5000),
        ("concepts.0.deliverables.0.quantity", "many"),
        ("concepts.0.deliverables.0.quantity", "-1"),
        ("concepts.0.deliverables.0.quantity", "9" * 40),
        ("concepts.0.deliverables.0.quantity", "٣"),
    ],
)  # fmt: skip
def test_what_is_no_day_or_number_is_named_and_kept(field: str, text: str) -> None:
    data = posted(typed_of(BRIEF))
    data[field] = text
    typed = read_form(data)
    _, problems = parse(typed, {})
    assert list(problems) == [field]
    kept = typed.texts.get(field) or typed.concepts[0].lines[0].quantity
    assert kept == text


def test_forged_masters_stand_alone() -> None:
    for forged in ("7", "1", "-1", "x"):
        data = posted(typed_of(BRIEF))
        data["concepts.0.deliverables.1.master"] = forged
        assert [part.master for part in said(read_form(data)).concepts[0].deliverables] == [
            None
        ] * 3


def steps(*words: str, **adds: str) -> list[list[tuple[str, int, int | None]]]:
    typed = typed_of(BRIEF)
    for name, key in adds.items():
        typed.concepts[int(name[1:])].adds = key
    for word in words:
        take_step(typed, word, TYPES)
    return [
        [(part.type, part.quantity, part.master) for part in concept.deliverables]
        for concept in said(typed).concepts
    ]


BEFORE = [[("video", 1, None), ("text", 2, 0), ("static", 3, None)], [("static", 4, None)]]


def test_steps_change_what_they_name() -> None:
    assert steps() == BEFORE
    moved = [("static", 3, None), ("video", 1, None), ("text", 2, 1)]
    assert steps("down:0.0") == [moved, BEFORE[1]]
    assert steps("up:0.2") == [moved, BEFORE[1]]
    assert steps("remove:0.0") == [[("static", 3, None)], BEFORE[1]]
    assert steps("remove:0.1") == [[("video", 1, None), ("static", 3, None)], BEFORE[1]]
    assert steps("more:0.2", "fewer:1.0", "fewer:0.0") == [
        [("video", 1, None), ("text", 2, 0), ("static", 4, None)], [("static", 3, None)],
    ]  # fmt: skip
    assert steps("variation:1.0:text") == [BEFORE[0], [("static", 4, None), ("text", 1, 0)]]
    assert steps("add:1", c1="video") == [BEFORE[0], [("static", 4, None), ("video", 1, None)]]
    assert steps("concept_down:0") == BEFORE[::-1]
    assert steps("remove_concept:0") == BEFORE[1:]
    assert steps("add_concept") == [*BEFORE, []]


@pytest.mark.parametrize(
    "forged",
    [
        "", "x", "up:0.0", "down:1.0", "up:9.9", "remove:0.9", "remove:0", "remove:-1.0", "add:0",
        "variation:0.0:static", "variation:0.0:nope", "concept_up:0", "concept_down:1",
        "remove_concept:7", "remove_concept:²", "more:0.0.0", "up:²",
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_changes_nothing(forged: str) -> None:
    assert steps(forged) == BEFORE


@given(st.lists(st.sampled_from(
    ["down:0.0", "up:0.2", "remove:0.1", "variation:0.0:text", "more:0.1", "concept_up:1",
     "add_concept", "remove_concept:1", "variation:0.1:text",
     "down:0.1"]), max_size=12))  # fmt: skip
def test_variations_always_know_their_master(words: list[str]) -> None:
    for concept in steps(*words):
        for kind, _, master in concept:
            assert (kind == "text") == (master is not None)
            assert master is None or concept[master][0] != "text"


def together(mine: BriefInput, theirs: BriefInput, choices: dict[str, str] | None = None) -> Merged:
    return merge(digests(BRIEF), mine, theirs, choices or {}, TYPES)


def test_changes_of_different_parts_go_together() -> None:
    mine = replace(BRIEF, title="Mine", dos=("One", "Two"))
    theirs = replace(BRIEF, campaign="Theirs", fields={"setting": "A table", "action": "Pour"})
    merged = together(mine, theirs)
    assert not merged.clashes
    assert merged.taken == ("Campaign", "Action")
    assert merged.brief == replace(mine, campaign="Theirs", fields=theirs.fields)


def test_a_part_that_both_changed_is_asked_about() -> None:
    mine, theirs = replace(BRIEF, title="Mine"), replace(BRIEF, title="Theirs", campaign="C")
    merged = together(mine, theirs)
    (clash,) = merged.clashes
    assert (clash.name, clash.mine, clash.theirs) == ("title", "Mine", "Theirs")
    assert merged.brief.campaign == "C"
    chosen = together(mine, theirs, {"title": f"theirs:{clash.seen}"})
    assert (chosen.clashes, chosen.brief.title) == ((), "Theirs")
    kept = together(mine, theirs, {"title": f"mine:{clash.seen}"})
    assert (kept.clashes, kept.brief.title) == ((), "Mine")


def test_a_choice_counts_for_what_was_shown() -> None:
    mine = replace(BRIEF, title="Mine")
    (clash,) = together(mine, replace(BRIEF, title="Theirs")).clashes
    later = together(mine, replace(BRIEF, title="Later"), {"title": f"mine:{clash.seen}"})
    assert [one.theirs for one in later.clashes] == ["Later"]


def test_concepts_go_together_one_by_one() -> None:
    first, second = BRIEF.concepts
    mine = replace(BRIEF, concepts=(replace(first, title="Mine"), second))
    theirs = replace(BRIEF, concepts=(first, second, ConceptInput("Third")))
    merged = together(mine, theirs)
    assert not merged.clashes
    assert [concept.title for concept in merged.brief.concepts] == ["Mine", "Still", "Third"]
    gone = together(replace(BRIEF, concepts=(first, replace(second, title="Mine"))),
                    replace(BRIEF, concepts=(first,)))  # fmt: skip
    assert [(clash.name, clash.theirs) for clash in gone.clashes] == [("concepts.1", "")]


@pytest.mark.parametrize("base", ["", "{", "[]", "7", "null", '{"title": 7}'])
def test_without_a_base_all_that_differs_is_asked_about(base: str) -> None:
    mine, theirs = replace(BRIEF, title="Mine"), replace(BRIEF, title="Theirs")
    merged = merge(base, mine, theirs, {}, TYPES)
    assert [clash.name for clash in merged.clashes] == ["title"]


@given(
    st.sampled_from(["title", "campaign", "brand"]), st.text(max_size=3),
    st.sampled_from(["title", "campaign", "brand"]), st.text(max_size=3),
)  # fmt: skip
def test_nothing_is_lost(a: str, mine_says: str, b: str, theirs_says: str) -> None:
    """Each change is in the result, or shown."""
    merged = together(replace(BRIEF, **{a: mine_says}), replace(BRIEF, **{b: theirs_says}))
    shown = {clash.name: clash for clash in merged.clashes}
    for name, text in ((a, mine_says), (b, theirs_says)):
        if text != getattr(BRIEF, name):
            assert getattr(merged.brief, name) == text or name in shown


def test_a_copy_has_no_dates_and_only_what_is_offered() -> None:
    types = TYPES | {"video": DeliverableType(key="video", name="Film", credits=9, active=False)}
    copy, left_out = copy_of(BRIEF, types, RULES)
    assert (copy.title, copy.wanted_by) == ("Copy of Spring", None)
    assert left_out == ["Film", "Text variation"]
    assert [part.type for part in copy.concepts[0].deliverables] == ["static"]
    assert copy_of(copy, TYPES, RULES)[0].title == "Copy of Spring"


def test_variations_follow_their_master_to_its_new_place() -> None:
    types = TYPES | {"static": DeliverableType(key="static", name="S", credits=5, active=False)}
    turned = replace(
        BRIEF,
        concepts=(
            ConceptInput(
                "", (DeliverableInput("static"), DeliverableInput("video"),
                     DeliverableInput("text", 1, 1)),
            ),
        ),
    )  # fmt: skip
    kept, _ = offered(turned, types, RULES)
    assert [(part.type, part.master) for part in kept.concepts[0].deliverables] == [
        ("video", None), ("text", 0),
    ]  # fmt: skip


def test_days_that_have_passed_do_not_come_back() -> None:
    late = still_true(BRIEF, TYPES, RULES, date(2026, 6, 2))
    assert late.wanted_by is None
    assert still_true(BRIEF, TYPES, RULES, TODAY).wanted_by == date(2026, 6, 1)


def ways(brief: BriefInput, *, pay_as_you_go: bool = False) -> list[tuple[str, list[int]]]:
    measure = Measure(TYPES, RULES, TODAY, pay_as_you_go)
    return [
        (way.without, [credits for _, _, credits in way.pieces])
        for way in other_ways(brief, measure)
    ]


def test_the_obvious_other_ways() -> None:
    """25 + 20 credits: without the dearest, and each concept alone."""
    assert ways(BRIEF) == [("“Static creative” (4)", [25]), ("", [25, 20])]


def test_only_what_could_be_submitted_is_another_way() -> None:
    """10 + 5: without the film the concept would have 5, below the minimum; so the still goes.
    Bought credits want 30 in a project: then there is no other way at all.
    """
    small = replace(
        BRIEF,
        concepts=(ConceptInput("", (DeliverableInput("video"), DeliverableInput("static"))),),
    )
    assert ways(small) == [("“Static creative”", [10])]
    assert ways(small, pay_as_you_go=True) == []
    assert ways(replace(BRIEF, concepts=BRIEF.concepts[1:])) == []
