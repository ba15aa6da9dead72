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
BLANK = 2.5  # of 255: contrast below which there is nothing to compare
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
    found = _nearest(cells) if len(cells) > 1 else np.empty((0, 2), np.int64)
    alike = [part[_alike(cells[part[:, 0]], cells[part[:, 1]])] for part in _parts(found)]
    pairs = rows[np.concatenate(alike)] if alike else found
    return copies, [(first, second) for first, second in pairs.tolist()]


def _parts(pairs: Rows) -> Iterator[Rows]:
    return (pairs[start : start + CHUNK] for start in range(0, len(pairs), CHUNK))


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
            if own.std() < BLANK:
                continue
            seen = first.setdefault(blake2b(image.tobytes(), digest_size=16).digest(), row)
            if seen == row:
                cells.append(own.ravel())
                rows.append(row)
            else:
                copies.append((seen, row))
    return np.array(cells, dtype=np.float32), np.array(rows, dtype=np.int64), copies


def _nearest(cells: Points) -> Rows:
    """(n, 2): pairs of places in cells, the smaller one first, each pair once."""
    from scipy.spatial import cKDTree

    points = _components(cells)
    tree, found = cKDTree(points), []
    wanted = min(NEIGHBOURS + 1, len(points))
    with progress_bar("search", len(points)) as advance:
        for start in range(0, len(points), CHUNK):
            part = points[start : start + CHUNK]
            _, near = tree.query(part, k=wanted, distance_upper_bound=FAR, workers=-1)  # (n, wanted), absent: len
            own = np.repeat(np.arange(start, start + len(part)), wanted)
            pairs = np.stack([own, near.ravel()], axis=1)
            found.append(np.sort(pairs[(pairs[:, 1] < len(points)) & (pairs[:, 1] != own)], axis=1))
            advance(len(part))
    return np.unique(np.concatenate(found), axis=0)


def _components(cells: Points) -> Points:
    """(n, at most DIMENSIONS) float32: the principal components of signatures."""
    signatures = cells - cells.mean(axis=1, keepdims=True)
    signatures /= np.linalg.norm(signatures, axis=1, keepdims=True)
    sample = signatures[:: max(1, len(signatures) // 20_000)]
    centred = sample - sample.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, -DIMENSIONS:]
    return np.asarray(signatures @ axes, dtype=np.float32)


def _alike(first: Points, second: Points) -> NDArray[np.bool_]:
    contrast = np.minimum(first.std(axis=1), second.std(axis=1))
    error = np.minimum(_error(first, second), _error(second, first))
    return np.asarray(error < UNLIKE * contrast)


def _error(target: Points, source: Points) -> Points:
    gain, offset = tone(target, source)
    rest = target - np.clip(gain[:, None] * source + offset[:, None], 0, 255)
    return np.asarray(np.sqrt(np.mean(rest**2, axis=1)))
