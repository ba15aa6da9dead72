"""The digits, and the IDX files of Fashion-MNIST, go through the one door like any picture."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from tinysight.data.sources.idx import read_idx
from tinysight.data.sources.source import list_source, open_source
from tinysight.errors import DataError
from tinysight.imaging import Decoding, Pixels, decode_image
from tinysight.params import DigitsParams

DIGITS = DigitsParams(
    kind="digits", name="digits", path="x", image_size=28, fit="pad", background=(0, 0, 0), window=None
)


def test_digits_are_five_thousand_files_of_ten_classes_sorted_by_path(tmp_path: Path) -> None:
    files = list_source(DIGITS, tmp_path).files
    assert [file.path for file in files] == sorted({file.path for file in files})
    assert {name: sum(file.class_name == name for file in files) for name in "0123456789"} == dict.fromkeys(
        "0123456789", 500
    )
    assert {file.split for file in files} == {""}
    pixels = decode_image(files[0].read(), Decoding(28))
    assert pixels.max() == 255
    assert np.array_equal(pixels[..., 0], pixels[..., 1])


def test_a_source_gives_a_file_by_its_path(tmp_path: Path) -> None:
    files = open_source(DIGITS, tmp_path)
    assert files["7/3500.png"].class_name == "7"
    assert files["7/3500.png"].read() == open_source(DIGITS, tmp_path)["7/3500.png"].read()


def test_digits_that_differ_have_files_that_differ(tmp_path: Path) -> None:
    assert len({file.read() for file in list_source(DIGITS, tmp_path).files}) == 5000


def idx(pixels: Pixels) -> bytes:
    shape = b"".join(n.to_bytes(4, "big") for n in pixels.shape)
    return bytes([0, 0, 8, pixels.ndim]) + shape + pixels.tobytes()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("shape", [(7,), (3, 4, 5), (0, 28, 28)])
def test_idx_files_are_read_plain_and_gzipped(shape: tuple[int, ...], pack: object, tmp_path: Path) -> None:
    pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    (tmp_path / "file").write_bytes(pack(idx(pixels)))  # type: ignore[operator]
    assert np.array_equal(read_idx(tmp_path / "file"), pixels)


WHOLE = idx(np.zeros((2, 3), dtype=np.uint8))


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00", WHOLE[:-1], WHOLE + b"x", b"\x00\x00\x0d\x01" + WHOLE[4:], WHOLE[:6], gzip.compress(WHOLE)[:-9]],
    ids=["empty", "one byte", "cut short", "too long", "floats", "no shape", "cut gzip"],
)
def test_a_damaged_idx_file_is_named_with_the_fix(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DataError, match=r"file.*Download it again"):
        read_idx(tmp_path / "file")
