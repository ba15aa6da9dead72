"""`python -m tinysight.stages NAME [CANDIDATE]`: what dvc.yaml calls."""

import os
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from signal import Signals

from tinysight.config import load_params
from tinysight.errors import ConfigError, TinysightError, os_error
from tinysight.models.start import QUIET
from tinysight.paths import Paths
from tinysight.stages.apart import give_up_killed, run_apart

STAGES = ("ingest", "validate", "split", "augment", "train", "export", "evaluate", "select", "register")
OF_A_CANDIDATE = ("train", "export", "evaluate")


def main(arguments: list[str]) -> int:
    """Runs one stage in the current folder; 0 if it did its work, 1 with one clear line if not."""
    return _told(partial(_run, arguments))


def main_apart(arguments: list[str]) -> int:
    """The same, but that the death of a candidate's stage by the system's hand is a status of that candidate alone."""
    if len(arguments) != 2 or arguments[0] not in OF_A_CANDIDATE:
        return main(arguments)
    stage, candidate = arguments
    return run_apart(partial(main, arguments), lambda number: _told(partial(_give_up, stage, candidate, number)))


def _told(work: Callable[[], None]) -> int:
    try:
        work()
    except TinysightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {os_error(error)}", file=sys.stderr)
        return 1
    return 0


def _run(arguments: list[str]) -> None:
    name = arguments[0] if arguments else ""
    wanted = 2 if name in OF_A_CANDIDATE else 1
    if name not in STAGES or len(arguments) != wanted:
        raise ConfigError(
            f"A stage is one of {', '.join(STAGES)}; {', '.join(OF_A_CANDIDATE)} take a candidate's name."
            f" Received: {' '.join(arguments) or 'nothing'}."
        )
    for variable, value in QUIET.items():
        os.environ.setdefault(variable, value)
    paths = Paths(Path.cwd())
    params = load_params(paths.params)
    stage = import_module(f"tinysight.stages.{name}")
    if name not in OF_A_CANDIDATE:
        stage.run(params, paths)
    elif arguments[1] in params.models:
        stage.run(params, paths, arguments[1])
    else:
        raise ConfigError(f"params.yaml has no candidate {arguments[1]}. Allowed: {', '.join(params.models)}.")


def _give_up(stage: str, candidate: str, number: Signals) -> None:
    paths = Paths(Path.cwd())
    if candidate not in load_params(paths.params).models:
        raise ConfigError(f"{stage} was ended by {number.name}, and params.yaml has no candidate {candidate}.")
    folders = {"train": paths.train, "export": paths.export, "evaluate": paths.scores}
    give_up_killed(folders[stage](candidate), stage, candidate, number)


if __name__ == "__main__":
    sys.exit(main_apart(sys.argv[1:]))
