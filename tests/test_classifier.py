import subprocess
import sys
from pathlib import Path

import pytest
from onnx_models import COLOURS, solid_png, tiny_model
from serving import PHOTOS, RGB, make_bundle

from tinysight.classifier import Classifier, prediction_line
from tinysight.errors import BundleError, ConfigError, DataError, ImageError


@pytest.fixture
def classifier(tmp_path: Path) -> Classifier:
    return Classifier.load(make_bundle(tmp_path / "bundle", version="3"))


def test_a_bundle_answers_under_its_version(classifier: Classifier) -> None:
    assert classifier.model_version == "3"
    assert classifier.predict(solid_png(RGB["green"])).class_name == "green"


def test_a_bare_model_file_is_the_local_version(tmp_path: Path) -> None:
    classifier = Classifier.load(str(tiny_model(tmp_path / "model.onnx")))
    assert classifier.model_version == "local"
    assert classifier.predict(solid_png(RGB["blue"])).class_name == "blue"


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_and_its_bytes_are_answered_alike(classifier: Classifier, kind: type) -> None:
    assert classifier.predict(kind(PHOTOS[0])) == classifier.predict(PHOTOS[0].read_bytes())


def test_a_changed_bundle_is_not_loaded(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path / "bundle")
    (folder / "golden" / "red.png").write_bytes(solid_png(RGB["blue"]))
    with pytest.raises(BundleError, match=r"golden/red\.png"):
        Classifier.load(folder)


@pytest.mark.parametrize("spec", ["nowhere", "models:/colours@production"])
def test_what_is_neither_folder_nor_file_is_refused_with_what_is_allowed(spec: str) -> None:
    with pytest.raises(ConfigError, match=r"bundle's folder or a model\.onnx"):
        Classifier.load(spec)


@pytest.mark.parametrize("top", [0, -1])
def test_fewer_than_one_probability_is_refused(classifier: Classifier, top: int) -> None:
    with pytest.raises(ConfigError, match=f"1 or more. Received: {top}"):
        classifier.predict(solid_png(RGB["red"]), top=top)


def test_a_picture_that_is_not_there_is_named(classifier: Classifier, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.jpg cannot be read"):
        classifier.predict(tmp_path / "nowhere.jpg")
    with pytest.raises(ImageError):
        classifier.predict(b"")


def test_a_line_holds_the_file_the_answer_and_the_version(classifier: Classifier) -> None:
    line = prediction_line(PHOTOS[0], classifier)
    assert list(line) == ["file", "class", "unknown", "best_class", "confidence", "probabilities", "model_version"]
    assert line["file"] == str(PHOTOS[0])
    assert line["best_class"] in COLOURS


def test_a_line_tells_why_a_file_has_no_answer(classifier: Classifier, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("no picture")
    broken, missing = (prediction_line(tmp_path / name, classifier) for name in ("notes.png", "missing.png"))
    assert "Not a picture" in str(broken["error"])
    assert "cannot be read" in str(missing["error"])
    assert set(broken) == {"file", "error"}


@pytest.mark.parametrize("name", ["Classifier", "Client"])
def test_both_doors_are_at_the_front_and_cost_nothing_until_used(name: str) -> None:
    code = (
        "import sys, tinysight; heavy = {'numpy', 'onnxruntime', 'PIL'} & set(sys.modules); assert not heavy, heavy;"
        f"print(tinysight.{name}.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == name
