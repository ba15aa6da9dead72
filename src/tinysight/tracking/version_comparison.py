"""Two registered versions on the same pictures: today's test pictures of this project."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tinysight.config import load_params
from tinysight.evaluation.comparison import Change, Comparison, compare
from tinysight.evaluation.gate import signed
from tinysight.evaluation.source_files import held_out_files, judge
from tinysight.evaluation.wording import percent, points
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.tracking.registry import download, find_version
from tinysight.tracking.store import open_store


@dataclass(frozen=True)
class Compared:
    """Two versions of one registered model, and how they differ."""

    name: str
    one: str
    other: str
    comparison: Comparison

    def as_json(self) -> dict[str, Any]:
        """For programs; `ours` is the first version's."""
        return {"name": self.name, "versions": [self.one, self.other], **self.comparison.as_json()}


def compare_versions(paths: Paths, one: str, other: str) -> Compared:
    """Both answer today's test pictures, read from their files, each by its own contract.

    Args:
        paths: the project.
        one: a number or an alias.
        other: a number or an alias.

    Raises:
        TrackingError: if a version is unknown, or the store cannot be used.
        DataError: if the source does not hold a test picture.
    """
    params = load_params(paths.params)
    name, held_out = params.register_.name, held_out_files(params, paths)
    with TemporaryDirectory() as folder:
        with open_store(paths, write=False) as store:
            infos = [find_version(store, name, which) for which in (one, other)]
            places = [Path(folder) / str(place) for place in range(2)]
            bundles = [download(store, info, place) for info, place in zip(infos, places, strict=True)]
        predictors = [Predictor(bundle.model) for bundle in bundles]
        ours, theirs = judge(predictors, held_out, params.evaluate, seed=params.seed)
    found = compare(ours, theirs, held_out.truth, params.register_.significance)
    return Compared(name, infos[0].version, infos[1].version, found)


def comparison_text(compared: Compared) -> str:
    """The comparison for people."""
    found = compared.comparison
    rows = [("", f"version {compared.one}", f"version {compared.other}", "difference")]
    rows.append(_row("accuracy", found.accuracy))
    if found.expected_accuracy:
        rows.append(_row("moved as expected", found.expected_accuracy))
    rows.append(_row("calibration error", found.expected_calibration_error))
    rows += [_row(name, change) for name, change in found.recall.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([f"{compared.name}: {found.rows} test pictures of today", *lines, "", _verdict(compared)])


def _row(what: str, change: Change) -> tuple[str, str, str, str]:
    return what, percent(change.ours), percent(change.theirs), signed(change)


def _verdict(compared: Compared) -> str:
    found = compared.comparison
    told = f"Only {compared.one} is right on {found.gained} pictures, only {compared.other} on {found.lost}"
    shown = f"These pictures show differences from {points(found.smallest)} on (4 times in 5)."
    return f"{told}: p = {found.p_value:.2g}. {shown}"
