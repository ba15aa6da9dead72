"""`tinysight learning-curve`: trains on fewer pictures and at other image sizes, to say what more would bring."""

import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from tinysight.config import load_params
from tinysight.data.dataset import read_info
from tinysight.data.imageset import ImageSet, read_samples
from tinysight.data.splits import Split
from tinysight.errors import ConfigError, DataError, ModelError
from tinysight.evaluation.answers import answer, split_scores
from tinysight.evaluation.cost import measure_cost, spread
from tinysight.evaluation.explanation import MAJORITY
from tinysight.evaluation.judging import SCORING_THREADS, read_trained
from tinysight.evaluation.learning import COMPARED, ROWS, SIZE, Learning, Trial, more_pictures, write_learning
from tinysight.evaluation.scores import read_scores
from tinysight.models.status import read_status
from tinysight.params import Params
from tinysight.paths import Paths, candidate_of
from tinysight.predictor import Predictor
from tinysight.stages import augment, export, ingest, train
from tinysight.tracking.record import read_verdict

SHARES = (1 / 8, 1 / 4, 1 / 2)  # of the train rows; the whole is what the pipeline has trained
FACTORS = (0.5, 2.0)  # of the image size
SMALLEST_SIZE = 8  # pixels
COSTS = {"multiply_adds", "file_bytes", "train_seconds", "p50_ms", "peak_mb"}

Rows = NDArray[np.int64]


def learning_curve(paths: Paths) -> str:
    """Trains, judges on val and writes reports/learning.json; nothing of the pipeline's own is touched.

    Returns:
        What was found and how to see it.

    Raises:
        ConfigError: if there is no chosen candidate that learns.
        ModelError: if a training fails.
    """
    params = load_params(paths.params)
    chosen = candidate_of(str(read_verdict(paths).get("chosen") or ""))
    if chosen not in params.models or params.models[chosen].kind == MAJORITY:
        raise ConfigError("There is no chosen candidate to try out. Run `dvc repro` until the verdict names one.")
    images, split = ImageSet.open(paths.dataset), Split.open(paths.split)
    trials = []
    for candidate in dict.fromkeys((chosen, *(name for name in (COMPARED,) if name in params.models))):
        for share in SHARES:
            rows = fewer_rows(images, split.train, share)
            print(f"{candidate} on {len(rows):,} of {len(split.train):,} train pictures", flush=True)
            trials.append(_on_fewer(params, paths, candidate, Split(rows, split.val, split.test)))
        trials.append(_as_it_is(params, paths, candidate, split, ROWS))
    for size in other_sizes(params.dataset.image_size):
        print(f"{chosen} at {size} × {size} pixels", flush=True)
        trials.append(_at_size(params, paths, chosen, split, size))
    trials.append(_as_it_is(params, paths, chosen, split, SIZE))
    learning = Learning(dataset_digest=read_info(paths.dataset).digest, trials=trials)
    write_learning(paths.learning, learning)
    found = " ".join(more_pictures(name, learning.of(name, ROWS)) for name in dict.fromkeys((chosen, COMPARED)))
    return f"{found.strip()}\n{paths.learning} is written; `dvc repro -f -s select` shows it in reports/verdict.html."


def other_sizes(size: int) -> list[int]:
    """Half and twice an image size, but nothing too small to show anything."""
    return [round(size * factor) for factor in FACTORS if round(size * factor) >= SMALLEST_SIZE]


def fewer_rows(images: ImageSet, rows: Rows, share: float) -> Rows:
    """A share of the rows of each class, those with the smallest digests: a smaller share lies within a larger one."""
    chosen: list[int] = []
    labels = images.labels[rows]
    for label in np.unique(labels):
        own = sorted(rows[labels == label].tolist(), key=lambda row: images.samples[row].digest)
        chosen += own[: max(1, math.ceil(len(own) * share))]
    return np.array(sorted(chosen), dtype=np.int64)


def _on_fewer(params: Params, paths: Paths, candidate: str, split: Split) -> Trial:
    with _scratch(paths) as scratch:
        scratch.dataset.symlink_to(paths.dataset.resolve())
        return _trained(params, scratch, candidate, split, ROWS)


def _at_size(params: Params, paths: Paths, candidate: str, split: Split, size: int) -> Trial:
    """The same pictures, decoded at another size; the rows are the same, since the source is."""
    resized = params.model_copy(update={"dataset": params.dataset.model_copy(update={"image_size": size})})
    with _scratch(paths) as scratch:
        for entry in dict.fromkeys(("conf", "data/raw", params.dataset.path)):
            if (paths.root / entry).exists() and not (scratch.root / entry).exists():
                (scratch.root / entry).parent.mkdir(parents=True, exist_ok=True)
                (scratch.root / entry).symlink_to((paths.root / entry).resolve())
        ingest.run(resized, scratch)
        if _digests(scratch) != _digests(paths):
            raise DataError("The source has changed since it was ingested. Run `dvc repro`, then this again.")
        return _trained(resized, scratch, candidate, split, SIZE)


def _digests(paths: Paths) -> list[str]:
    return [sample.digest for sample in read_samples(paths.dataset / "samples.csv")]


def _trained(params: Params, scratch: Paths, candidate: str, split: Split, varied: str) -> Trial:
    scratch.split.mkdir(parents=True)
    for side, rows in split.sides().items():
        np.save(scratch.split / f"{side}.npy", rows)
    augment.run(params, scratch)
    train.run(params, scratch, candidate)
    export.run(params, scratch, candidate)
    status = read_status(scratch.export(candidate))
    if status.failed:
        raise ModelError(f"{candidate} cannot be trained so: {status.reason}")
    model, images = scratch.model(candidate), ImageSet.open(scratch.dataset)
    predictor = Predictor(model, threads=SCORING_THREADS)
    val = split_scores(answer(predictor, images, split.val, params.evaluate, seed=params.seed), predictor)
    trained = read_trained(scratch.train(candidate), scratch.export(candidate))
    timed = np.asarray(images.pixels[spread(split.val, params.evaluate.timed_images)])
    cost = measure_cost(model, timed, train_seconds=trained.train_seconds)
    return Trial(
        candidate=candidate,
        varied=varied,
        rows=len(split.train),
        image_size=params.dataset.image_size,
        **cost.model_dump(include=COSTS),
        **_figures(val.model_dump()),
    )


def _as_it_is(params: Params, paths: Paths, candidate: str, split: Split, varied: str) -> Trial:
    """What the pipeline itself has trained and judged."""
    scores = read_scores(paths.scores(candidate))
    cost = scores.cost.model_dump(include=COSTS)
    size, rows = params.dataset.image_size, len(split.train)
    return Trial(
        candidate=candidate, varied=varied, rows=rows, image_size=size, **cost, **_figures(scores.val.model_dump())
    )


def _figures(val: dict[str, object]) -> dict[str, object]:
    return {name: val[name] for name in ("accuracy", "interval", "expected_accuracy", "expected_interval")}


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
