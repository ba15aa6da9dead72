"""For each picture, the few that look most like it: the only ones worth comparing closely."""

from collections.abc import Iterator
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from tinysight.data.progress import progress_bar
from tinysight.data.resemblance import tone
from tinysight.imaging import Pixels

Pair = tuple[int, int]
Rows = NDArray[np.int64]
Points = NDArray[np.float32]

GRID = 8  # cells across a signature
DIMENSIONS = 18
NEIGHBOURS = 16
FAR = 0.5  # signatures have length 1; saved again, two of 100 are farther than this, mostly where much was cut off
UNLIKE = 0.2  # of the contrast: cells that differ more are those of another picture
CLOSEST, FAIRLY_UNLIKE = 3, 0.45  # for the few nearest: much of a bright picture may have been cut off
BLANK = 4.0  # of 255: the difference of the darkest and the brightest cell, below which there is nothing to compare
CHUNK = 2048


def find_look_alikes(thumbnails: Pixels) -> tuple[list[Pair], list[Pair]]:
    """Pairs worth a closer look.

    A picture's signature is 8 × 8 blurred cells without their mean and gain; the nearest signatures
    are found by a tree over their principal components.

    Args:
        thumbnails: (N, V, V, 3) uint8; may be mapped from disk.

    Returns:
        Pairs that are exactly alike, each with the first of them, and pairs of others that look alike.
    """
    cells, rows, copies = _cells(thumbnails)
    found = np.concatenate([np.empty((0, 2), np.int64), *(_alike(cells, *near) for near in _nearest(cells))])
    pairs = rows[np.unique(np.sort(found, axis=1), axis=0)]
    return copies, [(first, second) for first, second in pairs.tolist()]


def _cells(thumbnails: Pixels) -> tuple[Points, Rows, list[Pair]]:
    """The cells of pictures that are neither blank nor copies of an earlier one; their rows; and the copies."""
    import cv2

    first: dict[bytes, int] = {}
    cells, rows, copies = [], [], []
    with progress_bar("find look-alikes", len(thumbnails)) as advance:
        for row, thumbnail in enumerate(thumbnails):
            advance(1)
            image = np.asarray(thumbnail)
            soft = cv2.GaussianBlur(image, (0, 0), len(image) / 23)
            own = cv2.resize(soft, (GRID, GRID), interpolation=cv2.INTER_AREA)
            if np.ptp(own) < BLANK:
                continue
            seen = first.setdefault(blake2b(image.tobytes(), digest_size=16).digest(), row)
            if seen == row:
                cells.append(own.ravel())
                rows.append(row)
            else:
                copies.append((seen, row))
    return np.array(cells, dtype=np.float32), np.array(rows, dtype=np.int64), copies


def _nearest(cells: Points) -> Iterator[tuple[Rows, Rows]]:
    """(n,) places in cells and their (n, k) neighbours, the nearest first; the place itself where there is none."""
    from scipy.spatial import cKDTree

    if len(cells) < 2:
        return
    points = _components(cells)
    tree = cKDTree(points)
    with progress_bar("search", len(points)) as advance:
        for start in range(0, len(points), CHUNK):
            own = np.arange(start, min(start + CHUNK, len(points)))
            wanted = range(1, min(NEIGHBOURS + 1, len(points)) + 1)
            _, near = tree.query(points[own], k=wanted, distance_upper_bound=FAR, workers=-1)
            yield own, np.where(near < len(points), near, own[:, None])
            advance(len(own))


def _components(cells: Points) -> Points:
    """(n, at most DIMENSIONS) float32: the principal components of signatures."""
    signatures = cells - cells.mean(axis=1, keepdims=True)
    signatures /= np.linalg.norm(signatures, axis=1, keepdims=True)
    sample = signatures[:: max(1, len(signatures) // 20_000)]
    centred = sample - sample.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, -DIMENSIONS:]
    return np.asarray(signatures @ axes, dtype=np.float32)


def _alike(cells: Points, own: Rows, near: Rows) -> Rows:
    """(m, 2): the pairs whose cells are alike but for their tone."""
    first, second = np.repeat(own, near.shape[1]), near.ravel()
    limit = np.broadcast_to(np.where(np.arange(near.shape[1]) <= CLOSEST, FAIRLY_UNLIKE, UNLIKE), near.shape).ravel()
    real = first != second
    first, second, limit = first[real], second[real], limit[real]
    one, other = cells[first], cells[second]
    contrast = np.minimum(one.std(axis=1), other.std(axis=1))
    alike = np.minimum(_error(one, other), _error(other, one)) < limit * contrast
    return np.stack([first[alike], second[alike]], axis=1)


def _error(target: Points, source: Points) -> Points:
    gain, offset = tone(target, source)
    rest = target - np.clip(gain[:, None] * source + offset[:, None], 0, 255)
    return np.asarray(np.sqrt(np.mean(rest**2, axis=1)))
