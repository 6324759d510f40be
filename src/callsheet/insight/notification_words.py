"""The facts behind notifications, read in bulk, for pages and mails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from callsheet.credits.kinds import Bucket
from callsheet.credits.models import Transfer, Wallet
from callsheet.kit import clock
from callsheet.notifications.kinds import Say, Who
from callsheet.notifications.models import Notification
from callsheet.notifications.rules import CREDITS_TOLD, rule_of
from callsheet.notifications.words import Facts, Moved, Words, compose
from callsheet.schedule.models import Campaign
from callsheet.tenants.models import Membership, Role, User

_Names = dict[tuple[str, int], str]


def with_subjects(rows: QuerySet[Notification]) -> QuerySet[Notification]:
    """The same notifications with all that their words name, in one query."""
    return rows.select_related(
        "event__note", "command__note", "account", "organization", "project", "deputy_for"
    )


def read_words(rows: Sequence[Notification]) -> Callable[[Notification], Words]:
    """How to put these notifications into words, in whichever language is active then.

    ``rows`` come from :func:`with_subjects`. The number of queries does not grow with them.
    """
    moved = _read_moved([row for row in rows if row.command_id])
    names = _read_names(rows)

    def words(row: Notification) -> Words:
        facts = _facts(row, moved, names)
        say = _say(row)
        why = Who(row.why) if row.why else None
        return compose(facts, say, why, str(row.deputy_for) if row.deputy_for else "")

    return words


def _say(row: Notification) -> Say:
    rule = rule_of(row.kind)
    found = rule and (rule.studio if row.for_studio else rule.customer)
    # A rule that went away in a later version leaves what it told before.
    return found or Say((), row.kind.replace("_", " ").capitalize(), "Open Callsheet")


def _facts(row: Notification, moved: dict[int, list[_Transfer]], names: _Names) -> Facts:
    event = row.event
    said = event or row.command
    zone = row.account.time_zone if row.account else "UTC"
    if row.organization and not row.account:
        zone = row.organization.time_zone
    return Facts(
        kind=row.kind,
        today=clock.today(zone),
        zone=clock.zone(zone),
        actor=event.actor_name if event else "",
        project=row.project.title if row.project else "",
        account=row.account.name if row.account else "",
        organization=row.organization.name if row.organization else "",
        note=said.note.text if said and said.note else None,
        data=event.data if event else {},
        subject=names.get((event.subject_type, event.subject_id), "") if event else "",
        moved=tuple(
            transfer.moved for transfer in moved.get(row.command_id or 0, ())
            if row.user_id in transfer.seen_by
        ),
    )  # fmt: skip


def _read_names(rows: Sequence[Notification]) -> dict[tuple[str, int], str]:
    """What the subjects of events are called that have no project: people and campaigns."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.event:
            wanted[row.event.subject_type].add(row.event.subject_id)
    names = {
        ("user", pk): name or email
        for pk, name, email in User.objects.filter(pk__in=wanted["user"]).values_list(
            "pk", "name", "email"
        )
    }
    names |= {
        ("campaign", pk): name
        for pk, name in Campaign.objects.filter(pk__in=wanted["campaign"]).values_list("pk", "name")
    }
    return names


@dataclass(frozen=True, slots=True)
class _Transfer:
    """A transfer and who, of the readers, looks after one of its wallets."""

    moved: Moved
    seen_by: frozenset[int]


def _read_moved(rows: Sequence[Notification]) -> dict[int, list[_Transfer]]:
    if not rows:
        return {}
    readers = {row.user_id for row in rows}
    accounts: dict[int, set[int]] = defaultdict(set)
    organizations: dict[int, set[int]] = defaultdict(set)
    for user, account, organization in Membership.objects.filter(
        user__in=readers, role=Role.ADMIN
    ).values_list("user", "account", "organization"):
        if account:
            accounts[account].add(user)
        else:
            organizations[organization].add(user)

    def seen_by(wallet: Wallet) -> set[int]:
        if wallet.account is None:
            return organizations[wallet.organization_id or 0]
        overseers = organizations[wallet.account.organization_id or 0]
        return accounts[wallet.account.pk] | overseers

    found: dict[int, list[_Transfer]] = defaultdict(list)
    transfers = (
        Transfer.objects.filter(
            Q(command__in={row.command_id for row in rows}), kind__in=list(CREDITS_TOLD)
        )
        .select_related(
            "from_wallet__account", "from_wallet__organization",
            "to_wallet__account", "to_wallet__organization",
        )
        .order_by("command", "n")
    )  # fmt: skip
    for transfer in transfers:
        source, target = transfer.from_wallet, transfer.to_wallet
        moved = Moved(
            kind=transfer.kind,
            credits=transfer.amount,
            source=str(source.owner),
            target=str(target.owner),
            gained=transfer.to_bucket == Bucket.AVAILABLE,
        )
        readers_here = frozenset(seen_by(source) | seen_by(target))
        found[transfer.command_id].append(_Transfer(moved, readers_here))
    return found
