"""Projects on their way to the customer: concepts with masters and variations."""

from __future__ import annotations

from callsheet.catalogue import defaults
from callsheet.catalogue.models import BriefType
from callsheet.credits.models import Wallet
from callsheet.kit.actor import CONSOLE
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.models import Deliverable, Project
from callsheet.services import accounts, briefing, production
from tests.builders import READY_FIELDS


def concept(title: str, *masters: tuple[str, int], variations: int = 0) -> ConceptInput:
    """A concept of those masters; the first one has so many format variations."""
    parts = [DeliverableInput(kind, quantity) for kind, quantity in masters]
    if variations:
        parts.append(DeliverableInput("format-variation", variations, master=0))
    return ConceptInput(title, tuple(parts))


def accepted(wallet: Wallet, *concepts: ConceptInput, title: str = "A brief") -> Project:
    """A project of those concepts, in production."""
    defaults.install()
    kind = BriefType.CONTENT_CREATION
    brief = BriefInput(title, kind, concepts=concepts, fields=READY_FIELDS[kind])
    project = Project.objects.get(
        pk=briefing.write(CONSOLE, wallet.account_id, brief)["project"]  # type: ignore[arg-type]
    )
    briefing.submit(CONSOLE, project.pk)
    production.accept(CONSOLE, project.pk)
    project.refresh_from_db()
    return project


def parts_of(project: Project) -> list[Deliverable]:
    """Its deliverables as they are now, in their order."""
    return list(
        Deliverable.objects.filter(concept__project=project).order_by(
            "concept__position", "position", "pk"
        )
    )


def states_of(project: Project) -> list[str]:
    """The states of its deliverables, in their order."""
    return [part.state for part in parts_of(project)]


def per_concept(wallet: Wallet) -> Wallet:
    """The wallet, whose account gets its credits back concept by concept."""
    accounts.change_account(CONSOLE, wallet.account_id, release_policy="per_concept")  # type: ignore[arg-type]
    return wallet
