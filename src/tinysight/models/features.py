"""What a network that knows ImageNet sees in pictures: computed once by ONNX Runtime, kept in the cache."""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import onnxruntime
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray

from tinysight.data.progress import progress_bar
from tinysight.imaging import Pixels
from tinysight.models.pretrained_network import PretrainedNetwork
from tinysight.parts import in_parts
from tinysight.whole_file import whole, write_whole

Rows = NDArray[np.int64]

BATCH = 64  # pictures
HEADER = 128  # bytes before the numbers of an .npy file of two dimensions
KEPT = 6  # files of features that stay in the cache, 5 kB a picture; a data set has two: pictures and their copies
OPSET = 18
VERSION = 1  # of what is computed from the same pixels and weights; it names the files


@dataclass(frozen=True)
class Seen:
    """What a network saw in n pictures.

    Attributes:
        values: (n, features) float32, mapped from disk; EfficientNet-Lite0 has 1280.
        earlier_seconds: wall time that computing them took beyond the call that gave them: all of it where they came
            from the cache, none where they were computed now or nobody noted it.
    """

    values: NDArray[np.float32]
    earlier_seconds: float


def features(
    pixels: Pixels, cache: Path, *, rows: Rows | None = None, network: PretrainedNetwork | None = None
) -> NDArray[np.float32]:
    """The values of look(), whatever they took."""
    return look(pixels, cache, rows=rows, network=network).values


def look(pixels: Pixels, cache: Path, *, rows: Rows | None = None, network: PretrainedNetwork | None = None) -> Seen:
    """The pooled features of every picture; from the cache where the same pixels were seen before.

    A computation that was killed goes on where it stopped.

    Args:
        pixels: (N, S, S, 3) uint8; one batch is in memory at a time.
        cache: .tinysight/cache.
        rows: which n of them, in this order; None is all.
        network: what looks at them; None is EfficientNet-Lite0 at the side that suits their size.

    Raises:
        ModelError: if the weights are missing or broken.
    """
    asked = time.perf_counter()
    folder = cache / "features"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = np.arange(len(pixels)) if rows is None else rows
    with _alone(folder):
        began = time.perf_counter()
        model = _model_file(folder, pixels.shape[1], network or PretrainedNetwork.named(image_size=pixels.shape[1]))
        path = folder / f"{_digest(model.stem, pixels, wanted)}.npy"
        if not path.exists():
            with whole(path) as draft, draft.open("a+b") as file:
                _compute(file, model, pixels, wanted, _noted(path), began)
        os.utime(path)
        _forget(folder)
        values, took = np.asarray(np.load(path, mmap_mode="r")), _read_seconds(_noted(path))
    return Seen(values, max(0.0, took - (time.perf_counter() - asked)))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time: experiments that run side by side share the cache, and mostly want the same."""
    with (folder / "lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _model_file(folder: Path, image_size: int, network: PretrainedNetwork) -> Path:
    """The network as an ONNX file from uint8 (N, image_size, image_size, 3); exported where it is not there yet."""
    path = folder / f"{network.backbone}-v{VERSION}-{image_size}-{network.side}-{network.digest()}.onnx"
    if not path.exists():
        from tinysight.models.feature_model import build_features, export_features

        model = build_features(image_size, network.side, network.backbone, network.weights)
        write_whole(path, export_features(model, OPSET))
    return path


def _digest(model: str, pixels: Pixels, rows: Rows) -> str:
    digest = hashlib.sha256(f"{model} {len(rows)} {pixels.shape[1:]}".encode())
    for part in in_parts(rows, BATCH):
        digest.update(pixels[part].tobytes())
    return digest.hexdigest()


def _noted(path: Path) -> Path:
    """Where the wall seconds stand that computing a file of features took, its attempts that were killed included."""
    return path.with_name(path.name.partition(".")[0] + ".seconds")


def _read_seconds(path: Path) -> float:
    """0 where nobody noted them, as earlier versions did not, or the file is broken."""
    try:
        return float(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0.0


def _compute(file: BinaryIO, model: Path, pixels: Pixels, rows: Rows, noted: Path, began: float) -> None:
    """Appends what is missing, batch by batch, and notes the seconds since it began."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    session = onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])
    done = _whole_batches(file, len(rows), session.get_outputs()[0].shape[1])
    before = _read_seconds(noted) if done else 0.0
    with progress_bar("look with a pretrained network", len(rows)) as advance:
        advance(done)
        for part in in_parts(rows[done:], BATCH):
            batch = pixels[part]
            file.write(np.asarray(session.run(None, {"image": batch})[0], dtype="<f4").tobytes())
            file.flush()
            write_whole(noted, str(before + time.perf_counter() - began))
            advance(len(batch))


def _whole_batches(file: BinaryIO, count: int, width: int) -> int:
    """How many rows of an earlier attempt can stay; without one, the file gets its header."""
    row, there = 4 * width, file.seek(0, os.SEEK_END)
    done = max(0, there - HEADER) // row // BATCH * BATCH
    file.truncate(HEADER + done * row if done else 0)
    if not done:
        write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (count, width)})
        assert file.tell() == HEADER
    return done


def _forget(folder: Path) -> None:
    """Deletes the features that were not asked for longest, unfinished ones too."""
    for path in sorted(folder.glob("*.npy*"), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        path.unlink(missing_ok=True)
        _noted(path).unlink(missing_ok=True)
