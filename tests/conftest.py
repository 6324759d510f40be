"""What all tests share: a PostgreSQL of their own, and warnings that count.

A run starts one throw-away server (no fsync, unix socket) with a migrated template database in
it (`tests.template`). Then

* ``db`` tests (``pytest.mark.django_db``) share one clone and roll back what they did;
* ``live_db`` tests commit, in threads and processes too: each gets a fresh clone.

Both speak to the database as the application's role, which owns nothing.
"""

import atexit
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from callsheet.postgres import Cluster
from callsheet.postgres.roles import APPLICATION, OWNER
from tests import in_memory, sharing_out, soak
from tests.connections import name_who_opens

TEMPLATE = "callsheet_template"
SHARED = "callsheet_test"
_PREFIX = "callsheet-test-"

settings.register_profile(
    "fast",
    derandomize=True,
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# `make soak` looks as long as it takes; where it is bounded, a little less deep.
settings.register_profile(
    "soak",
    max_examples=soak.scaled(10_000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


@cache
def own_cluster() -> Cluster:
    """Return this process's server, not yet started; it goes when the process does."""
    _sweep()
    folder = in_memory.folder(_PREFIX)
    # Held as long as this process lives: who can take it may clean up after a killed run.
    owner_lock = (folder / "owner.lock").open("w")
    fcntl.flock(owner_lock, fcntl.LOCK_EX)
    cluster = Cluster(folder, durable=False, settings=in_memory.SETTINGS)

    def remove() -> None:
        cluster.destroy()
        owner_lock.close()

    atexit.register(remove)
    return cluster


def _sweep() -> None:
    """Remove the servers of runs that were killed before they could do so themselves."""
    for folder in chain.from_iterable(p.glob(f"{_PREFIX}*") for p in in_memory.places()):
        try:
            lock_file = folder / "owner.lock"
            # Another run may be about to take its lock; tests that make a folder of their own
            # take none, and use it for minutes.
            if time.time() - folder.stat().st_mtime < (60 if lock_file.exists() else 3600):
                continue
            with lock_file.open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                Cluster(folder, durable=False).destroy()
        except OSError:
            continue  # in use, or another user's


def pytest_configure(config: pytest.Config) -> None:
    """Configure Django for the server of this run, which starts when a test first needs it.

    Where several processes share the tests, each has a server of its own, and the one that hands
    them out needs none: what it set in the environment would reach the others too early.
    """
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        return
    # A terminated run removes its server, as an interrupted one does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cluster = own_cluster()
    os.environ["DATABASE_URL"] = cluster.url(SHARED, APPLICATION)
    os.environ["CALLSHEET_MIGRATION_DATABASE_URL"] = cluster.url(SHARED, OWNER)
    os.environ["DATA_DIR"] = str(cluster.data_dir)
    (cluster.data_dir / "static").mkdir()  # WhiteNoise warns where it is missing
    os.environ["DJANGO_SETTINGS_MODULE"] = "callsheet.config.settings"
    os.environ["SECRET_KEY"] = "only-for-tests-" * 5
    os.environ["CALLSHEET_EMAIL_URL"] = "dummy:"
    os.environ["CALLSHEET_LOG_LEVEL"] = "WARNING"
    import django

    name_who_opens()
    django.setup()
    _make_the_command_line_once()
    _look_for_static_files_once()


def _make_the_command_line_once() -> None:
    """Typer makes some two hundred commands anew at each call, which takes longer than most do."""
    import typer.testing

    from callsheet.cli import main

    main.build = cache(main.build)
    typer.testing._get_command = cache(typer.testing._get_command)


def _look_for_static_files_once() -> None:
    """Each test client makes the middleware anew, and that looks at some two hundred files."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def add(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = add


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand files out in the order into which `pytest_collection_modifyitems` puts them."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # by the number of tests, which says little
    return LoadFileScheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give long tests their time: an hour, unless they say otherwise themselves."""
    if hasattr(config, "workerinput"):
        sharing_out.longest_first(items)
    soaking = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
    for item in items:
        long = soaking or item.get_closest_marker("soak") is not None
        if long and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(3600))
        soak.stop_in_time(item)
    if soak.BOUNDED:  # what runs in no other way comes first: storms, kills
        items.sort(
            key=lambda item: (
                item.get_closest_marker("soak") is None,
                "races" not in item.path.parts,
            )
        )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """In a bounded soak, start no test after the time is up, and say so; share it out till then."""
    items = item.session.items
    soak.begin(len(items) - items.index(item))
    if soak.over():
        pytest.skip(f"SOAK_SECONDS={soak.SECONDS:.0f} are over; `make soak` runs all")


@pytest.fixture(scope="session")
def cluster(django_db_blocker: object) -> Cluster:
    """The server of this run, with a migrated template in it."""
    from tests.template import fill

    cluster = own_cluster()
    cluster.start()
    with django_db_blocker.unblock():
        fill(cluster, TEMPLATE)
    return cluster


@pytest.fixture(scope="session")
def django_db_setup(cluster: Cluster) -> None:
    """Give ``db`` tests their shared clone, spoken to as the application's role."""
    cluster.ensure_database(SHARED, template=TEMPLATE)


_numbers = count(1)


@pytest.fixture
def live_db(
    cluster: Cluster, django_db_blocker: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A fresh database for tests that commit; yields the application role's URL.

    Django's default connection speaks to it in every thread, and so do processes that inherit
    the environment. Threads close their own connections.
    """
    from callsheet.config.databases import default_points_at

    name = f"callsheet_live_{next(_numbers)}"
    cluster.ensure_database(name, template=TEMPLATE)
    url = cluster.url(name, APPLICATION)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("CALLSHEET_MIGRATION_DATABASE_URL", cluster.url(name, OWNER))
    try:
        with django_db_blocker.unblock(), default_points_at(url):
            yield url
    finally:
        cluster.drop_database(name)


@pytest.fixture
def owner_url(live_db: str) -> str:
    """The same fresh database for the role that owns the tables (negative controls)."""
    return live_db.replace(f"//{APPLICATION}@", f"//{OWNER}@")


@pytest.fixture
def assets_folder(tmp_path: Path, settings: object) -> Path:
    """A folder of this test alone in which assets are kept."""
    storages = settings.STORAGES
    options = {**storages["default"]["OPTIONS"], "location": str(tmp_path)}
    settings.STORAGES = {**storages, "default": {**storages["default"], "OPTIONS": options}}
    return tmp_path


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What pages of the test before have read of its settings is not this test's."""
    from callsheet.kit.once import forget

    forget()
