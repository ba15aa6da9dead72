"""`tinysight drift`: its words, and what it calls."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tinysight.arguments import whole_number
from tinysight.paths import Paths

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name
    Project = Callable[[], Paths]

DRIFTED = 3  # the exit code, so that a scheduler can tell drift from an error
DRIFT = f"""\
Compares pictures with those that a version was judged on, without labels: light, sharpness, colour, size, layout, the
model's confidence, the classes that it names. Prints what has changed and how sure that is, and writes a page with
pictures of both. Ends with 0 if no change is seen, {DRIFTED} if the pictures have changed, 1 if they cannot be
compared.
"""
WHAT = """\
a folder in which a service keeps pictures (TINYSIGHT_CAPTURE_DIR, or what `tinysight feedback pull` fetched), or
pictures as `tinysight predict` takes them: files, folders, patterns in quotes, tables, lists
"""


def add_drift(commands: "Commands", project: "Project") -> None:
    """`tinysight drift`."""
    command = commands.add_parser("drift", help="do pictures still look like those that a model was judged on?",
                                  description=DRIFT)  # fmt: skip
    command.add_argument("what", nargs="+", metavar="WHAT", help=WHAT)
    command.add_argument("--model", default="", help="a bundle's folder or models:/NAME@ALIAS; default:"
                         " TINYSIGHT_MODEL, else the production version of this project's registry")  # fmt: skip
    command.add_argument(
        "--last", type=whole_number(1_000_000), default=1000, metavar="N", help="only the newest; default: 1000"
    )
    command.add_argument("--column", default="", metavar="NAME", help="which column of a table holds the paths")
    command.add_argument("--shares", choices=("fixed", "free"), default="fixed", help="free: classes may come in other"
                         " shares than among the labelled pictures; default: fixed")  # fmt: skip
    command.add_argument("--false-alarms", type=_chance, default=0.01, metavar="P", help="how often to be wrong where"
                         " nothing has changed; default: 0.01")  # fmt: skip
    command.add_argument("--report", type=Path, metavar="FILE", help="where the page goes; default: reports/drift.html"
                         " in a project, else none")  # fmt: skip
    command.add_argument("--json", action="store_true", help="print the figures as JSON")
    command.set_defaults(run=lambda arguments: _drift(arguments, project))


def _chance(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 1e-4 <= number <= 0.5:  # a rarer one takes minutes of random picks to show
        raise argparse.ArgumentTypeError(f"between 0.0001 and 0.5; received {text}")
    return number


def _drift(arguments: argparse.Namespace, project: "Project") -> int:
    from tinysight.drifting.judged import judge
    from tinysight.drifting.outcome import as_json, as_text
    from tinysight.drifting.traffic import open_traffic
    from tinysight.named_model import named_model

    traffic = open_traffic(arguments.what, last=arguments.last, column=arguments.column)
    bundle = named_model(arguments.model, project)
    judged = judge(bundle, traffic, false_alarms=arguments.false_alarms, shares=arguments.shares)
    report = arguments.report or _report()
    if report:
        from tinysight.drifting.page import write_page

        write_page(report, judged)
    if arguments.json:
        print(json.dumps(as_json(judged) | {"report": str(report) if report else None}, ensure_ascii=False, indent=1))
    else:
        print(as_text(judged) + (f"\n{report} shows it." if report else ""))
    return DRIFTED if judged.comparison.drifted else 0


def _report() -> Path | None:
    paths = Paths(Path.cwd())
    return paths.drift if paths.conf.is_dir() else None
