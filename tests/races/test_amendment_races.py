"""Both sides of an amendment at once, and the end of its project meanwhile."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from callsheet.credits.models import Hold
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Amendment, Project
from callsheet.services import amending, briefing, production
from tests.builders import draft, submitted, wallet_with
from tests.races.crowd import Outcome, answers, errors, together
from tests.races.support import assert_all_is_well, counted, plain_reads_instead_of_locks
from tests.scope_builders import Sides, amended, fewer, more, proposed, sides_of

CLOSED = (Amendment.Status.WITHDRAWN, Amendment.Status.DECLINED)


def a_proposal(credits: int = 60) -> tuple[Project, Amendment, Sides]:
    """Forty credits in production, and ten more proposed by the studio."""
    project = submitted(wallet_with(credits), 40)
    production.accept(CONSOLE, project.pk)
    sides = sides_of(project)
    return project, proposed(project, more(2), sides.studio), sides


def everybody_looks_first(monkeypatch: pytest.MonkeyPatch, parties: int = 2) -> None:
    """Whoever has read the amendment waits for the others to read it, too, if nothing keeps them
    from it."""
    looked = Barrier(parties)
    look = amending._open_amendment

    def slowly(*given: Any) -> Any:
        found = look(*given)
        with suppress(BrokenBarrierError):
            looked.wait(timeout=1)
        return found

    monkeypatch.setattr(amending, "_open_amendment", slowly)


def agree_and_withdraw(monkeypatch: pytest.MonkeyPatch) -> tuple[Amendment, list[Outcome[Any]]]:
    _, amendment, sides = a_proposal()
    everybody_looks_first(monkeypatch)
    outcomes = together(
        2,
        lambda n: (
            amending.agree(sides.customer, amendment.pk)
            if n
            else amending.withdraw(sides.studio, amendment.pk)
        ),
    )
    amendment.refresh_from_db()
    return amendment, outcomes


def test_agreed_or_withdrawn_never_both(live_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    amendment, outcomes = agree_and_withdraw(monkeypatch)
    assert len(answers(outcomes)) == 1
    assert counted(errors(outcomes)) == {"amendment_closed": 1}
    held = 50 if amendment.status == Amendment.Status.APPLIED else 40
    assert Hold.objects.get().credits == held
    assert_all_is_well()


def test_control_without_locks_what_was_withdrawn_is_held(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are told yes: the credits are held for scope that one of them believes withdrawn."""
    plain_reads_instead_of_locks(monkeypatch)
    _, outcomes = agree_and_withdraw(monkeypatch)
    assert not errors(outcomes), outcomes
    said = {answer["amendment_status"] for answer in answers(outcomes)}
    assert Amendment.Status.WITHDRAWN in said
    assert len(said) == 2
    assert Hold.objects.get().credits == 50


def test_agreed_while_its_project_ends(live_db: str) -> None:
    for _ in range(4):
        project, amendment, sides = a_proposal()
        production.deliver(CONSOLE, project.pk)

        def work(
            n: int, project: Project = project, amendment: Amendment = amendment, s: Sides = sides
        ) -> Any:
            if n:
                return production.finalize(CONSOLE, project.pk)
            return amending.agree(s.customer, amendment.pk)

        outcomes = together(2, work)
        amendment.refresh_from_db()
        project.refresh_from_db()
        refused = counted(errors(outcomes))
        if project.status == "finalized":
            assert refused == {"amendment_closed": 1}
            assert amendment.status == Amendment.Status.WITHDRAWN
        else:  # more scope came first: it is not delivered any more
            assert refused == {"forbidden_transition": 1}
            assert (project.status, amendment.status) == ("under_revision", "applied")
        assert_all_is_well()


def test_the_last_credits_go_to_growth_or_to_a_brief(live_db: str) -> None:
    """Twenty are free; four projects want to grow by ten, four briefs to start with ten."""
    wallet = wallet_with(180)
    growing = []
    for _ in range(4):
        project = submitted(wallet, 40)
        sides = sides_of(project)
        growing.append((proposed(project, more(2), sides.studio), sides))
    drafts = [draft(wallet, 10).pk for _ in range(4)]

    def work(n: int) -> Any:
        if n % 2:
            return briefing.submit(CONSOLE, drafts[n // 2])
        amendment, sides = growing[n // 2]
        return amending.agree(sides.customer, amendment.pk)

    outcomes = together(8, work)
    assert not errors(outcomes), outcomes
    grown = Amendment.objects.filter(status="applied").count()
    started = Project.objects.filter(pk__in=drafts, status="pending_review").count()
    assert grown + started == 2
    assert_all_is_well()


def test_a_delivery_overtakes_growth_that_waits(live_db: str) -> None:
    """What is to be dropped is delivered while credits come free for the growth: never both."""
    for _ in range(4):
        wallet = wallet_with(60)
        project, other = submitted(wallet, 40), submitted(wallet, 20)
        production.accept(CONSOLE, project.pk)
        sides = sides_of(project)
        changes = more(4)
        line = next(iter(fewer(project, 1).quantity))
        swap = type(changes)(add=changes.add, quantity={line: 7})
        amendment = amended(project, swap, sides)
        assert amendment.status == Amendment.Status.WAITING

        def work(n: int, project: Project = project, other: Project = other) -> Any:
            if n:
                return production.cancel(CONSOLE, other.pk, note="Off")
            return production.deliver(CONSOLE, project.pk)

        outcomes = together(2, work)
        assert not errors(outcomes), outcomes
        amendment.refresh_from_db()
        project.refresh_from_db()
        grew = amendment.status == Amendment.Status.APPLIED
        assert (project.credits, grew or amendment.status in CLOSED) == (55 if grew else 40, True)
        assert_all_is_well()
