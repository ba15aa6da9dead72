"""`make bench-training`: candidates on data sets, three seeds: what they reach on val, their seconds and file sizes.

Choices are made on val. `--final` scores the test rows instead, and logs in training_final_calls.json that it did, by
which commit, and every figure that came out: those of an earlier call are overwritten in training_final.json.
Words like `models.small_cnn.max_images=240000` change the configuration, under a name given with `--name`.
"""

import argparse
import datetime
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from tiny_datasets import make_params

from tests.bench.bench import earlier, write
from tests.bench.final_calls import FinalCall
from tests.bench.measured import expected_of
from tests.bench.training_scores import scores_of
from tests.bench.training_sets import OTHERS, SETS, Rows, TrainingSet, other_pictures
from tinysight.data.copies import copy_maker
from tinysight.models.start import start_tensorflow
from tinysight.models.training_data import TrainingData
from tinysight.params import ExpectedParams, Params

CANDIDATES = "logistic,svm,mlp,tutorial_cnn,small_cnn,transfer"


def main() -> None:
    """Runs what is asked for and writes the figures beside those of earlier calls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default="digits,practice_clip_art")
    parser.add_argument("--candidates", default=CANDIDATES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--per-class", type=int, default=0, help="learn from so many pictures a class; 0: from all")
    parser.add_argument("--name", default="", help="what the figures of changed candidates are called")
    parser.add_argument("--final", action="store_true", help="score the test rows, and log the call")
    parser.add_argument("overrides", nargs="*")
    asked = parser.parse_args()
    call = FinalCall(sys.argv[1:]) if asked.final else None
    start_tensorflow()
    file = "training_final" if asked.final else "training"
    for name in asked.sets.split(","):
        for candidate in asked.candidates.split(","):
            params = make_params(*asked.overrides)
            few = f", {asked.per_class} a class" if asked.per_class else ""
            called = f"{candidate}{few}{asked.name and ', '}{asked.name}"
            found = over_seeds(name, candidate, params, asked.seeds, called, call=call, per_class=asked.per_class)
            _keep(file, name, called, found)


def _keep(file: str, name: str, candidate: str, found: dict[str, float]) -> None:
    """Writes a figure beside those of earlier calls: all of them together take hours."""
    kept = earlier(file)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    write(file, kept | {name: kept.get(name, {}) | {candidate: found | {"date": today}}})


def over_seeds(
    name: str, candidate: str, params: Params, seeds: int, called: str, *, call: FinalCall | None, per_class: int = 0
) -> dict[str, float]:
    """Trains and judges a candidate as many times as there are seeds; the median of each figure, of folds the mean.

    Each picture is in one fold, so that the mean of equal folds is the share of all pictures.

    Args:
        name: of a set.
        candidate: a key of `params.models`.
        params: the configuration.
        seeds: how often, each with other rows on each side.
        called: the candidate with its settings, as the figures name it.
        call: the logged one that judges test rows; None judges val rows.
        per_class: how many train rows of each class are learnt from; 0: all.
    """
    expected = expected_of(name)
    runs = []
    for seed in range(seeds):
        pictures = SETS[name](seed)
        judged = pictures.test if call else pictures.val
        data = _data(pictures, params, seed, per_class)
        runs.append(_run(pictures, judged, data, params, candidate, seed, expected, OTHERS.get(name, ())))
        if call:
            call.scored(name, called, runs[-1])
    middle = statistics.mean if name.endswith("folds") else statistics.median
    figures = {key: round(middle(run[key] for run in runs), 4) for key in runs[0]}
    if call:
        call.judged(name, called, figures)
    print(name, candidate, figures, flush=True)
    return figures


def _run(
    pictures: TrainingSet,
    judged: Rows,
    data: TrainingData,
    params: Params,
    candidate: str,
    seed: int,
    expected: ExpectedParams,
    others: Sequence[str],
) -> dict[str, float]:
    from tinysight.models.export import Provenance, export_model
    from tinysight.models.int8 import quantise
    from tinysight.models.training import fit_candidate

    with TemporaryDirectory() as cache:
        wall, cpu = time.monotonic(), time.process_time()
        fitted = fit_candidate(params.models[candidate], data, params.train, seed, Path(cache))
        found = {"seconds": time.monotonic() - wall, "cpu_seconds": time.process_time() - cpu}
    exported = export_model(fitted.model, data, pictures.decoding, params.export, Provenance("", ""))
    unseen = [other_pictures(other, pictures) for other in others]
    found |= scores_of(exported.content, pictures, judged, expected, unseen)
    if params.models[candidate].bytes_suit:
        made = quantise(exported, data, params.export)
        int8 = scores_of(made.content, pictures, judged, expected, unseen)
        found |= {f"int8_{key}": value for key, value in int8.items()}
    return found


def _data(pictures: TrainingSet, params: Params, seed: int, per_class: int) -> TrainingData:
    train = pictures.train
    if per_class:
        labels = pictures.labels[train]
        train = np.concatenate([train[labels == label][:per_class] for label in range(len(pictures.names))])
    maker = copy_maker(params.augment, pictures.decoding.background, seed)
    copies = [maker.make(pictures.pixels[train], train, draw) for draw in range(params.augment.copies)]
    labels = np.tile(pictures.labels[train], len(copies))
    warped = np.concatenate(copies) if copies else pictures.pixels[:0]
    return TrainingData(
        pictures.pixels, pictures.labels, train, pictures.val, warped, labels, pictures.names, maker.make
    )


if __name__ == "__main__":
    main()
