"""What commands our pages may name: those of this project, and a few that everybody has."""

import argparse
from collections.abc import Mapping

from markdown_pages import make_targets

from tinysight.cli import build_parser

ON_A_SERVER = {"scp", "python3.11", "ln", "cd", "cp", "chmod", "export", "docker"}


def subcommands(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """The commands below a parser, by name."""
    actions = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return actions[0].choices if actions else {}


def is_known(command: str) -> bool:
    """True if the program, and for ours the target, subcommand and options, exist."""
    words = command.split()
    if words[0] == "make":
        return words[1] in make_targets()
    if words[0] != "tinysight":
        return words[0] in {"dvc", "git", "curl", "source", *ON_A_SERVER}
    parser, rest = build_parser(), words[1:]
    while rest and rest[0] in subcommands(parser):
        parser, rest = subcommands(parser)[rest[0]], rest[1:]
    options = {option for action in parser._actions for option in action.option_strings}
    return parser.prog != "tinysight" and all(word in options for word in rest if word.startswith("--"))
