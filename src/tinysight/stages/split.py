"""ImageSet and groups → the rows of train, val and test."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tinysight.data.groups import read_groups
from tinysight.data.imageset import SAMPLES, Sample, read_samples
from tinysight.data.splits import Exemption, Rows, Split, assign
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.whole_file import whole, write_whole


def run(params: Params, paths: Paths) -> None:
    """Divides the data set and reports how.

    Raises:
        DataError: if it cannot be divided; nothing is written then.
    """
    samples = read_samples(paths.dataset / SAMPLES)
    groups = read_groups(paths.validation / "groups.csv", len(samples))
    split, exemptions = assign(samples, groups.tolist(), params.split)
    paths.split.mkdir(parents=True, exist_ok=True)
    for side, rows in split.sides().items():
        _write_rows(paths.split / f"{side}.npy", rows)
    _write_report(paths.split / "split.json", describe(split, samples, exemptions))


def describe(split: Split, samples: Sequence[Sample], exemptions: Sequence[Exemption]) -> dict[str, Any]:
    """What split.json holds: counts and fractions of rows, counts of each class, and the exceptions."""
    sides = split.sides()
    counts = {side: len(rows) for side, rows in sides.items()}
    shown = {side: Counter(samples[row].class_name for row in rows) for side, rows in sides.items()}
    names = sorted({sample.class_name for sample in samples})
    return {
        "counts": counts,
        "fractions": {side: round(count / max(1, sum(counts.values())), 6) for side, count in counts.items()},
        "per_class": {name: {side: shown[side][name] for side in sides} for name in names},
        "exceptions": [asdict(exemption) for exemption in exemptions],
    }


def _write_rows(path: Path, rows: Rows) -> None:
    with whole(path) as draft, draft.open("wb") as file:
        np.save(file, rows)


def _write_report(path: Path, report: dict[str, Any]) -> None:
    write_whole(path, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
