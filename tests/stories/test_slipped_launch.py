"""The slipped launch: the samples are late, so the launch is three weeks later, and its calendar
with it. Nobody retypes dates, and what has been begun is named instead of moved.

Aurora launches a lamp on day 60. Its calendar has seven entries; the account has 60 credits.

| key | day of the launch | what it is when the launch slips |
|---|---|---|
| TEASER | 21 before | in production, 20 credits |
| PHOTOS | 14 before | served by the same photo set as POST-1 and POST-2: submitted, 10 credits |
| POST-1 | 7 before | the same photo set |
| POST-2 | 7 after | the same photo set |
| FILM | the day itself | a draft brief |
| FAIR | fixed: the fair does not wait | planned |
| SALE | 30 after | planned, no brief yet |
"""

from datetime import timedelta

import pytest

from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Deliverable, Project
from callsheet.schedule.models import Entry
from callsheet.services import anchoring, briefing, entry_briefing, entry_links, production
from tests.builders import READY_FIELDS, assert_books_balance, brief_of, wallet_with
from tests.calendar_builders import a_campaign, an_entry, in_days, now

pytestmark = pytest.mark.django_db


def test_the_slipped_launch() -> None:
    wallet = wallet_with(60, name="Aurora")
    launch = a_campaign(wallet, "Lamp launch", 60)

    def entry(key: str, days: int, *wants: tuple[str, int], **more: object) -> Entry:
        return an_entry(
            wallet, *wants, key=key, title=key.title(), campaign="Lamp launch",
            days_from_anchor=days, **more,
        )  # fmt: skip

    teaser = entry("TEASER", -21, ("video", 2))
    photos = entry("PHOTOS", -14, ("photo-set", 1))
    post_1, post_2 = entry("POST-1", -7), entry("POST-2", 7)
    film = entry("FILM", 0, ("video", 3))
    fair = an_entry(wallet, key="FAIR", title="Fair", campaign="Lamp launch", fixed_date=True,
                    publish_on=in_days(50))  # fmt: skip
    sale = entry("SALE", 30, ("static", 4))

    # One step makes each brief; the photo set serves two more posts.
    def brief(of: Entry) -> Project:
        answer = entry_briefing.brief_entries(CONSOLE, [of.pk])
        return Project.objects.get(pk=answer["project"])

    teaser_brief, photo_brief, film_brief = brief(teaser), brief(photos), brief(film)
    photo_set = Deliverable.objects.get(concept__project=photo_brief)
    for post in (post_1, post_2):
        entry_links.link_deliverables(CONSOLE, post.pk, [photo_set.pk])
    for project, wants in ((teaser_brief, ("video", 2)), (photo_brief, ("photo-set", 1))):
        kind = project.brief_type
        ready = brief_of(
            wants, title=project.title, brief_type=kind, publish_on=project.publish_on,
            wanted_by=project.publish_on - timedelta(days=5), campaign="Lamp launch",
        )  # fmt: skip
        assert ready.fields == READY_FIELDS[kind]
        briefing.write(CONSOLE, wallet.account_id, ready, project_id=project.pk)
        briefing.submit(CONSOLE, project.pk)
    production.accept(CONSOLE, teaser_brief.pk)
    statuses = {one.key: now(one).status for one in (teaser, photos, post_1, post_2, film, sale)}
    assert statuses == {
        "TEASER": "in_production", "PHOTOS": "briefed", "POST-1": "briefed", "POST-2": "briefed",
        "FILM": "planned", "SALE": "planned",
    }  # fmt: skip
    assert now(wallet).held == 30  # twice 10 for the teaser, 10 for the photo set

    # The launch slips by three weeks.
    answer = anchoring.move_campaign(CONSOLE, launch.pk, in_days(81), note="The samples are late.")
    assert answer["days"] == 21
    assert {one["key"] for one in answer["moved"]} == {
        "PHOTOS", "POST-1", "POST-2", "FILM", "SALE",
    }  # fmt: skip
    assert [(one["key"], one["reason"]) for one in answer["stayed"]] == [
        ("TEASER", "in_production"), ("FAIR", "fixed_date"),
    ]  # fmt: skip
    assert {one.key: (now(one).publish_on - in_days(81)).days for one in
            (photos, post_1, post_2, film, sale)} == {
        "PHOTOS": -14, "POST-1": -7, "POST-2": 7, "FILM": 0, "SALE": 30,
    }  # fmt: skip
    assert (now(teaser).publish_on, now(fair).publish_on) == (in_days(39), in_days(50))

    # The briefs that nobody has accepted go along; credits and places in the queue stay.
    assert {one["project"] for one in answer["briefs"]} == {photo_brief.pk, film_brief.pk}
    assert answer["briefs_stayed"] == []
    assert now(photo_brief).publish_on == in_days(67)
    assert photo_brief.wanted_by == in_days(62)
    assert now(film_brief).publish_on == in_days(81)
    assert now(teaser_brief).publish_on == in_days(39)
    assert now(wallet).held == 30

    # The teaser is made for the old day. It is canceled, free again, and belongs to its campaign:
    # the next move takes it to its own distance.
    production.cancel(CONSOLE, teaser_brief.pk, note="Too early now.")
    assert (now(teaser).status, teaser.publish_on) == ("planned", in_days(39))
    back = anchoring.move_campaign(CONSOLE, launch.pk, in_days(74), note="They came sooner.")
    assert {one["key"]: one["to"] for one in back["moved"]}["TEASER"] == str(in_days(53))
    assert now(photo_brief).publish_on == in_days(60)

    # Undone altogether, everything is where it was.
    anchoring.move_campaign(CONSOLE, launch.pk, in_days(60))
    days = {one.key: (one.publish_on - in_days(60)).days for one in Entry.objects.all()}
    assert days == {
        "TEASER": -21, "PHOTOS": -14, "POST-1": -7, "POST-2": 7, "FILM": 0, "FAIR": -10,
        "SALE": 30,
    }  # fmt: skip
    assert now(photo_brief).wanted_by == in_days(41)
    assert now(wallet).held == 10
    assert_books_balance()
