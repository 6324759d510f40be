"""PSPLIB's files, read and planned: the smallest that shows each rule."""

import pytest

from callsheet.planner import psplib
from callsheet.planner.plan import Status
from callsheet.planner.problem import ProblemError
from callsheet.planner.solve import solve

STARS = "*" * 20
# Jobs 2, 3 and 4 of 3, 4 and 2 days need 2, 3 and 2 of 4; job 4 comes after job 2. Job 3 fits
# beside none of the others, so it takes 3 + 2 + 4 = 9 days in all.
FILE = f"""{STARS}
jobs (incl. supersource/sink ):  5
{STARS}
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        1          1           4
   3        1          1           5
   4        1          1           5
   5        1          0
{STARS}
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------
  1      1     0       0    0
  2      1     3       2    0
  3      1     4       3    1
  4      1     2       2    1
  5      1     0       0    0
{STARS}
RESOURCEAVAILABILITIES:
  R 1  R 2
    4    1
{STARS}
"""


def test_the_makespan_is_proved() -> None:
    problem = psplib.read(FILE)
    plan = solve(problem, iterations=100)
    assert plan.status is Status.OPTIMAL
    assert psplib.makespan(problem, plan) == 9


def test_with_more_of_the_first_resource_it_is_shorter() -> None:
    # With 5, job 2 runs beside job 3; job 4 waits for R 2 until day 4 and ends on day 6.
    problem = psplib.read(FILE.replace("    4    1\n", "    5    1\n"))
    assert psplib.makespan(problem, solve(problem, iterations=100)) == 6


@pytest.mark.parametrize(
    ("change", "to", "said"),
    [
        ("PRECEDENCE RELATIONS", "PRECEDENCES", "is missing"),
        ("   2        1          1           4", "   2        1          2           4", "of 2"),
        ("   3        1          1           5", "   3        2          1           5", "2 modes"),
        ("  4      1     2       2    1", "  4      1     2       2", "1 of 2 things"),
        ("  4      1     2       2    1", "  4      1     0       2    1", "takes no time"),
        ("    4    1\n", "", "one row of capacities"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(change: str, to: str, said: str) -> None:
    with pytest.raises(ProblemError, match=said):
        psplib.read(FILE.replace(change, to))
