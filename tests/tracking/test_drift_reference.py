"""The reference of a version is made of its held-out files, the same each time, and travels in its bundle."""

import io

import numpy as np
import pytest
from PIL import Image
from results import make_results

from tinysight.bundle import file_of, open_bundle
from tinysight.bundling import bundle_chosen
from tinysight.data.splits import Split
from tinysight.drift.pictures import look_at_files
from tinysight.drift.reference_file import FILE, from_json
from tinysight.drift.window import compare
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.tracking import drift_reference as made
from tinysight.tracking.drift_reference import drift_reference

Project = tuple[Params, Paths]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_results(tmp_path_factory.mktemp("project"))


def test_it_is_made_of_all_pictures_that_were_not_trained_on(project: Project) -> None:
    params, paths = project
    files, split = drift_reference(params, paths, paths.model("svm")), Split.open(paths.split)
    predictor = Predictor(paths.model("svm"))
    reference = from_json(files[FILE], predictor.contract.class_names)
    assert reference.pictures == len(split.val) + len(split.test)
    assert drift_reference(params, paths, paths.model("svm")) == files


def test_its_own_pictures_have_not_drifted(project: Project) -> None:
    params, paths = project
    predictor = Predictor(paths.model("svm"))
    reference = from_json(drift_reference(params, paths, paths.model("svm"))[FILE], predictor.contract.class_names)
    pictures = [file.read_bytes() for file in sorted(paths.raw.rglob("*.png"))]
    looked, places = look_at_files(predictor, [*pictures, b"broken"])
    assert places == list(range(len(pictures)))
    assert not compare(reference, reference.sort(looked)).drifted
    dark = look_at_files(predictor, [_darker(picture) for picture in pictures])[0]
    assert compare(reference, reference.sort(dark)).drifted


def test_too_few_pictures_make_none(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    params, paths = project
    monkeypatch.setattr(made, "MOST", 5)
    assert drift_reference(params, paths, paths.model("svm")) == {}


def test_it_travels_in_the_bundle(project: Project) -> None:
    params, paths = project
    bundle = bundle_chosen(paths, paths.root / "bundle")
    assert file_of(open_bundle(bundle.folder), FILE) == drift_reference(params, paths, paths.model("svm"))[FILE]


def _darker(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        dark = Image.fromarray((np.asarray(picture.convert("RGB")) * 0.7).astype(np.uint8))
    file = io.BytesIO()
    dark.save(file, "PNG")
    return file.getvalue()
