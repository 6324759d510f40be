"""An import while the planner believes the tables to be empty, as it does when they are counted
while the import has not been committed: joins of three tables then take minutes.
"""

from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from callsheet.kit.actor import IMPORT
from callsheet.postgres import Cluster
from callsheet.postgres.roles import SUPERUSER
from callsheet.services.importing import import_studio

EXAMPLE = Path(__file__).parents[2] / "examples" / "studio"


@pytest.mark.soak
def test_no_statement_of_an_import_is_slow_on_uncounted_tables(
    live_db: str, cluster: Cluster
) -> None:
    with transaction.atomic():
        import_studio(IMPORT, EXAMPLE)
        transaction.set_rollback(True)
    name = live_db.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(cluster.url(name, SUPERUSER), autocommit=True) as superuser:
        superuser.execute("ANALYZE")
        counted = superuser.execute(
            "SELECT reltuples FROM pg_class WHERE relname = 'projects_deliverable'"
        ).fetchone()
    assert counted == (0.0,)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '5s'")
        assert import_studio(IMPORT, EXAMPLE).written
        assert import_studio(IMPORT, EXAMPLE, key="again").written
