"""Fashion-MNIST: 70,000 grey pictures of clothes in four IDX files, found on disk or downloaded."""

import hashlib
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tinysight.data.sources.download import download
from tinysight.data.sources.idx import read_idx, unpack
from tinysight.data.sources.png import encode_grey
from tinysight.data.sources.source import Listing, SourceFile
from tinysight.errors import DataError
from tinysight.params import FashionMnistParams
from tinysight.paths import Paths

CLASS_NAMES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
# sha256 of each file's content, unpacked: the gzip around it differs from copy to copy
DIGESTS = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
PARTS = {"train": "", "t10k": "test"}  # the official 10,000 test images stay test
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def list_files(dataset: FashionMnistParams, root: Path) -> Listing:
    """One file a picture; its path is `<train or t10k>/<row>.png`.

    Raises:
        DataError: if the named folder lacks a file, or a file is damaged or cannot be downloaded.
    """
    folder = _named_folder(root / Path(dataset.files).expanduser()) if dataset.files else _known_folder(root)
    return Listing([file for part, split in PARTS.items() for file in _list_part(folder, part, split)], CLASS_NAMES)


def _list_part(folder: Path, part: str, split: str) -> Iterator[SourceFile]:
    images = read_idx(_find(folder, f"{part}-images-idx3-ubyte"))  # (N, 28, 28)
    labels = read_idx(_find(folder, f"{part}-labels-idx1-ubyte"))  # (N,)
    if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels) or labels.max(initial=0) > 9:
        raise DataError(
            f"{folder}: the {part} files must hold N pictures and N labels from 0 to 9."
            f" Received: shapes {images.shape} and {labels.shape}. Download them again."
        )
    for row, (image, label) in enumerate(zip(images, labels.tolist(), strict=True)):
        yield SourceFile(f"{part}/{row:05d}.png", CLASS_NAMES[label], split, reader=partial(encode_grey, image))


def _named_folder(folder: Path) -> Path:
    missing = [name for name in DIGESTS if not _holds(folder, name)]
    if missing:
        raise DataError(
            f"{folder} lacks {', '.join(missing)} (with or without .gz). Put the four IDX files there,"
            " or set dataset.files to null to look for them elsewhere."
        )
    return folder


def _known_folder(root: Path) -> Path:
    """The first usual place that holds all four files; else they are downloaded into the cache."""
    cache = Paths(root).cache / "fashion-mnist"
    keras = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets" / "fashion-mnist"
    for folder in (DEBIAN, keras, cache):
        if all(_holds(folder, name) for name in DIGESTS):
            return folder
    for name, digest in DIGESTS.items():
        download(f"{URL}{name}.gz", cache / f"{name}.gz", partial(_check, digest))
    return cache


def _check(digest: str, path: Path) -> None:
    received = hashlib.sha256(unpack(path)).hexdigest()
    if received != digest:
        raise DataError(f"{path.name}: sha256 {digest} is expected. Received: {received}. Download it again.")


def _holds(folder: Path, name: str) -> bool:
    return (folder / name).is_file() or (folder / f"{name}.gz").is_file()


def _find(folder: Path, name: str) -> Path:
    plain = folder / name
    return plain if plain.is_file() else folder / f"{name}.gz"
