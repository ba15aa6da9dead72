import errno
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from projects import project_environment
from results import give_store, make_results

from tinysight.bundle import open_bundle
from tinysight.errors import ConfigError, TinysightError, TrackingError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking import pull as door
from tinysight.tracking.pull import main, pull
from tinysight.tracking.release import release

URI = "models:/colours@production"


@pytest.fixture
def released(finished: tuple[Params, Paths]) -> tuple[Params, Paths]:
    """A project with version 1 in production."""
    release(*finished)
    return finished


def test_a_version_arrives_as_a_checked_bundle(released: tuple[Params, Paths], tmp_path: Path) -> None:
    by_alias, by_number = pull(URI, tmp_path / "a"), pull("models:/colours/1", tmp_path / "b")
    assert by_alias.folder == tmp_path / "a" / "colours" / "1"
    assert open_bundle(by_alias.folder).sha256 == open_bundle(by_number.folder).sha256
    assert by_alias.model.read_bytes() == (released[1].export("svm") / "model.onnx").read_bytes()


def test_mlflow_gives_the_same_bundle_as_the_look_into_its_database(
    released: tuple[Params, Paths], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = pull(URI, tmp_path / "quick")
    monkeypatch.setattr(door, "_look", lambda *_: None)
    through_mlflow = pull(URI, tmp_path / "mlflow")
    assert dict(through_mlflow.sha256) == dict(quick.sha256)
    assert pull(URI, tmp_path / "mlflow") == through_mlflow
    assert [path.name for path in (tmp_path / "mlflow" / "colours").iterdir()] == ["1"]


def test_what_is_there_is_not_fetched_again(released: tuple[Params, Paths], tmp_path: Path) -> None:
    before = pull(URI, tmp_path).folder.stat().st_ino
    assert pull(URI, tmp_path).folder.stat().st_ino == before


def test_a_damaged_copy_is_replaced(released: tuple[Params, Paths], tmp_path: Path) -> None:
    pull(URI, tmp_path).model.write_bytes(b"damaged")
    open_bundle(pull(URI, tmp_path).folder)


def test_version_1_of_another_registry_is_not_mistaken_for_this_one(
    released: tuple[Params, Paths], tmp_path: Path
) -> None:
    """A registry that was wiped counts from 1 again."""
    old = pull(URI, tmp_path).model.read_bytes()
    give_store(released[1])
    release(*make_results(released[1].root, seed=1))
    new = pull(URI, tmp_path)
    assert new.version == "1"
    assert new.model.read_bytes() != old


def test_a_bundle_that_another_process_has_just_put_there_is_taken(
    released: tuple[Params, Paths], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two first predictions at the same moment: ours sees nothing there, and then it is."""
    first = pull(URI, tmp_path)
    before, look = first.folder.stat().st_ino, door._present
    answers = iter([None])
    monkeypatch.setattr(door, "_present", lambda *words: next(answers, look(*words)))
    assert pull(URI, tmp_path) == first
    assert first.folder.stat().st_ino == before
    assert [path.name for path in first.folder.parent.iterdir()] == ["1"]


def test_many_that_pull_at_once_all_get_it(released: tuple[Params, Paths], tmp_path: Path) -> None:
    """Over a damaged copy, too, which each of them wants to replace."""
    (tmp_path / "colours" / "1").mkdir(parents=True)
    (tmp_path / "colours" / "1" / "model.onnx").write_bytes(b"damaged")
    with ThreadPoolExecutor(8) as pool:
        bundles = list(pool.map(lambda _: pull(URI, tmp_path), range(16)))
    assert len({bundle.sha256["model.onnx"] for bundle in bundles}) == 1
    open_bundle(bundles[0].folder)
    assert [path.name for path in (tmp_path / "colours").iterdir()] == ["1"]


@pytest.mark.parametrize("through_mlflow", [False, True])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_full_or_read_only_disk_is_one_clear_line(
    released: tuple[Params, Paths], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, through_mlflow: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(door.os, "replace", refuse)
    if through_mlflow:
        monkeypatch.setattr(door, "_look", lambda *_: None)
    with pytest.raises(TrackingError, match=f"cannot be written to .*colours/1: .*{os.strerror(number)}") as caught:
        pull(URI, tmp_path)
    assert "\n" not in str(caught.value)


def test_a_disk_that_fills_up_while_copying_is_one_clear_line(
    released: tuple[Params, Paths], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """copytree gathers what each file said."""

    def full(*_: object, **__: object) -> None:
        raise shutil.Error([("a", "b", "[Errno 28] No space left on device"), ("c", "d", "the same")])

    monkeypatch.setattr(door.shutil, "copytree", full)
    with pytest.raises(TrackingError, match=r"colours/1: \[Errno 28\] No space left on device\. Make room"):
        pull(URI, tmp_path)


def test_the_command_says_it_in_one_line_too(
    released: tuple[Params, Paths], capsys: pytest.CaptureFixture[str]
) -> None:
    """`tinysight predict` pulls into the project's cache."""
    from tinysight.cli import main as command

    _, paths = released
    paths.conf.mkdir()
    paths.cache.parent.mkdir(exist_ok=True)
    paths.cache.write_text("in the way")
    capsys.readouterr()
    assert command(["predict", "a.png"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: The version cannot be written to")
    assert said.count("\n") == 1


def test_a_damaged_registry_leaves_nothing_behind(released: tuple[Params, Paths], tmp_path: Path) -> None:
    next(released[1].artifacts.rglob("bundle/*/model.onnx")).write_bytes(b"damaged")
    with pytest.raises(TinysightError, match=r"model\.onnx is not the file of this bundle"):
        pull(URI, tmp_path / "new")
    assert not list((tmp_path / "new" / "colours").iterdir())


@pytest.mark.parametrize("uri", ["colours", "models:/colours", "models:/../x/1", "models:/a@b@c", "runs:/1/model", ""])
def test_what_is_no_model_uri_is_refused(tmp_path: Path, uri: str) -> None:
    with pytest.raises(ConfigError, match="models:/NAME@ALIAS"):
        pull(uri, tmp_path)


def test_a_version_that_is_not_there_is_named(released: tuple[Params, Paths], tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match=r"colours 9 is not registered.*versions: 1"):
        pull("models:/colours/9", tmp_path)
    with pytest.raises(TrackingError, match="flowers production is not registered"):
        pull("models:/flowers@production", tmp_path)


def test_a_project_without_a_store_says_so_and_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrackingError, match="no version is registered"):
        pull(URI, tmp_path / "models")
    assert not (tmp_path / ".tinysight").exists()


def test_as_a_program_it_prints_json_and_imports_no_mlflow(released: tuple[Params, Paths], tmp_path: Path) -> None:
    """The service starts it every few seconds: MLflow's import would cost more than all predictions."""
    code = (
        "import sys; from tinysight.tracking.pull import main; code = main(sys.argv[1:]);"
        " assert 'mlflow' not in sys.modules; sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code, URI, str(tmp_path)], cwd=released[1].root, text=True,
                          capture_output=True, check=True, env=project_environment())  # fmt: skip
    folder = str(tmp_path / "colours" / "1")
    answer = json.loads(done.stdout)
    since = datetime.fromisoformat(answer.pop("promoted_at"))
    assert answer == {"name": "colours", "version": "1", "folder": folder}
    assert timedelta(0) <= datetime.now(UTC) - since < timedelta(hours=1)
    assert done.stderr == ""


def test_as_a_program_it_fails_with_one_line(
    released: tuple[Params, Paths], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["models:/colours/9", str(tmp_path)]) == 1
    assert main(["models:/colours/9"]) == 1
    (tmp_path / "file").write_text("in the way")
    assert main([URI, str(tmp_path / "file")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["error"] * 3
