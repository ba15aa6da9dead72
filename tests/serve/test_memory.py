"""What a worker takes for pictures follows the memory that the service has, and goes back when they are decoded."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from cgroups import memory_limit
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from small_machine import serve_in

from serve.memory import LEAST, QUESTION, WORKER, picture_memory
from tinysight.errors import ImageError
from tinysight.imaging import Decoding, decode_image

MB = 1 << 20


@given(workers=st.integers(1, 8), limit=st.integers(300 * MB, 8 << 30))
def test_all_workers_may_decode_their_largest_picture_at_the_same_time(workers: int, limit: int) -> None:
    most = picture_memory(workers, limit)
    assert most == LEAST or workers * (WORKER + most) + QUESTION <= limit


def test_a_server_of_1_gb_takes_the_largest_pictures_and_one_of_256_mb_takes_six_million_pixels() -> None:
    assert picture_memory(2, 1000 * MB) > 200_000_000
    assert 6_000_000 < picture_memory(2, 256 * MB) // 8 < 7_000_000
    assert picture_memory(4, 128 * MB) == LEAST


def test_without_a_limit_it_is_the_machines_memory() -> None:
    assert picture_memory(1) >= LEAST


@pytest.mark.parametrize(("form", "each"), [("PNG", 8), ("WEBP", 16), ("TIFF", 8), ("GIF", 8), ("BMP", 8)])
def test_a_picture_that_would_take_more_is_refused_before_it_is_decoded(form: str, each: int) -> None:
    file = _file(form, (100, 80))
    assert decode_image(file, Decoding(16, memory=8000 * each)).shape == (16, 16, 3)
    with pytest.raises(ImageError, match=r"at most 7,999 are allowed here\. Received: 100 × 80") as caught:
        decode_image(file, Decoding(16, memory=8000 * each - 1))
    assert caught.value.reason == "too_large"


def test_a_photo_is_made_smaller_while_it_is_decoded_and_so_fits_any_memory() -> None:
    assert decode_image(_file("JPEG", (2000, 1500)), Decoding(16, memory=1000)).shape == (16, 16, 3)


def test_memory_of_a_large_picture_goes_back_to_the_system(tmp_path: Path) -> None:
    picture = tmp_path / "large.tif"
    Image.effect_noise((3000, 3000), 20).convert("RGB").save(picture, compression="tiff_lzw")
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom bench.process_tree import proportional_mib\n"
        "from serve.memory import give_back_large_memory\nfrom tinysight.imaging import Decoding, decode_image\n"
        "give_back_large_memory()\ndata = Path(sys.argv[1]).read_bytes()\nbefore = proportional_mib(os.getpid())\n"
        "for _ in range(3): decode_image(data, Decoding(64))\nprint(proportional_mib(os.getpid()) - before)"
    )
    own = {"PYTHONPATH": ":".join(sys.path)}
    words = [sys.executable, "-c", program, str(picture)]
    done = subprocess.run(words, env=own, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 24  # MiB; one picture has 36 and takes 72 for a moment


@pytest.mark.slow
def test_two_workers_in_256_mb_serve_large_pictures_too_and_none_is_killed(tmp_path: Path) -> None:
    """Where no control group can be made, the memory is looked at instead."""
    with memory_limit(256) as group:
        small = serve_in(group, tmp_path, 1500)
    assert small.trouble(256) == []
    assert small.statuses[200] > 1000


def _file(form: str, size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 20).convert("RGB").save(file, form)
    return file.getvalue()
