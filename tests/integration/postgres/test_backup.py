"""Backups on a real server: there and back, and what is refused."""

import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from callsheet.postgres import Cluster, ClusterError
from callsheet.postgres.backup import backup, restore_embedded, restore_into
from callsheet.postgres.roles import APPLICATION, DATABASE, OWNER, SUPERUSER
from tests import in_memory


@pytest.fixture
def studio() -> Iterator[Cluster]:
    cluster = Cluster(in_memory.folder("callsheet-test-"), durable=False)
    try:
        cluster.start()
        cluster.ensure_database()
        with psycopg.connect(cluster.url(role=OWNER)) as connection:
            connection.execute("CREATE TABLE diary AS SELECT 'before' AS text")
            connection.execute(f"GRANT SELECT ON diary TO {APPLICATION}")
        yield cluster
    finally:
        cluster.destroy()


def diary(cluster: Cluster, dbname: str = DATABASE, role: str = OWNER) -> list[str]:
    with psycopg.connect(cluster.url(dbname, role)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM diary")]


def test_there_and_back(studio: Cluster, tmp_path: Path) -> None:
    """Contents, owner and rights come back; what was there since is kept beside."""
    file = tmp_path / "studio.dump"
    size = backup(studio.url(DATABASE, SUPERUSER), file)
    assert size == file.stat().st_size > 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with psycopg.connect(studio.url(role=OWNER)) as connection:
        connection.execute("UPDATE diary SET text = 'after'")

    bystander = psycopg.connect(studio.url())  # is sent away, does not stop it
    former = restore_embedded(studio, file)
    bystander.close()

    assert former is not None
    assert diary(studio, role=APPLICATION) == ["before"]
    assert diary(studio, former) == ["after"]
    with (
        psycopg.connect(studio.url()) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DELETE FROM diary")


def test_a_file_that_is_no_backup_changes_nothing(studio: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "studio.dump"
    file.write_text("no backup")
    with pytest.raises(ClusterError, match="could not be restored"):
        restore_embedded(studio, file)
    assert diary(studio) == ["before"]
    with studio.superuser() as connection:
        names = [n for (n,) in connection.execute("SELECT datname FROM pg_database")]
    assert [name for name in names if name.startswith("callsheet_")] == []


def test_a_database_of_ones_own_must_be_empty(studio: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "studio.dump"
    backup(studio.url(role=OWNER), file)
    with pytest.raises(ClusterError, match="1 tables already"):
        restore_into(studio.url(role=OWNER), file)
    studio.ensure_database("elsewhere")
    restore_into(studio.url("elsewhere", OWNER), file)
    assert diary(studio, "elsewhere") == ["before"]


def test_a_failed_backup_leaves_the_former_one(studio: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "studio.dump"
    file.write_text("the former one")
    with pytest.raises(ClusterError, match="backup failed"):
        backup(studio.url("no_such_database", SUPERUSER), file)
    assert file.read_text() == "the former one"
    assert list(tmp_path.iterdir()) == [file]
