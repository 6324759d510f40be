"""Production inside ``in_progress``: from stage to stage, with the party that is waited for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from callsheet.catalogue.models import Stage
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Refused
from callsheet.kit.rows import write_fields
from callsheet.projects.clocks import RUNS_IN
from callsheet.projects.lifecycle import RUNNING, Status
from callsheet.projects.models import Clock, ClockKind, Party, Project, StageSpell
from callsheet.projects.samples import awaited_samples
from callsheet.projects.staging import ORDER, PRODUCTION_STAGES, Place, stages_of, usual_party
from callsheet.services.causes import Cause, cause_of
from callsheet.services.entering import enter
from callsheet.services.following import build_clock, stir_all
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for
from callsheet.services.surroundings import Surroundings
from callsheet.services.telling import tell_all
from callsheet.tenants.access import check_can_produce


def enter_stage(
    actor: Actor,
    project_id: int,
    stage: str,
    *,
    waiting_for: str = "",
    expected_until: date | None = None,
    version: int | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Move a project that is in production to another stage, or say anew who is waited for in the
    one it is in, and until which day of the account. Studio staff.

    Any order is allowed; a step backwards needs a note. Without ``waiting_for`` it is the usual
    party of the stage. The expected return and the reminder of the delivery follow. Raises
    ``Refused`` with ``unknown_stage``, ``stage_not_of_brief_type``, ``unknown_party``,
    ``date_in_the_past``, ``note_missing``, ``already_in_stage``; ``Conflict("not_in_production")``,
    ``Conflict("stale")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_of(actor, project_id, check_can_produce)
        place = _place(seen, stage, waiting_for, expected_until)
        project = lock_project(project_id, version)
        if project.status != Status.IN_PROGRESS:
            raise Conflict(
                "not_in_production",
                "Only a project that is in progress moves from stage to stage. This one is"
                f" {Status(project.status).label.lower()}.",
                field="status",
            )
        _check_step(project, place, note)
        around = Surroundings()
        move_to_stages(command, [project], {project.pk: place}, around, cause_of(command, project))
        return answer_for(
            project, stage=project.stage, waiting_for=place.waiting_for,
            returns_p50=project.returns_p50, returns_p80=project.returns_p80,
        )  # fmt: skip

    given = {
        "project": project_id, "stage": stage, "waiting_for": waiting_for,
        "expected_until": expected_until, "version": version,
    }  # fmt: skip
    return run(actor, "enter_stage", key, given, work, note=note)


def move_to_stages(
    command: OpenCommand,
    projects: Sequence[Project],
    places: Mapping[int, Place],
    around: Surroundings,
    cause: Cause,
) -> None:
    """Move projects in progress, whose rows the caller has locked, to their places: history,
    returns, clocks, events, and who hears of it. The number of queries does not grow with them.
    """
    if not projects:
        return
    now = clock.now()
    sources = {project.pk: project.stage for project in projects}
    enter(projects, places, around)
    for project in projects:
        project.version += 1
        project.changed_at = now
    write_fields(projects, ["version", "changed_at"])
    restart_clocks(projects, around)
    happened = Event.objects.bulk_create(
        [
            events.build(
                "stage_entered", "project", project.pk, command=command,
                account_id=project.account_id,
                data={
                    "from": sources[project.pk],
                    "to": project.stage,
                    "waiting_for": places[project.pk].waiting_for,
                    "expected_until": places[project.pk].expected_until,
                },
            )
            for project in projects
        ]
    )  # fmt: skip
    stir_all([(project.wallet_id, cause) for project in projects])
    tell_all(happened)


def restart_clocks(projects: Sequence[Project], around: Surroundings) -> None:
    """Let the reminder of the delivery follow the new days of return, and the question for the
    samples the days on which they are expected. A project that waits for none is not asked.
    """
    ids = [project.pk for project in projects]
    kinds = [ClockKind.PRODUCTION.value, ClockKind.SAMPLE.value]
    awaited = awaited_samples(ids)
    Clock.objects.filter(project_id__in=ids, kind__in=kinds).delete()
    clocks = []
    for project in projects:
        if ClockKind.PRODUCTION in RUNS_IN.get(project.status, ()):
            clocks.append(build_clock(project, ClockKind.PRODUCTION, around))
        samples = awaited.get(project.pk)
        waits = project.status == Status.IN_PROGRESS and project.stage == Stage.AWAITING_SAMPLE
        if (samples or waits) and project.status in RUNNING:
            expected = samples.expected_on if samples else None
            clocks.append(build_clock(project, ClockKind.SAMPLE, around, expected))
    Clock.objects.bulk_create(clocks)


def _place(project: Project, stage: str, waiting_for: str, expected_until: date | None) -> Place:
    if stage not in Stage.values or Stage(stage) not in PRODUCTION_STAGES:
        raise Refused(
            "unknown_stage",
            f"“{stage}” is no stage of production. It is one of:"
            f" {', '.join(stages_of(project.brief_type))}.",
            field="stage",
        )
    if stage not in stages_of(project.brief_type):
        raise Refused(
            "stage_not_of_brief_type",
            "Nothing new is created for an Adapt & Optimize brief; post-production begins at once.",
            field="stage",
        )
    if waiting_for and waiting_for not in Party.values:
        raise Refused(
            "unknown_party",
            f"“{waiting_for}” is nobody we wait for. It is studio, customer or carrier.",
            field="waiting_for",
        )
    if expected_until and expected_until < clock.today(project.account.time_zone):
        raise Refused("date_in_the_past", f"{expected_until} has passed.", field="expected_until")
    party = Party(waiting_for) if waiting_for else usual_party(stage)
    return Place(Stage(stage), party, expected_until)


def _check_step(project: Project, place: Place, note: str) -> None:
    if project.stage == place.stage:
        spell = StageSpell.objects.filter(project=project, until__isnull=True).first()
        if spell and (spell.waiting_for, spell.expected_until) == (
            place.waiting_for,
            place.expected_until,
        ):
            raise Refused(
                "already_in_stage", "The project is in this stage already.", field="stage"
            )
        return
    backwards = project.stage in ORDER and ORDER.index(Stage(project.stage)) > ORDER.index(
        place.stage
    )
    if backwards and not note.strip():
        raise Refused("note_missing", "Say why the project goes back to this stage.", field="note")
