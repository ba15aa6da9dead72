import json
from pathlib import Path

import pytest
from onnx_models import COLOURS, solid_png, tiny_model
from serving import RGB, make_bundle

from tinysight.bundle import (
    GOLDEN,
    MANIFEST,
    MODEL,
    SCORES,
    check_golden,
    open_bundle,
    read_manifest,
    scores_of,
    sha256_of,
    write_bundle,
)
from tinysight.bundle_scores import BundleScores
from tinysight.errors import BundleError, ImageError
from tinysight.predictor import Predictor

GOLDEN_SCORES = Path(__file__).parent / "golden" / "bundle_scores.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_bundle(tmp_path / "bundle", version="7")


def check(folder: Path) -> None:
    bundle = open_bundle(folder)
    check_golden(bundle, Predictor(bundle.model))


def rewrite(folder: Path, name: str, change: dict[str, object]) -> None:
    """Changes keys of a JSON file; a changed golden.json gets its digest, as an attacker would give it."""
    content = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps({**content, **change}))
    if name == GOLDEN:
        digests = json.loads((folder / MANIFEST).read_text())["sha256"]
        rewrite(folder, MANIFEST, {"sha256": {**digests, GOLDEN: sha256_of(folder / GOLDEN)}})


def test_what_is_written_can_be_opened_and_holds_its_promise(folder: Path) -> None:
    bundle = open_bundle(folder)
    assert (bundle.name, bundle.version) == ("colours", "7")
    assert set(bundle.sha256) == {MODEL, GOLDEN, *(f"golden/{name}.png" for name in COLOURS)}
    check(folder)


def test_writing_again_replaces_the_old_files(folder: Path) -> None:
    model = tiny_model(folder.parent / "other.onnx", seed=5)
    write_bundle(folder, model, {"only.png": solid_png(RGB["red"])}, name="colours", version="8")
    assert [path.name for path in (folder / "golden").iterdir()] == ["only.png"]
    check(folder)


def test_a_bundle_that_cannot_be_made_leaves_the_old_one(folder: Path) -> None:
    with pytest.raises(ImageError):
        write_bundle(folder, folder / MODEL, {"broken.png": b"x"}, name="colours", version="8")
    assert open_bundle(folder).version == "7"


@pytest.mark.parametrize("name", [MODEL, GOLDEN, "golden/red.png"])
def test_a_changed_file_is_found_by_its_digest(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(BundleError, match=f"{name} is not the file of this bundle"):
        open_bundle(folder)


@pytest.mark.parametrize("name", [MODEL, GOLDEN, "golden/red.png", MANIFEST])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BundleError, match=name):
        open_bundle(folder)


