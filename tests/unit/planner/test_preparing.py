"""Kernels are compiled beforehand, and work where nothing can be kept of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from callsheet.planner.kernels.keeping import is_fresh, sum_of


def python(code: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True,
        env=os.environ | env,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_a_folder_to_write_kernels_work_all_the_same() -> None:
    python(
        "from numba.core.caching import CacheImpl\n"
        "CacheImpl._locator_classes = []\n"
        "from callsheet.planner.kernels.costs import cost_at\n"
        "assert cost_at.stats.cache_path is None\n"
        "assert cost_at(0, 5, 0, 3, 10.0, 1.0, 99) == 25\n"
        "from callsheet.planner.preparing import is_prepared\n"
        "assert not is_prepared()\n"
    )


def test_without_compiling_kernels_are_plain_functions() -> None:
    python(
        "from callsheet.planner.kernels.costs import cost_at\n"
        "assert cost_at(0, 5, 0, 3, 10.0, 1.0, 99) == 25\n",
        NUMBA_DISABLE_JIT="1",
    )


def test_where_nothing_is_kept_it_is_not_prepared(tmp_path: Path) -> None:
    said = python(
        "from callsheet.planner.preparing import is_prepared; print(is_prepared())",
        NUMBA_CACHE_DIR=str(tmp_path),
    )
    assert said == "False\n"


KEPT = """
import pickle
from pathlib import Path
import numba
from callsheet.planner.kernels import keeping
from callsheet.planner.kernels.costs import cost_at
assert cost_at(0, 5, 0, 3, 10.0, 1.0, 99) == 25
folder = Path(cost_at.stats.cache_path)
print(sum(cost_at.stats.cache_hits.values()))
"""


def test_what_is_kept_is_used(tmp_path: Path) -> None:
    assert python(KEPT, NUMBA_CACHE_DIR=str(tmp_path)) == "0\n"
    assert python(KEPT, NUMBA_CACHE_DIR=str(tmp_path)) == "1\n"


def test_what_is_kept_of_other_sources_is_compiled_again(tmp_path: Path) -> None:
    """As after an upgrade: of a class that there is no longer, numba could not read it."""
    spoil = (
        f"{KEPT}\n"
        "class Gone: ...\n"
        "Gone.__module__, Gone.__qualname__ = 'callsheet.planner.kernels.yard', 'Gone'\n"
        "from callsheet.planner.kernels import yard\n"
        "yard.Gone = Gone\n"
        "for index in folder.glob('*.nbi'):\n"
        "    index.write_bytes(pickle.dumps(numba.__version__) + pickle.dumps((Gone, {})))\n"
        "(folder / keeping.NAME).write_text('of other sources')\n"
    )
    python(spoil, NUMBA_CACHE_DIR=str(tmp_path))
    assert python(KEPT, NUMBA_CACHE_DIR=str(tmp_path)) == "0\n"
    assert python(KEPT, NUMBA_CACHE_DIR=str(tmp_path)) == "1\n"


def test_every_source_counts(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("A = 1")
    (tmp_path / "b.py").write_text("B = 1")
    one = sum_of(tmp_path)
    assert sum_of(tmp_path) == one
    (tmp_path / "b.py").write_text("B = 2")
    other = sum_of(tmp_path)
    (tmp_path / "b.py").rename(tmp_path / "c.py")
    assert len({one, other, sum_of(tmp_path)}) == 3


def test_what_may_not_be_thrown_away_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "of_others.nbi").mkdir()
    assert not is_fresh(tmp_path)


@pytest.mark.soak
def test_every_kernel_is_compiled_beforehand(tmp_path: Path) -> None:
    said = python(
        "import pkgutil\n"
        "from importlib import import_module\n"
        "import callsheet.planner.kernels as kernels\n"
        "from callsheet.planner.preparing import is_prepared, prepare\n"
        "prepare()\n"
        "assert is_prepared()\n"
        "for found in pkgutil.iter_modules(kernels.__path__, kernels.__name__ + '.'):\n"
        "    for name, kernel in vars(import_module(found.name)).items():\n"
        "        if not hasattr(kernel, 'signatures'):\n"
        "            continue\n"
        "        woven = kernel.targetoptions.get('inline') == 'always'\n"
        "        if bool(kernel.signatures) == woven:\n"
        "            print(found.name, name)\n"
        "        if name in ('serve', 'serve_alone', 'advance', 'look_ahead', 'reserve'):\n"
        "            assert len(kernel.signatures) <= 1, f'{name} is compiled for constants'\n",
        NUMBA_CACHE_DIR=str(tmp_path),
    )
    assert said == ""
