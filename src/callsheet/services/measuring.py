"""Measuring, every night, how long stages really take; commands read what was measured."""

from __future__ import annotations

from django.db import transaction

from callsheet.catalogue.models import StageTime
from callsheet.insight.stage_history import measure, read_history
from callsheet.kit import clock
from callsheet.kit.once import read_anew


def measure_stage_times() -> int:
    """Measure the studio's finished projects and keep the figures; for a job.

    Safe to run twice and on several workers: whoever comes last writes the same. A command that has
    this done goes by the new figures from here on. Returns the number of figures kept.
    """
    now = clock.now()
    figures = measure(read_history())
    rows = [
        StageTime(
            brief_type=brief_type, stage=stage, size=size, p50_days=known.p50, p80_days=known.p80,
            n=known.n, measured_at=now,
        )
        for (brief_type, stage, size), known in sorted(figures.items())
    ]  # fmt: skip
    with transaction.atomic():
        StageTime.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["brief_type", "stage", "size"],
            update_fields=["p50_days", "p80_days", "n", "measured_at"],
        )
        StageTime.objects.filter(measured_at__lt=now).delete()
    read_anew()
    return len(rows)
