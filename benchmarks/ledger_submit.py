"""Submitting a ready brief: the whole service, and the same written in plain ORM.

Both check the permission, lock, check the readiness, price the deliverables, give the brief its
place, start it because credits are free, and leave command, events, interval of occupancy, hold,
transfer and postings. Both read the queue and decide by the same policy, because that is the same
work whoever does it. The plain way then saves row by row; the service posts by the ledger function,
writes several rows at once, and keeps the chain.
"""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random

from django.db import transaction

DRAFTS = 12_000
"""Ready drafts, half for each contestant."""

COPY = """
WITH brief AS (
    SELECT nextval(pg_get_serial_sequence('projects_project', 'id')) AS project,
        nextval(pg_get_serial_sequence('projects_concept', 'id')) AS concept,
        w.id AS wallet, w.account_id AS account, n
    FROM generate_series(1, {drafts}) n
    JOIN (SELECT id, account_id, row_number() OVER (ORDER BY id) - 1 AS place,
            count(*) OVER () AS size
        FROM credits_wallet) w ON w.place = n % w.size
), project AS (
    INSERT INTO projects_project SELECT (jsonb_populate_record(p, jsonb_build_object(
        'id', brief.project, 'account_id', brief.account, 'wallet_id', brief.wallet,
        'key', 'copy-' || brief.n))).*
    FROM projects_project p, brief WHERE p.id = {template} RETURNING id
), concept AS (
    INSERT INTO projects_concept SELECT (jsonb_populate_record(c, jsonb_build_object(
        'id', brief.concept, 'project_id', brief.project))).*
    FROM projects_concept c, brief WHERE c.project_id = {template} RETURNING id
)
INSERT INTO projects_deliverable SELECT (jsonb_populate_record(d, jsonb_build_object(
    'id', nextval(pg_get_serial_sequence('projects_deliverable', 'id')),
    'concept_id', brief.concept))).*
FROM projects_deliverable d, brief
WHERE d.concept_id = (SELECT id FROM projects_concept WHERE project_id = {template})
"""
MORE_TABLES = """
CREATE TABLE bare_hold (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, wallet_id bigint NOT NULL,
    credits integer NOT NULL, opened_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON bare_hold TO callsheet_app;
"""


def prepare() -> tuple[int, int]:
    """One ready draft and its author, a member of every account: (draft, person)."""
    import django

    django.setup()
    from callsheet.catalogue import defaults
    from callsheet.kit.actor import person
    from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
    from callsheet.services import briefing
    from callsheet.tenants.models import Account, Membership, Role, User

    defaults.install()
    user = User.objects.create_user("bench@example.com", name="Bench")
    Membership.objects.bulk_create(
        Membership(user=user, account=account, role=Role.MEMBER)
        for account in Account.objects.all()
    )
    brief = BriefInput(
        title="A brief",
        brief_type="content_creation",
        fields={"creative_style": "studio", "setting": "Table", "product_information": "A mug"},
        concepts=(
            ConceptInput(
                title="One",
                deliverables=tuple(DeliverableInput(type="static", quantity=1) for _ in range(4)),
            ),
        ),
    )
    first = Account.objects.order_by("pk").first()
    assert first is not None
    answer = briefing.write(person(user.pk, user.name), first.pk, brief)
    return answer["project"], user.pk


def service(number: int, clients: int) -> Callable[[], None]:
    """``services.briefing.submit``."""
    from callsheet.kit.actor import person
    from callsheet.services.briefing import submit
    from callsheet.tenants.models import User

    user = User.objects.get(email="bench@example.com")
    actor = person(user.pk, user.name)
    drafts = _drafts(number, clients, odd=False)

    def one() -> None:
        answer = submit(actor, next(drafts))
        assert answer["status"] == "pending_review", answer

    return one


