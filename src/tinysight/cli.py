"""The `tinysight` command: parses words, calls a room, prints what it answers."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import tinysight
from tinysight.cli_bundle import add_bundle
from tinysight.cli_ci import add_ci
from tinysight.cli_data import add_import, add_samples
from tinysight.cli_drift import add_drift
from tinysight.cli_feedback import add_feedback
from tinysight.cli_learning import add_learning
from tinysight.cli_predict import add_predict
from tinysight.cli_registry import add_registry
from tinysight.cli_retrain import add_retrain
from tinysight.cli_tuning import add_tune
from tinysight.errors import ConfigError, TinysightError, os_error
from tinysight.paths import Paths

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name

TRAIN_EXTRA = "pip install 'tinysight[train]'"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 if it did what was asked, 1 if not, 2 for words it does not know."""
    parsed = build_parser().parse_args(arguments)
    try:
        code: int = parsed.run(parsed)
        sys.stdout.flush()
        return code
    except TinysightError as error:
        print(f"error: {error}", file=sys.stderr)
    except BrokenPipeError:  # `tinysight predict … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"error: {os_error(error)}", file=sys.stderr)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith(("tinysight", "serve")):
            raise
        print(f"error: this command needs the package {error.name}. Install it: {TRAIN_EXTRA}", file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return 1


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser(prog="tinysight", description=tinysight.__doc__)
    parser.add_argument("--version", action="version", version=f"tinysight {tinysight.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    add_import(commands, _project)
    add_samples(commands, _project)
    _add_params(commands)
    add_predict(commands, _project)
    add_registry(commands, _project)
    add_bundle(commands, _project)
    add_learning(commands, _project)
    add_drift(commands, _project)
    add_tune(commands, _project)
    add_feedback(commands, _project)
    add_retrain(commands, _project)
    add_ci(commands, _project)
    key = commands.add_parser("key", help="make a key for the service, and the hash that the service is to know")
    key.set_defaults(run=_key)
    retry = commands.add_parser("retry", help="run the candidates that failed again, then what follows from them")
    retry.set_defaults(run=_retry)
    doctor = commands.add_parser("doctor", help="what is fine here, what is not, and what to do")
    doctor.set_defaults(run=_doctor)
    return parser


def _add_params(commands: "Commands") -> None:
    command = commands.add_parser("params", help="compose conf/ into params.yaml")
    command.add_argument("--check", action="store_true", help="write nothing; name the keys in which they differ")
    command.set_defaults(run=_params)


def _project() -> Paths:
    paths = Paths(Path.cwd())
    if not paths.conf.is_dir():
        raise ConfigError(f"{paths.root} is no tinysight project: it has no conf/ folder. Change to the project first.")
    return paths


def _params(arguments: argparse.Namespace) -> int:
    from tinysight.config import differences, write_params

    paths = _project()
    if not arguments.check:
        print("params.yaml written" if write_params(paths.conf, paths.params) else "params.yaml is up to date")
        return 0
    lines = differences(paths.conf, paths.params)
    if lines:
        print("\n".join(lines))
        print("To keep what params.yaml has, set these keys in conf/. To drop it, run `make params`.")
        return 1
    print("params.yaml is what conf/ composes to")
    return 0


def _key(_: argparse.Namespace) -> int:
    from tinysight.api_key import hash_of, make_key

    key = make_key()
    print(f"key   {key}  (for whoever sends requests; shown only now)")
    print(f"hash  {hash_of(key)}  (for TINYSIGHT_API_KEYS of the service)")
    return 0


def _retry(_: argparse.Namespace) -> int:
    from tinysight.retry import retry

    return retry(_project())


def _doctor(_: argparse.Namespace) -> int:
    from tinysight.doctor import examine

    findings = examine(Paths(Path.cwd()))
    print("\n".join(finding.line() for finding in findings))
    return 1 if any(finding.level == "bad" for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main())
