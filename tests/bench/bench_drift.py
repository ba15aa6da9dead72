"""How often drift is seen where there is none, and where there is: `python -m tests.bench.bench drift`.

Reference and traffic come from pictures that the model was not trained on. Each window has a reference of its own
division, so that the figures hold for the next data set and not for one lucky reference.
"""

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import numpy as np  # noqa: E402 - tests/ is no package
from numpy.typing import NDArray  # noqa: E402
from onnx_models import tiny_model  # noqa: E402
from PIL import Image, ImageFilter  # noqa: E402
from tiny_datasets import make_params  # noqa: E402

from serve.drift_watch import GROUP  # noqa: E402
from tests.bench.serving_model import make_photo  # noqa: E402
from tests.bench.training_sets import SETS, TrainingSet  # noqa: E402
from tinysight.drift.evidence import BLOCK, Evidence  # noqa: E402
from tinysight.drift.measures import Looked, look  # noqa: E402
from tinysight.drift.pictures import look_at_files  # noqa: E402
from tinysight.drift.reference import Seen, make_reference  # noqa: E402
from tinysight.drift.reference_file import to_json  # noqa: E402
from tinysight.drift.window import compare  # noqa: E402
from tinysight.predictor import Predictor  # noqa: E402

WINDOWS, WINDOW, REFERENCE = 200, 300, 1500
TRAINED = {"digits": 2000, "fashion": 5000}  # pictures that the model learns from
TRAFFIC = {"digits": 3000, "fashion": 5000}  # others, from which reference and traffic are drawn
QUIET = {"digits": 1200, "fashion": 3000}  # pictures before the change, none of them twice
REPEATS = 200
NEVER = 1000

Rows = NDArray[np.int64]
Change = Callable[[Image.Image], Image.Image]
CHANGES: dict[str, Change] = {
    "brightness -15 %": lambda picture: picture.point(lambda value: int(value * 0.85)),
    "blur 1 px": lambda picture: picture.filter(ImageFilter.GaussianBlur(1)),
    "rotation 20°": lambda picture: picture.rotate(20, Image.Resampling.BILINEAR),
    "new camera size": lambda picture: picture.resize((40, 40), Image.Resampling.BILINEAR),
    "rotation 35° and darker": lambda picture: picture.rotate(35, Image.Resampling.BILINEAR).point(
        lambda value: int(value * 0.7)
    ),
}
DOUBLED = "a class share doubled"
NOTHING = "nothing"


def measure() -> dict[str, Any]:
    """Alarms on windows and streams of both sets, and what watching costs."""
    return {**{name: measure_set(name) for name in TRAINED}, "cost": cost()}


def measure_set(name: str) -> dict[str, Any]:
    """Of one set: alarms on windows, and the pictures that pass until the alarm of the service."""
    pictures = SETS[name](0)
    order = np.random.default_rng(0).permutation(len(pictures.labels))
    rows = order[TRAINED[name] : TRAINED[name] + TRAFFIC[name]]
    predictor = _trained(pictures, order[: TRAINED[name]])
    looked = {NOTHING: _looked(predictor, pictures, rows, lambda picture: picture)}
    looked |= {change: _looked(predictor, pictures, rows, how) for change, how in CHANGES.items()}
    trials = Trials(pictures.names, pictures.labels[rows], looked, QUIET[name])
    found = trials.all((NOTHING, *CHANGES, DOUBLED))
    print(name, found)
    return {"windows": WINDOWS, "window": WINDOW, "reference": REFERENCE, "quiet": QUIET[name], "changes": found}


class Trials:
    """Divides one set again and again into a reference and traffic."""

    def __init__(self, names: tuple[str, ...], labels: Rows, looked: dict[str, Looked], quiet: int) -> None:
        self._names, self._labels, self._looked, self._quiet = names, labels, looked, quiet

    def all(self, changes: Sequence[str]) -> dict[str, dict[str, Any]]:
        """For each change the windows with an alarm, and the streams with one before and after it."""
        found = {change: {"window": 0, "delays": []} for change in changes}
        for seed in range(WINDOWS):
            order = np.random.default_rng(seed).permutation(len(self._labels))
            reference, others = make_reference(self._taken(NOTHING, order[:REFERENCE]), self._names), order[REFERENCE:]
            quiet = Evidence(reference, seed=seed)
            quiet.add(reference.sort(self._taken(NOTHING, others[: self._quiet])))
            for change in changes:
                window = self._taken(change, self._chosen(change, others, seed))
                found[change]["window"] += compare(reference, reference.sort(window)).drifted
                after = self._taken(change, self._chosen(change, others[self._quiet :], seed))
                found[change]["delays"].append(_delay(deepcopy(quiet), reference.sort(after)))
        return {change: _summary(change, **one) for change, one in found.items()}

    def _chosen(self, change: str, rows: Rows, seed: int) -> Rows:
        """A window of the rows; of one class twice as many as there are of it, and of the others fewer."""
        random = np.random.default_rng(1_000_000 + seed)
        if change != DOUBLED:
            return rows[:WINDOW]
        is_it = self._labels[rows] == seed % len(self._names)
        share = 2 * is_it.mean()
        weights = np.where(is_it, share / is_it.sum(), (1 - share) / (~is_it).sum())
        return random.choice(rows, WINDOW, p=weights)

    def _taken(self, change: str, rows: Rows) -> Looked:
        looked = self._looked[NOTHING if change == DOUBLED else change]
        return Looked(*(column[rows] for column in looked))


