"""What the steps of an import share: the command, the places, and the moves to be posted first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings

from callsheet.catalogue.models import DeliverableType, SubscriptionPlan
from callsheet.credits.kinds import Kind
from callsheet.credits.models import Wallet
from callsheet.credits.post import Move
from callsheet.journal.commands import OpenCommand
from callsheet.kit import clock
from callsheet.services.importing.memory import Memory
from callsheet.sheets.definitions import fold
from callsheet.tenants.models import Account, Organization, User


@dataclass(slots=True)
class Work:
    """One import while it is at work, inside its transaction."""

    command: OpenCommand
    today: date
    memory: Memory
    organizations: dict[str, Organization] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    wallets: dict[str, Wallet] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    types: dict[str, DeliverableType] = field(default_factory=dict)
    plans: dict[str, SubscriptionPlan] = field(default_factory=dict)
    grants: list[Move] = field(default_factory=list)
    allocations: list[tuple[int, int, int]] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    reassigned: set[str] = field(default_factory=set)

    def load(self) -> None:
        """Read what the installation has: accounts, organizations, wallets, people."""
        self.organizations = {o.key: o for o in Organization.objects.all()}
        self.accounts = {a.key: a for a in Account.objects.select_related("organization")}
        for wallet in Wallet.objects.select_related("account", "organization", "domain"):
            self.wallets[wallet.owner.key] = wallet
        self.people = {user.email: user for user in User.objects.all()}

    def load_catalogue(self) -> None:
        """Read the catalogue, by the folded names and keys that sheets use."""
        self.types = {fold(t.name): t for t in DeliverableType.objects.all()}
        self.plans = {fold(p.name): p for p in SubscriptionPlan.objects.all()}

    def grant(
        self, wallet: Wallet, credits: int, *, grant: int | None = None, lot: int | None = None
    ) -> None:
        """Put credits into a wallet before anything is held."""
        self.grants.append(Move(Kind.GRANT, credits, wallet.pk, grant=grant, lot=lot))
        self.touched.add(wallet.pk)

    def allocate(self, pool: Wallet, wallet: Wallet, credits: int) -> None:
        """Move credits from a pool to an account before anything is held."""
        self.allocations.append((pool.pk, wallet.pk, credits))
        self.touched |= {pool.pk, wallet.pk}

    def moment(self, day: date, account: Account) -> datetime:
        """The beginning of a day in the account's time zone, but never in the future."""
        return min(clock.start_of(day, account.time_zone), clock.now())


def studio_zone() -> str:
    """The time zone of the studio, for those who name none."""
    return str(settings.STUDIO_TIME_ZONE)
