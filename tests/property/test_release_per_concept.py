"""However a project is approved, concept by concept, exactly what was held comes back."""

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from callsheet.credits.models import Hold
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Concept, DeliverableState, Occupancy, Project
from callsheet.services import production, reviewing
from tests.builders import assert_books_balance, paying_wallet, wallet_with
from tests.delivery_builders import accepted, concept, parts_of, per_concept

pytestmark = pytest.mark.django_db

MASTERS = (("static", 5), ("video", 10), ("photo", 2), ("stop-motion", 15))
COSTS = dict(MASTERS)
MINIMUM = 30  # of a pay-as-you-go project

concepts = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.sampled_from([name for name, _ in MASTERS]), st.integers(1, 4)),
            min_size=1,
            max_size=3,
        ),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=4,
).filter(lambda found: sum(map(cost, found)) >= MINIMUM and all(cost(one) >= 10 for one in found))


def cost(one: tuple[list[tuple[str, int]], int]) -> int:
    return sum(COSTS[name] * quantity for name, quantity in one[0])


# A dozen histories in a test run, two hundred in a soak. Shrinking them takes longer than reading.
@settings(max_examples=max(12, settings.default.max_examples // 50), phases=[Phase.generate])
@given(concepts, st.randoms(use_true_random=False), st.booleans(), st.integers(0, 40))
def test_the_sum_of_all_parts_is_what_was_held(scope, chance, paying, steps) -> None:
    total = sum(map(cost, scope))
    with transaction.atomic():
        wallet = paying_wallet((total, None)) if paying else wallet_with(total)
        project = accepted(
            per_concept(wallet),
            *(
                concept(f"Concept {n}", *masters, variations=variations)
                for n, (masters, variations) in enumerate(scope)
            ),
        )
        back = 0
        for _ in range(steps):
            back += a_step(project, chance)
            check(project, total, back)
        back += to_the_end(project)
        assert back == total
        wallet.refresh_from_db()
        assert (wallet.available, wallet.held) == (0 if paying else total, 0)
        assert_books_balance()
        transaction.set_rollback(True)


def a_step(project: Project, chance) -> int:
    """Deliver, approve or ask for changes: whatever is possible, by chance. Credits that left."""
    here = [part for part in parts_of(project) if part.state == DeliverableState.DELIVERED]
    if here and chance.random() < 0.7:
        some = chance.sample(here, chance.randint(1, len(here)))
        if chance.random() < 0.25:
            reviewing.ask_for_changes(CONSOLE, project.pk, {part.pk: "Warmer" for part in some})
            return 0
        answer = reviewing.approve(CONSOLE, project.pk, [part.pk for part in some])
        return answer["released"] + answer["consumed"]
    if not here and any(part.state != DeliverableState.APPROVED for part in parts_of(project)):
        production.deliver(CONSOLE, project.pk)
    return 0


def check(project: Project, total: int, back: int) -> None:
    """What it holds, what it occupies and what it still asks for are the same."""
    project.refresh_from_db()
    hold = Hold.objects.get(project=project)
    assert (project.settled, project.asks, hold.credits) == (back, total - back, total - back)
    now = Occupancy.objects.filter(project=project, until__isnull=True)
    assert sum(interval.credits for interval in now) == total - back
    for own in Concept.objects.filter(project=project):
        states = set(own.deliverables.values_list("state", flat=True))
        assert (own.approved_at is not None) == (states == {DeliverableState.APPROVED})


def to_the_end(project: Project) -> int:
    """Deliver and approve until everything is delivered, then finalize."""
    back = 0
    while True:
        states = {part.state for part in parts_of(project)}
        if states <= {DeliverableState.DELIVERED, DeliverableState.APPROVED}:
            break
        if DeliverableState.DELIVERED in states:
            answer = reviewing.approve(CONSOLE, project.pk)
            back += answer["released"] + answer["consumed"]
        production.deliver(CONSOLE, project.pk)
    answer = production.finalize(CONSOLE, project.pk)
    return back + int(answer["released"]) + int(answer["consumed"])