def _delay(evidence: Evidence, after: Seen) -> int:
    """Pictures from the change to the alarm; below 0 if it came before; NEVER if it does not come."""
    if evidence.drifted:
        return -1
    for start in range(0, WINDOW, BLOCK):
        evidence.add(Seen(after.bins[start : start + BLOCK], after.classes[start : start + BLOCK]))
        if evidence.drifted:
            return start + BLOCK
    return NEVER


def _summary(change: str, window: int, delays: list[int]) -> dict[str, Any]:
    late = [delay for delay in delays if delay > 0]
    return {
        "window_alarms": window,
        "early_alarms": sum(delay < 0 for delay in delays),
        "alarms_within_300": sum(0 < delay <= WINDOW for delay in delays),
        "pictures_to_alarm": statistics.median(late) if change != NOTHING and late else None,
    }


def cost() -> dict[str, float]:
    """Microseconds of CPU a picture: of watching, and of decoding a photo and classifying it with next to no model."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"class {number}" for number in range(10)]
        predictor = Predictor(tiny_model(Path(folder) / "model.onnx", names, 64))
    photo = make_photo()
    pixels = np.random.default_rng(0).integers(0, 256, (400, 64, 64, 3), np.uint8)
    answers, sizes = predictor.probabilities(pixels), [(640, 427)] * len(pixels)
    reference = make_reference(look(pixels, sizes, answers), predictor.contract.class_names)
    seen = reference.sort(look(pixels, sizes, answers))
    evidence = Evidence(reference)
    group = pixels[:GROUP], sizes[:GROUP], answers[:GROUP]
    return {
        "measuring_us": _microseconds(lambda: reference.sort(look(*group)), GROUP),
        "weighing_us": _microseconds(lambda: evidence.add(seen), len(pixels)),
        "photo_us": _microseconds(lambda: predictor.predict(photo), 1),
        "reference_bytes": len(to_json(reference)),
    }


def _microseconds(work: Callable[[], object], pictures: int) -> float:
    """CPU a picture, the least of several rounds: what others do on the machine only adds to it."""
    rounds = []
    for _ in range(15):
        began = time.process_time()
        for _ in range(REPEATS // 10):
            work()
        rounds.append((time.process_time() - began) / (REPEATS // 10) / pictures * 1e6)
    return round(min(rounds), 1)


def _trained(pictures: TrainingSet, rows: Rows) -> Predictor:
    """The SVM of the ladder without augmentation, through our own export."""
    from tinysight.models.export import Provenance, export_model
    from tinysight.models.start import start_tensorflow
    from tinysight.models.training import fit_candidate
    from tinysight.models.training_data import TrainingData

    start_tensorflow()
    params, fifth = make_params(), len(rows) // 5
    none = pictures.pixels[:0], pictures.labels[:0]
    data = TrainingData(pictures.pixels, pictures.labels, rows[fifth:], rows[:fifth], *none, pictures.names)
    with tempfile.TemporaryDirectory() as cache:
        fitted = fit_candidate(params.models["svm"], data, params.train, 0, Path(cache))
    exported = export_model(fitted.model, data, pictures.decoding, params.export, Provenance("", ""))
    return Predictor(exported.content)


def _looked(predictor: Predictor, pictures: TrainingSet, rows: Rows, change: Change) -> Looked:
    """Through a PNG file, as a user sends it."""

    def file(row: int) -> bytes:
        content = io.BytesIO()
        change(Image.fromarray(pictures.pixels[row])).save(content, "PNG", compress_level=1)
        return content.getvalue()

    return look_at_files(predictor, (file(row) for row in rows.tolist()))[0]
