"""Decoding is timed on the user's own files, or on something that stands in for them."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from tinysight.config import compose_params
from tinysight.data.imageset import ImageSet, Sample, write_imageset
from tinysight.evaluation import timed_pictures as module
from tinysight.evaluation.timed_pictures import MOST, timed_pictures
from tinysight.paths import Paths

CONF = Path(__file__).parents[2] / "conf"
SIDE = 8


def folder_of(root: Path, count: int) -> tuple[Paths, ImageSet]:
    """A folder of pictures, and the data set that was made from it."""
    samples = []
    for number in range(count):
        path = root / "data" / "raw" / ("cat" if number % 2 else "dog") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (30, 20), (number, 0, 0)).save(path)
        name = path.relative_to(root / "data" / "raw").as_posix()
        samples.append(Sample(name, f"{number:064x}", path.parent.name, number % 2))
    paths = Paths(root)
    write_imageset(paths.dataset, np.zeros((count, SIDE, SIDE, 3), dtype=np.uint8), samples, SIDE)
    return paths, ImageSet.open(paths.dataset)


def asked(root: Path, count: int, **source: object) -> list[bytes]:
    paths, images = folder_of(root, count)
    overrides = ["dataset=folder", *(f"dataset.{key}={value}" for key, value in source.items())]
    return timed_pictures(compose_params(CONF, overrides), paths, images, np.arange(count))


def test_they_are_the_sources_own_files_spread_over_the_rows(tmp_path):
    found = asked(tmp_path, 50)
    raw = {path.read_bytes() for path in (tmp_path / "data" / "raw").rglob("*.png")}
    assert len(found) == MOST
    assert set(found) <= raw


def test_few_rows_come_once_each(tmp_path):
    assert len(asked(tmp_path, 4)) == 4


def test_pixels_stand_in_where_the_source_has_gone(tmp_path, capsys):
    found = asked(tmp_path, 4, path="data/nowhere")
    assert all(Image.open(io.BytesIO(content)).size == (SIDE, SIDE) for content in found)
    assert "the source has changed" in capsys.readouterr().err


def test_files_that_the_service_would_not_take_are_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 1)
    assert all(Image.open(io.BytesIO(content)).size == (SIDE, SIDE) for content in asked(tmp_path, 4))
