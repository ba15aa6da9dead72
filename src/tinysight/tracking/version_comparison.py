"""Two versions, or a version and a model file, on the same pictures: today's test pictures of this project."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tinysight.bundle import sha256_of
from tinysight.config import load_params
from tinysight.errors import ModelError
from tinysight.evaluation.comparison import Change, Comparison, compare
from tinysight.evaluation.gate import signed, signed_cost
from tinysight.evaluation.source_files import held_out_files, judge
from tinysight.evaluation.wording import cost, percent, points
from tinysight.evaluation.wording import p_value as shown_p
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.tracking.registry import download, find_version
from tinysight.tracking.store import Store, open_store


@dataclass(frozen=True)
class Compared:
    """Two models, and how they differ.

    Attributes:
        name: the registered model.
        one: number of a version, or path of a file.
        other: number of a version, or path of a file.
        same_file: whether both are the same bytes.
    """

    name: str
    one: str
    other: str
    comparison: Comparison
    same_file: bool

    def as_json(self) -> dict[str, Any]:
        """For programs; `ours` is the first one's."""
        return {
            "name": self.name,
            "versions": [self.one, self.other],
            "same_file": self.same_file,
            **self.comparison.as_json(),
        }


def compare_versions(paths: Paths, one: str, other: str) -> Compared:
    """Both answer today's test pictures, read from their files, each by its own contract.

    Where `select.error_costs` says what mistakes cost, what they cost on average is compared too.

    Args:
        paths: the project.
        one: a number, an alias or the path of a model file.
        other: a number, an alias or the path of a model file.

    Raises:
        TrackingError: if a version is unknown, or the store cannot be used.
        ModelError: if a file is no model of tinysight.
        DataError: if the source does not hold a test picture.
    """
    params = load_params(paths.params)
    name, held_out = params.register_.name, held_out_files(params, paths)
    with TemporaryDirectory() as folder:
        with open_store(paths, write=False) as store:
            found = [_model(store, name, which, Path(folder) / str(n)) for n, which in enumerate((one, other))]
        ours, theirs = judge([Predictor(file) for _, file in found], held_out, params.evaluate, seed=params.seed)
        same_file = sha256_of(found[0][1]) == sha256_of(found[1][1])
    costs, level = params.select.error_costs, params.register_.significance
    comparison = compare(ours, theirs, held_out.truth, level, costs=costs)
    return Compared(name, found[0][0], found[1][0], comparison, same_file)


def _model(store: Store, name: str, which: str, folder: Path) -> tuple[str, Path]:
    """What a model is called, and its file."""
    if which.endswith(".onnx"):
        if not Path(which).is_file():
            raise ModelError(f"{which} is not there. Name a model.onnx, or a version of `tinysight registry list`.")
        return which, Path(which)
    version = find_version(store, name, which)
    return version.version, download(store, version, folder).model


def comparison_text(compared: Compared) -> str:
    """The comparison for people."""
    found = compared.comparison
    rows = [("", _title(compared.one), _title(compared.other), "first minus second")]
    rows.append(_row("accuracy", found.accuracy))
    if found.expected_accuracy:
        rows.append(_row("moved as expected", found.expected_accuracy))
    if weighed := found.error_cost:
        rows.append(("mistakes cost a picture", cost(weighed.ours), cost(weighed.theirs), signed_cost(weighed)))
    rows.append(_row("calibration error", found.expected_calibration_error))
    rows += [_row(name, change) for name, change in found.recall.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([f"{compared.name}: {found.rows} test pictures of today", *lines, "", _verdict(compared)])


def _title(which: str) -> str:
    return f"version {which}" if which.isdecimal() else "the file"


def _row(what: str, change: Change) -> tuple[str, str, str, str]:
    return what, percent(change.ours), percent(change.theirs), signed(change)


def _chance(p_value: float) -> str:
    """What the exact test says, without its name."""
    if p_value > 0.995:
        return "That is no sign of a difference (p = 1)."
    if p_value < 1e-4:
        return f"Two equal models would hardly ever differ so much ({shown_p(p_value)})."
    return f"Two equal models would differ at least so much in {100 * p_value:.2g} % of cases (p = {p_value:.2g})."


def _verdict(compared: Compared) -> str:
    found = compared.comparison
    if compared.same_file:
        return "Both are the same file."
    one, other = _title(compared.one), _title(compared.other)
    alike = f"They give the same answer to {found.same} of {found.rows} pictures." if found.same is not None else ""
    told = f"Only {one} is right on {found.gained}, only {other} on {found.lost}. {_chance(found.p_value)}"
    shown = f"Differences from {points(found.smallest)} on would show in these pictures, 4 times in 5."
    return "\n".join([alike, told, shown])
