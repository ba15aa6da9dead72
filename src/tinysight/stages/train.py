"""Train rows and their copies → a trained candidate, or the reason why there is none."""

import hashlib
import json
import sys
import time
import traceback
from importlib.metadata import version
from pathlib import Path

import numpy as np

from tinysight import __version__
from tinysight.data.copies import copy_maker
from tinysight.data.dataset import read_info
from tinysight.data.imageset import ImageSet
from tinysight.data.splits import Split
from tinysight.errors import TinysightError
from tinysight.models.loggers import check_loggers, loggers
from tinysight.models.start import start_tensorflow
from tinysight.models.status import OK, Status, failure, write_status
from tinysight.models.training_data import TrainingData, gather
from tinysight.params import Params
from tinysight.paths import Paths


def run(params: Params, paths: Paths, candidate: str) -> None:
    """Trains one candidate; what goes wrong with it alone is written down and stops nothing else.

    Raises:
        ConfigError: if a logger's package is missing.
        DataError: if what it should learn from is missing or broken.
    """
    check_loggers(params.logger)
    names = read_info(paths.dataset).class_names
    maker = copy_maker(params.augment, params.dataset.background, params.seed)
    data = gather(
        ImageSet.open(paths.dataset), Split.open(paths.split), ImageSet.open(paths.augmented), names, maker.make
    )
    folder = paths.train(candidate)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _train(params, candidate, data, folder, paths)
    except Exception as error:  # whatever it is, the other rungs go on
        give_up(folder, candidate, error)
    else:
        write_status(folder, OK)


def give_up(folder: Path, candidate: str, error: Exception) -> None:
    """Leaves nothing in the folder but the reason."""
    for leftover in folder.iterdir():
        leftover.unlink()
    write_status(folder, tell(candidate, error))


def tell(name: str, error: Exception) -> Status:
    """Says on stderr what failed, with the traceback of a bug, and returns it as a status."""
    if not isinstance(error, TinysightError):
        traceback.print_exception(error)
    status = failure(error)
    print(f"{name} failed: {status.reason}", file=sys.stderr)
    return status


def _train(params: Params, candidate: str, data: TrainingData, folder: Path, paths: Paths) -> None:
    start_tensorflow()  # here, so that a stage that cannot start says so at once: it takes seconds
    from tinysight.models.checkpoints import remove_checkpoints
    from tinysight.models.networks import predict_logits
    from tinysight.models.saved import TrainFacts, save_model, write_curves, write_facts
    from tinysight.models.training import fit_candidate, is_network

    settings = params.models[candidate]
    key = _key(params, candidate, paths)
    checkpoint, told = paths.checkpoints(candidate) / key, {**settings.model_dump(), **params.train.model_dump()}
    run = f"{candidate}-{key[:7]}"
    watchers = loggers(params.logger, paths, params.dataset.name, run, told) if is_network(settings) else []
    started = time.perf_counter()
    fitted = fit_candidate(settings, data, params.train, params.seed, paths.cache, checkpoint, watchers)
    seconds = round(time.perf_counter() - started + fitted.earlier_seconds, 2)
    accuracy = float(np.mean(predict_logits(fitted.model, data).argmax(axis=1) == data.val_labels))
    save_model(folder, fitted.model)
    write_curves(folder, fitted.curves)
    write_facts(folder, TrainFacts(settings.kind, seconds, fitted.epochs, fitted.rows, accuracy))
    remove_checkpoints(checkpoint)


def _key(params: Params, candidate: str, paths: Paths) -> str:
    """Names one training by all that decides its result, so that no other one goes on from its checkpoints."""
    sections = params.model_dump(mode="json", include={"seed", "dataset", "split", "augment", "train"})
    own = params.models[candidate].model_dump(mode="json")
    story = [__version__, version("keras"), read_info(paths.dataset).digest, sections, own]
    digest = hashlib.sha256(json.dumps(story, sort_keys=True).encode())
    for file in map(paths.named, params.models[candidate].files()):
        digest.update(file.read_bytes() if file.is_file() else b"")
    for rows in ("train", "val"):
        digest.update((paths.split / f"{rows}.npy").read_bytes())
    return digest.hexdigest()[:32]
