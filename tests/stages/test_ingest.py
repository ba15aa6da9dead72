"""Ingest turns files into an ImageSet whole or not at all, and loses no broken file from sight."""

import errno
import shutil
import tempfile
from collections import namedtuple
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import SHAPES, write_16bit_folder, write_mixed_folder
from PIL import Image

from tinysight.bundle import sha256_of
from tinysight.config import compose_params
from tinysight.data.dataset import decoding_of, read_info, read_quarantine
from tinysight.data.facts import read_facts
from tinysight.data.imageset import ImageSet
from tinysight.data.pixel_rows import PixelRows
from tinysight.data.sources.source import list_source
from tinysight.errors import DataError
from tinysight.imaging import Pixels, decode_image
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.stages import ingest

CONF = Path(__file__).resolve().parents[2] / "conf"
Usage = namedtuple("Usage", "total used free")


def folder_params(**changes: Any) -> Params:
    params = compose_params(CONF, ["dataset=folder", "dataset.image_size=32"])
    return params.model_copy(update={"dataset": params.dataset.model_copy(update=changes)})


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


@pytest.fixture
def mixed(paths: Paths) -> list[str]:
    return write_mixed_folder(paths.raw, per_class=20, seed=1)


def content_of(folder: Path) -> dict[str, str]:
    return {path.name: sha256_of(path) for path in sorted(folder.iterdir())}


def test_a_mixed_folder_becomes_an_imageset_in_the_order_of_its_paths(paths: Paths, mixed: list[str]) -> None:
    ingest.run(folder_params(), paths)
    images, info = ImageSet.open(paths.dataset), read_info(paths.dataset)
    assert [sample.path for sample in images.samples] == sorted(sample.path for sample in images.samples)
    assert images.pixels.shape == (80, 32, 32, 3)
    assert images.class_names == info.class_names == SHAPES
    assert (info.name, info.image_size, info.images, info.quarantined) == ("folder", 32, 80, 3)
    assert sorted(path.name for path in paths.dataset.iterdir()) == [
        *("dataset.json", "facts.csv", "pixels.npy", "quarantine.csv", "samples.csv"),
    ]


def test_the_facts_of_each_row_are_those_of_its_file(paths: Paths, mixed: list[str]) -> None:
    ingest.run(folder_params(), paths)
    facts = read_facts(paths.dataset)
    for sample, fact in zip(ImageSet.open(paths.dataset).samples, facts, strict=True):
        path = paths.raw / sample.path
        with Image.open(path) as image:
            assert (fact.width, fact.height, fact.format, fact.mode) == (*image.size, image.format, image.mode)
        assert fact.file_bytes == path.stat().st_size
    assert {fact.orientation for fact in facts} > {1, 3, 5}