def plain(number: int, clients: int) -> Callable[[], None]:
    """The same, saved row by row."""
    from benchmarks.ledger_peers import bare_models
    from callsheet.admission.decide import decide
    from callsheet.catalogue.models import studio_rules
    from callsheet.credits.models import Billing, Domain
    from callsheet.insight.snapshots import read_queue
    from callsheet.journal.models import Command, Event
    from callsheet.kit import clock
    from callsheet.kit.actor import person
    from callsheet.projects.models import Concept, Deliverable, Occupancy, Project
    from callsheet.projects.readiness import check_ready, checklist
    from callsheet.projects.scope import scope_credits, unit_credits
    from callsheet.tenants.access import check_can_write
    from callsheet.tenants.models import User

    bare = bare_models()
    user = User.objects.get(email="bench@example.com")
    actor = person(user.pk, user.name)
    drafts = _drafts(number, clients, odd=True)
    run = os.urandom(6).hex()
    dice = Random(number)

    def journal(command: Command, project: Project, kind: str) -> None:
        Event.objects.create(
            at=clock.now(), actor=actor.key, actor_name=actor.name, command=command, kind=kind,
            account_id=project.account_id, subject_type="project", subject_id=project.pk,
            data={"credits": project.credits},
        )  # fmt: skip

    def one() -> None:
        with transaction.atomic():
            now = clock.now()
            pk = next(drafts)
            command, created = Command.objects.get_or_create(
                actor=actor.key, name="plain", key=f"{run}-{pk}",
                defaults={"input_hash": b"", "answer": {}, "at": now},
            )  # fmt: skip
            assert created
            project = Project.objects.select_related("account", "wallet").get(pk=pk)
            check_can_write(actor, project.account)
            # The bare wallet stands for the real one, which only the ledger function may write.
            wallet = bare.wallet.objects.select_for_update().get(pk=1 + dice.randrange(1000))
            project = Project.objects.select_for_update(of=("self",)).select_related(
                "account", "wallet"
            ).get(pk=pk)  # fmt: skip
            concepts = list(Concept.objects.filter(project=project))
            deliverables = list(
                Deliverable.objects.filter(concept__project=project).select_related("type")
            )
            rules = studio_rules()
            check_ready(
                checklist(
                    project,
                    concepts,
                    deliverables,
                    rules,
                    clock.today(project.account.time_zone),
                    pay_as_you_go=project.wallet.billing == Billing.PAY_AS_YOU_GO,
                )
            )
            for deliverable in deliverables:
                deliverable.unit_credits = unit_credits(deliverable)
                deliverable.save()
            project.credits = scope_credits(project, deliverables, rules)
            last = Project.objects.filter(wallet=project.wallet, rank__isnull=False).order_by(
                "-rank"
            ).first()  # fmt: skip
            project.rank = (last.rank or 0) + 1024 if last else 1024
            project.submitted_at = now
            project.status = "queued"
            project.version += 1
            project.changed_at = now
            project.save()
            journal(command, project, "submit")
            project.wallet.domain = Domain.objects.get(pk=project.wallet.domain_id)
            reading = read_queue([project.wallet], borrowing=False)
            assert reading is not None
            (start,) = decide(reading.snapshot).starts
            assert start.brief == pk
            assert wallet.available >= project.credits
            wallet.available -= project.credits
            wallet.held += project.credits
            wallet.save()
            bare.hold.objects.create(wallet=wallet, credits=project.credits, opened_at=now)
            entry = bare.transfer.objects.create(kind="hold", amount=project.credits, at=now)
            for bucket, amount in (("available", -project.credits), ("held", project.credits)):
                bare.posting.objects.create(
                    transfer=entry, wallet=wallet, bucket=bucket, amount=amount
                )
            Occupancy.objects.create(
                account=project.account, wallet=project.wallet, project=project,
                credits=project.credits, since=now,
            )  # fmt: skip
            # Not pending review: the database insists on a real hold for that.
            project.started_at = now
            project.returns_p50 = project.returns_p80 = (now + timedelta(days=30)).date()
            project.version += 1
            project.status = "canceled"
            project.ended_at = now
            project.save()
            journal(command, project, "started")
            command.answer = {"project": project.pk, "status": project.status}

    return one


def _drafts(number: int, clients: int, *, odd: bool) -> Iterator[int]:
    """The client's share of the copied drafts, each once."""
    from callsheet.projects.models import Project

    keys = Project.objects.filter(status="draft", key__startswith="copy-").order_by("pk")
    mine = [pk for pk in keys.values_list("pk", flat=True) if pk % 2 == odd]
    return iter(mine[number::clients])


if __name__ == "__main__":
    print(*prepare(), file=sys.stdout)
