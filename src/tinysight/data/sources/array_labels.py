"""Labels in an array: numbers, names or one-hot rows become class names."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinysight.errors import DataError

Array = NDArray[Any]


def texts_of(name: str, array: Array) -> list[str]:
    """An array of names, or of whole numbers, as text.

    Args:
        name: of the array, for errors.
        array: (N,) or (N, 1).

    Raises:
        DataError: if it has another shape or holds something else.
    """
    flat = array.reshape(-1) if array.ndim == 2 and array.shape[1] == 1 else array
    if flat.ndim != 1:
        raise DataError(f"{name} must be (N,) or (N, 1). Received: {array.shape}. Save one value for each picture.")
    if flat.dtype.kind == "S":
        try:
            return [text.decode() for text in flat.tolist()]
        except UnicodeDecodeError:
            raise DataError(f"{name} holds bytes that are not UTF-8. Save text: {name}.astype(str).") from None
    if flat.dtype.kind == "U":
        return [str(text) for text in flat.tolist()]
    return [str(number) for number in _whole(name, flat).tolist()]


def class_names_of(name: str, array: Array, names: Sequence[str]) -> list[str]:
    """The class name of each picture.

    Args:
        name: of the array, for errors.
        array: (N,) or (N, 1) numbers or names, or (N, C) with a single 1 in each row.
        names: of the classes 0, 1, ...; numbers stay numbers where it is empty.

    Raises:
        DataError: if a label is none of this, or a number has no name.
    """
    if array.dtype.kind in "US":
        return texts_of(name, array)
    if array.ndim == 2 and array.shape[1] > 1:
        numbers = _one_hot(name, array)
    else:
        numbers = np.array([int(text) for text in texts_of(name, array)], dtype=np.int64)
    if not names:
        return [str(number) for number in numbers.tolist()]
    unnamed = np.flatnonzero((numbers < 0) | (numbers >= len(names)))
    if len(unnamed):
        raise DataError(
            f"{name}, row {unnamed[0]}: there are {len(names)} class names, for labels 0 to {len(names) - 1}. Received:"
            f" {numbers[unnamed[0]]}. Correct dataset.class_names, or the file's own class_names."
        )
    return [names[number] for number in numbers.tolist()]


def _whole(name: str, numbers: Array) -> Array:
    if numbers.dtype.kind not in "iubf":
        raise DataError(f"{name} must hold whole numbers or text. Received: {numbers.dtype}. Save it again.")
    strange = np.flatnonzero(numbers != np.rint(numbers)) if numbers.dtype.kind == "f" else np.empty(0)
    if len(strange):
        raise DataError(
            f"{name}, row {strange[0]}: a label must be a whole number. Received: {numbers[strange[0]]}. Save classes,"
            " not measurements or probabilities."
        )
    return numbers.astype(np.int64)


def _one_hot(name: str, rows: Array) -> NDArray[np.int64]:
    """(N, C) to (N,)."""
    ones = rows == 1
    strange = np.flatnonzero((ones.sum(axis=1) != 1) | ((rows != 0) & ~ones).any(axis=1))
    if len(strange):
        raise DataError(
            f"{name}, row {strange[0]}: a row of {rows.shape[1]} numbers must hold a single 1 and else 0."
            f" Received: {rows[strange[0]].tolist()}. A picture has one class here: save the classes' numbers."
        )
    return np.asarray(ones.argmax(axis=1), dtype=np.int64)
