"""A data set's digest says what it is, not where or in which order its files lie."""

from dataclasses import replace
from pathlib import Path

import pytest

from tinysight.data.dataset import (
    DatasetInfo,
    Quarantined,
    dataset_digest,
    read_info,
    read_quarantine,
    write_info,
    write_quarantine,
)
from tinysight.data.imageset import Sample
from tinysight.errors import DataError
from tinysight.imaging import Decoding

SAMPLES = [Sample("a/1.png", "11", "a", 0), Sample("b/1.png", "22", "b", 1)]
DECODING = Decoding(32)


def test_order_and_paths_do_not_change_the_digest() -> None:
    moved = [replace(sample, path=f"elsewhere/{sample.path}") for sample in reversed(SAMPLES)]
    assert dataset_digest(moved, DECODING) == dataset_digest(SAMPLES, DECODING)


@pytest.mark.parametrize(
    "change",
    [{"digest": "33"}, {"class_name": "c"}, {"split": "test"}, {"group": "monday"}],
    ids=lambda c: next(iter(c)),
)
def test_what_a_sample_is_changes_the_digest(change: dict[str, str]) -> None:
    assert dataset_digest([replace(SAMPLES[0], **change), SAMPLES[1]], DECODING) != dataset_digest(SAMPLES, DECODING)


@pytest.mark.parametrize(
    "decoding",
    [Decoding(64), Decoding(32, "crop"), Decoding(32, window=(0.0, 9.0)), Decoding(32, background=(0, 0, 0))],
)
def test_how_pictures_are_decoded_changes_the_digest(decoding: Decoding) -> None:
    assert dataset_digest(SAMPLES, decoding) != dataset_digest(SAMPLES, DECODING)


def test_the_same_picture_twice_counts_twice() -> None:
    assert dataset_digest([*SAMPLES, SAMPLES[0]], DECODING) != dataset_digest(SAMPLES, DECODING)


def test_the_digest_is_the_same_tomorrow() -> None:
    assert dataset_digest(SAMPLES, DECODING) == "308e119749096883d959344860071d2a63a64b1889444aab5e3acf3f40496aa8"


def test_the_facts_come_back(tmp_path: Path) -> None:
    info = DatasetInfo("abc", "mine", ("ä", "b"), 64, 10, 1, ("c",), ("two pictures have no label",))
    write_info(tmp_path, info)
    assert read_info(tmp_path) == info
    assert [path.name for path in tmp_path.iterdir()] == ["dataset.json"]


def test_facts_of_an_earlier_version_are_read(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_text(
        '{"digest": "abc", "name": "mine", "class_names": ["a"], "image_size": 64, "images": 10, "quarantined": 1}'
    )
    assert read_info(tmp_path) == DatasetInfo("abc", "mine", ("a",), 64, 10, 1, (), ())


@pytest.mark.parametrize("text", [None, "{", "[]", '{"digest": "x"}'])
def test_missing_or_damaged_facts_are_named_with_the_fix(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "dataset.json").write_text(text)
    with pytest.raises(DataError, match=r"dataset\.json cannot be read.*dvc repro"):
        read_info(tmp_path)


def test_the_quarantine_comes_back_also_when_it_is_empty(tmp_path: Path) -> None:
    entries = [Quarantined("a/ü,1.png", 'The picture is broken: "x".')]
    for expected in (entries, []):
        write_quarantine(tmp_path, expected)
        assert read_quarantine(tmp_path) == expected


def test_a_missing_quarantine_is_named_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="dvc repro"):
        read_quarantine(tmp_path)
