"""The order of the queue."""

from __future__ import annotations

from collections.abc import Sequence

from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Billing, Policy
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Forbidden, Refused
from callsheet.kit.rows import write_fields
from callsheet.projects.models import Project
from callsheet.projects.waiting import IN_QUEUE, spread
from callsheet.services.admitting import admit
from callsheet.services.loading import account_of
from callsheet.tenants.access import check_can_administer, check_can_write


def reorder(
    actor: Actor,
    account_id: int,
    order: Sequence[int],
    *,
    seen: Sequence[int] | None = None,
    key: str | None = None,
) -> Answer:
    """Put the account's queue into this order: every queued project, once, first to start first.
    ``seen`` is the order that was there when somebody set out to change it.

    Account admins order the whole queue; members exchange the places of their own briefs only.
    Raises ``Conflict("stale_queue")`` when the queue is not the one that was ordered any more, or
    not in the order ``seen``, ``Refused("twice_in_order")``, ``Forbidden("not_your_brief")``.
    Admission runs at once. Answers what has started and the order ``before``.
    """

    def work(command: OpenCommand) -> Answer:
        account = account_of(account_id)
        rights = check_can_write(actor, account)
        if len(set(order)) != len(order):
            raise Refused("twice_in_order", "A project stands twice in this order.", field="order")
        locked = lock_wallets([account.wallet.pk])
        queue = list(
            Project.objects.select_for_update()
            .filter(IN_QUEUE, wallet=account.wallet)
            .order_by("pk")
        )
        queue.sort(key=lambda project: (project.rank, project.pk))
        before = [project.pk for project in queue]
        if set(before) != set(order) or (seen is not None and before != list(seen)):
            raise Conflict(
                "stale_queue",
                "The queue has changed meanwhile. Look at it again, then order it.",
                field="order",
            )
        by_id = {project.pk: project for project in queue}
        wanted = [by_id[pk] for pk in order]
        if not rights.may_administer:
            _check_own(actor, queue, wanted)
        _exchange_ranks(queue, wanted)
        events.record(
            "queue_ordered", "account", account.pk, command=command, account_id=account.pk,
            data={"before": before, "after": list(order)},
        )  # fmt: skip
        started = admit(command, locked, [account.wallet.pk])
        return {
            "account": account.pk, "order": list(order), "before": before, "started": started,
        }  # fmt: skip

    given: Answer = {"account": account_id, "order": list(order)}
    if seen is not None:
        given["seen"] = list(seen)
    return run(actor, "reorder", key, given, work)


def set_policy(
    actor: Actor, account_id: int, policy: str, *, key: str | None = None, note: str = ""
) -> Answer:
    """Choose how the account's queue admits: backfill, planned or strict. Account admins.

    Raises ``Refused("unknown_policy")`` and, for pay-as-you-go, ``Refused("always_strict")``.
    """

    def work(command: OpenCommand) -> Answer:
        account = account_of(account_id)
        check_can_administer(actor, account)
        if policy not in Policy.values:
            raise Refused("unknown_policy", "Choose backfill, planned or strict.", field="policy")
        locked = lock_wallets([account.wallet.pk])
        wallet = locked.wallets[account.wallet.pk]
        if wallet.billing == Billing.PAY_AS_YOU_GO and policy != Policy.STRICT:
            raise Refused(
                "always_strict",
                "A pay-as-you-go queue always goes in order, because its credits do not come back.",
                field="policy",
            )
        before, wallet.policy = wallet.policy, policy
        wallet.save(update_fields=["policy"])
        events.record(
            "policy_set", "account", account.pk, command=command, account_id=account.pk,
            data={"before": before, "after": policy},
        )  # fmt: skip
        started = admit(command, locked, [wallet.pk])
        return {"account": account.pk, "policy": policy, "started": started}

    given = {"account": account_id, "policy": policy}
    return run(actor, "set_policy", key, given, work, note=note)


def _check_own(actor: Actor, queue: Sequence[Project], wanted: Sequence[Project]) -> None:
    """A member may only exchange the places of briefs that are their own."""
    for now, then in zip(queue, wanted, strict=True):
        if now.pk != then.pk and actor.user_id not in (now.owner_id, then.owner_id):
            raise Forbidden(
                "not_your_brief",
                f"You can reorder your own briefs. “{now.title}” belongs to somebody else; ask an"
                " account admin to move it.",
                field="order",
            )
        if now.pk != then.pk and now.owner_id != then.owner_id:
            raise Forbidden(
                "not_your_brief",
                "You can exchange places among your own briefs only.",
                field="order",
            )


def _exchange_ranks(queue: Sequence[Project], wanted: Sequence[Project]) -> None:
    """Give the queue's ranks out again in the new order.

    The ranks themselves stay, so that a withdrawn brief's kept place stays where it was. Where
    two were equal they are spread, because rank alone orders the queue.
    """
    ranks = spread(project.rank or 0 for project in queue)
    for project, rank in zip(wanted, ranks, strict=True):
        project.rank = rank
        project.version += 1
        # A new order makes new promises: the old reservation does not count against it.
        project.first_reserved_for = None
    write_fields(wanted, ["rank", "version", "first_reserved_for"])
