"""The words after `python -m serve`: without any it serves; with one it tells something and ends."""

import argparse
import re

from serve.settings import Settings
from tinysight import __version__

DESCRIPTION = "Classifies pictures over HTTP with the production model. Everything is set by environment variables:"
EPILOG = "Exit codes: 0 if all is well, 2 for a setting that cannot work, 1 for anything else."
FIELD = re.compile(r"^ {8}(\w+): (.+?)$", re.MULTILINE)
OTHERS = {"tracking_uri": "MLFLOW_TRACKING_URI"}  # a variable that is not named after its field


def obey(words: list[str]) -> int:
    """Does what a command line says other than serving; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m serve",
        description=f"{DESCRIPTION}\n\n{variables()}",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="look whether a start would succeed, a line each thing")
    parser.add_argument("--version", action="version", version=__version__)
    parser.parse_args(words)
    from serve.check import check

    return check()


def variables() -> str:
    """A line for each variable, as the settings document themselves."""
    return "\n".join(f"  {variable(field):<28} {meaning}" for field, meaning in FIELD.findall(Settings.__doc__ or ""))


def variable(field: str) -> str:
    """The environment variable of a field of the settings."""
    return OTHERS.get(field, f"TINYSIGHT_{field.upper()}")
