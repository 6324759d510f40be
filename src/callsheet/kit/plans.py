"""Plans that PostgreSQL keeps, and who does not want them kept."""

from __future__ import annotations

from django.db import connection


def plan_each_call() -> None:
    """Until the transaction ends, plan each statement anew: for one that fills tables itself.

    Kept plans are made anew when statistics are; what a transaction has not committed is in none.
    Planned while a table was empty, a statement would read all of it for each further row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")
