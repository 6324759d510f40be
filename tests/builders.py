"""Builders that reach states the way people do: through services and the ledger's one funnel."""

from __future__ import annotations

from datetime import date
from itertools import count

from callsheet.catalogue import defaults
from callsheet.catalogue.models import BriefType
from callsheet.credits.audit import verify
from callsheet.credits.kinds import Kind
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Billing, Wallet
from callsheet.credits.opening import open_pool, open_wallet
from callsheet.credits.post import Move, post_once
from callsheet.journal.commands import Answer, OpenCommand, new_key, run
from callsheet.kit.actor import CLOCK, CONSOLE, Actor, person
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.models import Project
from callsheet.services import briefing, crediting, production
from callsheet.services.ending import finalize_in
from callsheet.services.loading import lock_project
from callsheet.tenants.models import (
    Account,
    AccountType,
    Membership,
    Organization,
    Role,
    StaffRole,
    User,
)

_numbers = count(1)

READY_FIELDS = {
    BriefType.ORIGINAL_CREATIVE: {
        "objective": "Awareness",
        "creative_style": "lifestyle",
        "central_idea": "Breakfast outdoors",
    },
    BriefType.CONTENT_CREATION: {
        "creative_style": "studio",
        "setting": "White table",
        "product_information": "Mug, 300 ml",
    },
    BriefType.ADAPT_OPTIMIZE: {"what_to_change": "Language"},
}


def wallet_with(credits: int, *, name: str = "") -> Wallet:
    """A standalone account's wallet with that many credits available."""
    n = next(_numbers)
    account = Account.objects.create(key=f"account-{n}", name=name or f"Account {n}")
    wallet = open_wallet(account)
    return fill(wallet, credits)


def fill(wallet: Wallet, credits: int) -> Wallet:
    """Put credits into a wallet by adjustment and read it again."""
    if credits:
        post_once(CONSOLE, "adjust", new_key(), [Move(Kind.ADJUST, credits, wallet.pk)])
    wallet.refresh_from_db()
    return wallet


def paying_wallet(*lots: tuple[int, date | None]) -> Wallet:
    """A pay-as-you-go wallet with lots of (credits, expiry)."""
    n = next(_numbers)
    account = Account.objects.create(key=f"account-{n}", name=f"Account {n}")
    wallet = open_wallet(account, billing=Billing.PAY_AS_YOU_GO)
    for credits, expires_on in lots:
        crediting.buy_lot(CONSOLE, wallet.pk, credits, expires_on=expires_on)
    wallet.refresh_from_db()
    return wallet


def organization_with(pool: int, **teams: int) -> tuple[Wallet, dict[str, Wallet]]:
    """An organization: its pool's wallet and those of its teams, with credits allocated."""
    n = next(_numbers)
    organization = Organization.objects.create(key=f"org-{n}", name=f"Organization {n}")
    pool_wallet = fill(open_pool(organization), pool + sum(teams.values()))
    wallets = {}
    for team, credits in teams.items():
        account = Account.objects.create(
            key=f"org-{n}-{team}",
            name=team.title(),
            type=AccountType.INTEGRATED,
            organization=organization,
        )
        wallets[team] = open_wallet(account)
        if credits:
            post_once(
                CONSOLE, "allocate", new_key(),
                [Move(Kind.ALLOCATE, credits, pool_wallet.pk, wallets[team].pk)],
            )  # fmt: skip
            wallets[team].refresh_from_db()
    pool_wallet.refresh_from_db()
    return pool_wallet, wallets


def somebody(
    account: Account | None = None,
    role: Role = Role.MEMBER,
    *,
    organization: Organization | None = None,
    staff: StaffRole = StaffRole.NONE,
) -> Actor:
    """A person: member of an account or organization, staff, or (without either) a stranger."""
    n = next(_numbers)
    user = User.objects.create_user(f"person-{n}@example.com", name=f"Person {n}", staff_role=staff)
    if account or organization:
        Membership.objects.create(user=user, account=account, organization=organization, role=role)
    return person(user.pk, user.name)


def brief_of(
    *parts: tuple[str, int], title: str = "A brief", brief_type: str = BriefType.CONTENT_CREATION,
    **more: object,
) -> BriefInput:  # fmt: skip
    """A ready brief with one concept of those deliverables: (type, quantity)."""
    return BriefInput(
        title=title,
        brief_type=brief_type,
        fields=READY_FIELDS[BriefType(brief_type)],
        concepts=(ConceptInput("Concept", tuple(DeliverableInput(t, q) for t, q in parts)),),
        **more,  # type: ignore[arg-type]
    )


def brief_for(credits: int, title: str = "A brief", **more: object) -> BriefInput:
    """A ready brief of that many credits (a multiple of 5, at least 10): statics of 5 each."""
    return brief_of(("static", credits // 5), title=title, **more)


def draft(wallet: Wallet, credits: int, title: str = "A brief", **more: object) -> Project:
    """A ready draft of that many credits."""
    defaults.install()
    owner = more.pop("actor", CONSOLE)
    answer = briefing.write(owner, wallet.account_id, brief_for(credits, title, **more))  # type: ignore[arg-type]
    return Project.objects.get(pk=answer["project"])


def submitted(wallet: Wallet, credits: int, title: str = "A brief", **more: object) -> Project:
    """A brief of that many credits, handed in: started or queued, as the credits allow."""
    project = draft(wallet, credits, title, **more)
    briefing.submit(CONSOLE, project.pk)
    project.refresh_from_db()
    return project


def delivered(project: Project) -> Project:
    """The project, accepted and delivered."""
    production.accept(CONSOLE, project.pk)
    production.deliver(CONSOLE, project.pk)
    project.refresh_from_db()
    return project


def finalized(project: Project) -> Project:
    """The project, taken from review to its end."""
    delivered(project)
    production.finalize(CONSOLE, project.pk)
    project.refresh_from_db()
    return project


def finalize_by_clock(project_id: int, wallet_id: int) -> Answer:
    """Finalize a delivered project as the clock does when nobody answers."""

    def work(command: OpenCommand) -> Answer:
        locked = lock_wallets([wallet_id])
        return finalize_in(command, locked, lock_project(project_id), by_clock=True)

    return run(CLOCK, "clock_step", f"finalize {project_id}", {"project": project_id}, work)


def status_of(project: Project) -> str:
    """The project's status as it is in the database now."""
    return str(Project.objects.values_list("status", flat=True).get(pk=project.pk))


def assert_books_balance() -> None:
    """Every balance, hold, lot, order and chain follows from the transfers."""
    differences = verify().differences
    assert not differences, differences
