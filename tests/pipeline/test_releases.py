"""Releases of models that were really trained, on real pictures: what the gate lets pass, and what it stops."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image
from results import give_store
from tiny_datasets import make_params
from trained_projects import composed, run_all

from tinysight.data.sources.source import list_source
from tinysight.evaluation.comparison import Comparison, compare
from tinysight.evaluation.source_files import HeldOut, held_out_files, judge
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.tracking.registry import list_versions
from tinysight.tracking.version_info import VersionInfo

pytestmark = pytest.mark.slow
DIGITS = (
    "dataset.name=digits",
    "dataset.leaks=leave_out",
    "dataset.image_size=28",
    "augment=none",
    "split={train: 0.5, val: 0.15, test: 0.35}",
    "models.logistic.penalty=[0.01]",
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Params, Paths]:
    """An empty project with an empty store, whose one candidate is logistic regression on pixels."""
    for name in ("MLFLOW_TRACKING_URI", "DVC_EXP_NAME", "TINYSIGHT_NO_PROMOTE"):
        monkeypatch.delenv(name, raising=False)
    params, paths = composed(tmp_path / "project", "logistic", *DIGITS)
    give_store(paths)
    monkeypatch.chdir(paths.root)
    return params, paths


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sequence[bytes]]:
    """PNG files of handwritten digits by class."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for file in list_source(make_params().dataset, tmp_path_factory.mktemp("digits")).files:
        found[file.class_name].append(file.read())
    return found


def add(paths: Paths, name: str, files: Sequence[bytes], look: Callable[[bytes], bytes] = bytes) -> None:
    """Puts pictures into the folder of a class."""
    folder = paths.raw / name
    folder.mkdir(parents=True, exist_ok=True)
    start = len(list(folder.iterdir()))
    for number, data in enumerate(files, start):
        (folder / f"{number:04d}.png").write_bytes(look(data))


def turned(data: bytes) -> bytes:
    """As from a camera that hangs the other way."""
    file = io.BytesIO()
    Image.open(io.BytesIO(data)).transpose(Image.Transpose.ROTATE_90).save(file, "PNG")
    return file.getvalue()


def newest(paths: Paths) -> VersionInfo:
    return list_versions(paths)[0]


def test_a_champion_that_fails_on_what_came_since_is_replaced_though_it_was_better_before(
    project: tuple[Params, Paths], digits: Mapping[str, Sequence[bytes]]
) -> None:
    """Upright digits at first; then as many that lie, and one linear model reads both less well than one of them."""
    params, paths = project
    for name in "0147":
        add(paths, name, digits[name][:200])
    run_all(params, paths)
    champion, before = Predictor(paths.model("logistic").read_bytes()), held_out_files(params, paths)
    for name in "0147":
        add(paths, name, digits[name][200:400], turned)
    run_all(params, paths)
    on_all = against(champion, params, paths, held_out_files(params, paths))
    on_old = against(champion, params, paths, before)
    assert on_old.accuracy.difference < 0 < on_all.accuracy.difference
    assert (on_old.p_value <= 0.05, on_all.p_value <= 0.05) == (True, True)
    version = newest(paths)
    assert (version.version, version.release, version.aliases) == ("2", "promoted", ("production",))
    assert version.judgement["rule"] == "non_inferior, since the champion's recipe met other data"
    text = paths.release.read_text(encoding="utf-8")
    assert text.startswith(f"# Release: promoted\n\n{version.why}\n")


def against(champion: Predictor, params: Params, paths: Paths, held_out: HeldOut) -> Comparison:
    """The model that was made last against the champion, on these pictures."""
    return compare(*judge([Predictor(paths.model("logistic")), champion], held_out), held_out.truth)


def test_a_challenger_that_wins_overall_and_ruins_one_class_is_refused_and_says_so(
    project: tuple[Params, Paths], digits: Mapping[str, Sequence[bytes]]
) -> None:
    """Many more pictures came to learn from, and somebody had put all the new sevens among the ones."""
    params, paths = project
    rows = [row for name in digits for row in fill(paths, name, digits[name], {"train": 12, "val": 15, "test": 35})]
    write_manifest(paths, rows)
    run_all(params, paths)
    for name, files in digits.items():
        rows += fill(paths, "1" if name == "7" else name, files[100:250], {"train": 150})
    write_manifest(paths, rows)
    run_all(params, paths)
    version = newest(paths)
    judgement = version.judgement
    assert judgement["accuracy"] > judgement["champion_accuracy"] + 0.05
    assert [check["name"] for check in judgement["checks"] if check["grade"] == "failed"] == ["class 7"]
    assert (version.version, version.release, version.aliases) == ("2", "refused", ())
    assert version.why.startswith("Class 7: ")
    assert "5.0 points may be lost" in version.why
    assert paths.release.read_text(encoding="utf-8").startswith(f"# Release: refused\n\n{version.why}\n")


def fill(paths: Paths, name: str, files: Sequence[bytes], sides: Mapping[str, int]) -> list[tuple[str, str]]:
    """Puts so many of the files on each side, and returns their rows of manifest.csv."""
    start = len(list((paths.raw / name).glob("*"))) if (paths.raw / name).is_dir() else 0
    wanted = [side for side, count in sides.items() for _ in range(count)]
    add(paths, name, files[: len(wanted)])
    return [(f"{name}/{number:04d}.png", side) for number, side in enumerate(wanted, start)]


def write_manifest(paths: Paths, rows: Sequence[tuple[str, str]]) -> None:
    with (paths.raw / "manifest.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("path", "class_name", "split", "group", "origin"))
        table.writerows((path, path.split("/")[0], side, "", "") for path, side in rows)
