"""Forty small labelled pictures, and what a format must say of them."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tiny_datasets import make_params

from tinysight.imaging import Decoding, decode_image
from tinysight.params import DatasetParams

CLASS_NAMES = ("bolt", "hex nut", "o-ring", "screw", "washer")
SIZE = (24, 18)  # width and height of all pictures: arrays have one shape
SESSIONS = ("s1", "s1", "s2", "s2", "s3", "s4", "s5", "s5")  # of each class's eight pictures
SIDE_OF_SESSION = {"s1": "train", "s2": "train", "s3": "train", "s4": "val", "s5": "test"}
GROUP_PATTERN = r"(s\d)\.\w+$"


@dataclass(frozen=True)
class Picture:
    """One picture as its owner has it.

    Attributes:
        name: of its file; no other picture has it. It has a blank, and the first one an umlaut.
        data: the file's bytes, PNG and JPEG by turns.
        class_name: what it shows.
        split: the side that it has in formats that tell sides.
        group: its session, in formats that tell groups; also in its name (GROUP_PATTERN).
    """

    name: str
    data: bytes
    class_name: str
    split: str
    group: str

    def pixels(self) -> NDArray[np.uint8]:
        """(18, 24, 3) uint8."""
        return np.asarray(Image.open(io.BytesIO(self.data)))


@dataclass(frozen=True)
class Format:
    """How one tool writes them.

    Attributes:
        name: for the test's name.
        write: puts the forty pictures into an empty folder; returns what `dataset.path` must name.
        kind: `dataset=<kind>` reads it.
        overrides: further settings, as `dvc exp run -S` takes them.
        sides: it tells each picture's side.
        groups: it tells each picture's group.
        made: the pictures have other bytes than their owner's, such as crops, but the same pixels.
    """

    name: str
    write: Callable[[Path], Path]
    kind: str
    overrides: tuple[str, ...] = ()
    sides: bool = False
    groups: bool = False
    made: bool = False

    def dataset(self, folder: Path) -> DatasetParams:
        """Writes the pictures; gives the section of params.yaml that reads them."""
        path = self.write(folder)
        dataset = make_params(f"dataset={self.kind}", *self.overrides).dataset
        return dataset.model_copy(update={"path": str(path)})


@cache
def forty_pictures() -> tuple[Picture, ...]:
    """Coloured blocks, no two alike."""
    random = np.random.default_rng(40)
    return tuple(_picture(8 * n + i, name, SESSIONS[i], random) for n, name in enumerate(CLASS_NAMES) for i in range(8))


def _picture(number: int, class_name: str, session: str, random: np.random.Generator) -> Picture:
    blocks = Image.fromarray(random.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    buffer = io.BytesIO()
    suffix, form = (("png", "PNG"), ("jpg", "JPEG"))[number % 2]
    blocks.resize(SIZE, Image.Resampling.NEAREST).save(buffer, form)
    name = f"{'part' if number else 'größe'} {number:02d} {session}.{suffix}"
    return Picture(name, buffer.getvalue(), class_name, SIDE_OF_SESSION[session], session)


def put(folder: Path, path: str, data: bytes) -> None:
    """Writes one file below a folder."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)


def pixel_key(data: bytes) -> str:
    """What a picture is recognised by where its bytes differ."""
    return hashlib.sha256(decode_image(data, Decoding(24, "pad", (0, 0, 0))).tobytes()).hexdigest()


def expected(*, sides: bool = False, groups: bool = False) -> dict[str, tuple[str, str, str]]:
    """Class, side and group of each picture by its pixel_key."""
    return {
        pixel_key(one.data): (one.class_name, one.split if sides else "", one.group if groups else "")
        for one in forty_pictures()
    }
