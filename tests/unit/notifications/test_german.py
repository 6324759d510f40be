"""What a German reader is told: whole sentences, German dates and numbers, no English."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from callsheet.notifications.causes import ANOTHER_PROJECT, ANOTHER_SAMPLE, CAUSES, OF_SAMPLE
from callsheet.notifications.kinds import Group, Say, Who
from callsheet.notifications.reasons import say_reason
from callsheet.notifications.rules import CREDITS_RULE, RULES
from callsheet.notifications.templatetags.mail import mail_moment
from callsheet.notifications.words import Moved, compose, say_credits, say_day, say_range
from tests.unit.notifications.test_rules import FULL, SAYS, facts, name_of

TODAY = date(2026, 5, 12)


@pytest.fixture(autouse=True)
def german():
    with translation.override("de"):
        yield


@pytest.mark.parametrize(("kind", "side", "say"), SAYS, ids=name_of)
def test_no_kind_is_left_in_english(kind: str, side: str, say: Say) -> None:
    data = dict(FULL)
    if kind in ("absence_set", "promise_changed"):
        data |= {"from": "2026-05-20", "to": "2026-05-22"}
    german = compose(facts(kind, **data), say, say.to[0])
    with translation.override("en-gb"):
        english = compose(facts(kind, **data), say, say.to[0])
    assert german.headline != english.headline
    assert german.action != english.action
    assert german.why != english.why
    assert "“" not in german.headline.replace("“", "", german.headline.count("„"))
    assert not german.headline.endswith((".", " ", ":", ","))
    assert "  " not in german.headline


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("submit", {"credits": 1}, "Anna hat „Summer“ eingereicht (1 Credit)"),
        ("finalize", {"released": 1}, "„Summer“ ist abgeschlossen: 1 Credit ist wieder frei"),
        ("finalize", {"released": 1200},
         "„Summer“ ist abgeschlossen: 1.200 Credits sind wieder frei"),
        ("finalize_reminder", {"deadline": "2026-05-26"},
         "„Summer“ wird am Di 26. Mai von selbst abgeschlossen"),
        ("clarification_reminder", {"deadline": "2026-05-26"},
         "Das Studio wartet noch auf Ihre Antwort zu „Summer“: Am Di 26. Mai wird es geparkt"),
        ("expected_start_changed", {"to": ["2026-05-21", "2026-06-03"]},
         "„Summer“ beginnt jetzt voraussichtlich zwischen Do 21. Mai und Mi 3. Juni"),
        ("expected_finish_changed", {"to": ["2026-05-21", "2026-05-21"]},
         "„Summer“ wird jetzt voraussichtlich etwa am Do 21. Mai fertig"),
        ("promise_changed", {"to": "2026-05-21"},
         "Das Studio sagt „Summer“ jetzt für Do 21. Mai zu"),
        ("promise_changed", {}, "Das Studio sagt „Summer“ jetzt ohne festen Tag zu"),
        ("stop_request_decided", {"granted": False},
         "Das Studio hat die Bitte, „Summer“ zu stoppen, abgelehnt"),
        ("absence_set", {"from": "2026-05-20", "to": "2026-05-22"},
         "Sie vertreten Ben von Mi 20. Mai bis Fr 22. Mai"),
        ("member_added", {"name": "Ben", "role": "viewer"},
         "Ben ist jetzt Mitglied mit Leserecht bei Brixen"),
    ],
)  # fmt: skip
def test_sentences_read_well(kind: str, more: dict, said: str) -> None:
    say = RULES[kind].customer
    assert compose(facts(kind, **more), say, say.to[0]).headline == said


def test_days_numbers_and_moments_are_written_as_germans_do() -> None:
    assert say_day(date(2026, 5, 14), TODAY) == "Do 14. Mai"
    assert say_day(date(2027, 12, 24), TODAY) == "Fr 24. Dez. 2027"
    assert say_range((TODAY, TODAY), TODAY) == "etwa am Di 12. Mai"
    assert say_credits(12000) == "12.000 Credits"
    assert mail_moment(datetime(2026, 3, 12, 9, 5, tzinfo=UTC)) == "Do 12. März, 09:05 Uhr"
    assert str(Group.CALENDAR.label) == "Redaktionsplan"


def test_transfers_agree_with_their_number() -> None:
    def said(credits: int) -> str:
        moved = Moved("reassign", credits, "Nord", "Süd", gained=True)
        words = compose(
            replace(facts("credits_changed"), moved=(moved,)),
            CREDITS_RULE.customer,
            Who.ACCOUNT_ADMINS,
        )
        return words.headline

    assert said(1) == "1 Credit ging von Nord an Süd"
    assert said(20) == "20 Credits gingen von Nord an Süd"


@pytest.mark.parametrize("sentence", sorted(CAUSES))
def test_every_cause_of_a_moved_date_is_said_in_german(sentence: str) -> None:
    for name in ("“Winter”", ANOTHER_SAMPLE if sentence in OF_SAMPLE.values() else ANOTHER_PROJECT):
        kept = sentence.format(project=name, sample=name)
        said = say_reason(kept)
        assert said != kept
        assert "“Winter”" not in said
        assert ("„Winter“" in said) == ("“Winter”" in kept)
        assert "another" not in said
        with translation.override("en-gb"):
            assert say_reason(kept) == kept


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("“A; b” was parked; “C” started; and 2 more changes",
         "„A; b“ wurde geparkt; „C“ hat begonnen; und 2 weitere Änderungen"),
        ("credits were added; and 1 more change", "es kamen Credits hinzu; und 1 weitere Änderung"),
        ("““A” started” was canceled", "„“A” started“ wurde storniert"),
        ("the sample of another team arrived", "das Muster eines anderen Teams ist angekommen"),
        ("of a later version; credits were added", "of a later version; credits were added"),
        ("", ""),
    ],
)  # fmt: skip
def test_reasons_are_read_back_from_what_was_published(kept: str, said: str) -> None:
    assert say_reason(kept) == said
