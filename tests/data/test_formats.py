"""The same forty pictures come out of every format, with the same labels."""

import hashlib
from pathlib import Path, PurePosixPath

import pytest
from formats import FORMATS
from forty_pictures import CLASS_NAMES, GROUP_PATTERN, Format, expected, forty_pictures, pixel_key

from tinysight.data.sources.source import list_source


@pytest.fixture(params=FORMATS, ids=lambda form: form.name)
def form(request: pytest.FixtureRequest) -> Format:
    chosen: Format = request.param
    return chosen


def test_every_format_lists_the_same_pictures_with_their_labels(form: Format, tmp_path: Path) -> None:
    listing = list_source(form.dataset(tmp_path), tmp_path)
    found = {pixel_key(file.read()): (file.class_name, file.split, file.group) for file in listing.files}
    assert found == expected(sides=form.sides, groups=form.groups)
    assert len(listing.files) == 40
    assert listing.class_names == sorted(CLASS_NAMES)
    assert not listing.notes


def test_paths_are_unique_and_stay_below_the_source(form: Format, tmp_path: Path) -> None:
    paths = [PurePosixPath(file.path) for file in list_source(form.dataset(tmp_path), tmp_path).files]
    assert len(set(paths)) == 40
    assert paths == sorted(paths, key=str)
    assert not any(path.is_absolute() or ".." in path.parts for path in paths)


def test_a_file_on_disk_is_named_as_the_origin_of_its_bytes(form: Format, tmp_path: Path) -> None:
    files = list_source(form.dataset(tmp_path), tmp_path).files
    if form.made:
        assert {file.origin for file in files} == {None}
        return
    assert all(file.origin is not None and file.origin.read_bytes() == file.read() for file in files)
    digests = {hashlib.sha256(file.read()).hexdigest() for file in files}
    assert digests == {hashlib.sha256(one.data).hexdigest() for one in forty_pictures()}


def test_listing_twice_gives_the_same(form: Format, tmp_path: Path) -> None:
    dataset = form.dataset(tmp_path)
    assert list_source(dataset, tmp_path) == list_source(dataset, tmp_path)


def test_the_sessions_of_a_folder_are_found_by_the_names_of_its_files(tmp_path: Path) -> None:
    dataset = FORMATS[0].dataset(tmp_path).model_copy(update={"group_pattern": GROUP_PATTERN})
    found = {pixel_key(file.read()): file.group for file in list_source(dataset, tmp_path).files}
    assert found == {key: group for key, (_, _, group) in expected(groups=True).items()}
