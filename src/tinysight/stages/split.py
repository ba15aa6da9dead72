"""ImageSet and groups → the rows of train, val and test."""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tinysight.data.groups import read_groups
from tinysight.data.imageset import SAMPLES, Sample, read_samples
from tinysight.data.leak_audit import audit_split, refuse_leaks
from tinysight.data.splits import Exemption, Rows, Split, assign
from tinysight.params import Params, SplitParams
from tinysight.params.dataset import Leaks
from tinysight.paths import Paths
from tinysight.whole_file import whole, write_whole

MUCH_LESS = 0.75  # of what was asked for


def run(params: Params, paths: Paths) -> None:
    """Divides the data set, looks at the result from outside, and reports how.

    Raises:
        DataError: if it cannot be divided, or if anything stands on two sides; nothing is written then.
    """
    samples = read_samples(paths.dataset / SAMPLES)
    groups = read_groups(paths.validation / "groups.csv", len(samples)).tolist()
    leaks: Leaks = getattr(params.dataset, "leaks", "refuse")
    split, exemptions = assign(samples, groups, params.split, leaks)
    audit = audit_split(split.sides(), samples, groups)
    refuse_leaks(audit)
    paths.split.mkdir(parents=True, exist_ok=True)
    for side, rows in split.sides().items():
        _write_rows(paths.split / f"{side}.npy", rows)
    report = describe(split, samples, exemptions)
    notes = tell_shares(report["fractions"], params.split, samples, exemptions)
    _write_report(paths.split / "split.json", {**report, "notes": notes, "audit": asdict(audit)})
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def tell_shares(
    found: Mapping[str, float], asked: SplitParams, samples: Sequence[Sample], exemptions: Sequence[Exemption]
) -> list[str]:
    """A sentence for each side with much less than was asked for, and the likely reason."""
    given = {sample.split for sample in samples}
    joined = sum(len(one.paths) for one in exemptions if one.kind == "joined")
    notes = []
    for side, share in found.items():
        wanted = getattr(asked, side)
        chance = 3.5 * (wanted * (1 - wanted) / max(1, len(samples))) ** 0.5
        if side not in given and share < min(MUCH_LESS * wanted, wanted - chance):
            reason = (
                f" {joined:,} pictures are near-duplicates without a name whose own sides differ, and stand on train:"
                " name their groups, and groups of any size are divided as asked for."
                if joined
                else " Large groups are divided whole: more and smaller ones come nearer to it."
            )
            notes.append(f"{side} has {share:.1%} of the pictures where {wanted:.0%} were asked for.{reason}")
    return notes


def describe(split: Split, samples: Sequence[Sample], exemptions: Sequence[Exemption]) -> dict[str, Any]:
    """What split.json says of the rows: counts and fractions, counts of each class, and the exceptions."""
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
