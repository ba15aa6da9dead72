"""Bytes become pixels in one place, and the serving side reads nothing that can run code."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from projects import ROOT

SOURCE = ROOT / "src" / "tinysight"
MODULES = sorted([*SOURCE.rglob("*.py"), *(ROOT / "serve").rglob("*.py")])
SERVING = [p for p in MODULES if (p.parent == SOURCE and p.stem in {"client", "classifier", "bundle", "prediction",
           "picture_file", "predictor", "contract", "imaging", "upright", "counts", "errors", "api_key",
           "bundle_scores", "connection", "machine", "pixel_limits", "service_answers", "structure"})
           or ROOT / "serve" in p.parents]  # fmt: skip
DECODERS = {"Image.open", "cv2.imread", "cv2.imdecode", "plt.imread", "load_img", "decode_image", "decode_jpeg",
            "image_dataset_from_directory"}  # fmt: skip
RUNS_CODE = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """All of a file, which every test here looks through."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """All calls in a file, with the name as it is written: `Image.open`."""
    for node in nodes_of(path):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports, anywhere in it."""
    nodes = nodes_of(path)
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.split(".")[0] for name in plain | {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}}


def by_file(found: dict[Path, set[str]]) -> dict[str, set[str]]:
    """What was found, where anything was."""
    return {str(path.relative_to(ROOT)): names for path, names in found.items() if names}


def decoders_in(path: Path) -> set[str]:
    """Others call imaging's decode_image by its name, and no other library's decoder."""
    ours = "tinysight.imaging" in path.read_text(encoding="utf-8")
    found = {name for name, _ in calls(path) if name in DECODERS or name.split(".")[-1] in DECODERS}
    return found - ({"decode_image"} if ours else set())


def test_only_imaging_decodes_pictures() -> None:
    assert by_file({path: decoders_in(path) for path in MODULES if path.name != "imaging.py"}) == {}


def test_imaging_is_the_door() -> None:
    assert "Image.open" in {name for name, _ in calls(SOURCE / "imaging.py")}


def test_who_sees_pictures_at_full_size_is_known() -> None:
    """The survey measures them, cropping cuts boxes out of them; what a model sees comes from decode_image only."""
    found = {path.name for path in MODULES if "open_image" in {name for name, _ in calls(path)}}
    assert found == {"imaging.py", "survey.py", "cropping.py"}


def test_the_serving_side_reads_nothing_that_can_run_code() -> None:
    assert len(SERVING) > 40
    run = {path: {name for name, _ in calls(path) if name in {"eval", "exec", "yaml.load"}} for path in SERVING}
    assert by_file({path: run[path] | imported(path) & RUNS_CODE for path in SERVING}) == {}


def allowing_pickle(path: Path) -> set[str]:
    """How a file's calls set allow_pickle, where they don't forbid it."""
    set_to = {ast.unparse(k.value) for _, call in calls(path) for k in call.keywords if k.arg == "allow_pickle"}
    return set_to - {"False"}


def test_arrays_are_read_without_pickle() -> None:
    assert by_file({path: allowing_pickle(path) for path in MODULES}) == {}
