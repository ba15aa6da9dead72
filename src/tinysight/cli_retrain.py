"""The command that retrains: its words, and what it calls."""

import argparse
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from tinysight.paths import Paths

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name
    Project = Callable[[], Paths]

RETRAIN = """\
Pulls pictures and earlier results from DVC's remote, runs the pipeline, compares with what is in production, and
pushes. Nothing is released unless --promote asks for it.
"""
CODES = """\
exit codes: 0 nothing new, or released; 10 a better model waits; 11 a new model is not shown to be better;
12 the new model must not be released; 1 it failed; 75 another retraining is at work
"""


def add_retrain(commands: "Commands", project: "Project") -> None:
    """`tinysight retrain`."""
    command = commands.add_parser(
        "retrain", help="pull, run the pipeline, judge, push: what CI does", description=RETRAIN, epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    command.add_argument("--promote", action="store_true", help="release what the gate lets pass")
    command.add_argument("--quiet", action="store_true", help="print only how it ended; the log has the rest")
    command.add_argument("--json", action="store_true", help="for programs: print only how it ended, as JSON")
    command.add_argument("--exit-zero", action="store_true", help="0 for every ending but 1 and 75")
    command.set_defaults(run=lambda arguments: _retrain(arguments, project()))


def _retrain(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.retraining.identity import forget_empty_variables
    from tinysight.retraining.outcome import FAILURES
    from tinysight.retraining.run import retrain

    forget_empty_variables()
    signal.signal(signal.SIGTERM, _stopped)  # so that what it started is stopped too
    outcome = retrain(paths, promote=arguments.promote, quiet=arguments.quiet or arguments.json)
    if arguments.json:
        print(outcome.as_json())
    elif arguments.quiet or outcome.ending == "busy":
        print(outcome.line(), file=sys.stderr if outcome.ending in FAILURES else sys.stdout)
    return 0 if arguments.exit_zero and outcome.ending not in FAILURES else outcome.code


def _stopped(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
