"""The queue of a problem as the product's own admission serves it, day by day.

It is what simulated queues are held to, with teams that lend to each other and without.
"""

from __future__ import annotations

from datetime import date, timedelta

from callsheet.admission.decide import decide
from callsheet.admission.snapshot import (
    Billing,
    Brief,
    Occupant,
    Policy,
    Snapshot,
    Step,
    WalletState,
)
from callsheet.kit.workdays import WorkCalendar
from callsheet.planner.given import given_of
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import Problem, Team, steps_on
from callsheet.planner.scenarios import scenarios_of
from callsheet.planner.simulate import play, queue_order
from callsheet.planner.solve import solve

ZERO = date(2027, 1, 1)
EVERY_DAY = WorkCalendar(weekmask="1111111")
ALONE = "alone"

type Loans = tuple[tuple[int, int], ...]


def assert_starts_what_admission_starts(
    problem: Problem, policy: QueuePolicy, replications: int, seed: int
) -> None:
    """Assert that the simulated queue starts everything on the days on which admission does."""
    scenarios = scenarios_of(problem, replications, seed)
    order = queue_order(problem, policy, solve(problem, iterations=0))
    simulated = play(problem, policy, order, scenarios)
    rule = Policy.STRICT if policy is QueuePolicy.STRICT else Policy.BACKFILL
    queue = [problem.projects[n].id for n in order]
    ids = [work.id for work in (*problem.projects, *problem.in_flight)]
    for n in range(replications):
        realized = (*scenarios.projects[n], *scenarios.in_flight[n])
        dur = {id: int(days) for id, days in zip(ids, realized, strict=True)}
        assert simulated.starts[n].tolist() == admitted(problem, rule, queue, dur), seed


def admitted(problem: Problem, policy: Policy, order: list[str], dur: dict[str, int]) -> list[int]:
    """The starts by the product's admission, which is asked whenever something has changed.

    ``order`` are the ids from the head of the queue on, ``dur`` how long each takes in the end. A
    problem without teams has one wallet, which lends and borrows nothing.
    """
    teams = problem.teams or (Team(ALONE, problem.resources[0].capacity),)
    works = [*problem.projects, *problem.in_flight]
    number = {work.id: n for n, work in enumerate(works)}
    wallet = {team.name: n for n, team in enumerate(teams)}
    usual = {p.id: p.duration for p in problem.projects}
    usual |= {work.id: work.remaining for work in problem.in_flight}
    begun: dict[str, int] = {work.id: 0 for work in problem.in_flight}
    loans = _loans_in_flight(problem)
    first: dict[int, date] = {}
    starts = {project.id: NEVER for project in problem.projects}
    opens = {day for team in teams for day, _ in team.own}
    opens |= {project.ready for project in problem.projects}
    for today in range(2_000):
        done = {id for id, start in begun.items() if start + dur[id] <= today}
        back = any(begun[id] + dur[id] == today for id in done)
        if today not in opens and not back:
            continue
        held = [work for work in works if work.id in begun and work.id not in done]
        taken = dict.fromkeys(range(len(teams)), 0)
        lent = dict(taken)
        for work in held:
            taken[wallet[work.team or ALONE]] += work.credits - sum(
                part for _, part in loans[work.id]
            )
            for lender, part in loans[work.id]:
                taken[lender] += part
                lent[lender] += part
        snapshot = Snapshot(
            today=ZERO + timedelta(today),
            wallets=tuple(
                WalletState(
                    id=n,
                    available=steps_on(team.own, today) - taken[n],
                    policy=policy,
                    billing=Billing.SUBSCRIPTION,
                    calendar=EVERY_DAY,
                    max_capacity=max(units for _, units in team.own),
                    steps=tuple(
                        Step(ZERO + timedelta(day), units - steps_on(team.own, day - 1))
                        for day, units in team.own
                        if day > today
                    ),
                    lent=lent[n],
                    may_borrow=team.may_borrow,
                    may_lend=team.may_lend,
                    weight=steps_on(team.own, today),
                )
                for n, team in enumerate(teams)
            ),
            briefs=tuple(
                Brief(
                    id=number[p.id],
                    wallet=wallet[p.team or ALONE],
                    credits=p.credits,
                    rank=order.index(p.id),
                    not_before=ZERO + timedelta(p.ready),
                    predecessors=tuple(number[other] for other in p.after if other not in done),
                    days_p50=p.duration.p50,
                    days_p80=p.duration.p80,
                    first_reserved=first.get(number[p.id]),
                )
                for p in problem.projects
                if p.id not in begun
            ),
            occupants=tuple(
                Occupant(
                    number[work.id],
                    wallet[work.team or ALONE],
                    work.credits,
                    ZERO + timedelta(begun[work.id] + usual[work.id].p50),
                    ZERO + timedelta(begun[work.id] + usual[work.id].p80),
                    loans[work.id],
                )
                for work in held
            ),
            borrowing=bool(problem.teams),
        )
        decided = decide(snapshot)
        for start in decided.starts:
            id = works[start.brief].id
            begun[id] = starts[id] = today
            loans[id] = start.loans
        for reservation in decided.reservations:
            first.setdefault(reservation.brief, reservation.day)
    return list(starts.values())


def _loans_in_flight(problem: Problem) -> dict[str, Loans]:
    """What of each project in production is on loan from which wallet at the begin."""
    if not problem.teams:
        return {work.id: () for work in problem.in_flight}
    lent = given_of(problem).lent[len(problem.projects) :]
    return {
        work.id: tuple((team, int(units)) for team, units in enumerate(row) if units)
        for work, row in zip(problem.in_flight, lent, strict=True)
    }
