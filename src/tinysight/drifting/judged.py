"""Traffic compared with the reference of a version: figures for programs, and what the page shows of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinysight.bundle import GOLDEN_FOLDER, Bundle, check_golden, file_of, open_bundle
from tinysight.drift.measures import NAMES, Values
from tinysight.drift.pictures import contents, look_at_files
from tinysight.drift.reference import Reference
from tinysight.drift.reference_file import FILE, from_json
from tinysight.drift.window import Comparison, Shares, compare
from tinysight.drifting.traffic import Picture, Traffic
from tinysight.errors import ConfigError, DataError
from tinysight.imaging import Decoding
from tinysight.predictor import Predictor


@dataclass(frozen=True)
class Sided:
    """Pictures with what was measured of them.

    Attributes:
        pictures: N of them.
        values: (N, statistics) float64.
        classes: (N,) int64, the place of the class that the model named.
    """

    pictures: Sequence[Picture]
    values: Values
    classes: np.ndarray


@dataclass(frozen=True)
class Judged:
    """Traffic and what was found.

    Attributes:
        bundle: with the reference.
        decoding: of its model.
        reference: of the version.
        comparison: what differs, and how sure that is.
        shares: whether classes may come in other shares.
        now: the pictures of traffic that could be decoded.
        before: the golden pictures of the version.
        passed_over: older pictures that were not looked at.
        broken: pictures that could not be decoded or read.
    """

    bundle: Bundle
    decoding: Decoding
    reference: Reference
    comparison: Comparison
    shares: Shares
    now: Sided
    before: Sided
    passed_over: int
    broken: int

    def medians(self, name: str) -> tuple[float, float]:
        """The middle value of a statistic: in the reference, and now."""
        place = NAMES.index(name)
        return self.reference.quantile(place, 0.5), float(np.median(self.now.values[:, place]))

    def class_shares(self) -> list[tuple[str, float, float]]:
        """Each class with its share in the reference and now."""
        counted = np.bincount(self.now.classes, minlength=len(self.reference.class_names))
        before, now = (counts / counts.sum() for counts in (self.reference.named, counted))
        return list(zip(self.reference.class_names, before.tolist(), now.tolist(), strict=True))


def judge(place: Path, traffic: Traffic, *, false_alarms: float, shares: Shares) -> Judged:
    """Compares traffic with the reference of a bundle.

    Args:
        place: of the bundle, whose digests and golden pictures are checked.
        traffic: what to compare.
        false_alarms: the chance that something is said to have drifted where nothing has.
        shares: `free` where classes may come in other shares than in the reference.

    Raises:
        ConfigError: if there is no bundle, or it has no reference.
        DataError: if no picture can be decoded.
        ModelError: if the bundle is not what it promises.
    """
    bundle, reference, predictor = _open(place)
    looked, kept = look_at_files(predictor, contents(picture.read for picture in traffic.pictures))
    broken = len(traffic.pictures) - len(kept)
    if not kept:
        raise DataError(
            f"None of {broken} pictures can be decoded, the first: {traffic.pictures[0].name}. Name others."
        )
    found = compare(reference, reference.sort(looked), false_alarms=false_alarms, shares=shares)
    now = Sided([traffic.pictures[i] for i in kept], reference.values(looked), looked.classes)
    golden = [Picture(file.name, file.read_bytes) for file in sorted((bundle.folder / GOLDEN_FOLDER).iterdir())]
    looked, kept = look_at_files(predictor, contents(picture.read for picture in golden))
    before = Sided([golden[i] for i in kept], reference.values(looked), looked.classes)
    return Judged(bundle, predictor.decoding, reference, found, shares, now, before, traffic.passed_over, broken)


def _open(place: Path) -> tuple[Bundle, Reference, Predictor]:
    if not place.is_dir():
        raise ConfigError(
            f"Drift is seen against a bundle, which has a reference. Received: {str(place)!r}, which is no folder."
            " Name a bundle's folder or models:/NAME@ALIAS."
        )
    bundle = open_bundle(place)
    predictor = Predictor(bundle.model)
    check_golden(bundle, predictor)
    data = file_of(bundle, FILE)
    if data is None:
        raise ConfigError(
            f"{bundle.name} version {bundle.version} has no {FILE}: it was registered by an earlier tinysight, or from"
            " too few pictures. Register a version again with `dvc repro`, or make a bundle with `tinysight bundle`."
        )
    return bundle, from_json(data, predictor.contract.class_names), predictor
