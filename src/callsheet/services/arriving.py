"""What follows for projects when something about one of their samples has changed."""

from __future__ import annotations

from collections.abc import Sequence

from callsheet.catalogue.models import Stage
from callsheet.journal.commands import OpenCommand
from callsheet.kit.rows import write_fields
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import Project, StageSpell
from callsheet.projects.samples import Awaited, awaited_samples
from callsheet.projects.staging import Place, stage_after_sample, usual_party
from callsheet.services.causes import Cause
from callsheet.services.entering import SAVED, expect_return
from callsheet.services.following import stir_all
from callsheet.services.staging import move_to_stages, restart_clocks
from callsheet.services.surroundings import Surroundings


def after_sample(command: OpenCommand, projects: Sequence[Project], cause: Cause) -> list[int]:
    """Let those go on that waited for the sample and for no other one; move the days of return of
    the others, and ask for what is missing. The caller has locked the projects' rows.

    Returns the projects that went on, by id. The number of queries does not grow with them.
    """
    going = [project for project in projects if project.status not in ENDED]
    if not going:
        return []
    awaited = awaited_samples([project.pk for project in going])
    # A sample that is taken back, or has come, lets go on; one that is only late does not.
    ready = [p for p in going if _waits(p) and p.pk not in awaited]
    rest = [project for project in going if project not in ready]
    around = Surroundings()
    places = {
        project.pk: Place(stage, usual_party(stage))
        for project in ready
        for stage in [stage_after_sample(project.brief_type)]
    }
    move_to_stages(command, ready, places, around, cause)
    _expect_anew(rest, awaited, around)
    restart_clocks(rest, around)
    stir_all([(project.wallet_id, cause) for project in rest])
    return [project.pk for project in ready]


def _waits(project: Project) -> bool:
    return project.status == Status.IN_PROGRESS and project.stage == Stage.AWAITING_SAMPLE


def _expect_anew(
    projects: Sequence[Project], awaited: dict[int, Awaited], around: Surroundings
) -> None:
    spells = {
        spell.project_id: spell
        for spell in StageSpell.objects.filter(project__in=projects, until__isnull=True)
    }
    moved = []
    for project in projects:
        spell = spells.get(project.pk)
        if spell is None:
            continue
        samples = awaited.get(project.pk)
        if spell.stage == Stage.AWAITING_SAMPLE and samples:
            spell.expected_until = samples.expected_on
        if expect_return(project, spell, samples, around):
            moved.append(project)
    write_fields(moved, SAVED)
    StageSpell.objects.bulk_update(
        [spell for spell in spells.values() if spell.stage == Stage.AWAITING_SAMPLE],
        ["expected_until"],
    )
