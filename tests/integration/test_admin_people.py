"""People of a project in the administration: on the customer's behalf, and who is asked."""

import pytest

from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.projects.models import GuestLink, ProjectPerson
from callsheet.services import absences, project_people
from callsheet.tenants.models import StaffRole
from tests.builders import delivered, somebody, submitted, wallet_with
from tests.integration.admin_pages import change, path, signed_in, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_NEED_SECOND_FACTOR = False


def test_managers_arrange_a_projects_people_and_it_says_on_whose_behalf() -> None:
    wallet = wallet_with(40)
    owner, other = somebody(wallet.account), somebody(wallet.account)
    project = delivered(submitted(wallet, 10, "Mugs", actor=owner))
    manager = signed_in(StaffRole.ACCOUNT_MANAGER)
    assert take(manager, project, "change_owner", owner=other.user_id).status_code == 302
    assert (
        take(manager, project, "name_person", user=owner.user_id, part="approver").status_code
        == 302
    )
    sent = take(manager, project, "invite_guest", guest="Mia", email="mia@example.com")
    assert sent.status_code == 302
    for kind in ("owner_changed", "approver_added", "guest_invited"):
        event = Event.objects.get(kind=kind)
        assert event.data["on_behalf"] is True
        assert "(" in event.actor_name
    project.refresh_from_db()
    assert project.owner_id == other.user_id
    refused = take(manager, project, "name_person", user=other.user_id, part="none")
    assert refused.status_code == 404
    assert take(manager, project, "name_person", user=owner.user_id, part="none").status_code == 302
    assert not ProjectPerson.objects.exists()
    link = GuestLink.objects.get()
    manager.post(path(GuestLink), {"action": "revoke", "_selected_action": [link.pk]})
    link.refresh_from_db()
    assert link.revoked_at is not None
    producer = signed_in(StaffRole.PRODUCER)
    page = producer.get(change(project)).content.decode()
    assert "Change the owner" not in page


def test_the_page_says_whose_turn_it_is_and_who_stands_in() -> None:
    wallet = wallet_with(40)
    owner, jonas, amira = (somebody(wallet.account) for _ in range(3))
    project = delivered(submitted(wallet, 10, "Mugs", actor=owner))
    project_people.set_person(owner, project.pk, jonas.user_id, "approver")
    today = clock.today("UTC")
    absences.set_absence(
        jonas, jonas.user_id, deputy_id=amira.user_id, starts_on=today, ends_on=today
    )
    page = signed_in(StaffRole.PRODUCER).get(change(project)).content.decode()
    assert f"Approve delivery: {amira.name} for {jonas.name}" in page
    assert f"{amira.name} stands in" in page
