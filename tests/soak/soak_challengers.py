"""`make soak`: 100 models of one recipe with other seeds meet the gate under `superior`; at most 5 may pass.

Started with a folder behind the number, it keeps its project there, and once stopped goes on where it was.
"""

import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from functools import cache
from itertools import permutations
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import numpy as np  # noqa: E402 - tests/ is no package
from base_sets import write_digits  # noqa: E402 - tests/ is no package
from bench.bench import write  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from results import give_store  # noqa: E402
from trained_projects import BEFORE_TRAINING, OF_THE_CANDIDATE, composed, run_stages  # noqa: E402

from tinysight.evaluation.paired import difference_interval, mcnemar  # noqa: E402 - as above
from tinysight.evaluation.source_files import Marks, held_out_files, judge  # noqa: E402
from tinysight.params import Params  # noqa: E402
from tinysight.paths import Paths  # noqa: E402
from tinysight.predictor import Predictor  # noqa: E402
from tinysight.tracking.registry import list_versions  # noqa: E402
from tinysight.tracking.version_info import VersionInfo  # noqa: E402
from tinysight.whole_file import whole  # noqa: E402

ALLOWED = CLASS_LOSS = 0.05
# a network so small that it trains in seconds; the pictures are moved as little as its training has seen
RECIPE = (
    "dataset.name=digits", "dataset.image_size=28", "augment=none", "register.rule=superior", "train.epochs=6",
    "models.mlp.hidden=[64]", "models.mlp.side=20", "evaluate.draws=1", "evaluate.expected.shift=0.03",
    "evaluate.expected.rotation=3",
)  # fmt: skip


def main(count: int, kept: str = "") -> int:
    """Trains and registers the champion, then the challengers, one after another, as `dvc repro` would."""
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "project"
        if not (root / "kept").exists():
            write_digits(root / "data" / "raw")
            give_store(Paths(root))
            (root / "kept").mkdir()
        os.chdir(root)
        for seed in range(len(list((root / "kept").glob("*.onnx"))), count + 1):
            began = time.monotonic()
            params, paths = _register(root, seed)
            with (root / "seconds.txt").open("a") as file:
                print(round(time.monotonic() - began, 1), file=file)
            print(seed, _line(list_versions(paths)[0]), flush=True)
        minutes = sum(map(float, (root / "seconds.txt").read_text().split())) / 60
        versions = list_versions(paths)[-2::-1]  # the champion, who met nobody, is the last of them
        held_out = held_out_files(params, paths)
        marks = judge([Predictor(file) for file in sorted((root / "kept").iterdir())], held_out)
        os.chdir(ROOT)
    figures = _figures(versions, marks) | {"refused_for_a_class": _for_a_class(marks, held_out.truth)}
    figures |= {"minutes": round(minutes, 1)}
    print(figures)
    write("challengers", figures)
    return 1 if figures["promoted"] > ALLOWED * count else 0  # type: ignore[operator]


def _register(root: Path, seed: int) -> tuple[Params, Paths]:
    """The stages that a seed decides; it gives the network's first weights, the order of its batches, its dropout."""
    import keras

    keras.backend.clear_session()
    params, paths = composed(root, "mlp", *RECIPE, f"seed={seed}")
    run_stages(params, paths, *(BEFORE_TRAINING if seed == 0 else ()), *OF_THE_CANDIDATE, "select", "register")
    with whole(root / "kept" / f"{seed:03d}.onnx") as draft:
        draft.write_bytes(paths.model("mlp").read_bytes())
    return params, paths


def _line(version: VersionInfo) -> str:
    return f"{version.release}: {version.why}"


def _figures(versions: list[VersionInfo], marks: list[Marks]) -> dict[str, object]:
    """How often the gate let a version pass, and how often accuracy alone would have, of all ordered pairs."""
    outcomes, accuracies = Counter(version.release for version in versions), [float(one.right.mean()) for one in marks]
    pairs = list(permutations(marks, 2))
    return {
        "challengers": len(versions),
        "promoted": outcomes["promoted"],
        "kept_as_challenger": outcomes["challenger"],
        "refused": outcomes["refused"],
        "refused_for": dict(Counter(name for version in versions for name in _failed(version))),
        "accuracy_passed": sum(_grade(version, "accuracy") == "passed" for version in versions),
        "test_pictures": len(marks[0].right),
        "accuracy": {
            "champion": round(accuracies[0], 4),
            "lowest": round(min(accuracies), 4),
            "median": round(statistics.median(accuracies), 4),
            "highest": round(max(accuracies), 4),
        },
        "pairs": len(pairs),
        "pairs_shown_to_be_better": sum(_better(ours, theirs) for ours, theirs in pairs),
    }


def _better(ours: Marks, theirs: Marks) -> bool:
    gained, lost = int((ours.right & ~theirs.right).sum()), int((theirs.right & ~ours.right).sum())
    return gained > lost and mcnemar(gained, lost) <= ALLOWED


def _for_a_class(marks: list[Marks], truth: list[str]) -> dict[str, float]:
    """The share of ordered pairs of which one refuses the other for a class, by how sure each class's interval is."""
    places = [np.array([one == name for one in truth]) for name in sorted(set(truth))]
    pairs = list(permutations(marks, 2))
    return {
        what: round(sum(any(_lost(*pair, own, level) for own in places) for pair in pairs) / len(pairs), 3)
        for what, level in (("each_class_at_95", 1 - ALLOWED), ("all_classes_at_95", 1 - ALLOWED / len(places)))
    }


def _lost(ours: Marks, theirs: Marks, own: NDArray[np.bool_], level: float) -> bool:
    gained, lost = int((ours.right & ~theirs.right)[own].sum()), int((theirs.right & ~ours.right)[own].sum())
    rows = int(own.sum())
    return lost - gained > CLASS_LOSS * rows and _interval(gained, lost, rows, level)[1] < 0


_interval = cache(difference_interval)  # few counts, many pairs


def _failed(version: VersionInfo) -> Iterator[str]:
    """What a version was refused for: accuracy, a class, robustness, calibration."""
    failed = {check["name"].split()[0] for check in version.judgement["checks"] if check["grade"] == "failed"}
    yield from sorted(failed)


def _grade(version: VersionInfo, name: str) -> str:
    return next((str(check["grade"]) for check in version.judgement["checks"] if check["name"] == name), "")


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, *sys.argv[2:]))
