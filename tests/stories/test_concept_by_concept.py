"""A launch in three concepts, whose credits come home one concept at a time.

Tannenhof has 60 credits, agreed *per concept*. The launch holds all of them: the hero film (30),
the kitchen pictures (20), the garden pictures (10). Two briefs of 20 and 30 wait behind it.
"""

from pathlib import Path

import pytest

from callsheet.kit.errors import Conflict
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Part
from callsheet.services import commenting, production, project_people, reviewing, uploading
from callsheet.services.commenting import Pin, Said
from callsheet.services.variations import Variation, add_variations
from callsheet.tenants.models import StaffRole
from tests.builders import assert_books_balance, somebody, status_of, submitted, wallet_with
from tests.delivery_builders import accepted, concept, parts_of, per_concept, states_of
from tests.files import film, picture

pytestmark = pytest.mark.django_db


def test_the_launch_that_gave_its_credits_back_in_three_parts(assets_folder: Path) -> None:
    wallet = per_concept(wallet_with(60))
    mara, jonas = somebody(wallet.account), somebody(wallet.account)
    pia = somebody(staff=StaffRole.PRODUCER)
    launch = accepted(
        wallet,
        concept("Hero film", ("video", 3), variations=4),
        concept("Kitchen", ("static", 4)),
        concept("Garden", ("static", 2)),
        title="Spring launch",
    )
    twenty, thirty = submitted(wallet, 20, "Newsletter"), submitted(wallet, 30, "Shop window")
    hero, formats, kitchen, _ = parts_of(launch)

    # Pia hands in a film and the kitchen pictures, and delivers what she can.
    cut = uploading.add_asset(pia, hero.pk, film("hero.mp4"))["version"]
    uploading.add_asset(pia, kitchen.pk, picture("kitchen.png"))
    production.deliver(pia, launch.pk, [hero.pk, kitchen.pk])
    assert status_of(launch) == Status.INITIAL_DELIVERY

    # Mara likes the kitchen: 20 credits come home, and the newsletter starts in the same moment.
    answer = reviewing.approve(mara, launch.pk, [kitchen.pk])
    assert (answer["released"], answer["started"]) == (20, [twenty.pk])

    # The film is too dark at the start. She pins it to the second and asks for a change.
    dark = commenting.comment(
        mara, launch.pk, Said("Too dark here", version=cut, pin=Pin(second=1.5))
    )["comment"]
    reviewing.ask_for_changes(mara, launch.pk, {hero.pk: "The first two seconds, brighter"})
    assert status_of(launch) == Status.UNDER_REVISION
    with pytest.raises(Conflict):  # the formats wait for the film
        production.deliver(pia, launch.pk, [formats.pk])

    # The second cut, and the garden with it. Everything but the formats is with the customer.
    assert uploading.add_asset(pia, hero.pk, film("cut 2.mp4", "2"), name="hero")["number"] == 2
    production.deliver(pia, launch.pk)
    assert states_of(launch) == ["delivered", "waiting", "approved", "delivered"]
    commenting.resolve_comment(mara, dark)

    # Film and garden are approved. The garden is complete: its 10 come home, too few for the shop
    # window. The film's concept is not, because its formats are still to come.
    answer = reviewing.approve(mara, launch.pk)
    assert (answer["released"], answer["started"]) == (10, [])
    production.deliver(pia, launch.pk)
    assert status_of(launch) == Status.DELIVERED

    # Jonas has to agree before the end. Nothing is finalized without him.
    project_people.set_person(mara, launch.pk, jonas.user_id, Part.APPROVER)
    with pytest.raises(Conflict) as refused:
        production.finalize(mara, launch.pk)
    assert refused.value.details["people"] == [jonas.name]

    # The last part: the formats are approved, 30 credits come home, and the shop window starts.
    answer = reviewing.approve(mara, launch.pk)
    assert (answer["released"], answer["started"]) == (30, [thirty.pk])

    # Two more formats of the film cost nothing and hold nothing; the launch is revised for them.
    add_variations(mara, launch.pk, [Variation("format-variation", hero.pk, 2)])
    assert status_of(launch) == Status.UNDER_REVISION
    production.deliver(pia, launch.pk)
    project_people.give_approval(jonas, launch.pk)
    answer = production.finalize(mara, launch.pk)
    assert (answer["status"], answer["released"]) == (Status.FINALIZED, 0)
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held) == (10, 50)  # the newsletter's 20, the window's 30
    assert_books_balance()
