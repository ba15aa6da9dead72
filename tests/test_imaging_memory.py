"""A picture of the most pixels allowed fits a small server, however few bytes its file has."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from tinysight.pixel_limits import MAX_JPEG_PIXELS, MAX_PIXELS, MAX_WEBP_PIXELS

LIMIT = 230  # MB above what a process has that has decoded a small picture of the same kind

# VmHWM and not getrusage's ru_maxrss: that one starts at the size of the process that started this one
MEASURE = """
import sys
from pathlib import Path
from tinysight.imaging import Decoding, decode_image

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6

small, large = (Path(path).read_bytes() for path in sys.argv[1:])
decoding = Decoding(64, window=(0.0, 65535.0))
decode_image(small, decoding)
before = peak()
decode_image(large, decoding)
print(peak() - before)
"""

Write = Callable[[Path, int], None]


def turned_rgba(path: Path, side: int) -> None:
    picture = not_empty(Image.new("RGBA", (side, side), (200, 10, 20, 128)))
    picture.save(path, exif=turned(), compress_level=1)


def transparent_palette(path: Path, side: int) -> None:
    picture = Image.new("P", (side, side))
    picture.putpalette([value for value in range(256) for _ in "RGB"])
    not_empty(picture).save(path, transparency=0, compress_level=1)


def deep(path: Path, side: int) -> None:
    Image.fromarray(np.full((side, side), 3000, dtype=np.uint16)).save(path, compress_level=1)


def floating(path: Path, side: int) -> None:
    Image.fromarray(np.full((side, side), 3000, dtype=np.float32)).save(path, compression="tiff_lzw")


def progressive(path: Path, side: int) -> None:
    Image.new("CMYK", (side, side)).save(path, progressive=True, subsampling=0)


def plain(path: Path, side: int) -> None:
    Image.new("RGB", (side, side)).save(path, exif=turned(), **({"method": 0} if path.suffix == ".webp" else {}))


def not_empty(picture: Image.Image) -> Image.Image:
    """With noise in a corner, so that it is not taken for a zip bomb."""
    side, bands = min(400, picture.width), len(picture.getbands())
    noise = np.random.default_rng(1).integers(0, 256, side * side * bands, dtype=np.uint8)
    picture.paste(Image.frombytes(picture.mode, (side, side), noise.tobytes()), (0, 0))
    return picture


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    return exif


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("write", "suffix", "pixels", "limit"),
    [
        (turned_rgba, ".png", MAX_PIXELS, 125),
        (transparent_palette, ".png", MAX_PIXELS, 50),
        (transparent_palette, ".gif", MAX_PIXELS, 50),
        (deep, ".png", MAX_PIXELS, 100),
        (floating, ".tif", MAX_PIXELS, LIMIT),
        (turned_rgba, ".webp", MAX_WEBP_PIXELS, LIMIT),
        (progressive, ".jpg", MAX_PIXELS, LIMIT),
        (plain, ".jpg", MAX_JPEG_PIXELS, 25),
    ],
)
def test_the_largest_picture_of_each_kind_is_decoded_in_bounded_memory(
    write: Write, suffix: str, pixels: int, limit: int, tmp_path: Path
) -> None:
    small, large = tmp_path / f"small{suffix}", tmp_path / f"large{suffix}"
    write(small, 100)
    write(large, int(pixels**0.5))
    command = [sys.executable, "-c", MEASURE, str(small), str(large)]
    assert float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) < limit
