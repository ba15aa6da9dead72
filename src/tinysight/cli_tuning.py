"""The command that looks for better values: its words, and what it calls."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from tinysight.arguments import whole_number
from tinysight.paths import Paths

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name
    Project = Callable[[], Paths]

TUNE = """\
Trains a candidate with other values, those that conf/tune names, and judges each on val; test is never read. The first
trial is the candidate as it is. Stopped or killed, the same command goes on. At its end it writes an experiment for
`dvc exp run` with the best values, and changes nothing of the pipeline.
"""


def add_tune(commands: "Commands", project: "Project") -> None:
    """`tinysight tune`."""
    command = commands.add_parser("tune", help="look for better values of a candidate", description=TUNE)
    command.add_argument("candidate", metavar="CANDIDATE", help="a name under models in params.yaml, such as svm")
    command.add_argument(
        "--trials", type=whole_number(), default=30, metavar="N", help="how many in all, 30 by default"
    )
    command.add_argument("--minutes", type=_above_0, metavar="M", help="start no trial after so many minutes")
    command.add_argument(
        "--epochs", type=whole_number(), metavar="E", help="of a network in each trial; else train.epochs"
    )
    command.set_defaults(run=lambda arguments: _tune(arguments, project))


def _tune(arguments: argparse.Namespace, project: "Project") -> int:
    from tinysight.tuning.tune import Wish, tune

    wish = Wish(arguments.candidate, arguments.trials, arguments.minutes, arguments.epochs)
    print(tune(project(), wish))
    return 0


def _above_0(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number above 0; received {word}")
    return number
