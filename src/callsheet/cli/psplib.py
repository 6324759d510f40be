"""``callsheet psplib``: plan an instance of PSPLIB, to compare the planner with known results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from callsheet.cli.compiling import compile_planner
from callsheet.cli.output import Json, show
from callsheet.cli.plan_search import SearchSeed, TimeLimit
from callsheet.kit.errors import Refused


def psplib(
    file: Annotated[Path, typer.Argument(help="A single-mode instance: an .sm file.")],
    time_limit: TimeLimit = 10.0,
    seed: SearchSeed = 0,
    json: Json = False,
) -> None:
    """Plan an instance of PSPLIB for the shortest makespan."""
    from callsheet.planner import psplib
    from callsheet.planner.problem import ProblemError
    from callsheet.planner.solve import solve

    try:
        problem = psplib.read(file.read_text(encoding="utf-8"))
    except OSError as error:
        said = f"{file} cannot be read: {error.strerror}."
        raise Refused("unreadable", said, field="file") from None
    except UnicodeDecodeError:
        raise Refused("unreadable", f"{file} is not a text file.", field="file") from None
    except ProblemError as error:
        raise Refused("bad_instance", f"{error}.", field="file") from None
    compile_planner()
    plan = solve(problem, time_limit=time_limit, seed=seed)
    answer = {
        "makespan": psplib.makespan(problem, plan),
        "lower_bound": max(0, -int(-(plan.lower_bound - 1) // 1)),
        "status": plan.status.value,
        "seconds": plan.seconds,
        "starts": dict(sorted(plan.starts.items())),
    }
    proved = "proved shortest" if answer["status"] == "optimal" else "not proved shortest"
    show(
        answer,
        json=json,
        human=lambda out: out.print(
            f"makespan {answer['makespan']}, {proved}; at least {answer['lower_bound']}"
        ),
    )
