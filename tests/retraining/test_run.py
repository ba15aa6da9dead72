"""Retrainings that end before they have trained: each says how, and leaves the lock free."""

import errno
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from projects import project_environment, run_in

from tinysight.paths import Paths
from tinysight.retraining.run import alone, retrain


def test_a_second_one_gives_way_and_says_so(project: Path) -> None:
    with alone(Paths(project)):
        done = run_in(project, "tinysight", "retrain", fails=True)
    assert (done.returncode, done.stdout) == (75, "")
    assert done.stderr == "another retraining is at work. Wait for it, or stop it.\n"


def test_a_release_waits_for_no_retraining_and_says_which(project: Path) -> None:
    with alone(Paths(project)):
        done = run_in(project, "tinysight", "ci", "promote", fails=True)
    assert done.stderr == f"error: Another retraining is at work in {project}. Wait for it, or stop it.\n"


def test_what_the_disk_refuses_is_an_ending_like_any_other(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "dvc.lock")

    monkeypatch.setattr("tinysight.retraining.run.pull", full)
    outcome = retrain(Paths(project), quiet=True)
    assert (outcome.ending, outcome.code) == ("failed", 1)
    assert "No space left on device" in outcome.reason
    assert json.loads((project / ".tinysight" / "retrain" / "last.json").read_text())["ending"] == "failed"


def test_pictures_that_cannot_be_had_end_it_before_anything_runs(project: Path) -> None:
    (project / "data").mkdir()
    (project / "data" / "raw.dvc").write_text("outs:\n- md5: 0123456789abcdef0123456789abcdef.dir\n  path: raw\n")
    done = run_in(project, "tinysight", "retrain", "--json", fails=True)
    outcome = json.loads(done.stdout)
    assert (done.returncode, outcome["ending"], outcome["ran"]) == (1, "failed", [])
    assert outcome["reason"].startswith("The pictures cannot be had: ")
    assert "`dvc push` from where the pictures are" in outcome["reason"]
    assert set(outcome["seconds"]) == {"pull"}
    assert json.loads((project / ".tinysight" / "retrain" / "last.json").read_text()) == outcome
    assert outcome["reason"] in Path(outcome["log"]).read_text()


def test_a_stage_that_fails_is_named_and_without_a_remote_that_is_said(project: Path) -> None:
    run_in(project, "dvc", "remote", "remove", "local")
    (project / "conf" / "dataset" / "digits.yaml").unlink()
    outcome = retrain(Paths(project), quiet=True)
    assert (outcome.ending, outcome.code) == ("failed", 1)
    assert "`dvc repro` ended with" in outcome.reason
    assert "nothing was pulled and nothing will be pushed" in outcome.notes[0]


def test_a_stopped_one_stops_what_it_started_and_frees_the_lock(project: Path) -> None:
    (project / "dvc.yaml").write_text(
        "stages:\n  long:\n    cmd: echo $$ > began.part && mv began.part began && sleep 600\n"
    )
    process = subprocess.Popen([sys.executable, "-m", "tinysight.cli", "retrain", "--quiet"], cwd=project,
                               env=project_environment(), stderr=subprocess.DEVNULL)  # fmt: skip
    deadline = time.monotonic() + 60
    while not (project / "began").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.terminate()
    assert process.wait(timeout=60) == 143
    last = json.loads((project / ".tinysight" / "retrain" / "last.json").read_text())
    assert (last["ending"], last["reason"]) == ("failed", "It was stopped.")
    stage = (project / "began").read_text().strip()
    while runs(stage) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(stage)
    with alone(Paths(project)):
        pass


def runs(process: str) -> bool:
    """Whether a process is there; one that has ended and that nobody has asked about is not."""
    status = Path("/proc") / process / "status"
    return status.exists() and "\nState:\tZ" not in status.read_text()


@pytest.mark.parametrize("others", [5])
def test_of_many_at_once_one_holds_the_lock(tmp_path: Path, others: int) -> None:
    held, given_way, meet = [], [], threading.Barrier(others)

    def attempt() -> None:
        from tinysight.retraining.run import BusyError

        meet.wait()
        try:
            with alone(Paths(tmp_path)):
                held.append(1)
                while len(given_way) < others - 1:
                    time.sleep(0.001)
        except BusyError:
            given_way.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert (len(held), len(given_way)) == (1, others - 1)
