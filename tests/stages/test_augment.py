"""augment: warped copies of train rows and of nothing else, in bounded memory."""

import shutil
import tracemalloc
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from PIL import Image
from tiny_datasets import balanced, make_params, noise, write_dataset

from tinysight.data.augmentation import Warps, warp
from tinysight.data.imageset import ImageSet
from tinysight.data.tones import Tones, change_tones
from tinysight.errors import DataError
from tinysight.evaluation.augmented_figure import CELL, EXAMPLES, GAP
from tinysight.imaging import Pixels
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.stages import augment

TRAIN = np.arange(0, 60, 2, dtype=np.int64)
Usage = namedtuple("Usage", "total used free")
CAMERA = ("seed=5", "augment=camera", "augment.copies=3")
SAME_LIGHT = ("augment.brightness=0", "augment.contrast=0")


def augmented(root: Path, params: Params, count: int = 20, side: int = 8) -> tuple[ImageSet, np.ndarray]:
    """Runs the stage on three classes of `count` pictures, of which every second is a train row."""
    paths = Paths(root)
    write_dataset(paths.dataset, noise(3 * count, side), balanced(count))
    paths.split.mkdir(parents=True)
    train = np.arange(0, 3 * count, 2, dtype=np.int64)
    for name, rows in (("train", train), ("val", train[:0]), ("test", train[:0])):
        np.save(paths.split / f"{name}.npy", rows)
    augment.run(params, paths)
    return ImageSet.open(paths.augmented), np.load(paths.augmented / "rows.npy")


def test_each_train_row_is_copied_and_no_other(tmp_path: Path) -> None:
    copies, rows = augmented(tmp_path, make_params(*CAMERA))
    assert rows.dtype == np.int64
    assert rows.tolist() == [*TRAIN, *TRAIN, *TRAIN]
    assert copies.samples == [balanced(20)[row] for row in rows]
    assert copies.pixels.shape == (90, 8, 8, 3)


def test_copies_are_the_warps_of_their_row(tmp_path: Path) -> None:
    """The same numbers come out of `warp` wherever it is called."""
    copies, _ = augmented(tmp_path, make_params(*CAMERA, *SAME_LIGHT))
    warps = Warps(shift=0.15, rotation=10)
    for draw in range(3):
        expected = warp(noise(60)[TRAIN], TRAIN, warps, seed=5, draw=draw)
        assert np.array_equal(copies.pixels[30 * draw : 30 * (draw + 1)], expected)


def test_chunks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = augmented(tmp_path / "whole", make_params(*CAMERA))
    monkeypatch.setattr(augment, "CHUNK_BYTES", 7 * 8 * 8 * 3)
    parts, _ = augmented(tmp_path / "parts", make_params(*CAMERA))
    assert np.array_equal(whole.pixels, parts.pixels)


def test_another_seed_gives_other_copies(tmp_path: Path) -> None:
    one, _ = augmented(tmp_path / "one", make_params(*CAMERA))
    other, _ = augmented(tmp_path / "other", make_params(*CAMERA, "seed=6"))
    assert not np.array_equal(one.pixels, other.pixels)


def test_no_copies_is_an_imageset_without_rows(tmp_path: Path) -> None:
    copies, rows = augmented(tmp_path, make_params("augment=none"))
    assert (len(copies), copies.pixels.shape, rows.shape) == (0, (0, 8, 8, 3), (0,))
    assert rows.dtype == np.int64


def test_the_fill_is_the_background_of_the_data_set(tmp_path: Path) -> None:
    params = make_params("augment.fill=background", "augment.shift=0.5", "dataset.background=[1,2,3]", *SAME_LIGHT)
    copies, _ = augmented(tmp_path, params)
    corners = copies.pixels[:, [0, 0, -1, -1], [0, -1, 0, -1]].reshape(-1, 3)
    assert (corners == [1, 2, 3]).all(axis=1).mean() > 0.4


def test_memory_is_bounded_by_the_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """49 MB of copies are made with less than 12 MB; what is mapped from disk does not count."""
    monkeypatch.setattr(augment, "CHUNK_BYTES", 2_000_000)
    monkeypatch.setattr(augment, "_draw_examples", lambda *_: None)  # of one size however many copies there are
    params, run = make_params("augment.copies=8"), augment.run
    peaks = []

    def watched(params: Params, paths: Paths) -> None:
        tracemalloc.start()
        run(params, paths)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    monkeypatch.setattr(augment, "run", watched)
    copies, _ = augmented(tmp_path, params, count=333, side=64)
    assert copies.pixels.nbytes > 49_000_000
    assert peaks[0] < 12_000_000


def test_a_disk_that_is_too_small_is_said_before_warping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(10**9, 10**9, 1000))
    with pytest.raises(DataError, match=r"90 images of 8×8 need .* GB of disk.*Free some"):
        augmented(tmp_path, make_params(*CAMERA))
    assert not list((tmp_path / "data" / "augmented").iterdir())


def test_light_and_grain_come_from_the_same_draw_as_the_motion(tmp_path: Path) -> None:
    copies, _ = augmented(tmp_path, make_params("seed=5", "augment=daylight", "augment.copies=2"))
    warps = Warps(shift=0.15, rotation=10)
    tones = Tones(brightness=0.2, contrast=0.3, blur=0.015, noise=0.05, jpeg_quality=50)
    for draw in range(2):
        warped = warp(noise(60)[TRAIN], TRAIN, warps, seed=5, draw=draw)
        expected = change_tones(warped, TRAIN, tones, seed=5, draw=draw)
        assert np.array_equal(copies.pixels[30 * draw : 30 * (draw + 1)], expected)


def cells(canvas: Pixels) -> list[list[bytes]]:
    """What stands in the places of each line of the picture for people, without those that are white."""
    height, width = CELL + 2 * GAP, CELL + GAP
    lines = canvas.reshape(-1, height, *canvas.shape[1:])[:, GAP : GAP + CELL]  # (lines, CELL, width, 3)
    places = [[line[:, GAP + place * width :][:, :CELL] for place in range(EXAMPLES)] for line in lines]
    return [[cell.tobytes() for cell in line if cell.std() > 1] for line in places]


@pytest.mark.parametrize(("count", "copies", "taken"), [(30, 0, 12), (30, 2, 12), (6, 2, 3)])
def test_people_can_look_at_twelve_different_copies_of_each_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, copies: int, taken: int
) -> None:
    """Of three train rows each one is copied four times, each time otherwise."""
    canvases, imshow = [], Axes.imshow

    def seen(axes: Axes, canvas: Pixels, **more: object) -> object:
        canvases.append(canvas)
        return imshow(axes, canvas, **more)

    monkeypatch.setattr(Axes, "imshow", seen)
    augmented(tmp_path, make_params("augment=daylight", f"augment.copies={copies}"), count=count)
    with Image.open(Paths(tmp_path).augmented_picture) as picture:
        assert picture.format == "PNG"
        assert picture.width > 12 * 64
        assert picture.height > 3 * (2 if copies else 1) * 64
    (canvas,) = canvases
    lines = cells(canvas)
    assert [len(line) for line in lines] == 3 * ([12, 12] if copies else [12])
    different = [len(set(line)) for line in lines]
    assert different == 3 * ([taken, 12] if copies else [taken])
    assert len({cell for line in lines for cell in line}) == sum(different)
