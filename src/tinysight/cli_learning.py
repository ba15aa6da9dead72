"""The command that says whether more or larger pictures would help: its words, and what it calls."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from tinysight.paths import Paths

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name
    Project = Callable[[], Paths]

LEARNING = """\
Trains the chosen candidate and the SVM on an eighth, a quarter and half of the train pictures, and the chosen one on
all of them at half and at twice the image size, and judges each on val. It takes about six times as long as the
chosen candidate's own training, most of it at twice the size. Each trial is kept in reports/learning.json as it comes,
so that a run that was stopped goes on where it was; one that fails is tried again by the next run. At the end
reports/verdict.html shows what was found. Nothing else of the pipeline changes.
"""


def add_learning(commands: "Commands", project: "Project") -> None:
    """`tinysight learning-curve`."""
    command = commands.add_parser(
        "learning-curve", help="would more pictures help, or larger ones?", description=LEARNING
    )
    command.set_defaults(run=lambda _: _learning_curve(project))


def _learning_curve(project: "Project") -> int:
    from tinysight.trials.learning_curve import learning_curve

    print(learning_curve(project()))
    return 0
