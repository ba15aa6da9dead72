"""`make bench-training`: candidates on data sets, three seeds: accuracy on val, clean and moved, seconds, file sizes.

Choices are made on val. `--final` scores the test rows instead, and logs in training_final_calls.json that it did.
"""

import argparse
import datetime
import json
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from tiny_datasets import make_params

from tests.bench.bench import FIGURES, write
from tests.bench.training_sets import SETS, TrainingSet
from tinysight.data.copies import copy_maker
from tinysight.evaluation.robustness import warp_as_expected
from tinysight.models.start import start_tensorflow
from tinysight.models.training_data import TrainingData
from tinysight.params import Params
from tinysight.predictor import Predictor

CALLS = FIGURES / "training_final_calls.json"
CANDIDATES = "logistic,svm,mlp,tutorial_cnn,small_cnn,transfer"


def main() -> None:
    """Runs what is asked for and writes the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default="digits,practice_clip_art")
    parser.add_argument("--candidates", default=CANDIDATES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--per-class", type=int, default=0, help="learn from so many pictures a class; 0: from all")
    parser.add_argument("--final", action="store_true", help="score the test rows, and log the call")
    asked = parser.parse_args()
    if asked.final:
        _log_call(sys.argv[1:])
    start_tensorflow()
    figures: dict[str, object] = {"side": "test" if asked.final else "val", "per_class": asked.per_class}
    for name in asked.sets.split(","):
        figures[name] = {c: _median(name, c, asked) for c in asked.candidates.split(",")}
    write("training_final" if asked.final else "training", figures)


def _median(name: str, candidate: str, asked: argparse.Namespace) -> dict[str, float]:
    runs = [_run(SETS[name](seed), candidate, seed, asked) for seed in range(asked.seeds)]
    medians = {key: round(statistics.median(run[key] for run in runs), 4) for key in runs[0]}
    print(name, candidate, medians, flush=True)
    return medians


def _run(pictures: TrainingSet, candidate: str, seed: int, asked: argparse.Namespace) -> dict[str, float]:
    from tinysight.models.export import Provenance, export_model
    from tinysight.models.int8 import KINDS, quantise
    from tinysight.models.training import fit_candidate

    params = make_params()
    data = _data(pictures, params, seed, asked.per_class)
    judged = pictures.test if asked.final else pictures.val
    with TemporaryDirectory() as cache:
        wall, cpu = time.monotonic(), time.process_time()
        fitted = fit_candidate(params.models[candidate], data, params.train, seed, Path(cache))
        found = {"seconds": time.monotonic() - wall, "cpu_seconds": time.process_time() - cpu}
    exported = export_model(fitted.model, data, pictures.decoding, params.export, Provenance("", ""))
    found |= _scores("", exported.content, pictures, judged, params)
    if params.models[candidate].kind in KINDS:
        made = quantise(exported, data, params.export)
        found |= _scores("int8_", made.content, pictures, judged, params)
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


def _scores(prefix: str, content: bytes, pictures: TrainingSet, rows: Any, params: Params) -> dict[str, float]:
    predictor, images, labels = Predictor(content, threads=2), pictures.pixels[rows], pictures.labels[rows]
    shifted = warp_as_expected(images, rows, params.evaluate.expected, seed=0, draw=0)

    def accuracy(shown: Any) -> float:
        parts = [predictor.probabilities(part).argmax(axis=1) for part in np.array_split(shown, -(-len(shown) // 500))]
        return float(np.mean(np.concatenate(parts) == labels))

    return {
        f"{prefix}accuracy": accuracy(images),
        f"{prefix}moved_accuracy": accuracy(shifted),
        f"{prefix}kilobytes": len(content) / 1000,
    }


def _log_call(arguments: list[str]) -> None:
    calls = json.loads(CALLS.read_text(encoding="utf-8")) if CALLS.exists() else []
    calls.append({"at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "arguments": arguments})
    CALLS.write_text(json.dumps(calls, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
