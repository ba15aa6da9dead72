"""The same forty pictures, labels, sides and groups are in data/raw, whatever format they came in."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from formats import FORMATS
from forty_pictures import CLASS_NAMES, Format, expected, pixel_key
from pictures import files_below
from projects import make_project

from tinysight.config import load_params
from tinysight.data import importing
from tinysight.data.dataset import read_info
from tinysight.data.detection import Asked
from tinysight.data.imageset import read_samples
from tinysight.data.importing import import_pictures
from tinysight.data.raw_manifest import MANIFEST, read_manifest
from tinysight.data.sources.source import list_source
from tinysight.paths import Paths
from tinysight.stages import ingest


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """One checkout for all formats; each replaces the pictures of the one before."""
    return Paths(make_project(tmp_path_factory.mktemp("formats") / "project"))


@pytest.fixture(params=FORMATS, ids=lambda form: form.name)
def form(request: pytest.FixtureRequest) -> Format:
    chosen: Format = request.param
    return chosen


def asked_of(form: Format) -> Asked:
    """What somebody must say of a format that its content does not say."""
    said = dict(re.findall(r"dataset\.([\w.]+)=(.+)", "\n".join(form.overrides).replace("'", "")))
    columns = {name.removeprefix("columns."): value for name, value in said.items() if name.startswith("columns.")}
    names = tuple(name for name in said.get("class_names", "").strip("[]").split(",") if name)
    asked = Asked(columns=columns, class_names=names, group_pattern=said.get("group_pattern", ""))
    return replace(
        asked, boxes="whole" if said.get("boxes") == "whole" else "crop", margin=float(said.get("margin", 0.1))
    )


def test_every_format_is_found_out_and_imported(
    form: Format, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "dvc_add", lambda *_: None)  # it is the same for all; test_importing runs it
    source = form.write(tmp_path)
    before = files_below(tmp_path)
    report = import_pictures(source, paths, asked=asked_of(form), existing="replace")
    assert report.brought == 40
    assert report.classes == dict.fromkeys(CLASS_NAMES, 8)
    assert not report.broken
    listing = list_source(load_params(paths.params).dataset, paths.root)
    found = {pixel_key(file.read()): (file.class_name, file.split, file.group) for file in listing.files}
    assert found == expected(sides=form.sides, groups=form.groups)
    assert (paths.raw / MANIFEST).exists() == (form.sides or form.groups)
    assert all(row.origin for row in read_manifest(paths.raw))
    assert {path.split("/")[0] for path in files_below(paths.raw)} == {*CLASS_NAMES} | (
        {MANIFEST} if form.sides or form.groups else set()
    )
    assert files_below(tmp_path) == before
    assert not list(paths.cache.glob("import/*"))


def test_ingest_keeps_sides_groups_and_names_that_no_folder_can_have(paths: Paths, tmp_path: Path) -> None:
    source = next(form for form in FORMATS if form.name == "excel").write(tmp_path)
    source.write_bytes(source.read_bytes().replace(b"o-ring", b"o-ring/seal"))
    import_pictures(source, paths, asked=Asked(columns={"split": "split", "group": "group"}), existing="replace")
    assert len(list((paths.raw / "o-ring_seal").iterdir())) == 8
    ingest.run(load_params(paths.params), paths)
    assert "o-ring/seal" in read_info(paths.dataset).class_names
    samples = read_samples(paths.dataset / "samples.csv")
    sides = {(class_name, side, group) for class_name, side, group in expected(sides=True, groups=True).values()}
    assert {(s.class_name.removesuffix("/seal"), s.split, s.group) for s in samples} == sides
