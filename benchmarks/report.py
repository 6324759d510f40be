"""How every benchmark measures and prints: interleaved rounds, medians and quartiles, bars.

``python -m benchmarks.NAME`` prints tables, with ``--json`` one object
``{"benchmark", "figures", "bars": [{"name", "value", "bar", "holds"}]}``. A bar that does not
hold is printed as such, with its note; the exit code stays 0, because a figure is not a failure.
"""

import gc
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter

from rich.console import Console
from rich.table import Table


def interleaved(
    rounds: int,
    tasks: Mapping[str, Callable[[], object]],
    clock: Callable[[], float] = perf_counter,
) -> dict[str, list[float]]:
    """Seconds of every task in every round; each round runs all tasks, one after the other.

    So a machine that becomes slower for a while is slower for all of them. One round before is
    thrown away; the garbage collector waits while a task runs. ``clock`` is elapsed time unless
    something else is given; ``time.process_time`` suits what neither waits nor starts processes.
    """
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for number in range(rounds + 1):
        for name, task in tasks.items():
            gc.collect()
            gc.disable()
            try:
                begin = clock()
                task()
                took = clock() - begin
            finally:
                gc.enable()
            if number:
                seconds[name].append(took)
    return seconds


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured quantity: its median, and the quartiles over the rounds."""

    name: str
    unit: str
    median: float
    q1: float
    q3: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit that was set before measuring. ``note`` says why, where it does not hold."""

    name: str
    value: float
    bar: str
    holds: bool
    note: str = ""


@dataclass(slots=True)
class Report:
    """What a benchmark found; ``show`` prints it."""

    benchmark: str
    figures: list[Figure] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)

    def figure(self, name: str, values: Sequence[float], unit: str) -> float:
        """Note a figure from the values of all rounds. Returns the median."""
        middle = median(values)
        if len(values) == 1:
            q1 = q3 = middle
        else:
            q1, _, q3 = quantiles(values, n=4)
        self.figures.append(Figure(name, unit, middle, q1, q3, len(values)))
        return middle

    def at_most(self, name: str, value: float, limit: float, note: str = "") -> None:
        """Note a bar that holds where ``value`` is not above ``limit``."""
        self.bars.append(Bar(name, value, f"≤ {limit:g}", value <= limit, note))

    def at_least(self, name: str, value: float, limit: float, note: str = "") -> None:
        """Note a bar that holds where ``value`` is not below ``limit``."""
        self.bars.append(Bar(name, value, f"≥ {limit:g}", value >= limit, note))

    def show(self, arguments: Sequence[str] | None = None) -> None:
        """Print everything: as JSON where the arguments (by default the program's) ask for it."""
        if "--json" in (sys.argv[1:] if arguments is None else arguments):
            print(json.dumps(self.as_json(), ensure_ascii=False))
            return
        console = Console()
        figures = Table(title=self.benchmark, title_justify="left")
        figures.add_column("figure")
        for heading in ("median", "quartiles", "unit", "rounds"):
            figures.add_column(heading, justify="left" if heading == "unit" else "right")
        for figure in self.figures:
            quartiles = f"{figure.q1:,.4g} … {figure.q3:,.4g}"
            middle = f"{figure.median:,.4g}"
            figures.add_row(figure.name, middle, quartiles, figure.unit, str(figure.rounds))
        console.print(figures)
        if self.bars:
            bars = Table(title="bars", title_justify="left")
            bars.add_column("bar")
            for heading in ("value", "limit"):
                bars.add_column(heading, justify="right")
            bars.add_column("")
            for bar in self.bars:
                said = "holds" if bar.holds else f"does not hold. {bar.note}".strip()
                bars.add_row(bar.name, f"{bar.value:,.3g}", bar.bar, said)
            console.print(bars)

    def as_json(self) -> dict[str, object]:
        """Everything as plain values: names, numbers, and whether each bar holds."""
        return {
            "benchmark": self.benchmark,
            "figures": [
                {
                    "name": figure.name,
                    "unit": figure.unit,
                    "median": figure.median,
                    "q1": figure.q1,
                    "q3": figure.q3,
                    "rounds": figure.rounds,
                }
                for figure in self.figures
            ],
            "bars": [
                {"name": bar.name, "value": bar.value, "bar": bar.bar, "holds": bar.holds}
                | ({"note": bar.note} if bar.note and not bar.holds else {})
                for bar in self.bars
            ],
        }
