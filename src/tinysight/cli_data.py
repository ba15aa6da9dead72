"""The commands that bring pictures in and send them to a labelling tool: their words, and what they call."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tinysight.arguments import whole_number
from tinysight.paths import Paths

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name
    Project = Callable[[], Paths]

IMPORT = """\
Brings labelled pictures into data/raw, puts them under DVC, describes them in conf/dataset/mine.yaml and makes them
the data set of every later command. The format is found out: a folder for each class; folders train, val and test;
a table (CSV, Parquet) of paths and labels; LabelImg (Pascal VOC, YOLO); CVAT; Roboflow; Label Studio; arrays in an
.npz file; and a zip or tar file of any of these. Killed at any moment, the same command goes on where it stopped.
"""
SAMPLES = """\
Writes pictures of the data set with their labels for a labelling tool. What comes back from it is taken with
`tinysight import EXPORT --update`: a picture is known by its content, whatever it is called then.
"""
FORMATS = ("folder", "divided", "manifest", "labelimg", "cvat", "roboflow", "label_studio", "arrays")


def add_import(commands: "Commands", project: "Project") -> None:
    """`tinysight import`."""
    command = commands.add_parser("import", help="bring labelled pictures of any format into data/raw",
                                  description=IMPORT)  # fmt: skip
    command.add_argument("source", type=Path, help="a folder, a label file, or a zip or tar file")
    command.add_argument("--dry-run", action="store_true", help="show what is found and what would be done; do nothing")
    command.add_argument("--link", action="store_true", help="link the files instead of copying them")
    merge = command.add_mutually_exclusive_group()
    merge.add_argument("--add", action="store_true", help="add to the pictures that data/raw already holds")
    merge.add_argument("--update", action="store_true",
                       help="the same, and give known pictures the source's class, side and group")  # fmt: skip
    merge.add_argument("--replace", action="store_true", help="put these pictures in the place of data/raw's")
    _add_source_options(command.add_argument_group("what the source is, where it is not clear"))
    command.set_defaults(run=lambda arguments: _import(arguments, project()))


def _add_source_options(group: "argparse._ArgumentGroup") -> None:
    group.add_argument("--format", choices=FORMATS, default="", help="default: what its content says")
    group.add_argument("--columns", default="", metavar="path=…,label=…,split=…,group=…",
                       help="what a table calls them; any of the four")  # fmt: skip
    group.add_argument("--images", default="", metavar="DIR", help="where a label file's pictures are")
    group.add_argument("--boxes", choices=("crop", "whole"), default="crop",
                       help="a picture of each box, or whole pictures whose boxes name one class")  # fmt: skip
    group.add_argument("--margin", type=float, default=0.1, help="round a crop, as a share of its longer side")
    group.add_argument("--question", default="", metavar="NAME", help="which Choices of Label Studio is the class")
    group.add_argument("--group-pattern", default="", metavar="REGEX",
                       help=r"what its brackets find in a path is the picture's group: '/(patient\d+)_'")  # fmt: skip
    group.add_argument("--class-names", default="", metavar="A,B,…", help="of labels 0, 1, … in arrays")


def _import(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.data.detection import Asked
    from tinysight.data.import_outlook import Existing
    from tinysight.data.importing import import_pictures
    from tinysight.data.table_columns import read_asked

    asked = Asked(
        format=arguments.format,
        columns=read_asked(arguments.columns),
        images=str(Path(arguments.images).expanduser().resolve()) if arguments.images else "",
        boxes=arguments.boxes,
        margin=arguments.margin,
        question=arguments.question,
        group_pattern=arguments.group_pattern,
        class_names=tuple(name.strip() for name in arguments.class_names.split(",") if name.strip()),
    )
    ways: tuple[Existing, ...] = ("add", "update", "replace")
    existing: Existing = next((way for way in ways if getattr(arguments, way)), "refuse")
    report = import_pictures(arguments.source, paths, asked=asked, existing=existing, link=arguments.link,
                             dry_run=arguments.dry_run)  # fmt: skip
    print(report.text())
    return 1 if report.refusal else 0


def add_samples(commands: "Commands", project: "Project") -> None:
    """`tinysight samples`."""
    command = commands.add_parser("samples", help="send pictures and labels to a labelling tool", description=SAMPLES)
    command.add_argument("out", type=Path, help="a folder that is not there yet")
    command.add_argument("--pick", choices=("problems", "uncertain", "all"), default="problems",
                         help="problems: labels or pictures that validate doubts, with its reason (the default); "
                         "uncertain: what the chosen candidate is least sure of on val and test; all")  # fmt: skip
    command.add_argument("--format", choices=("label_studio", "csv", "folder"), default="label_studio",
                         help="what it is written for; default: label_studio")  # fmt: skip
    command.add_argument("--limit", type=whole_number(), metavar="N", help="at most so many, the most urgent first;"
                         " default: 100 for uncertain, else no limit")  # fmt: skip
    command.set_defaults(run=lambda arguments: _samples(arguments, project()))


def _samples(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.samples import export_samples

    print(export_samples(paths, arguments.out, form=arguments.format, pick=arguments.pick, limit=arguments.limit))
    return 0
