"""Who is asked to do something now, so that a project goes on. Reads only.

Every project that has not ended asks somebody: the one whose turn it is; where they are away, their
deputy; where nobody is left, the next in the chain: the owner, the account's admins, its account
manager, the assignment's deputy, the studio's admins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from callsheet.insight.asked_facts import Facts, People, read_facts, read_people
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Amendment, ClockKind, Party, Project
from callsheet.tenants.models import Role, StaffRole


class What(StrEnum):
    """What somebody is asked for."""

    FINISH_BRIEF = "finish_brief"
    APPROVE_BRIEF = "approve_brief"
    FOLLOW_QUEUE = "follow_queue"  # nothing to do: it starts by itself
    FREE_CREDITS = "free_credits"  # it will not start by itself
    REVIEW_BRIEF = "review_brief"
    ANSWER_QUESTION = "answer_question"
    SEND_SAMPLE = "send_sample"
    RECEIVE_SAMPLE = "receive_sample"
    PRODUCE = "produce"
    REVISE = "revise"
    REVIEW_DELIVERY = "review_delivery"
    APPROVE_DELIVERY = "approve_delivery"
    FINALIZE = "finalize"
    ANSWER_COMMENT = "answer_comment"
    ANSWER_AMENDMENT = "answer_amendment"
    DECIDE_STOP = "decide_stop"
    DECIDE_PARKED = "decide_parked"

    @property
    def label(self) -> str:
        """The task as people read it."""
        return self.value.replace("_", " ").capitalize()


# A queued brief with one of these reasons needs somebody; the others start by themselves.
STUCK = frozenset({"exceeds_capacity", "waiting_for_purchase", "wallet_overdrawn"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody is asked for something: ``people`` by number (each of them may do it), since when,
    and until when before something happens by itself or they are reminded (None: open).

    ``deputy_for``: who of ``people`` stands in for whom.
    """

    project: int
    what: What
    people: tuple[int, ...]
    since: datetime
    due: datetime | None = None
    deputy_for: tuple[tuple[int, int], ...] = ()

    @property
    def needs_somebody(self) -> bool:
        """False where it is enough to wait."""
        return self.what is not What.FOLLOW_QUEUE


def asked_of(project_ids: Collection[int]) -> dict[int, list[Asked]]:
    """Who is asked for what, for each of these projects; those that have ended ask nobody.

    The first of a list is the next step. No list is empty, and no ``people`` as long as the studio
    has an admin. The number of queries does not depend on the number of projects.
    """
    projects = Project.objects.filter(pk__in=set(project_ids))
    accounts = set(projects.values_list("account_id", flat=True))
    people = read_people(accounts)
    facts = read_facts(project_ids, people.staff)
    return {
        pk: asks
        for pk, project in facts.projects.items()
        if (asks := list(_asks(project, facts, people)))
    }


def _asks(project: Project, facts: Facts, people: People) -> Iterator[Asked]:
    turn = _Turn(project, facts, people)
    if project.resuming_since is not None:
        yield turn.owner(_queued(project), project.resuming_since)
        return
    match Status(project.status):
        case Status.DRAFT:
            yield turn.owner(What.FINISH_BRIEF, project.changed_at)
        case Status.PENDING_APPROVAL:
            yield turn.colleagues(What.APPROVE_BRIEF, ClockKind.APPROVAL)
        case Status.QUEUED:
            yield turn.owner(_queued(project), project.submitted_at or project.changed_at)
        case Status.PENDING_REVIEW:
            yield turn.reviewing()
        case Status.CLARIFICATION_REQUESTED:
            yield turn.owner(What.ANSWER_QUESTION, clock=ClockKind.CLARIFICATION)
        case Status.IN_PROGRESS:
            yield turn.stage()
        case Status.INITIAL_DELIVERY:
            yield turn.customers(What.REVIEW_DELIVERY, ClockKind.FIRST_DELIVERY)
            yield turn.producing(What.PRODUCE)
        case Status.UNDER_REVISION:
            yield turn.producing(What.REVISE)
        case Status.DELIVERED:
            if facts.undecided.get(project.pk):
                yield turn.approvers()
            yield turn.customers(What.FINALIZE, ClockKind.FINALIZE)
        case Status.PARKED:
            yield turn.owner(What.DECIDE_PARKED, clock=ClockKind.PARKED)
        case _:
            return
    yield from turn.open_questions()


def _queued(project: Project) -> What:
    return What.FREE_CREDITS if project.wait_reason in STUCK else What.FOLLOW_QUEUE


