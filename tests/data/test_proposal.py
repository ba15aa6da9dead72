"""What import proposes fits the pictures, and a slow machine."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pictures import write_16bit_folder
from PIL import Image

from tinysight.data.dataset import decoding_of
from tinysight.data.proposal import propose, propose_fit, propose_image_size, propose_name, propose_window
from tinysight.data.sources.folder import list_folder
from tinysight.data.sources.source import SourceFile
from tinysight.data.survey import Look, survey
from tinysight.imaging import Decoding, decode_image


def look(width: int = 40, height: int = 40, counts: object = (), mode: str = "RGB") -> Look:
    return Look(SourceFile("a/1.png", "a"), (width, height), mode, "PNG", np.array(counts, dtype=np.float32))


def seen(image: Image.Image, form: str = "PNG") -> Look:
    buffer = io.BytesIO()
    image.save(buffer, form)
    (found,) = survey([SourceFile("a/1", "a", reader=buffer.getvalue)]).looks
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("flowers", "flowers"),
        ("My Pictures (2024)", "My-Pictures-2024"),
        ("Käse & Brot", "Kase-Brot"),
        ("写真", "mine"),
        ("..", "mine"),
        ("-x.y_z-", "x.y_z"),
    ],
)
def test_the_name_is_the_folder_s_in_plain_letters(name: str, expected: str) -> None:
    assert propose_name(name) == expected


@pytest.mark.parametrize(
    ("short", "expected"), [(8, 32), (28, 32), (33, 40), (48, 48), (60, 64), (64, 64), (100, 64), (3000, 64)]
)
def test_small_pictures_keep_their_size_and_large_ones_become_affordable(short: int, expected: int) -> None:
    assert propose_image_size([look(short, short * 2)] * 3) == expected


def test_one_huge_picture_does_not_decide_the_size() -> None:
    assert propose_image_size([look(32, 32)] * 5 + [look(4000, 3000)]) == 32


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([(640, 480), (480, 640)], "pad"),
        ([(640, 480)] * 3, "pad"),
        ([(640, 200)] * 3, "stretch"),
        ([(100, 400), (101, 400)], "stretch"),
        ([(640, 200), (640, 400)], "pad"),
    ],
)
def test_pictures_are_padded_unless_all_share_one_long_shape(sizes: list[tuple[int, int]], expected: str) -> None:
    assert propose_fit([look(*size) for size in sizes]) == expected


def test_there_is_no_window_without_deep_pictures() -> None:
    assert propose_window([look(), look()]) is None


def test_the_window_spans_the_counts_and_a_few_hot_pixels_do_not_widen_it() -> None:
    counts = np.random.default_rng(0).uniform(1000, 3000, 20_000)
    counts[:5], counts[5:10] = 65535, 0
    window = propose_window([look(counts=counts, mode="I;16"), look()])
    assert window is not None
    assert 900 <= window[0] <= 1000
    assert 3000 <= window[1] <= 3100


@pytest.mark.parametrize("value", [0.0, 700.0, 65535.0])
def test_a_constant_picture_still_has_a_window(value: float) -> None:
    window = propose_window([look(counts=np.full(100, value), mode="I;16")])
    assert window is not None
    assert window[0] < window[1]


def test_the_window_of_floating_point_pictures_may_be_tiny_or_negative() -> None:
    window = propose_window([look(counts=np.linspace(-2e-6, 3e-6, 5000), mode="F")])
    assert window is not None
    assert window[0] == pytest.approx(-2.1e-6, rel=0.05)
    assert window[1] == pytest.approx(3.1e-6, rel=0.05)


def test_kinds_that_differ_only_between_1000_and_3000_counts_stay_well_apart(tmp_path: Path) -> None:
    write_16bit_folder(tmp_path, per_class=12, seed=2)
    looks = survey(list_folder(tmp_path)).looks
    decoding = decoding_of(propose("deep", looks))
    contrasts = [int(np.ptp(decode_image(found.file.read(), decoding))) for found in looks]
    assert min(contrasts) > 120  # of 255; without a window it would be 8


def drawing(ink: int, mode: str = "RGBA") -> Look:
    image = Image.new("LA", (40, 40), (0, 0))
    image.paste(Image.new("LA", (20, 20), (ink, 255)), (10, 10))
    return seen(image.convert(mode))


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ([drawing(20)], (255, 255, 255)),
        ([drawing(250)], (0, 0, 0)),
        ([drawing(20), seen(Image.new("RGB", (40, 40)))], (255, 255, 255)),
        ([seen(Image.new("RGBA", (40, 40), (100, 90, 80, 255)))], (100, 90, 80)),
        ([seen(Image.new("RGB", (40, 40), (3, 4, 5)))], (0, 0, 0)),
        ([seen(Image.new("L", (40, 40), 250))], (255, 255, 255)),
    ],
    ids=["dark drawings", "light drawings", "drawings and photos", "opaque alpha", "dark edges", "light edges"],
)
def test_the_background_shows_drawings_and_continues_edges(looks: list[Look], expected: tuple[int, int, int]) -> None:
    assert propose("x", looks).background == expected


def test_the_background_of_deep_pictures_is_seen_through_their_window() -> None:
    counts: NDArray[np.uint16] = np.full((40, 40), 1000, dtype=np.uint16)
    counts[10:30, 10:30] = 3000
    assert propose("x", [seen(Image.fromarray(counts))]).background == (0, 0, 0)


def test_a_survey_tells_deep_colours_and_transparency(tmp_path: Path) -> None:
    assert seen(Image.fromarray(np.zeros((9, 9), dtype=np.uint16))).counts.size == 81
    assert not seen(Image.new("RGB", (9, 9))).deep_colour
    deep = cv2.imencode(".png", np.zeros((9, 9, 3), dtype=np.uint16))[1].tobytes()  # Pillow cannot write it
    assert survey([SourceFile("a/1", "a", reader=lambda: deep)]).looks[0].deep_colour
    assert drawing(10).transparent == pytest.approx(0.75, abs=0.06)
    assert drawing(10, "LA").ink == pytest.approx(10, abs=3)
    assert seen(Image.new("RGBA", (9, 9), (1, 2, 3, 0))).transparent == 1


def test_broken_files_are_told_apart() -> None:
    found = survey([SourceFile("a/1.png", "a", reader=lambda: b"")])
    assert not found.looks
    assert found.broken[0].path == "a/1.png"


def test_counts_that_are_not_finite_are_left_out() -> None:
    values = np.full((9, 9), 0.5, dtype=np.float32)
    values[0, :2] = np.nan, np.inf
    assert seen(Image.fromarray(values), "TIFF").counts.tolist() == [0.5] * 79


def test_what_is_proposed_can_be_decoded_with() -> None:
    found = seen(Image.new("RGB", (90, 30), (9, 9, 9)))
    pixels = decode_image(found.file.read(), decoding_of(propose("x", [found])))
    assert isinstance(decoding_of(propose("x", [found])), Decoding)
    assert pixels.shape == (32, 32, 3)


def test_a_deep_picture_leaves_a_small_sample_of_all_its_columns() -> None:
    counts = np.full((1000, 1000), 100, dtype=np.uint16)
    counts[:, :500] = 3000
    sampled = seen(Image.fromarray(counts)).counts
    assert sampled.nbytes <= 4000  # 20,000 pictures: 80 MB
    assert 0.4 < (sampled == 3000).mean() < 0.6