def test_classes_without_a_picture_and_the_source_s_notes_are_kept_and_said(
    paths: Paths, mixed: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listing = list_source(folder_params().dataset, paths.root)
    found = replace(listing, class_names=[*listing.class_names, "zebra"], notes=["2 pictures have no label."])
    monkeypatch.setattr(ingest, "list_source", lambda dataset, root: found)
    ingest.run(folder_params(), paths)
    info = read_info(paths.dataset)
    assert (info.class_names, info.empty_classes, info.notes) == (SHAPES, ("zebra",), ("2 pictures have no label.",))
    assert "note: 2 pictures have no label." in capsys.readouterr().err


def test_each_row_is_its_file_decoded_by_the_one_door(paths: Paths, mixed: list[str]) -> None:
    params = folder_params()
    ingest.run(params, paths)
    images = ImageSet.open(paths.dataset)
    for row in range(0, 80, 7):
        path, sample = paths.raw / images.samples[row].path, images.samples[row]
        assert np.array_equal(images.pixels[row], decode_image(path.read_bytes(), decoding_of(params.dataset)))
        assert (sample.digest, sample.class_name) == (sha256_of(path), sample.path.split("/")[0])
        assert SHAPES[sample.label] == sample.class_name


def test_broken_files_are_listed_with_their_reasons_and_fail_nothing(paths: Paths, mixed: list[str]) -> None:
    ingest.run(folder_params(), paths)
    entries = {entry.path: entry.reason for entry in read_quarantine(paths.dataset)}
    assert sorted(entries) == mixed
    assert "broken" in entries["cross/cut-short.jpg"]
    assert "empty" in entries["disc/empty.png"]
    assert "Not a picture" in entries["ring/a-text.png"]


def test_the_same_files_give_the_same_bytes_and_digest(paths: Paths, mixed: list[str]) -> None:
    ingest.run(folder_params(), paths)
    first = content_of(paths.dataset)
    ingest.run(folder_params(), paths)
    assert content_of(paths.dataset) == first


def test_one_more_picture_changes_the_digest_and_a_renamed_one_does_not(paths: Paths, mixed: list[str]) -> None:
    ingest.run(folder_params(), paths)
    before = read_info(paths.dataset).digest
    whole = next(paths.raw.glob("disc/*.webp"))
    whole.rename(whole.with_name("renamed.webp"))
    ingest.run(folder_params(), paths)
    assert read_info(paths.dataset).digest == before
    Image.new("RGB", (9, 9), (1, 2, 3)).save(paths.raw / "disc" / "new.png")
    ingest.run(folder_params(), paths)
    assert read_info(paths.dataset).digest != before


def test_sixteen_bit_kinds_stay_far_apart_after_the_window(paths: Paths) -> None:
    write_16bit_folder(paths.raw, per_class=4)
    ingest.run(folder_params(window=(1000.0, 3000.0)), paths)
    assert np.ptp(ImageSet.open(paths.dataset).pixels) > 200


def test_the_default_data_set_is_five_thousand_digits(paths: Paths) -> None:
    ingest.run(compose_params(CONF, ["dataset=digits"]), paths)
    info = read_info(paths.dataset)
    assert (info.images, info.class_names, info.quarantined) == (5000, tuple("0123456789"), 0)


def only_broken_in(folder: Path) -> None:
    for path in (folder / "disc").rglob("*.*"):
        path.write_bytes(b"")


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (only_broken_in, r"None of the 21 files of class disc can be read.*The file is empty"),
        (empty, "holds no pictures"),
        (shutil.rmtree, "is missing"),
    ],
    ids=["a class without a readable picture", "an empty folder", "no folder"],
)
def test_an_error_is_clear_and_leaves_the_old_data_set_alone(
    spoil: Callable[[Path], None], message: str, paths: Paths, mixed: list[str]
) -> None:
    ingest.run(folder_params(), paths)
    before = content_of(paths.dataset)
    spoil(paths.raw)
    with pytest.raises(DataError, match=message):
        ingest.run(folder_params(), paths)
    assert content_of(paths.dataset) == before
    assert sorted(path.name for path in paths.dataset.parent.glob("dataset*")) == ["dataset"]


def test_what_a_killed_ingest_left_is_cleared_away(paths: Paths, mixed: list[str]) -> None:
    leftover = paths.dataset.with_name("dataset.part")
    leftover.mkdir(parents=True)
    (leftover / "pixels.npy").write_bytes(b"half")
    ingest.run(folder_params(), paths)
    assert not leftover.exists()
    assert len(ImageSet.open(paths.dataset)) == 80


def test_a_disk_that_is_full_in_the_middle_is_said_and_what_is_done_is_kept(
    paths: Paths, mixed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = PixelRows.write

    def full(rows: PixelRows, row: int, pixels: Pixels) -> int:
        if row == 70:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(rows, row, pixels)

    monkeypatch.setattr(PixelRows, "write", full)
    with pytest.raises(DataError, match=r"GB of disk.*Free some"):
        ingest.run(folder_params(), paths)
    (kept,) = paths.cache.glob("ingest/*/readings.jsonl")
    assert kept.read_text()
    assert not list(paths.dataset.parent.glob("dataset*"))


def test_the_cache_may_lie_on_another_disk(paths: Paths, mixed: list[str]) -> None:
    ingest.run(folder_params(), paths)
    first = content_of(paths.dataset)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        shutil.rmtree(paths.state)
        paths.state.symlink_to(other)
        ingest.run(folder_params(), paths)
        assert list((Path(other) / "cache" / "ingest").iterdir())
    assert content_of(paths.dataset) == first


def test_a_disk_that_is_too_small_is_said_before_decoding(
    paths: Paths, mixed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(10**9, 10**9, 1000))
    with pytest.raises(DataError, match=r"GB of disk.*Free some"):
        ingest.run(folder_params(), paths)
    assert not list(paths.dataset.parent.glob("dataset*"))