class _Turn:
    """Whose turn it is in one project."""

    def __init__(self, project: Project, facts: Facts, people: People) -> None:
        self.project = project
        self.facts = facts
        self.people = people
        self.account = project.account_id
        self.belongs = people.belongs.get(project.account_id, set())

    def owner(
        self, what: What, since: datetime | None = None, *, clock: ClockKind | None = None
    ) -> Asked:
        """The owner, while they may write in the account."""
        owner = self.project.owner_id
        role = self.people.members.get(self.account, {}).get(owner or 0)
        first = [owner] if owner is not None and role in (Role.ADMIN, Role.MEMBER) else []
        return self._ask(what, self._customers(first), since, clock)

    def customers(self, what: What, clock: ClockKind) -> Asked:
        """The owner and the reviewers: each of them may do it."""
        owner = self.owner(what, clock=clock)
        reviewers = self._customers(self.facts.reviewers.get(self.project.pk, []), fall_back=False)
        return self._ask(what, [*self._pairs(owner), *reviewers], None, clock)

    def colleagues(self, what: What, clock: ClockKind) -> Asked:
        """Whoever may approve a brief: its required approvers, else admins, else members; neither
        the owner nor who asked, unless there is nobody else.
        """
        asker = self.facts.asked_for_approval.get(self.project.pk)
        own = {self.project.owner_id, asker}
        named = self.facts.approvers.get(self.project.pk, [])
        writers = self.people.writers(self.account)
        for group in (named, self.people.admins(self.account), writers):
            allowed = [user for user in group if user not in own and user in writers]
            if found := self._customers(allowed, fall_back=False):
                return self._ask(what, found, None, clock)
        return self._ask(what, self._customers([]), None, clock)

    def approvers(self) -> Asked:
        """The required approvers who have not approved what is delivered now."""
        undecided = self.facts.undecided[self.project.pk]
        return self._ask(
            What.APPROVE_DELIVERY, self._customers(undecided), self.project.delivered_at,
            ClockKind.FINALIZE,
        )  # fmt: skip

    def reviewing(self) -> Asked:
        """The account manager, and once it was escalated the assignment's deputy as well."""
        running = self.facts.clocks.get(self.project.pk, {}).get(ClockKind.REVIEW)
        care = self.people.care.get(self.account, ())
        escalated = running is not None and running.reminded_at is not None
        return self._ask(
            What.REVIEW_BRIEF, self._studio(care if escalated else care[:1]), None,
            ClockKind.REVIEW,
        )  # fmt: skip

    def stage(self) -> Asked:
        """Whoever the stage of production waits for."""
        spell = self.facts.spells.get(self.project.pk)
        since = spell.since if spell else None
        if spell is not None and spell.waiting_for == Party.CUSTOMER:
            return self.owner(What.SEND_SAMPLE, since, clock=ClockKind.SAMPLE)
        if spell is not None and spell.waiting_for == Party.CARRIER:
            return self._ask(What.RECEIVE_SAMPLE, self._studio(), since, ClockKind.SAMPLE)
        return self.producing(What.PRODUCE)

    def producing(self, what: What) -> Asked:
        """Whoever of the studio did the last step on it, else the account manager."""
        worked = self.facts.worked_on.get(self.project.pk)
        first = [worked] if worked in self.people.staff else []
        spell = self.facts.spells.get(self.project.pk)
        since = spell.since if spell else None
        return self._ask(what, self._studio(first), since, ClockKind.PRODUCTION)

    def open_questions(self) -> Iterator[Asked]:
        """What stands open beside the status: amendments, wishes to stop, comments."""
        if stop := self.facts.stops.get(self.project.pk):
            yield self._ask(What.DECIDE_STOP, self._studio(), stop.asked_at, ClockKind.STOP_REQUEST)
        amendment = self.facts.amendments.get(self.project.pk)
        if amendment is not None and amendment.status == Amendment.Status.PROPOSED:
            since, clock = amendment.proposed_at, ClockKind.AMENDMENT
            if amendment.proposed_by == Amendment.Side.STUDIO:
                yield self.owner(What.ANSWER_AMENDMENT, since, clock=clock)
            else:
                yield self._ask(What.ANSWER_AMENDMENT, self._studio(), since, clock)
        comments = self.facts.comments.get(self.project.pk, [])
        ours = [comment for comment in comments if comment.author_id in self.people.staff]
        theirs = [comment for comment in comments if comment.author_id not in self.people.staff]
        if theirs:
            yield self._ask(What.ANSWER_COMMENT, self._studio(), theirs[0].at, None)
        if ours:
            yield self.owner(What.ANSWER_COMMENT, ours[0].at)

    def _ask(
        self,
        what: What,
        people: Iterable[tuple[int, int | None]],
        since: datetime | None,
        clock: ClockKind | None,
    ) -> Asked:
        running = self.facts.clocks.get(self.project.pk, {}).get(clock) if clock else None
        chosen: dict[int, int | None] = {}
        for user, away in people:
            chosen.setdefault(user, away)
        return Asked(
            project=self.project.pk,
            what=what,
            people=tuple(chosen),
            since=since or (running.since if running else self.project.changed_at),
            due=running.due_at if running else None,
            deputy_for=tuple((user, away) for user, away in chosen.items() if away is not None),
        )

    def _customers(
        self, first: Iterable[int], *, fall_back: bool = True
    ) -> list[tuple[int, int | None]]:
        """Those of the account, or their deputies; else its admins, else the studio."""
        if found := self._there(first, lambda user: user in self.belongs):
            return found
        if not fall_back:
            return []
        admins = self.people.admins(self.account)
        return self._there(admins, lambda user: user in self.belongs) or self._studio()

    def _studio(self, first: Iterable[int] = ()) -> list[tuple[int, int | None]]:
        """Those of the studio, or their deputies; else one after the other of the account's care;
        else the studio's admins; where all of them are away, they are asked all the same.
        """
        care = self.people.care.get(self.account, ())
        bosses = self.people.staff_as(StaffRole.STUDIO_ADMIN)
        for group in (first, care[:1], care[1:], bosses):
            if found := self._there(group, lambda user: user in self.people.staff):
                return found
        return [(user, None) for user in bosses or self.people.staff_as(*StaffRole.values)]

    def _there(
        self, group: Iterable[int], is_theirs: Callable[[int], bool]
    ) -> list[tuple[int, int | None]]:
        """Of a group, those who are there, with deputies for those who are away."""
        found: list[tuple[int, int | None]] = []
        for user in group:
            away = self.people.away.get(user)
            if not is_theirs(user):
                continue
            if away is None:
                found.append((user, None))
            elif (
                away.deputy is not None
                and is_theirs(away.deputy)
                and away.deputy not in self.people.away  # deputies of deputies are asked nothing
            ):
                found.append((away.deputy, user))
        return found

    def _pairs(self, asked: Asked) -> list[tuple[int, int | None]]:
        away = dict(asked.deputy_for)
        return [(user, away.get(user)) for user in asked.people]
