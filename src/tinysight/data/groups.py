"""Pictures that must stay on one side of a split together: near-duplicates, and what the source says."""

import csv
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinysight.data.imageset import Sample
from tinysight.data.progress import progress_bar
from tinysight.errors import DataError
from tinysight.imaging import Pixels
from tinysight.whole_file import write_table

Rows = NDArray[np.int64]
Pair = tuple[int, int]


def group_samples(samples: Sequence[Sample], pixel_keys: Sequence[bytes], near_pairs: Iterable[Pair] = ()) -> Rows:
    """Joins rows of equal bytes, equal pixels or an equal group of the source, and near-duplicates.

    Each is joined with all that any of its members joins.

    Args:
        samples: N rows.
        pixel_keys: N digests of decoded pixels.
        near_pairs: rows that are taken for near-duplicates of each other: `clusters.accept` says which.

    Returns:
        (N,) int64: the number of each row's group; groups are numbered by their first row.
    """
    return join_rows(
        len(samples),
        same(sample.digest for sample in samples),
        same(pixel_keys),
        same(sample.group or None for sample in samples),
        near_pairs,
    )


def join_rows(count: int, *relations: Iterable[Pair]) -> Rows:
    """Numbers the sets of rows that are connected by pairs.

    Args:
        count: how many rows there are.
        relations: pairs of rows that belong together.

    Returns:
        (count,) int64, numbered from 0 by each group's first row.
    """
    leaders = list(range(count))
    for first, second in (pair for relation in relations for pair in relation):
        a, b = _leader(leaders, first), _leader(leaders, second)
        leaders[max(a, b)] = min(a, b)
    found = np.array([_leader(leaders, row) for row in range(count)], dtype=np.int64)
    return np.unique(found, return_inverse=True)[1].astype(np.int64)


def _leader(leaders: list[int], row: int) -> int:
    while leaders[row] != row:
        leaders[row] = leaders[leaders[row]]  # halves the way for the next one who asks
        row = leaders[row]
    return row


def same(keys: Iterable[Hashable | None]) -> Iterator[Pair]:
    """Pairs of rows with equal keys; rows without a key stay alone."""
    first: dict[Hashable, int] = {}
    for row, key in enumerate(keys):
        if key is not None and first.setdefault(key, row) != row:
            yield first[key], row


def sets_of(keys: Iterable[Hashable]) -> list[list[int]]:
    """The rows of each key that occurs more than once, in the order of their first rows."""
    rows: defaultdict[Hashable, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        rows[key].append(row)
    return [members for members in rows.values() if len(members) > 1]


def keys_of(pixels: Pixels) -> list[bytes]:
    """A short digest of each picture's decoded pixels."""
    keys = []
    with progress_bar("compare", len(pixels)) as advance:
        for image in pixels:
            keys.append(blake2b(image.tobytes(), digest_size=16).digest())
            advance(1)
    return keys


def write_groups(path: Path, groups: Rows) -> None:
    """Writes one line a row: row,group."""
    write_table(path, ["row", "group"], enumerate(groups.tolist()))


def read_groups(path: Path, count: int) -> Rows:
    """Reads the group of each of `count` rows.

    Raises:
        DataError: if the file is missing or of another data set.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            found = {int(line["row"]): int(line["group"]) for line in csv.DictReader(file)}
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{path} holds no groups: {error}. Run `dvc repro`.") from None
    if found.keys() != set(range(count)):
        raise DataError(f"{path} has {len(found)} rows, the data set {count}. Run `dvc repro -f`.")
    return np.array([found[row] for row in range(count)], dtype=np.int64)
