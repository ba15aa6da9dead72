"""Small data sets built by hand, for tests of what comes after ingest."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from projects import ROOT

from tinysight.config import compose_params
from tinysight.data.dataset import DatasetInfo, Quarantined, write_info, write_quarantine
from tinysight.data.facts import Facts, write_facts
from tinysight.data.imageset import Sample, write_imageset
from tinysight.imaging import Pixels
from tinysight.params import Params

CLASSES = ("cat", "dog", "emu")


def sample(name: str, class_name: str = "cat", *, digest: str = "", split: str = "", group: str = "") -> Sample:
    """A sample whose digest follows from its path."""
    content = digest or sha256(f"{class_name}/{name}".encode()).hexdigest()
    label = CLASSES.index(class_name) if class_name in CLASSES else 0
    return Sample(f"{class_name}/{name}.png", content, class_name, label, split, group)


def balanced(count: int, prefix: str = "") -> list[Sample]:
    """So many different samples of each class."""
    return [sample(f"{prefix}{number}", name) for name in CLASSES for number in range(count)]


def noise(count: int, side: int = 8) -> Pixels:
    """(count, side, side, 3) uint8: no two alike."""
    return np.random.default_rng(7).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def write_dataset(folder: Path, images: Pixels, samples: Sequence[Sample], broken: Sequence[str] = ()) -> None:
    """Writes what ingest would write."""
    side = int(images.shape[1])
    write_imageset(folder, iter(images), samples, side)
    write_facts(folder, [Facts(side, side, "PNG", "RGB", 1, 3 * side * side)] * len(samples))
    names = tuple(sorted({one.class_name for one in samples}))
    write_info(folder, DatasetInfo("0" * 64, "tiny", names, side, len(samples), len(broken)))
    write_quarantine(folder, [Quarantined(path, "broken") for path in broken])


@cache  # what it gives is frozen, and composing takes long
def make_params(*overrides: str) -> Params:
    """The repository's configuration of the digits with a few changes."""
    return compose_params(ROOT / "conf", ["dataset=digits", *overrides])
