"""A finished pipeline built by hand in a second: pictures, split, tiny real models, scores and verdict."""

import atexit
import functools
import io
import json
import shutil
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

import numpy as np
from onnx_models import COLOURS, tiny_model
from PIL import Image
from projects import ROOT

from tinysight.config import compose_text, load_params
from tinysight.data.dataset import DatasetInfo, dataset_digest, read_info, write_info
from tinysight.data.imageset import Sample, write_imageset
from tinysight.evaluation.scores import ClassScores, Cost, Scores, SplitScores, write_scores
from tinysight.imaging import Decoding, decode_image
from tinysight.models.status import OK, Status, write_status
from tinysight.params import Params
from tinysight.paths import Paths

SIZE, PER_CLASS = 8, 30
SMALL = (
    "dataset=folder",
    "dataset.name=colours",
    f"dataset.image_size={SIZE}",
    "dataset.background=[0,0,0]",
    "~model@models.logistic",
    "~model@models.tutorial_cnn",
    "~model@models.small_cnn",
    "~model@models.transfer",
)
FAILED = "majority"
GOOD, BAD = 0.05, 60.0  # noise of the models' weights


def make_results(root: Path, *overrides: str, chosen: str | None = "svm", noise: float = GOOD, seed: int = 0,
                 classes: tuple[str, ...] = COLOURS, faint: int = 0,
                 weak: tuple[str, ...] = ()) -> tuple[Params, Paths]:  # fmt: skip
    """Writes what every stage before register would have written into a work tree.

    Args:
        root: the work tree; what an earlier call wrote is replaced.
        overrides: changes of the configuration, as Hydra takes them.
        chosen: the verdict's candidate.
        noise: GOOD for models that are always right, BAD for models that are not.
        seed: another one gives other model files.
        classes: the folders' names, of red, green and blue pictures.
        faint: more test pictures of each class, whose colour stands out from not at all to well.
        weak: classes that the models recognise only where their colour stands out.
    """
    paths = Paths(root)
    shutil.rmtree(root / "data", ignore_errors=True)
    root.mkdir(parents=True, exist_ok=True)
    paths.params.write_text(_composed(overrides), encoding="utf-8")
    params = load_params(paths.params)
    write_data(paths, classes, faint)
    for number, name in enumerate(params.models):
        if name == FAILED:
            write_status(paths.scores(name), Status("failed", "not enough memory"))
        else:
            write_candidate(params, paths, name, 10 * seed + number, noise, classes, weak)
    paths.reports.mkdir(exist_ok=True)
    paths.data_report.mkdir(exist_ok=True)
    (paths.data_report / "report.json").write_text(json.dumps({"figures": {"data/pictures": 90, "data/leaks": 0}}))
    (paths.data_report / "index.html").write_text("<!doctype html><title>colours: the data</title>")
    paths.verdict.write_text(json.dumps({"schema": 1, "chosen": chosen, "why": "It is enough.", "candidates": []}))
    paths.verdict_text.write_text("# The verdict\n\nAn SVM is enough.\n", encoding="utf-8")
    return params, paths


@functools.cache
def _composed(overrides: tuple[str, ...]) -> str:
    return compose_text(ROOT / "conf", [*SMALL, *overrides])


def write_data(paths: Paths, classes: tuple[str, ...], faint: int = 0) -> None:
    """Pictures of three colours in data/raw, their ImageSet and a split of 20, 5 and 5 + faint of each class."""
    drawn = np.random.default_rng(3)
    samples, images = [], []
    for path, data in sorted(_pictures(classes, drawn) + _faint_pictures(classes, faint)):
        file = paths.raw / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        name = path.split("/")[0]
        samples.append(Sample(path, sha256(data).hexdigest(), name, sorted(classes).index(name)))
        images.append(decode_image(data, Decoding(SIZE, background=(0, 0, 0))))
    write_imageset(paths.dataset, images, samples, SIZE)
    digest = dataset_digest(samples, Decoding(SIZE))
    write_info(paths.dataset, DatasetInfo(digest, "colours", tuple(sorted(classes)), SIZE, len(samples), 0))
    paths.split.mkdir(parents=True, exist_ok=True)
    place = np.array([int(Path(sample.path).stem) for sample in samples])
    for side, chosen in (("train", place < 20), ("val", (place >= 20) & (place < 25)), ("test", place >= 25)):
        np.save(paths.split / f"{side}.npy", np.flatnonzero(chosen).astype(np.int64))


