"""The command that makes a bundle for a server: its words, and what it calls."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tinysight.paths import Paths

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name
    Project = Callable[[], Paths]

BUNDLE = """\
Writes a folder with all that a server needs of a model: model.onnx, a few golden pictures with their probabilities,
and the digest of every file. By default that is the version in production. It is checked before it gets its name:
every digest, and every golden picture through the model.
"""


def add_bundle(commands: "Commands", project: "Project") -> None:
    """`tinysight bundle`."""
    command = commands.add_parser("bundle", help="a model as a folder for a server, checked", description=BUNDLE)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder that is not there yet")
    which = command.add_mutually_exclusive_group()
    which.add_argument("--version", default="", metavar="N", help="this version of this project's model")
    which.add_argument("--alias", default="production", metavar="NAME", help="the version that an alias names;"
                       " default: production")  # fmt: skip
    which.add_argument("--model", default="", metavar="URI", help="of any model: models:/NAME@ALIAS or models:/NAME/N")
    which.add_argument("--chosen", action="store_true", help="what reports/verdict.json chose here, registered or not")
    command.set_defaults(run=lambda arguments: _bundle(arguments, project))


def _bundle(arguments: argparse.Namespace, project: "Project") -> int:
    from tinysight.bundling import bundle_chosen, bundle_line, bundle_version

    if arguments.chosen:
        made = bundle_chosen(project(), arguments.out)
    else:
        made = bundle_version(arguments.model or _uri(arguments, project()), arguments.out)
    print(bundle_line(made))
    return 0


def _uri(arguments: argparse.Namespace, paths: Paths) -> str:
    from tinysight.config import load_params

    which = f"/{arguments.version}" if arguments.version else f"@{arguments.alias}"
    return f"models:/{load_params(paths.params).register_.name}{which}"
