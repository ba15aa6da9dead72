"""`tinysight predict`: its words, and what they call."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tinysight.arguments import whole_number
from tinysight.paths import Paths

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name
    Project = Callable[[], Paths]

PREDICT = """\
Classifies pictures without a server: a JSON line for each, or with --out a table of all of them, made on all cores.
Stopped or killed, the same command goes on where it was. Ends with 1 if a picture could not be classified; the table's
column `error` says why.
"""
WHAT = """\
a picture; a folder, for all pictures below it; a pattern in quotes ('photos/**/*.jpg'); a table (.csv, .tsv, .parquet)
with a column of paths, or a .txt file with a path in each line, both from where they lie; or - for such lines on the
standard input
"""


def add_predict(commands: "Commands", project: "Project") -> None:
    """`tinysight predict`."""
    command = commands.add_parser("predict", help="classify pictures without a server, as JSON lines or a table",
                                  description=PREDICT)  # fmt: skip
    command.add_argument("what", nargs="+", metavar="WHAT", help=WHAT)
    command.add_argument("--model", default="", help="a model.onnx, a bundle's folder or models:/NAME@ALIAS; default:"
                         " TINYSIGHT_MODEL, else the production version of this project's registry")  # fmt: skip
    command.add_argument("--column", default="", metavar="NAME", help="which column of a table holds the paths")
    table = command.add_argument_group("a table of all answers")
    table.add_argument("--out", type=Path, metavar="FILE", help="write it here: .parquet, .csv or .jsonl")
    table.add_argument(
        "--workers", type=whole_number(1000), default=0, metavar="N", help="processes; default: one for each core"
    )
    table.add_argument("--overwrite", action="store_true", help="replace FILE, and what was left unfinished for it")
    command.set_defaults(run=lambda arguments: (_table if arguments.out else _lines)(arguments, project))


def _lines(arguments: argparse.Namespace, project: "Project") -> int:
    from tinysight.classifier import Classifier, prediction_line
    from tinysight.named_model import named_model
    from tinysight.scoring.listing import list_pictures

    classifier = Classifier.load(named_model(arguments.model, project))
    failed = False
    for picture in list_pictures(arguments.what, arguments.column):
        line = prediction_line(picture.place, classifier) | {"file": picture.file}
        failed |= "error" in line
        print(json.dumps(line, ensure_ascii=False))
    return 1 if failed else 0


def _table(arguments: argparse.Namespace, project: "Project") -> int:
    from tinysight.named_model import named_model
    from tinysight.scoring.answer_tables import check_table
    from tinysight.scoring.listing import list_pictures
    from tinysight.scoring.model_file import open_model
    from tinysight.scoring.table_of_answers import write_answers

    check_table(arguments.out)
    model = open_model(named_model(arguments.model, project))
    try:
        outcome = write_answers(list_pictures(arguments.what, arguments.column), model, arguments.out,
                                workers=arguments.workers, overwrite=arguments.overwrite)  # fmt: skip
    except KeyboardInterrupt:
        print("stopped: the same command goes on from here", file=sys.stderr)
        return 130
    failed = f", {outcome.failed:,} of them failed: see its column error" if outcome.failed else ""
    print(f"{arguments.out}: {outcome.pictures:,} pictures{failed}")
    return 1 if outcome.failed else 0
