"""In which order the accounts of an organization give credits back to a pool that shrinks."""

from __future__ import annotations

from collections.abc import Sequence

from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Wallet
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Refused
from callsheet.services.accounts import organization_of
from callsheet.tenants.access import check_can_administer_organization


def set_give_back_order(
    actor: Actor,
    organization_id: int,
    accounts: Sequence[int],
    *,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Say which accounts give credits back first when the pool shrinks, in this order.

    Organization admins, and staff who manage. Accounts that are not named give after them, pro rata
    to their idle credits; no account gives what it has at work or below its floor. An empty order
    is pro rata for all. Raises ``Refused("not_in_the_pool")``, ``Refused("named_twice")``.
    """

    def work(command: OpenCommand) -> Answer:
        organization = organization_of(organization_id)
        check_can_administer_organization(actor, organization)
        if len(set(accounts)) != len(accounts):
            raise Refused(
                "named_twice", "Name each account once.", field="accounts", accounts=list(accounts)
            )
        pool = Wallet.objects.get(organization_id=organization_id)
        locked = lock_wallets([pool.pk])
        wallets = {w.account_id: w for w in locked.siblings(pool) if w.account_id is not None}
        unknown = [account for account in accounts if account not in wallets]
        if unknown:
            raise Refused(
                "not_in_the_pool",
                "Only accounts that work with the pool's credits can give them back.",
                field="accounts",
                accounts=unknown,
            )
        changed = []
        for account_id, wallet in wallets.items():
            place = accounts.index(account_id) + 1 if account_id in accounts else None
            if wallet.gives_back != place:
                wallet.gives_back = place
                changed.append(wallet)
        for wallet in changed:
            wallet.save(update_fields=["gives_back"])
        events.record(
            "give_back_order_set", "organization", organization_id, command=command,
            organization_id=organization_id, data={"accounts": list(accounts)},
        )  # fmt: skip
        return {"organization": organization_id, "accounts": list(accounts)}

    given = {"organization": organization_id, "accounts": list(accounts)}
    return run(actor, "set_give_back_order", key, given, work, note=note)