@pytest.mark.parametrize("outside", ["../secret", "/etc/hostname", "golden/../../secret", "nul\0byte"])
def test_a_manifest_may_not_name_files_outside_its_folder(folder: Path, outside: str) -> None:
    secret = folder.parent / "secret"
    secret.write_text("x")
    digests = json.loads((folder / MANIFEST).read_text())["sha256"]
    rewrite(folder, MANIFEST, {"sha256": {**digests, outside: sha256_of(secret)}})
    with pytest.raises(BundleError, match="outside its folder"):
        open_bundle(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": "a", "version": "1", "sha256": []}', "\xff"])
def test_a_manifest_that_cannot_be_read_is_refused(folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text, encoding="latin-1")
    with pytest.raises(BundleError, match=MANIFEST):
        open_bundle(folder)


@pytest.mark.parametrize("needed", [MODEL, GOLDEN])
def test_a_manifest_must_cover_model_and_promise(folder: Path, needed: str) -> None:
    digests = json.loads((folder / MANIFEST).read_text())["sha256"]
    rewrite(folder, MANIFEST, {"sha256": {k: v for k, v in digests.items() if k != needed}})
    with pytest.raises(BundleError, match=f"names no {needed}"):
        open_bundle(folder)


@pytest.mark.parametrize(
    "promised",
    [
        {"red": 0.01, "green": 0.98, "blue": 0.01},
        {"red": 0.9, "green": 0.05, "blue": 0.05},
        {"red": float("nan"), "green": 0.0, "blue": 0.0},
        {"red": 1.0, "green": 0.0},
        {"red": 1.0, "green": 0.0, "blue": 0.0, "violet": 0.0},
        "red",
    ],
)
def test_a_model_that_answers_other_than_promised_is_refused(folder: Path, promised: object) -> None:
    rewrite(folder, GOLDEN, {"red.png": promised})
    with pytest.raises(BundleError, match=r"Golden picture red\.png"):
        check(folder)


def test_a_difference_within_the_tolerance_is_allowed(folder: Path) -> None:
    """Other CPU instructions round differently."""
    promised = json.loads((folder / GOLDEN).read_text())["red.png"]
    rewrite(folder, GOLDEN, {"red.png": {name: p + 5e-4 for name, p in promised.items()}})
    check(folder)


def test_an_int8_model_may_differ_more_between_machines(tmp_path: Path) -> None:
    """Bytes round; but not so much that another model would pass."""
    model = tiny_model(tmp_path / "model.onnx", COLOURS, 8, precision="int8")
    write_bundle(tmp_path / "bundle", model, {"red.png": solid_png(RGB["red"])}, name="colours", version="1")
    promised = json.loads((tmp_path / "bundle" / GOLDEN).read_text())["red.png"]
    for off, fits in ((0.015, True), (0.025, False)):
        rewrite(tmp_path / "bundle", GOLDEN, {"red.png": {**promised, "red": promised["red"] - off}})
        if fits:
            check(tmp_path / "bundle")
        else:
            with pytest.raises(BundleError, match=r"within 0\.02 of a probability"):
                check(tmp_path / "bundle")


def test_golden_pictures_are_only_read_when_under_a_digest(folder: Path) -> None:
    (folder.parent / "outside.png").write_bytes(solid_png(RGB["red"]))
    rewrite(folder, GOLDEN, {"../../outside.png": {"red": 1.0, "green": 0.0, "blue": 0.0}})
    with pytest.raises(BundleError, match="no digest of golden picture"):
        check(folder)


def test_a_golden_picture_that_is_broken_is_the_bundles_fault(folder: Path) -> None:
    (folder / "golden" / "red.png").write_bytes(b"text")
    digests = json.loads((folder / MANIFEST).read_text())["sha256"]
    rewrite(folder, MANIFEST, {"sha256": {**digests, "golden/red.png": sha256_of(folder / "golden" / "red.png")}})
    with pytest.raises(BundleError, match="cannot be read"):
        check(folder)


def test_scores_stand_under_a_digest_in_a_form_that_stays(tmp_path: Path) -> None:
    scores = BundleScores.model_validate_json(GOLDEN_SCORES.read_bytes())
    model = tiny_model(tmp_path / "model.onnx")
    golden = {"red.png": solid_png(RGB["red"])}
    bundle = write_bundle(tmp_path / "bundle", model, golden, name="colours", version="7", scores=scores)
    assert (bundle.folder / SCORES).read_bytes() == GOLDEN_SCORES.read_bytes()
    assert scores_of(open_bundle(bundle.folder)) == scores
    assert (scores.val.accuracy, scores.test.interval) == (0.99, (0.95, 0.985))


def test_a_bundle_without_scores_is_as_good(folder: Path) -> None:
    assert scores_of(open_bundle(folder)) is None


@pytest.mark.parametrize("text", ["", "{}", '{"val": 1, "test": 2}'])
def test_scores_that_are_not_the_promised_ones_are_refused(folder: Path, text: str) -> None:
    (folder / SCORES).write_text(text)
    digests = json.loads((folder / MANIFEST).read_text())["sha256"]
    rewrite(folder, MANIFEST, {"sha256": {**digests, SCORES: "0" * 64}})
    with pytest.raises(BundleError, match=r"scores\.json is not the file"):
        scores_of(read_manifest(folder))
    rewrite(folder, MANIFEST, {"sha256": {**digests, SCORES: sha256_of(folder / SCORES)}})
    with pytest.raises(BundleError, match="does not hold the scores"):
        scores_of(open_bundle(folder))
