"""Whether the results on disk are of today's params.yaml: what is not must not be published under it."""

from pathlib import Path
from typing import Any

import yaml

from tinysight.data.dataset import read_info
from tinysight.errors import DataError, ModelError
from tinysight.models.status import read_status
from tinysight.params import Params
from tinysight.paths import Paths, candidate_of
from tinysight.predictor import Predictor
from tinysight.tracking.record import read_verdict

OLDER = "The results here are older than params.yaml: run `dvc repro`."
JUDGED_BY = ("models", "evaluate", "select")  # sections that no model file knows: dvc.lock keeps them for select


def check_rungs(params: Params, paths: Paths) -> None:
    """A quick look: every rung has been evaluated, and the chosen one is still a rung.

    Raises:
        DataError: if a file is missing, or the results are of another params.yaml.
    """
    chosen = read_verdict(paths).get("chosen")
    added = any(not paths.scores(name).is_dir() for name in params.models)
    gone = chosen and candidate_of(chosen) not in params.models
    if added or gone or read_info(paths.dataset).name != params.dataset.name:
        raise DataError(OLDER)


def check_belonging(params: Params, paths: Paths) -> None:
    """Compares what made data set, models and verdict with today's params.yaml.

    Raises:
        DataError: if a file is missing, or the results are of another params.yaml.
    """
    check_rungs(params, paths)
    dataset = read_info(paths.dataset).digest
    judged = [(scored, name) for name in params.models for scored in paths.judged(name)]
    files = [(paths.model(scored), name) for scored, name in judged if not read_status(paths.scores(scored)).failed]
    made = all(_made_by(model) == (params.model_digest(name), dataset) for model, name in files)
    if not made or not _judged_by(params, paths):
        raise DataError(OLDER)


def _made_by(model: Path) -> tuple[str, str]:
    """The digests of the params and of the data set that made a model file; empty where it cannot be read."""
    try:
        contract = Predictor(model).contract
    except ModelError:
        return "", ""
    return contract.params_digest, contract.dataset_digest


def _judged_by(params: Params, paths: Paths) -> bool:
    """False if dvc.lock says that the verdict was made by other settings."""
    try:
        content = yaml.safe_load((paths.root / "dvc.lock").read_text(encoding="utf-8"))
        used: dict[str, Any] = content["stages"]["select"]["params"]["params.yaml"]
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return True  # the lock is not there or not DVC's: then only the models can tell
    today = params.model_dump(mode="json", by_alias=True)
    return all(used.get(section, today[section]) == today[section] for section in JUDGED_BY)
