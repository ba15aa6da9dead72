"""The commands that make data of what people said of the service's answers: their words, and what they call."""

import argparse
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tinysight.arguments import whole_number
from tinysight.paths import Paths

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name
    Project = Callable[[], Paths]
    from tinysight.feedback.gathered import Gathered

FEEDBACK = "Fetches pictures that the service kept, has people look at them, and adds those that they confirm."
PULL = """\
Copies the records of a service to .tinysight/feedback: new files, and those that have grown. The source is the folder
of TINYSIGHT_CAPTURE_DIR, a copy of it (rsync), or its address in an object store (s3://BUCKET/FOLDER, gs://…).
"""
REVIEW = """\
Writes the pictures that people gave feedback on, and that nobody has decided about yet, as a project of Label Studio.
With --read it reads what Label Studio exported, and remembers what was decided of each picture.
"""
MERGE = """\
Adds the pictures that were decided about to data/raw, each once, with where it came from in manifest.csv, and puts them
under DVC. What is none of the classes stays out. Killed, the same command goes on.
"""


def add_feedback(commands: "Commands", project: "Project") -> None:
    """`tinysight feedback`."""
    feedback = commands.add_parser("feedback", help="pictures and corrections from the service become data",
                                   description=FEEDBACK)  # fmt: skip
    verbs = feedback.add_subparsers(metavar="VERB", required=True)
    pull = verbs.add_parser("pull", help="fetch what the service kept", description=PULL)
    pull.add_argument("source", help="a folder, or s3://… or gs://…")
    pull.set_defaults(run=lambda arguments: _pull(arguments, project()))
    _add_review(verbs, project)
    merge = verbs.add_parser("merge", help="add what was confirmed to data/raw", description=MERGE)
    merge.add_argument("--unreviewed", action="store_true", help="believe feedback that nobody has reviewed")
    merge.add_argument("--group-by-day", action="store_true", help="keep a day's pictures on one side of the split")
    merge.set_defaults(run=lambda arguments: _merge(arguments, project()))


def _add_review(verbs: "Commands", project: "Project") -> None:
    review = verbs.add_parser("review", help="have people look at it in Label Studio", description=REVIEW)
    review.add_argument("out", type=Path, nargs="?", help="a folder that is not there yet, for the project")
    review.add_argument("--pick", choices=("feedback", "doubts", "all"), default="feedback",
                        help="feedback: pictures that somebody spoke of (the default); doubts: also those that the"
                        " model was unsure of; all that was kept")  # fmt: skip
    review.add_argument("--limit", type=whole_number(), metavar="N", help="at most so many, those with feedback first")
    review.add_argument("--read", type=Path, metavar="EXPORT", help="what Label Studio exported: JSON or CSV")
    review.add_argument("--images", type=Path, metavar="DIR", help="the project's folder; default: beside the export")
    review.set_defaults(run=lambda arguments: _review(arguments, project()))


def _pull(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.feedback.gathered import gather
    from tinysight.feedback.pulling import pull

    pulled = pull(arguments.source, paths.feedback)
    notes: list[str] = []
    gathered = gather(paths.feedback, notes.append)
    print(f"{pulled.files:,} files were fetched, {pulled.bytes / 1e6:,.1f} MB.")
    print("\n".join([*_said(gathered), *dict.fromkeys(notes)]))
    return 0


def _said(gathered: "Gathered") -> list[str]:
    from tinysight.records import NONE

    spoken = gathered.spoken_of
    words = Counter(one.feedback.class_name or NONE for one in spoken if one.feedback)
    agreed = sum(one.feedback.class_name == one.capture.class_name for one in spoken if one.feedback)
    lines = [f"Here are {len(gathered.pictures):,} pictures. Of {len(spoken):,} somebody said what they show:"]
    lines += [f"  {count:6,}  {name}" for name, count in words.most_common()]
    lines.append(f"{agreed:,} times that is what was answered.")
    if gathered.lost:
        lines.append(f"{len(gathered.lost):,} more are about pictures that the service had removed.")
    return lines


def _review(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.errors import ConfigError
    from tinysight.feedback.review import read_project, write_project

    if (arguments.out is None) == (arguments.read is None):
        raise ConfigError("Name a folder for the project, or an export with --read; one of the two.")
    if arguments.read is not None:
        print(read_project(paths, arguments.read, arguments.images))
    else:
        print(write_project(paths, arguments.out, pick=arguments.pick, limit=arguments.limit))
    return 0


def _merge(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.feedback.merging import merge

    print(merge(paths, unreviewed=arguments.unreviewed, by_day=arguments.group_by_day))
    return 0
