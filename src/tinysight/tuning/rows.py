"""What tuning learns from: the very rows that the pipeline has made, of today's settings."""

import hashlib
from collections.abc import Mapping
from typing import Any

import yaml

from tinysight.data.copies import copy_maker
from tinysight.data.dataset import read_info
from tinysight.data.imageset import ImageSet
from tinysight.data.splits import Split
from tinysight.errors import DataError
from tinysight.models.training_data import TrainingData, gather
from tinysight.params import Params
from tinysight.params.tune import TuneParams
from tinysight.paths import Paths

STAGES = ("ingest", "validate", "split", "augment")
FIX = "Run `dvc repro augment`, then this again."
# what decides what comes of a trial
DECIDING = ("seed", "dataset", "split", "augment", "train", "evaluate.expected")


def read_rows(params: Params, paths: Paths) -> TrainingData:
    """Train and val rows with their copies, as the train stage sees them.

    Raises:
        DataError: if they are missing, broken, or made by other settings than params.yaml has.
    """
    for folder in (paths.dataset, paths.split, paths.augmented):
        if not folder.is_dir():
            raise DataError(f"{folder} is missing: tuning learns from the rows that the pipeline has made. {FIX}")
    older = _made_by_others(params, paths)
    if older:
        raise DataError(f"The rows here were made by another {older} than params.yaml has. {FIX}")
    maker = copy_maker(params.augment, params.dataset.background, params.seed)
    images, copies = ImageSet.open(paths.dataset), ImageSet.open(paths.augmented)
    return gather(images, Split.open(paths.split), copies, read_info(paths.dataset).class_names, maker.make)


def study_key(params: Params, paths: Paths, candidate: str, tune: TuneParams) -> str:
    """Names one study by all that decides its outcomes: trials under other settings are not compared with these."""
    sections = (*DECIDING, f"models.{candidate}")
    digest = hashlib.sha256(f"{params.digest(*sections)} {read_info(paths.dataset).digest}".encode())
    digest.update(tune.model_dump_json().encode())
    for side in ("train", "val"):
        digest.update((paths.split / f"{side}.npy").read_bytes())
    return digest.hexdigest()


def _made_by_others(params: Params, paths: Paths) -> str:
    """The first key that dvc.lock has otherwise than params.yaml, of what made the rows; empty if there is none."""
    try:
        lock = yaml.safe_load((paths.root / "dvc.lock").read_text(encoding="utf-8"))
        used = {
            key: value
            for stage in STAGES
            for key, value in lock["stages"][stage].get("params", {}).get("params.yaml", {}).items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError):
        return ""  # there is no lock, or none of DVC's: then the files are all there is to go by
    today = params.model_dump(mode="json", by_alias=True)
    return next((key for key, value in used.items() if value != _at(today, key)), "")


def _at(content: Mapping[str, Any], key: str) -> Any:
    for part in key.split("."):
        content = content.get(part, {})
    return content
