"""A pipeline killed with SIGKILL in any stage completes when it is started again, with the same result."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from pipelines import aliases, verdict
from projects import project_environment, run_in

pytestmark = pytest.mark.slow

STAGES = ["ingest", "validate", "split", "augment", "train@svm", "export@svm", "evaluate@svm", "select", "register"]


def kill_in(project: Path, stage: str, delay: float) -> bool:
    """Starts `dvc repro`, waits for a stage, kills DVC and the stage; False if the stage ended before."""
    name = stage.replace("@", " ")
    run = subprocess.Popen(
        ["dvc", "repro", "-f"],
        cwd=project,
        env=project_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and run.poll() is None:
        if any(f"tinysight.stages {name}" in line for line in _command_lines(run.pid)):
            time.sleep(delay)
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            return True
        time.sleep(0.02)
    return False


def _command_lines(session: int) -> list[str]:
    """The command lines of a session's processes."""
    lines = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.getsid(int(entry.name)) == session:
                lines.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except (OSError, ProcessLookupError):
            continue
    return lines


def result(project: Path) -> list[tuple[object, ...]]:
    """What must not depend on kills: the choice, and every score."""
    content = verdict(project)
    scores = [(c["name"], c["status"], c["val"]["accuracy"], c["test"]["accuracy"]) for c in content["candidates"]]
    return [(content["chosen"],), *scores]


@pytest.mark.timeout(1200)
def test_killed_in_every_stage_it_completes_with_the_same_result(finished: Path) -> None:
    expected = result(finished)
    for number, stage in enumerate(STAGES):
        assert kill_in(finished, stage, delay=0.3 * (number % 3)), f"{stage} was never seen running"
    run_in(finished, "dvc", "repro")
    assert result(finished) == expected
    assert not list((finished / "data").rglob("*.part"))
    assert [v["version"] for v in aliases(finished) if "production" in v["aliases"]]
