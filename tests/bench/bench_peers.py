"""`make bench-peers`: what others train on the same rows of Fashion-MNIST, and what that costs them.

They take some hours and 5 GB of disk, most of it for PyTorch: `ARGS="--seeds 1"` takes a third, and with `--only NAME`
one is trained by itself. They are judged on val, or on test with `--final`, logged as for `make bench-training`.
"""

import argparse
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from environments import UV, empty_environment
from tiny_datasets import make_params

from tests.bench.bench import earlier, write
from tests.bench.bench_training import over_seeds
from tests.bench.final_calls import FinalCall
from tests.bench.measured import OURS, TUTORIAL, expected_of
from tests.bench.training_sets import SETS, TrainingSet
from tinysight.evaluation.robustness import warp_as_expected
from tinysight.models.start import start_tensorflow
from tinysight.params import ExpectedParams

# small_cnn as one asks for it who wants an answer soon: narrow, little more than one pass, and no copies
QUICK = ("models.small_cnn.width=16", "models.small_cnn.learning_rate=0.015", "train.max_images=65000", "train.clean=1")
PROGRAMS = Path(__file__).resolve().parent / "peers"


@dataclass(frozen=True)
class Trainer:
    """A program of peers/, its further words, and the packages that it needs beside ours."""

    program: str
    words: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


TRAINERS = {
    TUTORIAL: Trainer("tutorial_trainer.py"),
    "the same with their augmentation": Trainer("tutorial_trainer.py", ("augmented",)),
    "scikit-learn's SVC on pixels": Trainer("svc_trainer.py"),
    "fastai, ResNet18 from scratch": Trainer("fastai_trainer.py", (), ("fastai==2.8.12", "torch==2.13.0")),
}


def main() -> None:
    """Trains one after the other and writes the medians of each as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", default="fashion", choices=sorted(SETS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--final", action="store_true", help="score the test rows, and log the call")
    parser.add_argument("--only", action="append", choices=[OURS, *TRAINERS], help="train this one; may be given twice")
    asked = parser.parse_args()
    call = FinalCall(["peers", *sys.argv[1:]]) if asked.final else None
    start_tensorflow()
    file, of = ("training_peers_final" if asked.final else "training_peers"), (asked.set, asked.seeds, call)
    for name in asked.only or [OURS, *TRAINERS]:
        _keep(file, asked.set, name, (_ours(*of) if name == OURS else _theirs(name, *of)) | {"seeds": asked.seeds})


def _keep(file: str, pictures: str, name: str, found: dict[str, float]) -> None:
    """Writes what one trainer came to beside the others of the same pictures: all of them together take hours."""
    kept = earlier(file)
    kept = kept if kept.get("set") == pictures else {"set": pictures}
    print(name, found, flush=True)
    write(file, kept | {name: found})


def _ours(pictures: str, seeds: int, call: FinalCall | None) -> dict[str, float]:
    return over_seeds(pictures, "small_cnn", make_params(*QUICK), seeds, OURS, call=call)


def _theirs(name: str, pictures: str, seeds: int, call: FinalCall | None) -> dict[str, float]:
    trainer = TRAINERS[name]
    with TemporaryDirectory() as folder:
        return _over_seeds(_python(Path(folder) / "venv", trainer), name, trainer, pictures, seeds, call)


def _python(place: Path, trainer: Trainer) -> str:
    if not trainer.packages:
        return sys.executable
    python = empty_environment(place)
    subprocess.run([UV, "pip", "install", "-q", "--python", str(python), *trainer.packages], check=True)
    return str(python)


def _over_seeds(
    python: str, name: str, trainer: Trainer, pictures: str, seeds: int, call: FinalCall | None
) -> dict[str, float]:
    """The medians of one trainer; on test rows, and logged, where there is a call."""
    runs, expected = [], expected_of(pictures)
    for seed in range(seeds):
        runs.append(_run(python, trainer, SETS[pictures](seed), expected, seed, final=call is not None))
        if call:
            call.scored(pictures, name, runs[-1])
    figures = {key: round(statistics.median(run[key] for run in runs), 4) for key in runs[0]}
    if call:
        call.judged(pictures, name, figures)
    return figures


def _run(
    python: str, trainer: Trainer, pictures: TrainingSet, expected: ExpectedParams, seed: int, *, final: bool
) -> dict[str, float]:
    rows = pictures.test if final else pictures.val
    clean, labels = pictures.pixels[rows], pictures.labels[rows]
    with TemporaryDirectory() as name:
        given, told = Path(name) / "given.npz", Path(name) / "told.npz"
        moved = warp_as_expected(clean, rows, expected, seed=0, draw=0)
        np.savez(given, images=pictures.pixels[pictures.train], labels=pictures.labels[pictures.train], clean=clean,
                 moved=moved, judged=labels)  # fmt: skip
        program = [python, str(PROGRAMS / trainer.program), str(given), str(told), str(seed), *trainer.words]
        subprocess.run(program, check=True, cwd=name, stdout=subprocess.DEVNULL)
        with np.load(told) as found:
            figures = {key: float(found[key]) for key in found.files if not key.endswith("_answers")}
            right = {"accuracy": float(np.mean(found["clean_answers"] == labels)),
                     "moved_accuracy": float(np.mean(found["moved_answers"] == labels))}  # fmt: skip
    return right | figures


if __name__ == "__main__":
    main()
