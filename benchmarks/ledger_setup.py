"""The server, tables and rows that the ledger's benchmark moves credits in.

A cluster of its own with fsync on, as in production. Three databases: Callsheet's, migrated as an
installation is, with the tables of the barest ledger beside its own; django-hordak's, migrated by
itself.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.ledger_submit import COPY, DRAFTS, MORE_TABLES
from callsheet.postgres import Cluster
from callsheet.postgres.cluster import temporary_folder
from callsheet.postgres.roles import APPLICATION, OWNER

WALLETS = 1000
CREDITS = 1_000_000
CALLSHEET = "callsheet"
HORDAK = "hordak"

BARE = """
CREATE TABLE bare_wallet (
    id bigint PRIMARY KEY, available integer NOT NULL, held integer NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE bare_transfer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind varchar(10) NOT NULL,
    amount integer NOT NULL, at timestamptz NOT NULL
);
CREATE TABLE bare_posting (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, transfer_id bigint NOT NULL,
    wallet_id bigint NOT NULL, bucket varchar(10) NOT NULL, amount integer NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON bare_wallet, bare_transfer, bare_posting TO callsheet_app;
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the benchmark runs: the cluster, the addresses, the first wallet's number."""

    cluster: Cluster
    callsheet_url: str
    hordak_url: str
    first_wallet: int
    first_account: int


@contextmanager
def ground() -> Iterator[Ground]:
    """Make everything, and take it away again."""
    cluster = Cluster(
        temporary_folder("callsheet-bench-"),
        # A checkpoint in the middle would slow whoever has its turn then.
        settings={"max_wal_size": "8GB", "checkpoint_timeout": "1h", "max_connections": "300"},
    )
    cluster.start()
    try:
        for name in (CALLSHEET, HORDAK):
            cluster.ensure_database(name)
        first = _callsheet(cluster)
        account = _hordak(cluster)
        yield Ground(
            cluster,
            cluster.url(CALLSHEET, APPLICATION),
            cluster.url(HORDAK, OWNER),
            first,
            account,
        )
    finally:
        cluster.destroy()


def environment(url: str, settings: str, owner_url: str = "") -> dict[str, str]:
    """The environment of a process that speaks to the database at ``url``."""
    return {
        **os.environ,
        "DATABASE_URL": url,
        "CALLSHEET_MIGRATION_DATABASE_URL": owner_url or url,
        "DJANGO_SETTINGS_MODULE": settings,
        "SECRET_KEY": "only-for-benchmarks-" * 3,
        "CALLSHEET_LOG_LEVEL": "ERROR",
        "CALLSHEET_EMAIL_URL": "dummy:",
        "DATA_DIR": str(Path(__file__).parent),
        "PYTHONWARNINGS": "ignore",
    }


def _callsheet(cluster: Cluster) -> int:
    owner = cluster.url(CALLSHEET, OWNER)
    settings = environment(cluster.url(CALLSHEET, APPLICATION), "callsheet.config.settings", owner)
    subprocess.run(
        [sys.executable, "-m", "callsheet", "db", "migrate", "--json"],
        env=settings, check=True, capture_output=True,
    )  # fmt: skip
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(BARE.encode())
        connection.execute(
            "INSERT INTO bare_wallet SELECT n, %s, 0 FROM generate_series(1, %s) n",
            (CREDITS, WALLETS),
        )
        connection.execute(
            "INSERT INTO tenants_account (key, name, time_zone, country, currency, created_at,"
            " type, status, ended_reason, release_policy, needs_approval, shares_briefs)"
            " SELECT 'bench-' || n, 'Bench ' || n, 'UTC', '', 'EUR', now(), 'standalone', 'active',"
            " '', 'per_project', false, false FROM generate_series(1, %s) n",
            (WALLETS,),
        )
        connection.execute(
            "INSERT INTO credits_domain (borrowing) SELECT false FROM generate_series(1, %s)",
            (WALLETS,),
        )
        connection.execute(
            "INSERT INTO credits_wallet (account_id, domain_id, billing, policy, issued, available,"
            " held, consumed, expired, net_in, overdraft, lent, borrowed, floor, may_borrow,"
            " may_lend, seq, head)"
            " SELECT a.id, d.id, 'subscription', 'backfill', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,"
            " decode(repeat('00', 32), 'hex')"
            " FROM (SELECT id, row_number() OVER (ORDER BY id) n FROM tenants_account) a"
            " JOIN (SELECT id, row_number() OVER (ORDER BY id) n FROM credits_domain) d USING (n)"
            " ORDER BY a.id"
        )
        row = connection.execute("SELECT min(id), max(id) FROM credits_wallet").fetchone()
        assert row is not None
        assert row[1] - row[0] == WALLETS - 1
        connection.execute(
            "SELECT callsheet_post_v2(NULL, 'bench', 'adjust', 'opening', '\\x00', ("
            "SELECT jsonb_agg(jsonb_build_object("
            "'kind', 'adjust', 'amount', %s::int, 'source', id))"
            " FROM credits_wallet), now(), NULL)",
            (CREDITS,),
        )
        connection.execute(MORE_TABLES.encode())
        made = subprocess.run(
            [sys.executable, "-m", "benchmarks.ledger_submit"],
            env=settings, check=True, capture_output=True, text=True,
        )  # fmt: skip
        template = int(made.stdout.split()[0])
        connection.execute(COPY.format(drafts=DRAFTS, template=template).encode())
        connection.execute("VACUUM ANALYZE")
    return int(row[0])


def _hordak(cluster: Cluster) -> int:
    url = cluster.url(HORDAK, OWNER)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ledger_hordak", str(WALLETS)],
        env=environment(url, "benchmarks.ledger_hordak"),
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return int(done.stdout.split()[-1])
