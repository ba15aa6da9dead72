import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from projects import free_port, project_environment
from results import give_store, make_results

from tinysight.errors import TrackingError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.stages import register
from tinysight.tracking.history import history
from tinysight.tracking.registry import list_versions
from tinysight.tracking.store import open_store


@pytest.fixture
def finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Params, Paths]:
    """A work tree in which every stage before register has run."""
    for name in ("MLFLOW_TRACKING_URI", "DVC_EXP_NAME", "TINYSIGHT_NO_PROMOTE"):
        monkeypatch.delenv(name, raising=False)
    params, paths = make_results(tmp_path / "project")
    give_store(paths)
    monkeypatch.chdir(paths.root)
    return params, paths


def test_the_decision_is_written_for_people(finished: tuple[Params, Paths], capsys: pytest.CaptureFixture[str]) -> None:
    register.run(*finished)
    text = finished[1].release.read_text(encoding="utf-8")
    assert text.startswith("# Release: promoted\n\nIt is the first version.\n")
    assert "| test pictures, read from their files | 15 |" in text
    assert "| accuracy of the candidate | 100.0 % |" in text
    assert capsys.readouterr().out == "colours 1: promoted. It is the first version.\n"


def test_the_same_decision_is_the_same_file(finished: tuple[Params, Paths], tmp_path: Path) -> None:
    """A fresh clone that fills its own registry must not change dvc.lock."""
    register.run(*finished)
    params, clone = make_results(tmp_path / "clone")
    give_store(clone)
    register.run(params, clone)
    assert clone.release.read_bytes() == finished[1].release.read_bytes()


def test_an_experiment_says_how_to_keep_it_and_moves_nothing(
    finished: tuple[Params, Paths], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_EXP_NAME", "wide-cnn")
    register.run(*finished)
    assert "dvc exp apply wide-cnn" in finished[1].release.read_text(encoding="utf-8")
    assert list_versions(finished[1]) == []


def test_a_store_that_is_down_loses_nothing(finished: tuple[Params, Paths], monkeypatch: pytest.MonkeyPatch) -> None:
    """No release.md, so that DVC runs register again; then everything is published."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TrackingError, match="results are on disk"):
        register.run(*finished)
    assert not list(finished[1].reports.glob("release*"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    register.run(*finished)
    assert len(list_versions(finished[1])) == 1


def check_history(paths: Paths) -> None:
    """Every move that happened, none that did not, each from where the one before led to, and nothing left open."""
    for alias in ("production", "challenger"):
        moves = [move for move in history(paths) if move.alias == alias]
        done = [move for move in moves if move.state == "done"]
        assert [move.state for move in moves if move.state == "begun"] == []
        assert [move.before for move in done] == ["", *(move.after for move in done)][: len(done)]
        now = next((version.version for version in list_versions(paths) if alias in version.aliases), "")
        assert now == (done[-1].after if done else "")


def whole(paths: Paths, versions: int = 1) -> None:
    """One complete version a file, the alias on one of them, one run a candidate, nothing half-made."""
    found = list_versions(paths)
    assert len(found) == len({version.sha256 for version in found}) == versions
    assert sum("production" in version.aliases for version in found) == 1
    check_history(paths)
    with open_store(paths, write=False) as store:
        runs = store.client.search_runs([store.experiment("colours")])
    assert len(runs) == 4
    assert {run.data.tags["tinysight.complete"] for run in runs} == {"true"}
    assert {run.info.status for run in runs} == {"FINISHED", "FAILED"}


# every call of MLflow's client that writes is a place to die: the process kills itself after the nth
KILLED_AFTER = """
import os, signal, sys
from pathlib import Path
import mlflow.onnx
import mlflow.pyfunc
import mlflow.store.model_registry.sqlalchemy_store
import mlflow.store.tracking.sqlalchemy_store
from tinysight.config import load_params
from tinysight.paths import Paths
from tinysight.stages import register

def counted(call):
    def wrapper(*args, **kwargs):
        answer = call(*args, **kwargs)
        wrapper.left[0] -= 1
        if wrapper.left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer
    wrapper.left = left
    return wrapper

left = [0]
READS = ("_", "get_", "search_", "download_")
for name in [n for n in vars(mlflow.MlflowClient) if not n.startswith(READS)]:
    if callable(getattr(mlflow.MlflowClient, name)):
        setattr(mlflow.MlflowClient, name, counted(getattr(mlflow.MlflowClient, name)))
for folder in sys.argv[1:]:
    left[0] += 1
    aim = left[0]
    os.chdir(folder)
    for patience in (aim, 0):
        child = os.fork()
        if child == 0:
            left[0] = patience
            paths = Paths(Path(folder))
            register.run(load_params(paths.params), paths)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(aim, patience, code, flush=True)
        if patience and code == 0:
            sys.exit()
"""


@pytest.mark.slow
def test_killed_after_any_call_the_next_run_completes_everything(
    finished: tuple[Params, Paths], tmp_path: Path
) -> None:
    projects = []
    for number in range(100):
        _, paths = make_results(tmp_path / str(number))
        give_store(paths)
        projects.append(paths)
    done = subprocess.run([sys.executable, "-c", KILLED_AFTER, *(str(paths.root) for paths in projects)], text=True,
                          capture_output=True, env=project_environment(), check=True)  # fmt: skip
    lines = [line.split() for line in done.stdout.splitlines() if line[0].isdigit()]
    codes = {(int(aim), patience != "0"): int(code) for aim, patience, code in lines}
    killed = [aim for (aim, doomed), code in codes.items() if doomed and code == -signal.SIGKILL]
    assert 30 < len(killed) < len(projects), done.stdout + done.stderr
    assert [codes[aim, False] for aim in killed] == [0] * len(killed)
    for aim in killed:
        whole(projects[aim - 1])


@pytest.fixture
def started() -> list[str]:
    """How DVC starts the stage."""
    return [sys.executable, "-m", "tinysight.stages", "register"]


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_as_if_nothing_had_happened(
    finished: tuple[Params, Paths], started: list[str]
) -> None:
    _, paths = finished
    environment, drawn = project_environment(), random.Random(0)
    start = time.monotonic()
    subprocess.run(started, cwd=paths.root, env=environment, check=True, capture_output=True)
    usual = time.monotonic() - start
    for turn in range(1, 5):
        make_results(paths.root, "register.promote=auto", seed=turn)
        give_store(paths)
        process = subprocess.Popen(started, cwd=paths.root, env=environment, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)  # fmt: skip
        time.sleep(usual * drawn.uniform(0.6, 1.0))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        subprocess.run(started, cwd=paths.root, env=environment, check=True, capture_output=True)
        whole(paths)


@pytest.mark.slow
def test_two_registering_at_the_same_moment_leave_one_version(
    finished: tuple[Params, Paths], started: list[str]
) -> None:
    _, paths = finished
    both = [subprocess.Popen(started, cwd=paths.root, env=project_environment(), stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True) for _ in range(2)]  # fmt: skip
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    whole(paths)
