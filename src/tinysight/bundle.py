"""A model with what proves it: golden pictures, their probabilities, and the digest of every file."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinysight.errors import BundleError, ImageError

if TYPE_CHECKING:  # what only looks at digests needs no ONNX Runtime, which takes a quarter of a second to import
    from tinysight.bundle_scores import BundleScores
    from tinysight.predictor import Predictor

MODEL, GOLDEN, GOLDEN_FOLDER, MANIFEST = "model.onnx", "golden.json", "golden", "bundle.json"
SCORES = "scores.json"
# of a probability, between machines with other CPU instructions; int8 rounds where float32 hardly does
GOLDEN_TOLERANCE = {"float32": 1e-3, "int8": 0.02}


@dataclass(frozen=True)
class Bundle:
    """A folder whose files were found to be the ones that its manifest names."""

    folder: Path
    name: str
    version: str
    sha256: Mapping[str, str]

    @property
    def model(self) -> Path:
        """The model file."""
        return self.folder / MODEL


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_bundle(
    folder: Path,
    model: Path,
    golden: Mapping[str, bytes],
    *,
    name: str,
    version: str,
    scores: "BundleScores | None" = None,
    beside: Mapping[str, bytes] | None = None,
) -> Bundle:
    """Makes a bundle beside its place and moves it there whole.

    Args:
        folder: where the bundle goes; replaced if it is there.
        model: the model.onnx to copy.
        golden: picture files by name; their probabilities are computed here.
        name: the registered model's name.
        version: the registered version, or "local".
        scores: what the model scored, for whoever asks the service.
        beside: more files by name: the model card, the reference for drift.

    Raises:
        ModelError: if the model cannot be loaded.
        ImageError: if a golden picture cannot be decoded.
    """
    from tinysight.predictor import Predictor

    draft = folder.with_name(folder.name + ".part")
    shutil.rmtree(draft, ignore_errors=True)
    (draft / GOLDEN_FOLDER).mkdir(parents=True)
    shutil.copyfile(model, draft / MODEL)
    predictor = Predictor(draft / MODEL)
    expected = {}
    for file_name, data in sorted(golden.items()):
        (draft / GOLDEN_FOLDER / file_name).write_bytes(data)
        expected[file_name] = predictor.predict(data).probabilities
    (draft / GOLDEN).write_text(_json(expected), encoding="utf-8")
    if scores is not None:
        (draft / SCORES).write_text(scores.model_dump_json(indent=1) + "\n", encoding="utf-8")
    for file_name, data in (beside or {}).items():
        (draft / file_name).write_bytes(data)
    digests = {p.relative_to(draft).as_posix(): sha256_of(p) for p in sorted(draft.rglob("*")) if p.is_file()}
    manifest = {"name": name, "version": version, "sha256": digests}
    (draft / MANIFEST).write_text(_json(manifest), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(draft, folder)
    return Bundle(folder, name, version, digests)


def read_manifest(folder: Path) -> Bundle:
    """Reads what a bundle should hold, before or without looking at the other files.

    Raises:
        BundleError: if the manifest is unreadable, incomplete, or names a file outside the folder.
    """
    manifest = _read(folder / MANIFEST)
    try:
        name, version = str(manifest["name"]), str(manifest["version"])
        digests = {str(k): str(v) for k, v in manifest["sha256"].items()}
    except (KeyError, TypeError, AttributeError):
        raise BundleError(f"{folder / MANIFEST} must hold name, version and sha256. {_again()}") from None
    for needed in (MODEL, GOLDEN):
        if needed not in digests:
            raise BundleError(f"{folder / MANIFEST} names no {needed}. {_again()}")
    for file_name in digests:
        if "\0" in file_name or not (folder / file_name).resolve().is_relative_to(folder.resolve()):
            raise BundleError(f"{folder / MANIFEST} names a file outside its folder: {file_name!r}. {_again()}")
    return Bundle(folder, name, version, digests)


def open_bundle(folder: Path) -> Bundle:
    """Reads a bundle's manifest and checks the digest of every file.

    Raises:
        BundleError: if a file is missing, changed or outside the folder.
    """
    bundle = read_manifest(folder)
    for file_name, digest in bundle.sha256.items():
        _check_digest(folder, file_name, digest)
    return bundle


def scores_of(bundle: Bundle) -> "BundleScores | None":
    """What the model scored when it was registered; None in a bundle without scores, such as an earlier one.

    Raises:
        BundleError: if they are not the ones that its manifest names, or break the schema.
    """
    from tinysight.bundle_scores import BundleScores

    content = file_of(bundle, SCORES)
    if content is None:
        return None
    try:
        return BundleScores.model_validate_json(content)
    except ValueError:
        raise BundleError(f"{bundle.folder / SCORES} does not hold the scores of val and test. {_again()}") from None


def file_of(bundle: Bundle, file_name: str) -> bytes | None:
    """The content of a file that not every bundle has, such as an earlier one; None if it has none.

    Raises:
        BundleError: if it is not the one that its manifest names.
    """
    if file_name not in bundle.sha256:
        return None
    _check_digest(bundle.folder, file_name, bundle.sha256[file_name])
    return (bundle.folder / file_name).read_bytes()


def check_golden(bundle: Bundle, predictor: "Predictor") -> None:
    """Predicts the golden pictures and compares with what the bundle promises.

    Raises:
        BundleError: if a class differs, or a probability by more than the tolerance.
    """
    tolerance = GOLDEN_TOLERANCE[predictor.contract.precision]
    for file_name, promised in _read(bundle.folder / GOLDEN).items():
        probabilities = _promise(bundle, file_name, promised, predictor.contract.class_names)
        try:
            got = predictor.predict((bundle.folder / GOLDEN_FOLDER / file_name).read_bytes())
        except ImageError as error:
            raise BundleError(f"Golden picture {file_name} cannot be read: {error} {_again()}") from None
        difference = max(abs(got.probabilities[name] - p) for name, p in probabilities.items())
        best = max(probabilities, key=lambda name: probabilities[name])
        if best != got.best_class or not difference <= tolerance:
            raise BundleError(
                f"Golden picture {file_name}: {best} was promised within {tolerance} of a probability."
                f" Received: {got.best_class}, off by {difference:.2g}. {_again()}"
            )


def _promise(bundle: Bundle, file_name: str, promised: object, class_names: tuple[str, ...]) -> dict[str, float]:
    """The promised probabilities of one golden picture, whose bytes must be under a digest."""
    if f"{GOLDEN_FOLDER}/{file_name}" not in bundle.sha256:
        raise BundleError(f"{bundle.folder / MANIFEST} has no digest of golden picture {file_name}. {_again()}")
    if not isinstance(promised, dict) or set(promised) != set(class_names):
        raise BundleError(
            f"Golden picture {file_name} must promise a probability for each of {', '.join(class_names)}. {_again()}"
        )
    return {name: float(p) for name, p in promised.items()}


def _check_digest(folder: Path, file_name: str, digest: str) -> None:
    path = folder / file_name
    if not path.is_file():
        raise BundleError(f"{path} is missing. {_again()}")
    received = sha256_of(path)
    if received != digest:
        raise BundleError(
            f"{path} is not the file of this bundle: sha256 {digest} expected, {received} found. {_again()}"
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read: {error}. {_again()}") from None
    if not isinstance(content, dict):
        raise BundleError(f"{path} must hold a JSON object. {_again()}")
    return content


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _again() -> str:
    return "Download the version again, or register it again with `dvc repro`."
