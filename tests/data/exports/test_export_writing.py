"""An export is whole or not there, and holds just the pictures that ingest read."""

import csv
from hashlib import sha256
from pathlib import Path

import pytest
from pictures import encode, files_below
from PIL import Image

from tinysight.data.exports.picked import Reason
from tinysight.data.exports.writing import FORMATS, Stock, write_samples
from tinysight.data.imageset import Sample
from tinysight.data.raw_manifest import read_manifest
from tinysight.data.sources.source import SourceFile
from tinysight.errors import DataError


def stock_of(*named: tuple[str, str, str]) -> Stock:
    """Pictures that lie nowhere, as crops do, with their class and group."""
    samples, files = {}, {}
    for number, (path, class_name, group) in enumerate(named):
        data = encode(Image.new("RGB", (9, 9), (number, 0, 0)))
        samples[path] = Sample(path, sha256(data).hexdigest(), class_name, 0, "", group)
        files[path] = SourceFile(path, class_name, "", group, reader=lambda data=data: data)
    return Stock(samples, files, sorted({class_name for _, class_name, _ in named}))


def test_folders_say_all_they_can_and_a_manifest_the_rest(tmp_path: Path) -> None:
    plain = stock_of(("x/a.png", "cat", ""), ("y/a.png", "dog", ""))
    write_samples(tmp_path / "plain", FORMATS["folder"], plain, [Reason("x/a.png"), Reason("y/a.png")], labelled=True)
    assert sorted(files_below(tmp_path / "plain")) == ["cat/a.png", "dog/a.png"]
    odd = stock_of(("1.png", "a/b", "g"), ("2.png", "c", ""))
    write_samples(tmp_path / "odd", FORMATS["folder"], odd, [Reason("1.png"), Reason("2.png")], labelled=True)
    assert sorted(files_below(tmp_path / "odd")) == ["a_b/1.png", "c/2.png", "manifest.csv"]
    assert [(row.class_name, row.group) for row in read_manifest(tmp_path / "odd")] == [("a/b", "g"), ("c", "")]


def test_pictures_of_the_same_name_stay_apart_and_keep_their_order(tmp_path: Path) -> None:
    stock = stock_of(("x/a.png", "cat", ""), ("y/a.png", "cat", ""), ("z/a.png", "cat", ""))
    reasons = [Reason(path) for path in ("z/a.png", "x/a.png", "y/a.png")]
    write_samples(tmp_path / "out", FORMATS["csv"], stock, reasons, labelled=True)
    with (tmp_path / "out" / "samples.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["digest"] for row in rows] == [stock.samples[reason.path].digest for reason in reasons]
    for row in rows:
        assert sha256((tmp_path / "out" / row["path"]).read_bytes()).hexdigest() == row["digest"]


def test_a_picture_that_changed_since_ingest_is_not_sent(tmp_path: Path) -> None:
    stock = stock_of(("a.png", "cat", ""), ("b.png", "dog", ""))
    changed = {**stock.files, "b.png": SourceFile("b.png", "dog", reader=lambda: b"other")}
    with pytest.raises(DataError, match=r"b\.png is not the picture"):
        write_samples(tmp_path / "out", FORMATS["csv"], Stock(stock.samples, changed, ["cat", "dog"]),
                      [Reason("a.png"), Reason("b.png")], labelled=True)  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_a_picture_that_is_gone_from_the_source_is_named(tmp_path: Path) -> None:
    stock = stock_of(("a.png", "cat", ""))
    with pytest.raises(DataError, match=r"lacks a\.png\. Bring"):
        write_samples(
            tmp_path / "o", FORMATS["csv"], Stock(stock.samples, {}, ["cat"]), [Reason("a.png")], labelled=True
        )


def test_nothing_of_the_users_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    stock = stock_of(("a.png", "cat", ""))
    for taken in ("out", "out/mine.txt"):
        with pytest.raises(DataError, match="is there already"):
            write_samples(tmp_path / taken, FORMATS["csv"], stock, [Reason("a.png")], labelled=True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
