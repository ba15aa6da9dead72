"""What `explain` says is verified, and what no longer matches is named."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from results import make_results

from tinysight.cli import main
from tinysight.errors import TrackingError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.environment import environment
from tinysight.tracking.origin import Origin, explain, origin_text, params_of
from tinysight.tracking.release import release
from tinysight.tracking.store import open_store
from tinysight.tracking.version_info import ENVIRONMENT


def git(root: Path, *words: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    return subprocess.run(
        ["git", *identity, *words], cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def committed(finished: tuple[Params, Paths]) -> Paths:
    """Version 1 of a project that is all committed."""
    params, paths = finished
    (paths.root / ".gitignore").write_text("/data/\n/models/\n/scores/\n/reports/\n/.tinysight/\n")
    git(paths.root, "init", "-q")
    git(paths.root, "add", "-A")
    git(paths.root, "commit", "-qm", "all of it")
    release(params, paths)
    return paths


def found(origin: Origin) -> dict[str, bool | None]:
    return {one.what: one.holds for one in origin.findings}


def test_a_version_of_today_holds_in_all(committed: Paths) -> None:
    origin = explain(committed, "1")
    assert found(origin) == {"files": True, "commit": True, "settings": True, "params.yaml": True, "data": True,
                             "pictures": False, "software": True}  # fmt: skip
    assert (origin.candidate, origin.git_commit) == ("svm", git(committed.root, "rev-parse", "HEAD"))
    assert origin.settings is not None
    assert origin.settings["models"]["svm"]["kind"] == "svm"
    assert origin.environment == environment()
    clone = "'../my project-1-again'"
    assert origin.commands == (
        f"git clone '{committed.root}' {clone}",
        f"git -C {clone} checkout {origin.git_commit}",
        f"cd {clone}",
        "make install",
        "source .venv/bin/activate",
        "dvc repro export@svm",
        "sha256sum models/svm/export/model.onnx",
    )
    assert origin.comparing == "tinysight registry compare 1 '../my project-1-again/models/svm/export/model.onnx'"
    text = origin_text(origin)
    assert text.startswith("colours 1: candidate svm\n")
    assert "holds    settings: The run's params.yaml is what the model file names." in text


def test_what_no_longer_matches_is_named(committed: Paths) -> None:
    make_results(committed.root, faint=3)
    with open_store(committed) as store:
        older = json.dumps({**environment(), "onnxruntime": "1.0"})
        store.client.set_model_version_tag("colours", "1", ENVIRONMENT, older)
    shutil.rmtree(committed.root / ".git")
    origin = explain(committed, "production")
    assert found(origin) == {"files": True, "commit": False, "settings": True, "data": False, "pictures": False,
                             "software": False}  # fmt: skip
    text = origin_text(origin)
    assert "DIFFERS  software: Other versions here: onnxruntime 1.0, here " in text
    assert "DIFFERS  data: The data set here is another" in text


def test_settings_that_were_not_committed_come_from_the_run(
    committed: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    params, paths = make_results(committed.root, "seed=7", seed=1)
    release(params, paths)
    origin = explain(paths, "2")
    assert (found(origin)["commit"], found(origin)["params.yaml"], found(origin)["settings"]) == (False, False, True)
    assert "tinysight registry explain 2 --params > '../my project-2-again'/params.yaml" in origin.commands
    assert main_says(paths, "explain", "2")["commands"] == list(origin.commands)
    assert "the commands below make the nearest" in origin_text(origin)
    capsys.readouterr()
    assert main(["registry", "explain", "2", "--params"]) == 0
    assert capsys.readouterr().out == paths.params.read_text(encoding="utf-8")


def main_says(paths: Paths, *words: str) -> dict[str, object]:
    import contextlib
    import io

    paths.conf.mkdir(exist_ok=True)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert main(["registry", *words, "--json"]) == 0
    content: dict[str, object] = json.loads(said.getvalue())
    return content


def test_runs_that_are_lost_leave_what_the_version_itself_knows(committed: Paths) -> None:
    with open_store(committed) as store:
        version = store.client.get_model_version("colours", "1")
        parent = store.client.get_run(version.run_id).data.tags["mlflow.parentRunId"]
        store.client.delete_run(parent)
        shutil.rmtree(next(path for path in committed.artifacts.rglob(parent) if path.is_dir()))
    origin = explain(committed, "1")
    assert (origin.candidate, origin.settings, found(origin)["settings"]) == ("svm", None, None)
    assert "dvc repro export@svm" in origin.commands
    with pytest.raises(TrackingError, match=r"git show [0-9a-f]{40}:params.yaml"):
        params_of(committed, "1")


def test_what_was_committed_after_the_run_is_found_by_its_lock(committed: Paths) -> None:
    """Most people look at the verdict first and commit then."""
    lock = committed.root / "dvc.lock"
    lock.write_text("stages:\n  export@svm:\n    outs:\n    - path: models/svm/export\n      md5: abc.dir\n")
    params, paths = make_results(committed.root, "seed=7", seed=1)
    release(params, paths)
    git(paths.root, "add", "-A")
    git(paths.root, "commit", "-qm", "with what made it")
    later = git(paths.root, "rev-parse", "HEAD")
    lock.write_text("stages: {}\n")
    git(paths.root, "commit", "-qam", "another result")
    origin = explain(paths, "2")
    assert (found(origin)["commit"], found(origin)["params.yaml"]) == (True, True)
    assert f"git -C '../my project-2-again' checkout {later}" in origin.commands
    assert f"params.yaml. {later[:8]}, a later commit, has the same dvc.lock.\n" in origin_text(origin)


def test_the_clone_is_made_from_where_the_commit_was_pushed_to(committed: Paths, tmp_path: Path) -> None:
    """And its address tells nobody a password."""
    url = "https://ada:secret@example.org/parts.git"
    git(committed.root, "remote", "add", "origin", url)
    assert explain(committed, "1").commands[0].startswith(f"git clone '{committed.root}'")
    git(committed.root, "update-ref", "refs/remotes/origin/main", "HEAD")
    assert explain(committed, "1").commands[0].startswith("git clone https://example.org/parts.git ")


def test_pictures_under_dvc_are_fetched_first(committed: Paths) -> None:
    (committed.root / "data" / "raw.dvc").write_text("outs: []\n")
    git(committed.root, "add", "-f", "data/raw.dvc")
    git(committed.root, "commit", "-qm", "pictures")
    release(*make_results(committed.root, seed=1))
    assert "dvc pull data/raw.dvc" in explain(committed, "2").commands
    assert "dvc pull data/raw.dvc" not in explain(committed, "1").commands


def test_a_version_brings_its_card(committed: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    committed.conf.mkdir()
    capsys.readouterr()
    assert main(["registry", "card", "production"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("# colours: svm\n")
    assert f"Commit `{git(committed.root, 'rev-parse', 'HEAD')}`" in said
    (card,) = committed.artifacts.rglob("bundle/*/card.md")
    assert card.read_text(encoding="utf-8") == said


def test_a_version_of_earlier_times_has_no_card(committed: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    committed.conf.mkdir()
    (card,) = committed.artifacts.rglob("bundle/*/card.md")
    manifest = card.with_name("bundle.json")
    content = json.loads(manifest.read_text())
    del content["sha256"]["card.md"]
    manifest.write_text(json.dumps(content))
    assert main(["registry", "card", "1"]) == 1
    assert "registered without a card" in capsys.readouterr().err


def test_the_lock_says_whether_dvc_still_has_the_very_file(committed: Paths) -> None:
    lock = committed.root / "dvc.lock"
    lock.write_text("stages:\n  export@svm:\n    outs:\n    - path: models/svm/export\n      md5: abc.dir\n")
    release(*make_results(committed.root, seed=1))
    assert found(explain(committed, "2"))["dvc.lock"] is True
    assert "dvc.lock" not in found(explain(committed, "1"))
    lock.write_text(lock.read_text().replace("abc", "other"))
    assert found(explain(committed, "2"))["dvc.lock"] is False
