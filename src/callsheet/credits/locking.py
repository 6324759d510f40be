"""Taking locks in the one order: admission domains by id, then their wallets by id.

All wallets of an organization's integrated accounts and its pool stand in one domain, whether or
not they borrow, because a pool that shrinks or recalls concerns them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from callsheet.credits.models import Domain, Wallet
from callsheet.kit.asked import Asked
from callsheet.kit.errors import Conflict, NotFound
from callsheet.kit.locks import require_transaction


@dataclass(slots=True)
class Locked:
    """The domains and wallets that this transaction holds, by id, as they are in the database."""

    domains: dict[int, Domain]
    wallets: dict[int, Wallet]
    asked: tuple[int, ...] = field(default=())

    def pool_of(self, wallet: Wallet) -> Wallet | None:
        """The pool that shares the wallet's domain, if it has one."""
        for other in self.wallets.values():
            if other.domain_id == wallet.domain_id and other.organization_id:
                return other
        return None

    def siblings(self, wallet: Wallet) -> list[Wallet]:
        """The wallets of the same domain, by id, itself included."""
        return [w for w in self.wallets.values() if w.domain_id == wallet.domain_id]


def _with_owners(wallets: QuerySet[Wallet]) -> QuerySet[Wallet]:
    return wallets.select_related("account", "organization", "subscription").order_by("pk")


_HOMES = Asked(
    lambda wallets: (
        Domain.objects.select_for_update(no_key=True)
        .filter(pk__in=Wallet.objects.filter(pk__any_of=wallets).values("domain_id"))
        .order_by("pk")
    )
)
_IN_DOMAINS = Asked(
    lambda domains: _with_owners(
        Wallet.objects.select_for_update(no_key=True, of=("self",)).filter(
            domain_id__any_of=domains
        )
    )
)
_THESE = Asked(lambda wallets: _with_owners(Wallet.objects.filter(pk__any_of=wallets)))


def lock_wallets(wallet_ids: Iterable[int]) -> Locked:
    """Lock the domains of these wallets and every wallet in them, then read them.

    Raises ``NotFound`` for an unknown wallet and ``Conflict("domain_changed")`` when a wallet
    moved to another domain while we waited (the caller tries again).
    """
    require_transaction()
    asked = tuple(sorted(set(wallet_ids)))
    domains = {domain.pk: domain for domain in _HOMES.rows(list(asked))}
    wallets = {wallet.pk: wallet for wallet in _IN_DOMAINS.rows(list(domains))}
    missing = [pk for pk in asked if pk not in wallets]
    if missing and Wallet.objects.filter(pk__in=missing).count() == len(missing):
        raise Conflict(
            "domain_changed", "The organization was changed meanwhile. Please try again."
        )
    if missing:
        raise NotFound("wallet")
    return Locked(domains, wallets, asked)


def read_again(locked: Locked) -> dict[int, Wallet]:
    """The locked wallets as they are now, after transfers of this transaction."""
    return {wallet.pk: wallet for wallet in _THESE.rows(list(locked.wallets))}
