"""The commands that look at releases and decide about them: their words, and what they call."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tinysight.paths import Paths

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name
    Project = Callable[[], Paths]
    Run = Callable[[argparse.Namespace, Paths], int]

VERSION = "a number, or an alias such as production or challenger"
COMPARE = """\
Both answer today's test pictures, read from their files. Pictures on which they disagree say which is better:
McNemar's exact test, and Tango's interval of the difference; those of the classes hold for all classes together.
"""
EXPLAIN = """\
Says what a version was made from and with which commands it is made again, looks whether that is still to be had here,
and names what no longer matches.
"""


def add_registry(commands: "Commands", project: "Project") -> None:
    """`tinysight registry`."""
    parser = commands.add_parser("registry", help="the released versions: look, compare, release, take back, explain")
    actions = parser.add_subparsers(required=True, metavar="DO")

    def add(name: str, run: "Run", words: str, description: str | None = None) -> argparse.ArgumentParser:
        command = actions.add_parser(name, help=words, description=description)
        command.set_defaults(run=lambda arguments: run(arguments, project()))
        return command

    _json(add("list", _list, "all versions of this project's model"))
    one = add("show", _show, "all about one version: decision, conditions, scores, files")
    carding = add("card", _card, "its model card: use, data, scores, weaknesses, limits, cost")
    two = add("compare", _compare, "two versions, or a version and a model file, on the same pictures", COMPARE)
    promoting = add("promote", _promote, "make a version the production one")
    back = add("rollback", _rollback, "make the version production again that was it before")
    _json(add("history", _history, "who moved which alias, when, from where to where, and why"))
    explaining = add("explain", _explain, "what a version was made from, and how it is made again", EXPLAIN)
    pulling = add("pull", _pull, "a version as a folder, for a machine without a registry")
    add("sync", _sync, "fill the tracking store and registry from the files of this folder")
    for command in (one, carding, promoting, explaining, pulling):
        command.add_argument("version", help=VERSION)
    two.add_argument("one", help=f"{VERSION}, or a model.onnx")
    two.add_argument("other", help=f"{VERSION}, or a model.onnx")
    forced = "even if the gate refused it, its classes differ or its files were not committed"
    promoting.add_argument("--force", action="store_true", help=forced)
    explaining.add_argument("--params", action="store_true", help="print only the params.yaml that made it")
    for command in (promoting, back):
        command.add_argument("--why", default="", help="is kept with the version and in the history")
    pulling.add_argument("folder", type=Path, metavar="DIR", help="a folder that is not there yet")
    for command in (one, two, promoting, back, explaining, pulling):
        _json(command)


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs")


def _say(arguments: argparse.Namespace, content: object, text: Callable[[], str]) -> int:
    print(json.dumps(content, ensure_ascii=False) if arguments.json else text())
    return 0


def _list(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.tracking.registry import list_versions
    from tinysight.tracking.version_table import versions_table

    versions = list_versions(paths)
    return _say(arguments, [version.as_json() for version in versions], lambda: versions_table(versions))


def _show(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.tracking.version_page import page, show

    content = show(paths, arguments.version)
    return _say(arguments, content, lambda: page(content))


def _card(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.tracking.version_page import card

    print(card(paths, arguments.version), end="")
    return 0


def _compare(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.tracking.version_comparison import compare_versions, comparison_text

    compared = compare_versions(paths, arguments.one, arguments.other)
    return _say(arguments, compared.as_json(), lambda: comparison_text(compared))


def _promote(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.tracking.registry import promote

    line = promote(paths, arguments.version, force=arguments.force, why=arguments.why)
    return _say(arguments, {"done": line}, lambda: line)


def _rollback(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.tracking.history import rollback

    line = rollback(paths, arguments.why)
    return _say(arguments, {"done": line}, lambda: line)


def _history(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.tracking.history import history, history_table

    moves = history(paths)
    return _say(arguments, [move.as_json() for move in moves], lambda: history_table(moves))


def _explain(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.tracking.origin import explain, origin_text, params_of

    if arguments.params:
        print(params_of(paths, arguments.version), end="")
        return 0
    origin = explain(paths, arguments.version)
    return _say(arguments, origin.as_json(), lambda: origin_text(origin))


def _pull(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.bundling import bundle_line, bundle_version
    from tinysight.config import load_params

    which = f"/{arguments.version}" if arguments.version.isdecimal() else f"@{arguments.version}"
    bundle = bundle_version(f"models:/{load_params(paths.params).register_.name}{which}", arguments.folder)
    content = {"name": bundle.name, "version": bundle.version, "folder": str(bundle.folder), "sha256": bundle.sha256}
    return _say(arguments, content, lambda: bundle_line(bundle))


def _sync(_: argparse.Namespace, paths: Paths) -> int:
    from tinysight.config import load_params
    from tinysight.tracking.sync import sync

    print(sync(load_params(paths.params), paths))
    return 0
