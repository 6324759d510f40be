"""Looking at every draft anew, once a night: prices that changed, days that have passed.

A draft that is ready today may not be so in a month. What has become stale asks to be looked at,
and its owner hears of it once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from callsheet.catalogue.models import StudioRules, studio_rules
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CLOCK
from callsheet.kit.errors import Refused
from callsheet.projects.models import Deliverable, Project
from callsheet.projects.scope import scope_credits
from callsheet.services.loading import DRAFTS
from callsheet.services.telling import tell_all
from callsheet.tenants.models import AccountStatus

BATCH = 300
DATES = ("publish_on", "wanted_by", "not_before")


def check_drafts() -> dict[str, int]:
    """Check all drafts of accounts that have not ended, in batches. Answers how many were looked
    at, and how many became stale by it.
    """
    outcome = {"checked": 0, "stale": 0}
    after = 0
    while True:
        answer = _check_batch(after)
        outcome["checked"] += answer["checked"]
        outcome["stale"] += answer["stale"]
        if answer["checked"] < BATCH:
            return outcome
        after = answer["last"]


def _check_batch(after: int) -> Answer:
    """The next drafts by number. A number of queries that does not grow with them."""

    def work(command: OpenCommand) -> Answer:
        drafts = list(
            Project.objects.filter(status__in=[status.value for status in DRAFTS], pk__gt=after)
            .exclude(account__status=AccountStatus.ENDED)
            .select_related("account")
            .order_by("pk")[:BATCH]
        )
        scopes = _scopes(drafts)
        rules = studio_rules()
        fresh: list[Event] = []
        for draft in drafts:
            codes = list(_stale(draft, scopes.get(draft.pk, ()), rules))
            if codes == draft.stale:
                continue
            # Somebody may be writing the draft at this moment: then it is looked at tomorrow.
            changed = Project.objects.filter(pk=draft.pk, version=draft.version)
            if changed.update(stale=codes) and set(codes) - set(draft.stale):
                fresh.append(
                    events.build(
                        "draft_stale", "project", draft.pk, command=command,
                        account_id=draft.account_id, data={"codes": codes},
                    )
                )  # fmt: skip
        tell_all(Event.objects.bulk_create(fresh))
        last = drafts[-1].pk if drafts else after
        return {"checked": len(drafts), "stale": len(fresh), "last": last}

    key = f"{clock.now().isoformat()}:{after}"
    return run(CLOCK, "check_drafts", key, {"after": after}, work)


def _scopes(drafts: Sequence[Project]) -> Mapping[int, Sequence[Deliverable]]:
    scopes: dict[int, list[Deliverable]] = defaultdict(list)
    for deliverable in Deliverable.objects.filter(concept__project__in=drafts).select_related(
        "type", "concept"
    ):
        scopes[deliverable.concept.project_id].append(deliverable)
    return scopes


def _stale(draft: Project, scope: Sequence[Deliverable], rules: StudioRules) -> Iterator[str]:
    """What is no longer as it was when the draft was written, as codes of the checklist."""
    today: date = clock.today(draft.account.time_zone)
    if any((day := getattr(draft, name)) is not None and day < today for name in DATES):
        yield "date_in_the_past"
    if any(not d.type.active or draft.brief_type not in d.type.brief_types for d in scope):
        yield "deliverable_not_offered"
    try:
        credits = scope_credits(draft, scope, rules)
    except Refused:
        yield "too_many_credits"
    else:
        if credits != draft.credits:
            yield "price_changed"
