"""An import that cannot work says why in one clear line and changes nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pictures import SHAPES, write_colours, write_newcomers_folder

from tinysight.data import importing
from tinysight.data.importing import import_pictures
from tinysight.errors import ConfigError, DataError
from tinysight.paths import Paths


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_newcomers_folder(tmp_path / "My Pictures (2024)")


@pytest.fixture
def paths(project: Path) -> Paths:
    return Paths(project)


def state_of(paths: Paths) -> dict[str, bytes]:
    """Every file of the checkout that import may touch."""
    files = [*paths.conf.rglob("*"), *(paths.root / "data").rglob("*"), paths.params, *paths.root.glob(".dvc/config*")]
    return {str(path.relative_to(paths.root)): path.read_bytes() for path in files if path.is_file()}


def test_pictures_that_are_there_already_are_not_touched_unasked(source: Path, paths: Paths) -> None:
    import_pictures(source, paths)
    before = state_of(paths)
    with pytest.raises(DataError, match=r"holds pictures already.*--add.*--replace"):
        import_pictures(source, paths)
    assert state_of(paths) == before


@pytest.mark.parametrize("inside", ["data", "data/raw/a"])
def test_a_source_around_or_inside_data_raw_is_refused(inside: str, paths: Paths) -> None:
    write_colours(paths.raw, "a", "b")
    with pytest.raises(DataError, match="inside one another"):
        import_pictures(paths.root / inside, paths, existing="add")


def test_a_class_that_would_have_only_broken_files_is_not_added(paths: Paths, tmp_path: Path) -> None:
    import_pictures(write_colours(tmp_path / "one", "a", "b"), paths)
    before = state_of(paths)
    (tmp_path / "two" / "c").mkdir(parents=True)
    (tmp_path / "two" / "c" / "1.png").write_bytes(b"")
    with pytest.raises(DataError, match="No file of class c can be read"):
        import_pictures(tmp_path / "two", paths, existing="add")
    assert state_of(paths) == before


def break_dvc(paths: Paths, source: Path) -> None:
    (paths.root / "dvc.yaml").write_text("stages: [")


def remove_dvc(paths: Paths, source: Path) -> None:
    shutil.rmtree(paths.root / ".dvc")


def remove_git(paths: Paths, source: Path) -> None:
    shutil.rmtree(paths.root / ".git")


def break_class(paths: Paths, source: Path) -> None:
    for path in (source / "ring").rglob("*.*"):
        path.write_bytes(b"")


def leave_one_class(paths: Paths, source: Path) -> None:
    for name in SHAPES[1:]:
        shutil.rmtree(source / name)


def empty_source(paths: Paths, source: Path) -> None:
    shutil.rmtree(source)
    source.mkdir()


def put_a_film(paths: Paths, source: Path) -> None:
    shutil.rmtree(source)
    source.write_bytes(b"\x00\x00\x00 ftypisom")


def put_half_an_archive(paths: Paths, source: Path) -> None:
    packed = shutil.make_archive(str(source.with_name("packed")), "zip", source)
    shutil.rmtree(source)
    source.write_bytes(Path(packed).read_bytes()[:5000])


def lose_pictures(paths: Paths, source: Path) -> None:
    shutil.rmtree(source)
    source.mkdir()
    (source / "labels.csv").write_text("path,label\na.png,cat\nb.png,dog\n")


def hide_a_class_folder(paths: Paths, source: Path) -> None:
    (source / "labels.csv").write_text("path,label\ndisc/a.png,disc\n")


def break_conf(paths: Paths, source: Path) -> None:
    (paths.conf / "split" / "default.yaml").write_text("train: 2\nval: 0.1\ntest: 0.1\n")


def lose_line(paths: Paths, source: Path) -> None:
    config = paths.conf / "config.yaml"
    config.write_text(config.read_text().replace("- dataset: digits", "- {dataset: digits}"))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (break_dvc, r"`dvc add.*failed"),
        (remove_dvc, r"has no \.dvc"),
        (remove_git, r"has no \.git"),
        (break_class, r"No file of class ring can be read.*The file is empty"),
        (leave_one_class, "one class only: cross"),
        (empty_source, "holds no pictures"),
        (shutil.rmtree, r"is missing\. Name a folder of pictures"),
        (put_a_film, r"in a format that is known.*cvat.*roboflow"),
        (put_half_an_archive, r"My Pictures \(2024\)"),
        (lose_pictures, r"None of the 2 pictures .*labels\.csv"),
        (hide_a_class_folder, r"labels\.csv .a table.*the folders cross, disc.*--format folder or --format manifest"),
        (break_conf, r"split\.train"),
        (lose_line, "has no line `- dataset: NAME`"),
    ],
)
def test_an_error_is_clear_and_nothing_has_changed(
    spoil: Callable[..., None], message: str, source: Path, paths: Paths
) -> None:
    spoil(source) if spoil is shutil.rmtree else spoil(paths, source)
    before = state_of(paths)
    with pytest.raises((DataError, ConfigError), match=message):
        import_pictures(source, paths)
    assert state_of(paths) == before
    assert not list(paths.root.glob("data/*.part"))


def test_an_error_late_brings_the_old_pictures_back(
    source: Path, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_pictures(source, paths)
    before = state_of(paths)

    def fail(*arguments: object) -> None:
        raise ConfigError("params.yaml cannot be written")

    monkeypatch.setattr(importing, "write_params", fail)
    with pytest.raises(ConfigError):
        import_pictures(write_colours(tmp_path / "new", "a", "b"), paths, existing="replace")
    assert state_of(paths) == before


def test_an_error_in_an_archive_names_the_archive(paths: Paths, tmp_path: Path) -> None:
    for folder, name in (("cat", "1.png"), ("dog", "2.png")):
        (tmp_path / "x" / folder).mkdir(parents=True)
        (tmp_path / "x" / folder / name).write_bytes(b"")
    (tmp_path / "x" / "labels.csv").write_text("path,label\n")
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "x"))
    with pytest.raises(DataError) as caught:
        import_pictures(packed, paths)
    assert str(caught.value).startswith(f"{packed} may be several things")
    assert ".tinysight" not in str(caught.value)


def test_data_raw_itself_must_hold_class_folders(paths: Paths) -> None:
    paths.raw.mkdir(parents=True)
    (paths.raw / "labels.csv").write_text("path,label\na.png,cat\n")
    (paths.raw / "a.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"beside its class folders, for instance 'a\.png'"):
        import_pictures(paths.raw, paths)
