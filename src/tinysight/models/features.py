"""What a network that knows ImageNet sees in pictures: computed once by ONNX Runtime, kept in the cache."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import onnxruntime
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray

from tinysight.data.progress import progress_bar
from tinysight.imaging import Pixels
from tinysight.models.imagenet_weights import FEATURES, weights_file
from tinysight.whole_file import whole, write_whole

Rows = NDArray[np.int64]

BATCH = 64  # pictures
HEADER = 128  # bytes before the numbers of an .npy file of two dimensions
KEPT = 3  # data sets whose features stay in the cache, 5 kB a picture
OPSET = 18
VERSION = 1  # of what is computed from the same pixels and weights; it names the files


def working_side(image_size: int) -> int:
    """How large the network sees pictures of a data set, in pixels.

    Clip art of 64 pixels made 96, 128 or 224 gave away planted wrong labels almost equally well, 26 to 27 of 30,
    and 224 costs three times as much as 128.
    """
    return 96 if image_size <= 32 else 128


def features(pixels: Pixels, cache: Path, *, rows: Rows | None = None, side: int | None = None) -> NDArray[np.float32]:
    """The pooled features of every picture; from the cache where the same pixels were seen before.

    A computation that was killed goes on where it stopped.

    Args:
        pixels: (N, S, S, 3) uint8; one batch is in memory at a time.
        cache: .tinysight/cache.
        rows: which n of them, in this order; None is all.
        side: what the network resizes them to, in pixels; None leaves it to `working_side`.

    Returns:
        (n, 1280) float32, mapped from disk.

    Raises:
        ModelError: if the weights are missing or broken.
    """
    folder = cache / "features"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = np.arange(len(pixels)) if rows is None else rows
    with _alone(folder):
        model = _model_file(folder, pixels.shape[1], side or working_side(pixels.shape[1]))
        path = folder / f"{_digest(model.stem, pixels, wanted)}.npy"
        if not path.exists():
            with whole(path) as draft, draft.open("a+b") as file:
                _compute(file, model, pixels, wanted)
        os.utime(path)
        _forget(folder)
        return np.asarray(np.load(path, mmap_mode="r"))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time: experiments that run side by side share the cache, and mostly want the same."""
    with (folder / "lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _model_file(folder: Path, image_size: int, side: int) -> Path:
    """The network as an ONNX file from uint8 (N, image_size, image_size, 3); exported where it is not there yet."""
    weights = hashlib.sha256(weights_file().read_bytes()).hexdigest()
    path = folder / f"efficientnet_lite0-v{VERSION}-{image_size}-{side}-{weights[:12]}.onnx"
    if not path.exists():
        from tinysight.models.feature_model import export_features

        write_whole(path, export_features(image_size, side, OPSET))
    return path


def _digest(model: str, pixels: Pixels, rows: Rows) -> str:
    digest = hashlib.sha256(f"{model} {len(rows)} {pixels.shape[1:]}".encode())
    for start in range(0, len(rows), BATCH):
        digest.update(pixels[rows[start : start + BATCH]].tobytes())
    return digest.hexdigest()


def _compute(file: BinaryIO, model: Path, pixels: Pixels, rows: Rows) -> None:
    """Appends what is missing, batch by batch."""
    done = _whole_batches(file, len(rows))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    session = onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])
    with progress_bar("look with a pretrained network", len(rows)) as advance:
        advance(done)
        for start in range(done, len(rows), BATCH):
            batch = pixels[rows[start : start + BATCH]]
            file.write(np.asarray(session.run(None, {"image": batch})[0], dtype="<f4").tobytes())
            file.flush()
            advance(len(batch))


def _whole_batches(file: BinaryIO, count: int) -> int:
    """How many rows of an earlier attempt can stay; without one, the file gets its header."""
    row, there = 4 * FEATURES, file.seek(0, os.SEEK_END)
    done = max(0, there - HEADER) // row // BATCH * BATCH
    file.truncate(HEADER + done * row if done else 0)
    if not done:
        write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (count, FEATURES)})
        assert file.tell() == HEADER
    return done


def _forget(folder: Path) -> None:
    """Deletes the features that were not asked for longest, unfinished ones too."""
    for path in sorted(folder.glob("*.npy*"), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        path.unlink(missing_ok=True)