def _pictures(classes: tuple[str, ...], drawn: np.random.Generator) -> list[tuple[str, bytes]]:
    pictures = []
    for channel, name in enumerate(classes):
        for number in range(PER_CLASS):
            pixels = drawn.integers(0, 90, (SIZE, SIZE, 3), dtype=np.uint8)
            pixels[..., channel] += 110
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG")
            pictures.append((f"{name}/{number:02d}.png", file.getvalue()))
    return pictures


def _faint_pictures(classes: tuple[str, ...], count: int) -> list[tuple[str, bytes]]:
    """Drawn on their own, so that the others stay the same files."""
    drawn, pictures = np.random.default_rng(4), []
    for number in range(count):
        for channel, name in enumerate(classes):
            pixels = drawn.integers(0, 90, (SIZE, SIZE, 3), dtype=np.uint8)
            pixels[..., channel] += 15 + number % 90
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG")
            pictures.append((f"{name}/{PER_CLASS + number}.png", file.getvalue()))
    return pictures


def write_candidate(
    params: Params, paths: Paths, name: str, seed: int, noise: float, classes: tuple[str, ...],
    weak: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """The outs of train, export and evaluate."""
    # tiny_model's class 0 is the reddest: its names stand in the order of the colours
    kind, origin = params.models[name].kind, read_info(paths.dataset).digest
    tiny_model(paths.export(name) / "model.onnx", classes, SIZE, seed=seed, noise=noise, weak=weak,
               dataset_digest=origin, params_digest=params.model_digest(name))  # fmt: skip
    paths.train(name).mkdir(parents=True, exist_ok=True)
    curves = "epoch,loss,accuracy,val_loss,val_accuracy\n"
    epochs = [f"{epoch},{1 / epoch},0.8,0.5,0.9\n" for epoch in (1, 2, 3)] if kind == "mlp" else []
    (paths.train(name) / "curves.csv").write_text(curves + "".join(epochs))
    write_status(paths.scores(name), OK)
    write_scores(paths.scores(name), scores(name, kind, seed, classes))
    Image.new("RGB", (20, 20)).save(paths.scores(name) / "confusion_matrix.png")


def scores(name: str, kind: str, seed: int, classes: tuple[str, ...]) -> Scores:
    """Plausible scores; the seed stands for what is measured anew each time."""
    of_class = ClassScores(precision=0.9, recall=0.8, f1=0.85, support=5)
    side = SplitScores(
        rows=15, accuracy=0.9, interval=(0.8, 1.0), macro_f1=0.9, expected_calibration_error=0.1,
        expected_accuracy=0.8, expected_interval=(0.7, 0.9), expected_standard_error=0.05,
        per_class=dict.fromkeys(classes, of_class), confusion_matrix=[[5, 0, 0], [0, 5, 0], [0, 0, 5]],
        answered=1.0, answered_accuracy=None,
    )  # fmt: skip
    cost = Cost(multiply_adds=1000, file_bytes=2000, cpu_ms=0.1 + seed, p50_ms=0.1, p99_ms=0.2, peak_mb=None,
                train_seconds=2.0)  # fmt: skip
    return Scores(name=name, kind=kind, val=side, test=side, cost=cost)


@functools.cache
def _template() -> Path:
    from tinysight.tracking.store import open_store

    folder = Path(tempfile.mkdtemp(prefix="tinysight-store-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with open_store(Paths(folder), f"sqlite:///{folder / '.tinysight' / 'mlflow.db'}", write=False):
        return folder / ".tinysight" / "mlflow.db"


def give_store(paths: Paths) -> None:
    """An empty tracking store: MLflow's migrations take seconds, so they run once for all tests."""
    paths.store.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_template(), paths.store)


def own_python() -> list[str]:
    """How a test starts this project's modules in a process of their own."""
    return [sys.executable, "-m"]
