"""A dry run shows everything and changes nothing; the report names what a person should know."""

import shutil
from pathlib import Path

import pytest
from pictures import files_below, write_colours, write_newcomers_folder
from PIL import Image
from projects import run_in

from tinysight.cli import main
from tinysight.data import importing
from tinysight.data.detection import Asked
from tinysight.data.importing import import_pictures
from tinysight.data.raw_manifest import RawPicture, write_manifest
from tinysight.paths import Paths


@pytest.fixture
def paths(project: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setattr(importing, "dvc_add", lambda *_: None)  # test_importing runs it
    return Paths(project)


def dry(source: Path, paths: Paths, asked: Asked | None = None, **options: str) -> str:
    """What a dry run says; it must change nothing."""
    before = {**files_below(paths.root), **files_below(source)}
    report = import_pictures(source, paths, asked=asked, dry_run=True, **options)  # type: ignore[arg-type]
    assert {**files_below(paths.root), **files_below(source)} == before
    return report.text()


def test_a_dry_run_shows_what_the_import_then_does(paths: Paths, tmp_path: Path) -> None:
    source = write_newcomers_folder(tmp_path / "parts")
    said = dry(source, paths)
    for words in (
        "source: one folder of pictures for each class", "32 pictures in 4 classes; 35 files are new", "stripes  8",
        "broken or missing: 3", "cross/cut-short.jpg: The picture is broken", "Fewer than 20 pictures",
        "cross/cross000.png as cross/cross000.png", "written with", "image_size 64", "Nothing was changed",
    ):  # fmt: skip
        assert words in said
    done = import_pictures(source, paths).text()
    same = [line for line in said.splitlines() if line.startswith(("source", "32", "  stripes", "formats", "short"))]
    assert len(same) == 5
    assert set(same) <= set(done.splitlines())


def table(folder: Path, *rows: str) -> Path:
    """A table of pictures of different sizes that lie beside it."""
    for number in range(9):
        Image.new("RGB", (20 + number, 30), (9 * number, 0, 0)).save(folder / f"{number}.png")
    (folder / "t.csv").write_text("\n".join(["path,label,split,group", *rows]))
    return folder / "t.csv"


def test_what_ruins_a_classifier_is_said_before_anything_is_copied(paths: Paths, tmp_path: Path) -> None:
    source = table(
        tmp_path, "0.png,cat,train,g1", "1.png,Cat_,test,g1", "2.png,dog,val,g2", "copy.png,dog,test,g3",
        "3.png,cat,train,g4", "gone.png,dog,val,g5", "4.png,,,",
    )  # fmt: skip
    shutil.copyfile(tmp_path / "3.png", tmp_path / "copy.png")
    said = dry(source, paths)
    for words in (
        "Cat_ and cat may be one class", "One picture stands in more than one class", "cat/3.png (cat)",
        "5 of 5 pictures come with a side", "leaks: refuse", "Groups on two sides: 1, the first is g1",
        "gone.png: ", "cat   2  train 2, val 0, test 0", "manifest.csv", "label",
    ):  # fmt: skip
        assert words in said, words


def test_a_class_with_an_odd_name_shows_its_folder(paths: Paths, tmp_path: Path) -> None:
    source = table(tmp_path, *(f"{number}.png,{name},," for number, name in enumerate(["a/b", "a/b", "c", "c"])))
    assert "a/b  2    data/raw/a_b" in dry(source, paths)


def test_a_dry_run_of_what_cannot_be_imported_says_so_and_fails(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_colours(tmp_path / "x", "a", "b")
    (tmp_path / "x" / "c").mkdir()
    (tmp_path / "x" / "c" / "1.png").write_bytes(b"")
    monkeypatch.chdir(paths.root)
    assert main(["import", str(source), "--dry-run"]) == 1
    assert "this would end in an error: No file of class c can be read" in capsys.readouterr().out
    write_colours(paths.raw, "a", "b")
    shutil.rmtree(source / "c")
    assert "holds pictures already. Choose" in dry(source, paths)
    assert main(["import", str(source), "--dry-run", "--add"]) == 0


def test_an_update_is_shown_before_it_is_made(paths: Paths, tmp_path: Path) -> None:
    import_pictures(write_colours(tmp_path / "one", "a", "b"), paths)
    other = tmp_path / "two"
    write_colours(other, "a", "b")
    (other / "a" / "0.png").rename(other / "b" / "was a.png")
    said = dry(other, paths, existing="update")
    assert "0 files are new, 6 were known" in said
    assert "labelled anew: 1\n  a/0.png: class_name a → b" in said
    import_pictures(other, paths, existing="update")
    assert {folder.name: len(list(folder.iterdir())) for folder in paths.raw.iterdir()} == {"a": 2, "b": 4}
    assert "0 files are new, 6 were known" in dry(other, paths, existing="update")
    assert "labelled anew" not in dry(other, paths, existing="update")


def test_a_manifest_that_lies_in_data_raw_survives_more_pictures(paths: Paths, tmp_path: Path) -> None:
    write_colours(paths.raw, "a", "b")
    (paths.raw / "a" / "notes.txt").write_text("mine")
    write_manifest(paths.raw, [RawPicture("a/0.png", "x/y", "test", "g", "a drawer")])
    import_pictures(paths.raw, paths)
    report = import_pictures(write_colours(tmp_path / "more", "c"), paths, existing="add")
    assert report.classes == {"b": 3, "c": 3, "x/y": 3}  # the one row says what its folder is
    rows = (paths.raw / "manifest.csv").read_text().splitlines()
    assert "a/0.png,x/y,test,g,a drawer" in rows
    assert len(rows) == 1 + 9
    assert (paths.raw / "a" / "notes.txt").read_text() == "mine"


def test_a_group_pattern_reaches_the_table_and_what_comes_later(paths: Paths, tmp_path: Path) -> None:
    for name in ("a", "b"):
        for session in ("s1", "s2"):
            write_colours(tmp_path / "x" / name, session)
    import_pictures(tmp_path / "x", paths, asked=Asked(group_pattern=r"/(s\d)/"))
    assert "a/s1/0.png,a,,s1,a/s1/0.png" in (paths.raw / "manifest.csv").read_text().splitlines()
    assert r"/(s\\d)/" in (paths.conf / "dataset" / "mine.yaml").read_text()


def test_the_help_names_every_format_in_plain_words(project: Path) -> None:
    said = run_in(project, "tinysight", "import", "--help").stdout
    for words in ("LabelImg", "CVAT", "Roboflow", "Label Studio", ".npz", "zip or tar", "--dry-run", "--update"):
        assert words in said
