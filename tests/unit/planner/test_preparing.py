"""Kernels are compiled beforehand, and work where nothing can be kept of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


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


def test_where_nothing_is_kept_it_is_not_prepared(tmp_path: Path) -> None:
    said = python(
        "from callsheet.planner.preparing import is_prepared; print(is_prepared())",
        NUMBA_CACHE_DIR=str(tmp_path),
    )
    assert said == "False\n"


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
