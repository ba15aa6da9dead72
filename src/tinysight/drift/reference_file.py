"""The file reference.json of a bundle: a reference for drift as it travels with its model."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from tinysight.drift.measures import NAMES, WAVES
from tinysight.drift.reference import Reference, Usual, short
from tinysight.errors import BundleError

SCHEMA = 1
FILE = "reference.json"
MOST_EDGES = 100  # of a statistic: the service keeps the number of a bin in a byte


def to_json(reference: Reference) -> bytes:
    """As it travels in a bundle."""
    statistics = {
        name: {"edges": edges.tolist(), "counts": counts.tolist()}
        for name, edges, counts in zip(NAMES, reference.edges, reference.counts, strict=True)
    }
    usual = {"mean": short(reference.usual.mean), "whitening": [short(row) for row in reference.usual.whitening]}
    content = {"schema": SCHEMA, "class_names": reference.class_names, "named": reference.named.tolist(),
               "statistics": statistics, "usual": usual}  # fmt: skip
    return (json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def from_json(data: bytes, class_names: Sequence[str]) -> Reference:
    """Reads what to_json wrote.

    Args:
        data: of the file.
        class_names: of the model that it travels with.

    Raises:
        BundleError: if it is broken, or of another model.
    """
    try:
        return _read(json.loads(data), tuple(class_names))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(
            f"{FILE} is not the reference of this model: {error}. Download the version again, or register it again"
            " with `dvc repro`."
        ) from None


def _read(content: dict[str, Any], class_names: tuple[str, ...]) -> Reference:
    statistics = [content["statistics"][name] for name in NAMES]
    edges = tuple(np.asarray(one["edges"], dtype=np.float64) for one in statistics)
    counts = tuple(np.asarray(one["counts"], dtype=np.int64) for one in statistics)
    usual = Usual(*(np.asarray(content["usual"][key], dtype=np.float64) for key in ("mean", "whitening")))
    if content["schema"] != SCHEMA or tuple(content["class_names"]) != class_names:
        raise ValueError(f"schema {SCHEMA} and the model's classes are wanted")
    for edge, count in zip(edges, counts, strict=True):
        if (
            len(edge) > MOST_EDGES
            or count.shape != (len(class_names), 2 * len(edge) + 1)
            or count.min() < 0
            or not np.isfinite(edge).all()
        ):
            raise ValueError("its counts do not fit its edges")
    named = np.asarray(content["named"], dtype=np.int64)
    wanted = WAVES**2 - 1 + len(class_names), len(class_names)
    if (len(usual.mean), len(named)) != wanted or usual.whitening.shape != (len(usual.mean),) * 2:
        raise ValueError("its embedding does not fit the classes")
    if not np.isfinite(usual.whitening).all() or named.min() < 0:
        raise ValueError("its numbers are none")
    return Reference(class_names, edges, counts, named, usual)
