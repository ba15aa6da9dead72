"""A newcomer's folder becomes the default data set in one command, or nothing changes."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from pictures import SHAPES, files_below, write_colours, write_newcomers_folder
from projects import make_project, run_in

from tinysight.config import load_params
from tinysight.data.dataset import read_info
from tinysight.data.import_report import ImportReport
from tinysight.data.importing import import_pictures
from tinysight.data.sources.folder import list_folder
from tinysight.params import FolderParams
from tinysight.paths import Paths
from tinysight.stages import ingest


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_newcomers_folder(tmp_path / "My Pictures (2024)")


@pytest.fixture
def paths(project: Path) -> Paths:
    return Paths(project)


@dataclass(frozen=True)
class Imported:
    """One import that several tests look at and none changes."""

    source: Path
    before: dict[str, bytes]
    paths: Paths
    report: ImportReport


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("import")
    source, paths = write_newcomers_folder(folder / "My Pictures (2024)"), Paths(make_project(folder / "project"))
    before = {**files_below(source), "config": (paths.conf / "config.yaml").read_bytes()}
    return Imported(source, before, paths, import_pictures(source, paths))


def raw_files(paths: Paths) -> list[str]:
    return sorted(files_below(paths.raw))


def test_the_pictures_are_copied_and_the_source_is_left_alone(imported: Imported) -> None:
    copied, listed = files_below(imported.paths.raw), [file.path for file in list_folder(imported.source)]
    assert sorted(copied) == listed
    assert imported.report.brought == len(listed) == 35
    assert {**files_below(imported.source), "config": imported.before["config"]} == imported.before
    assert all(imported.before[path] == content for path, content in copied.items())


def test_dvc_has_them_and_git_sees_only_small_files(imported: Imported) -> None:
    root = imported.paths.root
    changed = run_in(root, "git", "status", "--porcelain", "--untracked-files=all").stdout.splitlines()
    assert sorted(line[3:] for line in changed) == [
        *("conf/config.yaml", "conf/dataset/mine.yaml", "data/raw.dvc", "params.yaml"),
    ]
    pointer = yaml.safe_load((root / "data" / "raw.dvc").read_text())
    assert pointer["outs"][0]["nfiles"] == 35
    assert "up to date" in run_in(root, "dvc", "status", "data/raw.dvc").stdout


def test_every_later_command_uses_them(imported: Imported) -> None:
    params = load_params(imported.paths.params)
    assert params.dataset == imported.report.dataset
    assert (params.dataset.path, params.register_.name) == ("data/raw", "My-Pictures-2024")
    after = (imported.paths.conf / "config.yaml").read_bytes()
    assert after == imported.before["config"].replace(b"- dataset: digits", b"- dataset: mine")


def test_the_file_it_writes_explains_every_line(imported: Imported) -> None:
    text = (imported.paths.conf / "dataset" / "mine.yaml").read_text()
    assert "32 in 4 classes" in text
    assert FolderParams.model_validate(yaml.safe_load(text), strict=False) == imported.report.dataset
    lines = text.splitlines()
    for key in ("image_size", "fit", "background", "window"):
        (row,) = (i for i, line in enumerate(lines) if line.startswith(f"{key}:"))
        assert lines[row - 1].startswith("#"), f"{key} has no words"


def test_the_report_says_what_was_seen_and_what_comes_next(imported: Imported) -> None:
    report = imported.report
    assert report.classes == dict.fromkeys(SHAPES, 8)
    assert sum(report.formats.values()) == sum(report.modes.values()) == 32
    assert set(report.formats) == {"PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"}
    assert {"RGB", "RGBA", "L", "LA", "P", "CMYK", "I;16"} <= set(report.modes)
    assert [entry.path for entry in report.broken] == ["cross/cut-short.jpg", "disc/empty.png", "ring/a-text.png"]
    text = report.text()
    for words in ("32 pictures in 4 classes", "cross/cut-short.jpg: The picture is broken", "dvc repro", "make serve"):
        assert words in text
    assert "{" not in text


def test_ingest_reads_what_was_imported(imported: Imported) -> None:
    ingest.run(load_params(imported.paths.params), imported.paths)
    info = read_info(imported.paths.dataset)
    assert (info.name, info.images, info.quarantined) == ("My-Pictures-2024", 32, 3)


def test_linking_keeps_one_copy_less(source: Path, paths: Paths) -> None:
    import_pictures(source, paths, link=True)
    files = [paths.raw / path for path in raw_files(paths)]
    assert len(files) == 35
    assert not any(path.is_symlink() for path in files)  # a queued experiment or a clone must not need the source
    assert all(path.stat().st_nlink > 1 for path in files if path.stat().st_size)  # with DVC's cache
    originals = {path.stat().st_ino for path in source.rglob("*.*")}
    assert not originals & {path.stat().st_ino for path in files}  # nobody can spoil the cache through the source
    assert run_in(paths.root, "git", "status", "--porcelain", ".dvc").stdout == ""


def test_added_pictures_join_the_old_ones_and_settings_stay(
    source: Path, paths: Paths, tmp_path: Path, edit: Callable[[Path, str, str], None]
) -> None:
    import_pictures(source, paths)
    edit(paths.conf / "dataset" / "mine.yaml", "image_size: 64", "image_size: 48")
    report = import_pictures(write_colours(tmp_path / "more", "disc", "plain"), paths, existing="add")
    assert (report.brought, report.kept_file, report.dataset.image_size) == (6, True, 48)
    assert report.classes == {**dict.fromkeys(SHAPES, 8), "disc": 11, "plain": 3}
    assert len(raw_files(paths)) == 41
    assert "up to date" in run_in(paths.root, "dvc", "status", "data/raw.dvc").stdout


def test_more_pictures_of_one_class_can_be_added(source: Path, paths: Paths, tmp_path: Path) -> None:
    import_pictures(source, paths)
    assert import_pictures(write_colours(tmp_path / "more", "disc"), paths, existing="add").classes["disc"] == 11


def test_an_added_file_of_the_same_name_never_takes_the_place_of_another(paths: Paths, tmp_path: Path) -> None:
    import_pictures(write_colours(tmp_path / "one", "a", "b"), paths)
    other = write_colours(tmp_path / "two", "a", "b", size=50)
    shutil.copyfile(tmp_path / "one" / "a" / "0.png", other / "a" / "0.png")
    assert import_pictures(other, paths, existing="add").brought == 5
    assert import_pictures(other, paths, existing="add").brought == 0
    assert len(raw_files(paths)) == 11


def test_replaced_pictures_are_gone_from_data_raw(source: Path, paths: Paths, tmp_path: Path) -> None:
    import_pictures(source, paths)
    report = import_pictures(write_colours(tmp_path / "new set", "a", "b"), paths, existing="replace")
    assert (report.dataset.name, report.dataset.image_size, report.kept_file) == ("new-set", 40, False)
    assert raw_files(paths) == [f"{name}/{k}.png" for name in "ab" for k in range(3)]


def test_pictures_put_into_data_raw_by_hand_are_taken_as_they_lie(paths: Paths) -> None:
    write_colours(paths.raw, "a", "b")
    report = import_pictures(paths.raw, paths)
    assert (report.brought, report.dataset.name) == (0, "mine")
    assert (paths.root / "data" / "raw.dvc").exists()


def test_a_link_to_nothing_is_reported_and_not_brought(source: Path, paths: Paths) -> None:
    (source / "disc" / "gone.png").symlink_to(source / "nowhere")
    report = import_pictures(source, paths)
    assert "disc/gone.png" in [entry.path for entry in report.broken]
    assert "disc/gone.png" not in raw_files(paths)
