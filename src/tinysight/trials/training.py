"""One training of a learning curve, in a work tree of its own: nothing of the pipeline's is touched."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from tinysight.data.imageset import ImageSet, read_samples
from tinysight.errors import DataError, ModelError
from tinysight.evaluation.answers import answer, split_scores
from tinysight.evaluation.cost import measure_cost, spread
from tinysight.evaluation.judging import SCORING_THREADS, read_trained
from tinysight.evaluation.trial_file import ROWS, Trial, answered, lengths
from tinysight.models.status import Status, read_int8_status, read_status
from tinysight.params import Params
from tinysight.paths import Paths, candidate_of, is_int8
from tinysight.predictor import Predictor
from tinysight.stages import augment, export, ingest, train
from tinysight.trials.questions import Planned, at_size


def train_trial(params: Params, paths: Paths, planned: Planned) -> Trial:
    """Trains, exports and judges as the pipeline would, from the same source and on the same val rows.

    Raises:
        ConfigError: if the candidate cannot be asked that.
        DataError: if the source has changed since it was ingested.
        ModelError: if the training fails, or the 8-bit file that is asked for cannot be made.
    """
    question = planned.question
    if question.varied == ROWS:
        with _scratch(paths) as scratch:
            scratch.dataset.symlink_to(paths.dataset.resolve())
            return _trained(params, scratch, planned)
    resized = at_size(params, candidate_of(question.candidate), question.image_size)
    with _scratch(paths) as scratch:
        _ingest(resized, paths, scratch)
        return _trained(resized, scratch, planned)


def _ingest(params: Params, paths: Paths, scratch: Paths) -> None:
    """The same pictures, decoded at another size; the rows are the same, since the source is."""
    for entry in dict.fromkeys(("conf", "data/raw", params.dataset.path)):
        if (paths.root / entry).exists() and not (scratch.root / entry).exists():
            (scratch.root / entry).parent.mkdir(parents=True, exist_ok=True)
            (scratch.root / entry).symlink_to((paths.root / entry).resolve())
    ingest.run(params, scratch)
    if _digests(scratch) != _digests(paths):
        raise DataError("The source has changed since it was ingested. Run `dvc repro`, then this again.")


def _digests(paths: Paths) -> list[str]:
    return [sample.digest for sample in read_samples(paths.dataset / "samples.csv")]


def _trained(params: Params, scratch: Paths, planned: Planned) -> Trial:
    name, split = planned.question.candidate, planned.split
    scratch.split.mkdir(parents=True)
    for side, rows in split.sides().items():
        np.save(scratch.split / f"{side}.npy", rows)
    augment.run(params, scratch)
    train.run(params, scratch, candidate_of(name))
    export.run(params, scratch, candidate_of(name))
    status = _status(scratch, name)
    if status.failed:
        raise ModelError(f"{name} cannot be trained so: {status.reason}")
    model, images = scratch.model(name), ImageSet.open(scratch.dataset)
    predictor = Predictor(model, threads=SCORING_THREADS)
    val = split_scores(answer(predictor, images, split.val, params.evaluate, seed=params.seed), predictor)
    trained = read_trained(scratch.train(name), scratch.export(name), int8=is_int8(name))
    timed = np.asarray(images.pixels[spread(split.val, params.evaluate.timed_images)])
    cost = measure_cost(model, timed, train_seconds=trained.train_seconds)
    return answered(planned.question, lengths(params, name), val, cost)


def _status(scratch: Paths, name: str) -> Status:
    """How the file came out that is asked for: that in full precision, or that of 8 bits."""
    status = read_status(scratch.export(name))
    return read_int8_status(scratch.export(name)) if is_int8(name) and not status.failed else status


@contextmanager
def _scratch(paths: Paths) -> Iterator[Paths]:
    """A work tree of its own below the cache, gone at the end; one that a kill left goes first."""
    root = paths.cache / "learning"
    shutil.rmtree(root, ignore_errors=True)
    (root / "data").mkdir(parents=True)
    try:
        yield Paths(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)
