"""Pictures in an array on disk: what its numbers mean, and each picture as a PNG file."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tinysight.data.sources.png import encode_png
from tinysight.errors import DataError
from tinysight.parts import in_parts

Array = NDArray[Any]
Meaning = Literal["bytes", "deep", "unit"]  # counts to 255, counts to 65535, shares from 0 to 1
AT_ONCE = 1 << 24  # bytes looked at in one go
SAVE_AGAIN = "Save it again as plain numbers (labels may be text), with np.savez_compressed(file, x=..., y=...)."


def map_array(path: Path) -> Array:
    """An array that is read from disk where it is used.

    Raises:
        DataError: if the file holds no array, or one of Python objects, which could run any code.
    """
    try:
        state = path.stat()
        return _mapped(path, state.st_mtime_ns, state.st_size)
    except (OSError, ValueError, EOFError, SyntaxError) as error:
        raise DataError(f"The array {path.name} cannot be used: {error} {SAVE_AGAIN}") from None


@lru_cache(maxsize=16)
def _mapped(path: Path, *stamp: int) -> Array:  # noqa: ARG001, another file of the same name is another array
    array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def meaning_of(arrays: Mapping[str, Array]) -> Meaning:
    """What the numbers of all pictures of a source mean: one rule for all of them.

    Args:
        arrays: (N, H, W) or (N, H, W, 1), (N, H, W, 3), (N, H, W, 4) by name.

    Raises:
        DataError: if the shapes or numbers are no pictures, or differ from array to array.
    """
    for name, array in arrays.items():
        _check_shape(name, array)
    kinds = {array.dtype.newbyteorder("=") for array in arrays.values()}
    if len(kinds) > 1:
        found = ", ".join(f"{name} is {array.dtype}" for name, array in arrays.items())
        raise DataError(f"All pictures must be of one type. Received: {found}. Save them alike.")
    meaning = _meaning(kinds.pop(), arrays)
    colours = [name for name, array in arrays.items() if array.ndim == 4 and array.shape[-1] > 1]
    if meaning == "deep" and colours:
        raise DataError(
            f"{colours[0]} has colours of more than 8 bits; only grey may. Save it as uint8, from 0 to 255."
        )
    return meaning


def picture_reader(path: Path, row: int, meaning: Meaning) -> Callable[[], bytes]:
    """What gives one picture as a PNG file."""
    return partial(_picture, path, row, meaning)


def _picture(path: Path, row: int, meaning: Meaning) -> bytes:
    pixels = _read_row(path, row)
    if meaning == "unit":
        return encode_png(np.rint(pixels.astype(np.float64) * 255).astype(np.uint8))
    return encode_png(pixels.astype(np.uint8 if meaning == "bytes" else np.uint16))


def _read_row(path: Path, row: int) -> Array:
    """One picture of an array; pages of a mapped file would count as this process's memory and pile up."""
    array = map_array(path)
    if not isinstance(array, np.memmap) or not array.flags.c_contiguous:
        return array[row]  # type: ignore[no-any-return]
    size = array.strides[0]
    with path.open("rb") as file:
        file.seek(array.offset + row * size)
        return np.frombuffer(file.read(size), array.dtype).reshape(array.shape[1:])


def _check_shape(name: str, array: Array) -> None:
    if array.ndim == 3 or (array.ndim == 4 and array.shape[-1] in (1, 3, 4)):
        if 0 in array.shape[1:]:
            raise DataError(f"{name} has pictures without pixels: {array.shape}. Save it again.")
        return
    fix = "Save it again in one of these shapes."
    if array.ndim == 2:
        fix = f"Reshape it, for instance {name}.reshape(-1, 28, 28)."
    elif array.ndim == 4 and array.shape[1] in (1, 3, 4):
        fix = f"Its channels come first: save {name}.transpose(0, 2, 3, 1)."
    raise DataError(f"{name} must be (N, H, W) or (N, H, W, C) with 1, 3 or 4 channels. Received: {array.shape}. {fix}")


def _meaning(kind: np.dtype[Any], arrays: Mapping[str, Array]) -> Meaning:
    if kind == np.uint8:
        return "bytes"
    if kind == np.uint16:
        return "deep"
    if kind == np.bool_:
        return "unit"
    if kind.kind not in "iuf":
        raise DataError(f"Pictures must be numbers. Received: {kind}. {SAVE_AGAIN}")
    low, high, whole = _range(arrays)
    if kind.kind == "f" and low >= 0 and high <= 1:
        return "unit"
    if whole and low >= 0 and high <= 255:
        return "bytes"
    if kind.kind != "f" and low >= 0 and high <= 65535:
        return "deep"
    raise DataError(
        "Pictures must be uint8, or floats from 0 to 1, or whole numbers from 0 to 255 (grey ones to 65535)."
        f" Received: {kind} from {low:g} to {high:g}{'' if whole else ', with fractions'}. Save what they were before"
        " they were normalised, as uint8."
    )


def _range(arrays: Mapping[str, Array]) -> tuple[float, float, bool]:
    """The lowest and highest number, and whether all are whole; NaN is outside of any range."""
    low, high, whole = np.inf, -np.inf, True
    for part in (part for array in arrays.values() for part in _parts(array)):
        least, most = float(part.min()), float(part.max())
        if not np.isfinite(least + most):
            return -np.inf, np.inf, False
        low, high = min(low, least), max(high, most)
        whole = whole and (part.dtype.kind != "f" or bool((part == np.rint(part)).all()))
    return low, high, whole


def _parts(array: Array) -> Iterator[Array]:
    rows = max(1, AT_ONCE // max(1, array[:1].nbytes))
    return in_parts(array, rows)
